"""What a question asks for: which words, whose words, what time."""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from knowledge.dates import Precision, read_dates
from knowledge.retrieval.ranking.terms import terms, words

_CALENDAR = frozenset({Precision.DAY, Precision.MONTH, Precision.YEAR})
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
class DateRange:
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
    times: Sequence[Period | DateRange] = ()

    def time_fit(self, said_at: datetime) -> float:
        """How well the time at which something was said fits, 0 to 2; 0 if none is named."""
        return max((time.fit(said_at) for time in self.times), default=0.0)


def read_question(text: str, *, now: datetime) -> Question:
    """The question's terms, and the times it names, relative ones counted from `now`."""
    return Question(
        text=text,
        terms=dict.fromkeys(terms(text), 1.0),
        times=_named_times(text, now),
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


def _named_times(text: str, now: datetime) -> list[Period | DateRange]:
    """The times in the text, looking back: what is asked for has been said."""
    found = read_dates(text, at=now, prefer_past=True, lenient=True)
    periods: list[Period] = []
    ranges: list[DateRange] = []
    years: list[int | None] = [
        time.start.year
        for time in found
        if time.precision is Precision.YEAR and not time.is_relative
    ]
    for time in found:
        first, last = time.start.date(), time.last.date()
        words = text[time.text_start : time.text_end].lower()
        if time.is_relative and (first > now.date() or words == "tonight"):
            continue  # what is to come is no time at which something was said
        is_counted_from_now = time.is_relative and not time.is_year_assumed
        if is_counted_from_now or time.precision not in _CALENDAR:
            slack = timedelta(days=time.slack_days)
            ranges.append(DateRange(first - slack, last + slack))
        elif time.precision is not Precision.YEAR:
            day = first.day if time.precision is Precision.DAY else None
            # A year said once, anywhere, is meant for the month as well.
            meant = (years or [None]) if time.is_year_assumed else [first.year]
            periods += [Period(day=day, month=first.month, year=year) for year in meant]
    return [*(periods or [Period(year=year) for year in years]), *ranges]


def _range(time: Period | DateRange, today: date) -> tuple[date, date]:
    if isinstance(time, DateRange):
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
