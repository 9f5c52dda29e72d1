"""What a date in a text means: an interval of days, and where the text says so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from knowledge.dates.words import MONTH_NAMES, SEASON_NAMES


class Precision(StrEnum):
    """How exactly a text names a time."""

    DAY = "day"
    WEEK = "week"
    WEEKEND = "weekend"
    MONTH = "month"
    SEASON = "season"
    YEAR = "year"
    RANGE = "range"  # days up to today: "in the last two weeks"


@dataclass(frozen=True)
class DateInterval:
    """A time that a text names, from midnight to midnight in the zone of who says it."""

    start: datetime
    end: datetime  # midnight after the last day
    precision: Precision
    text_start: int  # characters of the text
    text_end: int
    is_relative: bool  # its words tell no year: "yesterday", "last May", "on 3 May"
    # Its words tell neither a year nor a direction ("in May"): the nearest one was taken.
    is_year_assumed: bool = False
    # So many days to either side may be meant as well: "three weeks ago" is hardly ever to the day.
    slack_days: int = 0

    @property
    def last(self) -> datetime:
        """Midnight at which the last day begins."""
        return self.end - timedelta(days=1)

    def __str__(self) -> str:
        """As a person would write it in full: `13 June 2023`, `June 2023`, `summer 2023`."""
        day = f"{self.start.day} {MONTH_NAMES[self.start.month]} {self.start.year}"
        match self.precision:
            case Precision.YEAR:
                return str(self.start.year)
            case Precision.MONTH:
                return f"{MONTH_NAMES[self.start.month]} {self.start.year}"
            case Precision.SEASON:
                return f"{SEASON_NAMES[self.start.month]} {self.start.year}"
            case Precision.WEEK | Precision.WEEKEND:
                return f"{self.precision} of {day}"
            case Precision.RANGE:
                return f"since {day}"
            case Precision.DAY:
                return day
