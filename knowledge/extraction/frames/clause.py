"""A clause and the frames that it may fill."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.extraction.names import Name
from knowledge.extraction.statements import Statement, Subject

_ARTICLE = re.compile(r"\s*(?:the\s+|a\s+)?\"?")
_ANY_MORE = re.compile(
    r"\s*(?:,|;)?\s*(?:[^.,;!?]{0,30}\s)?(?:any\s?more|any longer)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Clause:
    """A subject and what follows it, in a sentence."""

    text: str  # the whole sentence
    subject: Subject
    start: int  # of the subject
    after: int  # behind subject, auxiliary and adverbs
    verb: str  # be, was, have, do or modal
    polarity: str  # empty, "not" or "no longer"
    names: Sequence[Name]
    owners: Mapping[str, Subject]  # "my", and every name's genitive: whose they are

    def name_at(self, position: int) -> Name | None:
        """The name that begins there, perhaps behind an article."""
        skipped = _ARTICLE.match(self.text, position)
        begin = skipped.end() if skipped else position
        return next((name for name in self.names if name.start == begin), None)

    def full_polarity(self, end: int) -> str:
        """The polarity with what stands behind `end`: "not ... any more" is "no longer"."""
        if self.polarity == "not" and _ANY_MORE.match(self.text, end):
            return "no longer"
        return self.polarity

    def statement(self, text: str, topic: str, value: str, end: int, **more: Any) -> Statement:
        """A statement of this clause."""
        return Statement(
            text=text,
            subject=self.subject,
            start=self.start,
            end=max(end, self.after),
            topic=topic,
            value=value,
            **more,  # of Statement
        )


Read = Callable[[Clause, re.Match[str]], Iterator[Statement]]


@dataclass(frozen=True)
class Frame:
    """A phrase behind a subject, and what it states; `verbs` are the auxiliaries it may follow."""

    verbs: frozenset[str]
    pattern: re.Pattern[str]
    read: Read
