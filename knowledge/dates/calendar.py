"""Steps on the calendar from the day on which something was said.

All work on dates without a zone, and raise ValueError or OverflowError for a day that no calendar
has, such as 31 June or one outside the years 1 to 9999.
"""

from datetime import date, timedelta
from typing import NamedTuple

from knowledge.dates.intervals import Precision

SEASON_MONTHS = 3


class Resolved(NamedTuple):
    """The days that an expression means."""

    start: date
    end: date  # the day after the last
    precision: Precision
    is_year_assumed: bool = False
    slack_days: int = 0


def resolved(first: date, precision: Precision) -> Resolved:
    """The interval of that kind which begins with the day."""
    match precision:
        case Precision.YEAR:
            end = first.replace(year=first.year + 1)
        case Precision.MONTH:
            end = month_start(first, plus=1)
        case Precision.SEASON:
            end = month_start(first, plus=SEASON_MONTHS)
        case Precision.WEEK:
            end = first + timedelta(days=7)
        case Precision.WEEKEND:
            end = first + timedelta(days=2)
        case _:
            end = first + timedelta(days=1)
    return Resolved(first, end, precision)


def slashed_day(first: int, second: int, year: int) -> Resolved:
    """Day and month in the only order possible; where both are, nobody can tell: ValueError."""
    if first <= 12 and second <= 12 and first != second:
        raise ValueError("ambiguous")
    month, day = (second, first) if first > 12 else (first, second)
    return resolved(date(year, month, day), Precision.DAY)


def month_start(day: date, *, plus: int = 0) -> date:
    """The first of the day's month, or of one so many months later."""
    months = day.year * 12 + day.month - 1 + plus
    return date(months // 12, months % 12 + 1, 1)


def shifted(today: date, count: int, unit: str) -> Resolved:
    """So many units from today, the sign telling the direction; long units are coarse."""
    match unit:
        case "day":
            return resolved(today + timedelta(days=count), Precision.DAY)
        case "week" | "fortnight":
            weeks = count * (2 if unit == "fortnight" else 1)
            day = resolved(today + timedelta(weeks=weeks), Precision.DAY)
            return day._replace(slack_days=3)
        case "weekend":
            saturday = today - timedelta(days=today.weekday() - 5)
            return resolved(saturday + timedelta(weeks=count), Precision.WEEKEND)
        case "month":
            return resolved(month_start(today, plus=count), Precision.MONTH)
        case _:
            years = count * (10 if unit == "decade" else 1)
            return resolved(date(today.year + years, 1, 1), Precision.YEAR)


def whole_unit(today: date, step: int, unit: str) -> Resolved:
    """This week, weekend, month or year, or the one so many steps away."""
    if unit == "week":
        monday = today - timedelta(days=today.weekday())
        return resolved(monday + timedelta(weeks=step), Precision.WEEK)
    return shifted(today, step, unit)


def last_units(today: date, count: int, unit: str) -> Resolved:
    """The days that ended with today: "the past week", "the last two months"."""
    days = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365, "decade": 3650}[unit]
    start = today - timedelta(days=count * days)
    return Resolved(start, today + timedelta(days=1), Precision.RANGE)


def weekday_near(today: date, step: int, weekday: int) -> Resolved:
    """The nearest such day before or after today; with step 0, today or the next one."""
    ahead = (weekday - today.weekday()) % 7
    if step < 0:
        ahead -= 7
    elif step > 0 and ahead == 0:
        ahead = 7
    return resolved(today + timedelta(days=ahead), Precision.DAY)


def weekday_of_week(today: date, step: int, weekday: int) -> Resolved:
    """A day of this week, or of the one so many weeks away."""
    days = weekday - today.weekday()
    return resolved(today + timedelta(weeks=step, days=days), Precision.DAY)


def month_near(today: date, step: int, month: int) -> Resolved:
    """The nearest such month that is over or to come; with step 0, that of this year."""
    year = today.year
    if step < 0 and month >= today.month:
        year -= 1
    if step > 0 and month <= today.month:
        year += 1
    return resolved(date(year, month, 1), Precision.MONTH)


def season_near(today: date, step: int, month: int) -> Resolved:
    """The nearest season that is over or to come; with step 0, that of this year."""
    start = date(today.year, month, 1)
    if step < 0 and month_start(start, plus=SEASON_MONTHS) > today:
        start = start.replace(year=today.year - 1)
    if step > 0 and start <= today:
        start = start.replace(year=today.year + 1)
    return resolved(start, Precision.SEASON)


def day_near(today: date, month: int, day: int, *, prefer_past: bool) -> Resolved:
    """A day without a year: the nearest one in the direction of the tense, today in both."""
    found = date(today.year, month, day)
    if prefer_past and found > today:
        found = date(today.year - 1, month, day)
    elif not prefer_past and found < today:
        found = date(today.year + 1, month, day)
    return resolved(found, Precision.DAY)._replace(is_year_assumed=True)


def day_on_weekday(
    today: date, month: int, day: int, weekday: int, *, prefer_past: bool
) -> Resolved:
    """A day without a year, which its weekday tells: the nearest, first as the tense looks."""
    for looks_back in (prefer_past, not prefer_past):
        found = day_near(today, month, day, prefer_past=looks_back)
        if found.start.weekday() == weekday:
            return found
    raise ValueError("no such weekday")


def agreeing(days: Resolved, weekday: int) -> Resolved:
    """The day, when it is that weekday; else ValueError, for either of the two may be wrong."""
    if days.start.weekday() != weekday:
        raise ValueError("no such weekday")
    return days


def day_of_month_near(today: date, day: int, *, prefer_past: bool) -> Resolved:
    """A day without a month: the nearest one in the direction of the tense, today in both."""
    plus = 0
    if prefer_past and day > today.day:
        plus = -1
    elif not prefer_past and day < today.day:
        plus = 1
    return resolved(month_start(today, plus=plus).replace(day=day), Precision.DAY)


def bare_month(today: date, month: int, *, prefer_past: bool) -> Resolved:
    """A month without a year: this month, or the nearest one in the direction of the tense."""
    step = 0 if month == today.month else -1 if prefer_past else 1
    return month_near(today, step, month)._replace(is_year_assumed=True)
