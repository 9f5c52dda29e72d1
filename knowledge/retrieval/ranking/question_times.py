"""The times that a question names, read by `knowledge.dates` as learning reads them.

`read_times` is all that recall asks of it: a text and the moment it was said at go in, the times it
names come out, each with how well a moment fits it and the days to search.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from knowledge.dates import Precision, read_dates

_CALENDAR = frozenset({Precision.DAY, Precision.MONTH, Precision.YEAR})

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


def read_times(text: str, *, now: datetime) -> list[Period | DateRange]:
    """The times that the text names, looking back from `now`: what is asked for has been said."""
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
