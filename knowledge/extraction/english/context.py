"""What the words of one sentence stand for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.extraction.clause import Phrase
from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.names import Name
from knowledge.extraction.statements import Subject

_CALLED = re.compile(r"\b(?:called|named)\b")


@dataclass(frozen=True)
class Context:
    """The names of a sentence, and who is meant by them and by roles."""

    text: str
    names: Sequence[Name]
    keys: Mapping[int, str]  # where a name starts -> key of its entity
    people: Mapping[int, Subject]  # where a role or a name starts -> who that is

    def name_in(self, phrase: Phrase) -> Name | None:
        """The name that the phrase is, or that its head word is part of."""
        for name in self.names:
            if name.start <= phrase.head_start < name.end:
                return name
        inside = self.names_in(phrase.start, phrase.end)
        is_somebody = phrase.head in small_words("somebody")
        if is_somebody and len(inside) == 1 and _CALLED.search(phrase.text):
            return inside[0]  # "a guy called Ben"
        return next(
            (name for name in self.names if name.start == phrase.start and name.end >= phrase.end),
            None,
        )

    def names_in(self, start: int, end: int) -> list[Name]:
        """The names between two characters."""
        return [name for name in self.names if start <= name.start and name.end <= end]

    def person_at(self, phrase: Phrase) -> Subject | None:
        """Whom the phrase names by name or role."""
        return self.people.get(phrase.head_start) or self.people.get(phrase.start)
