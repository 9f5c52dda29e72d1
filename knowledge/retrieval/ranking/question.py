"""What a question asks for: which words, whose words, what time."""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from knowledge.retrieval.ranking.terms import terms, words

_MONTH_NAMES = """
january february march april may june july august september october november december
"""
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(), 1)} | {
    name[:3]: number for number, name in enumerate(_MONTH_NAMES.split(), 1)
}
# The others are verbs or people's names too: they are months only beside a date's other words.
_ONLY_MONTHS = frozenset(
    {"january", "february", "july", "september", "october", "november", "december"}
)
_BEFORE_MONTH = "in|on|of|since|during|until|till|before|after|by|from|last|this|early|mid|late"
_DATE = re.compile(
    rf"(?:\b(?P<before>{_BEFORE_MONTH})[ -])?"
    r"(?:\b(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: of)? )?"
    rf"\b(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
    r"(?: (?P<day_after>\d{1,2})(?:st|nd|rd|th)?\b(?!:))?"
    r"(?:,? (?:of )?(?P<year>(?:19|20)\d\d)\b)?"
)
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
_ISO = re.compile(r"\b([12]\d{3})-(0[1-9]|1[0-2])-(\d\d)\b")
_AGO = re.compile(r"\b(a|an|one|two|three|four|five|six|\d{1,3}) (day|week|month|year)s? ago\b")
_LAST = re.compile(r"\b(last|this|past) (week|month|year)\b")
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_FIRST_PERSON = frozenset({"i", "me", "my", "mine", "myself"})

# What happened is often told a few days later, so the days around a date fit it as well...
DAYS_AROUND = 2
# ...and the first days of the next month still tell of the last one.
DAYS_AFTER_MONTH = 10


@dataclass(frozen=True)
class Period:
    """A time that a question names: a day, a month, a year; any year's where none is named."""

    day: int | None = None
    month: int | None = None
    year: int | None = None

    def fit(self, said_at: datetime) -> float:
        """How well a time fits: 2 for the day, 1 for the month, less for the year or just after."""
        if self.month is None:
            return 0.5 if said_at.year == self.year else 0.0
        if said_at.month == self.month and self.year in (None, said_at.year):
            near = self.day is not None and abs(said_at.day - self.day) <= DAYS_AROUND
            return 2.0 if near else 1.0
        after = self.month % 12 + 1
        year = self.year if self.year is None or self.month < 12 else self.year + 1
        told_late = said_at.month == after and year in (None, said_at.year)
        return 0.3 if told_late and said_at.day <= DAYS_AFTER_MONTH else 0.0


@dataclass(frozen=True)
class Span:
    """A time that a question names from today: yesterday, last week; both ends count."""

    start: date
    end: date

    def fit(self, said_at: datetime) -> float:
        """2 within, 0 without."""
        return 2.0 if self.start <= said_at.date() <= self.end else 0.0


@dataclass(frozen=True)
class Question:
    """A question, read."""

    text: str
    terms: Mapping[str, float]  # each once, however often it is said
    times: Sequence[Period | Span] = ()

    def time_fit(self, said_at: datetime) -> float:
        """How well the time at which something was said fits, 0 to 2; 0 if none is named."""
        return max((time.fit(said_at) for time in self.times), default=0.0)


def read_question(text: str, *, now: datetime) -> Question:
    """The question's terms, and the times it names, relative ones counted from `now`."""
    return Question(
        text=text,
        terms=dict.fromkeys(terms(text), 1.0),
        times=(*_named_times(text.lower()), *_relative_times(text.lower(), now.date())),
    )


def person_asked_about(text: str, speakers: Iterable[str], *, asker: str = "") -> str | None:
    """The one speaker that the question names, or the asker where it says "I"; else nobody.

    Two names are a question about both, which favours neither.
    """
    said = set(words(text))
    named = {speaker for speaker in speakers if speaker and set(words(speaker)[:1]) & said}
    if len(named) == 1:
        return named.pop()
    return asker if asker and not named and said & _FIRST_PERSON else None


def time_ranges(question: Question, *, now: datetime) -> list[tuple[date, date]]:
    """First and last day of each time named, for an index to search in.

    A month without a year is the last one that there was.
    """
    return [_range(time, now.date()) for time in question.times]


def _named_times(text: str) -> list[Period]:
    periods = [
        Period(day=int(day), month=int(month), year=int(year))
        for year, month, day in _ISO.findall(text)
    ]
    text = _ISO.sub(" ", text)
    years: list[int | None] = [int(year) for year in _YEAR.findall(text)]
    dates = [match for match in _DATE.finditer(text) if _is_date(match)]
    for match in dates:
        day = match["day"] or match["day_after"]
        month = _MONTHS[match["month"]]
        # A year said once, anywhere, is meant for the month as well.
        periods += [
            Period(day=int(day) if day else None, month=month, year=year)
            for year in ([int(match["year"])] if match["year"] else years or [None])
        ]
    return periods if dates else [*periods, *(Period(year=year) for year in years)]


def _is_date(match: re.Match[str]) -> bool:
    beside = match["before"] or match["day"] or match["day_after"] or match["year"]
    return match["month"] in _ONLY_MONTHS or bool(beside)


def _relative_times(text: str, today: date) -> list[Span]:
    spans: list[Span] = []
    for word, days in (("today", 0), ("yesterday", 1)):
        if re.search(rf"\b{word}\b", text):
            day = today - timedelta(days=days)
            spans.append(Span(day, day))
    for count, unit in _AGO.findall(text):
        back = (_COUNTS.get(count) or int(count)) * _UNIT_DAYS[unit]
        spans.append(_around(today, back=back, slack=_UNIT_DAYS[unit] // 2))
    for which, unit in _LAST.findall(text):
        spans.append(_calendar(which, unit, today))
    return spans


def _around(today: date, *, back: int, slack: int) -> Span:
    # Dates begin with the year 1: "900 years ago" stays inside them.
    middle = today.toordinal() - back
    first = max(middle - slack, 1)
    return Span(date.fromordinal(first), date.fromordinal(max(middle + slack, 1)))


def _calendar(which: str, unit: str, today: date) -> Span:
    if which == "past":
        return Span(_around(today, back=_UNIT_DAYS[unit], slack=0).start, today)
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + (7 if which == "last" else 0))
        return Span(monday, monday + timedelta(days=6))
    if unit == "month":
        first = today.replace(day=1)
        if which == "last":
            first = (first - timedelta(days=1)).replace(day=1)
        return Span(first, first.replace(day=monthrange(first.year, first.month)[1]))
    year = today.year - (which == "last")
    return Span(date(year, 1, 1), date(year, 12, 31))


def _range(time: Period | Span, today: date) -> tuple[date, date]:
    if isinstance(time, Span):
        return time.start, time.end
    if time.month is None:
        year = time.year or today.year
        return date(year, 1, 1), date(year, 12, 31)
    year = time.year or (today.year if time.month <= today.month else today.year - 1)
    first = date(year, time.month, 1)
    last = first.replace(day=monthrange(year, time.month)[1])
    if time.day is None or time.day > last.day:
        return first, last + timedelta(days=DAYS_AFTER_MONTH)
    middle = first.replace(day=time.day)
    return middle - timedelta(days=DAYS_AROUND), middle + timedelta(days=DAYS_AROUND)
