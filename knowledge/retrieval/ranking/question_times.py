"""The times that a question names, in English: dates, months, years, "two weeks ago".

`read_times` is all that recall asks of it: a text and the day it was said on go in, the times it
names come out, each with how well a moment fits it and the days to search.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

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
            is_near = self.day is not None and abs(said_at.day - self.day) <= DAYS_AROUND
            return 2.0 if is_near else 1.0
        month_after = self.month % 12 + 1
        year = self.year if self.year is None or self.month < 12 else self.year + 1
        is_told_late = said_at.month == month_after and year in (None, said_at.year)
        return 0.3 if is_told_late and said_at.day <= DAYS_AFTER_MONTH else 0.0

    def search_range(self, today: date) -> tuple[date, date]:
        """First and last day to search; a month without a year is the last one that there was."""
        if self.month is None:
            year = self.year or today.year
            return date(year, 1, 1), date(year, 12, 31)
        year = self.year or (today.year if self.month <= today.month else today.year - 1)
        first = date(year, self.month, 1)
        last = first.replace(day=monthrange(year, self.month)[1])
        if self.day is None or self.day > last.day:
            return first, last + timedelta(days=DAYS_AFTER_MONTH)
        middle = first.replace(day=self.day)
        return middle - timedelta(days=DAYS_AROUND), middle + timedelta(days=DAYS_AROUND)


@dataclass(frozen=True)
class DateRange:
    """A time that a question names from today: yesterday, last week; both ends count."""

    start: date
    end: date

    def fit(self, said_at: datetime) -> float:
        """2 within, 0 without."""
        return 2.0 if self.start <= said_at.date() <= self.end else 0.0

    def search_range(self, _today: date) -> tuple[date, date]:
        """First and last day to search."""
        return self.start, self.end


def read_times(text: str, *, today: date) -> list[Period | DateRange]:
    """The times that the text names, relative ones counted from `today`."""
    folded = text.lower()
    return [*_named_times(folded), *_relative_times(folded, today)]


def _named_times(text: str) -> list[Period]:
    periods = [
        Period(day=int(day), month=int(month), year=int(year))
        for year, month, day in _ISO.findall(text)
    ]
    text = _ISO.sub(" ", text)
    years: list[int | None] = [int(year) for year in _YEAR.findall(text)]
    has_month = False
    for match in _DATE.finditer(text):
        day = match["day"] or match["day_after"]
        is_date = match["month"] in _ONLY_MONTHS or match["before"] or day or match["year"]
        if not is_date:
            continue
        has_month = True
        # A year said once, anywhere, is meant for the month as well.
        periods += [
            Period(day=int(day) if day else None, month=_MONTHS[match["month"]], year=year)
            for year in ([int(match["year"])] if match["year"] else years or [None])
        ]
    return periods if has_month else [*periods, *(Period(year=year) for year in years)]


def _relative_times(text: str, today: date) -> list[DateRange]:
    ranges: list[DateRange] = []
    for word, days in (("today", 0), ("yesterday", 1)):
        if re.search(rf"\b{word}\b", text):
            day = today - timedelta(days=days)
            ranges.append(DateRange(day, day))
    for count, unit in _AGO.findall(text):
        days_ago = (_COUNTS.get(count) or int(count)) * _UNIT_DAYS[unit]
        ranges.append(_around(today, days_ago=days_ago, slack=_UNIT_DAYS[unit] // 2))
    for which, unit in _LAST.findall(text):
        ranges.append(_calendar_unit(which, unit, today))
    return ranges


def _around(today: date, *, days_ago: int, slack: int) -> DateRange:
    # Dates begin with the year 1: "900 years ago" stays inside them.
    middle = today.toordinal() - days_ago
    first = max(middle - slack, 1)
    return DateRange(date.fromordinal(first), date.fromordinal(max(middle + slack, 1)))


def _calendar_unit(which: str, unit: str, today: date) -> DateRange:
    """The last, this or the past week, month or year."""
    if which == "past":
        return DateRange(_around(today, days_ago=_UNIT_DAYS[unit], slack=0).start, today)
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + (7 if which == "last" else 0))
        return DateRange(monday, monday + timedelta(days=6))
    if unit == "month":
        first = today.replace(day=1)
        if which == "last":
            first = (first - timedelta(days=1)).replace(day=1)
        return DateRange(first, first.replace(day=monthrange(first.year, first.month)[1]))
    year = today.year - (which == "last")
    return DateRange(date(year, 1, 1), date(year, 12, 31))
