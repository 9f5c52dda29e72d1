"""When an event takes place: where it ends, and each time that a recurrence rule names.

A rule is the value of an iCalendar RRULE (RFC 5545), such as `FREQ=WEEKLY;BYDAY=TU`. It is expanded
by dateutil on the clock of a time zone: what is at nine stays at nine when the clocks change.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from dateutil.rrule import rrulestr

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
MOST_OCCURRENCES = 400  # of one event in one answer: a year and more of days
DAY = timedelta(days=1)
LENGTHS = {"day": DAY, "month": timedelta(days=31), "year": timedelta(days=366)}


def is_rule(rule: str) -> bool:
    """True for a recurrence rule that is read, of days or longer."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    if parts.get("FREQ") not in FREQUENCIES or {"BYHOUR", "BYMINUTE", "BYSECOND"} & parts.keys():
        return False
    try:
        rrulestr(rule, dtstart=datetime(2000, 1, 1))
    except (ValueError, TypeError, KeyError):
        return False
    return True


def end_of(
    starts_at: datetime, ends_at: datetime | None, *, precision: str, is_all_day: bool = False
) -> datetime:
    """When it is over: its own end, or that of the day, month or year in which it is."""
    if ends_at is not None:
        return ends_at
    return starts_at + LENGTHS.get("day" if is_all_day else precision, timedelta(0))


def occurrences(
    rule: str, starts_at: datetime, *, since: datetime, until: datetime, zone: tzinfo
) -> Sequence[datetime]:
    """The starts from `since` on and before `until`; of an event without a rule its only one."""
    if not rule or not is_rule(rule):
        return [starts_at] if since <= starts_at < until else []
    first, begin, end = (
        at.astimezone(zone).replace(tzinfo=None) for at in (starts_at, since, until)
    )
    found = rrulestr(rule, dtstart=first).xafter(begin, inc=True, count=MOST_OCCURRENCES)
    starts = []
    for at in found:
        if at >= end:
            break
        starts.append(at.replace(tzinfo=zone).astimezone(UTC))
    return starts
