"""What a question asks for: which words, whose words, what time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from knowledge.retrieval.ranking.question_times import DateRange, Period, read_times
from knowledge.retrieval.ranking.terms import terms, words

_FIRST_PERSON = frozenset({"i", "me", "my", "mine", "myself"})


@dataclass(frozen=True)
class ParsedQuestion:
    """A question, with what ranking compares."""

    text: str
    terms: Mapping[str, float]  # each once, however often it is said
    times: Sequence[Period | DateRange] = ()
    zone: tzinfo = UTC  # in which the days of those times are

    def time_fit(self, said_at: datetime) -> float:
        """How well the time at which something was said fits, 0 to 2; 0 if none is named."""
        local = said_at.astimezone(self.zone)
        return max((time.fit(local) for time in self.times), default=0.0)


def parse_question(text: str, *, now: datetime) -> ParsedQuestion:
    """The question's terms, and the times it names, relative ones counted from `now`."""
    return ParsedQuestion(
        text=text,
        terms=dict.fromkeys(terms(text), 1.0),
        times=read_times(text, now=now),
        zone=now.tzinfo or UTC,
    )


def person_asked_about(text: str, speakers: Iterable[str], *, first_person: str = "") -> str | None:
    """The one speaker that the question names, or `first_person` where it says "I"; else nobody.

    Two names are a question about both, which favours neither.
    """
    said = set(words(text))
    named = {speaker for speaker in speakers if speaker and set(words(speaker)[:1]) & said}
    if len(named) == 1:
        return named.pop()
    return first_person if first_person and not named and said & _FIRST_PERSON else None
