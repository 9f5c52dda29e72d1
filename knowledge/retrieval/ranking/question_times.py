"""The times that a question names, read by `knowledge.dates` as learning reads them.

`read_times` is all that recall asks of it: a text and the moment it was said at go in, the times it
names come out, each with how well a moment fits it and the days to search.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from exobrain.lib.moments import EARLIEST
from knowledge.dates import DateInterval, Precision, read_dates

# Between a weekday and the date it belongs to: "Friday, the 20th of May", "Freitag, dem 20. Mai".
_JOINED = re.compile(r"\W{0,3}(?:(?:the|den|dem|der)\W+)?", re.IGNORECASE)
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
        middle = max(first.replace(day=self.day), EARLIEST.date())
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
    """The times that the text names; where it leaves that open, the last ones before `now`.

    A time to come is none at which something has been said, but facts tell of such times.
    """
    found = read_dates(text, at=now, prefer_past=True, lenient=True)
    found = [time for time in found if not _is_weekday_of_another(time, found, text)]
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
        if time.is_relative and words == "tonight":
            continue  # what is sought for it was not said today
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


def _is_weekday_of_another(time: DateInterval, found: Sequence[DateInterval], text: str) -> bool:
    """Whether it is the weekday before a date, which says nothing more than the date."""
    return time.is_relative and any(
        (not other.is_relative or other.is_year_assumed)
        and other.precision is Precision.DAY
        and time.text_end <= other.text_start
        and _JOINED.fullmatch(text, time.text_end, other.text_start) is not None
        for other in found
    )
