"""When an event takes place: where it ends, and each time that a recurrence rule names.

A rule is the value of an iCalendar RRULE (RFC 5545), such as `FREQ=WEEKLY;BYDAY=TU`. It is expanded
by dateutil on the clock of a time zone: what is at nine stays at nine when the clocks change.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from dateutil.rrule import rrulestr

from exobrain.lib.moments import EARLIEST, LATEST

MOST_OCCURRENCES = 400  # of one event in one answer: a year and more of days
DAY = timedelta(days=1)

# The parts of a rule that are read, by its frequency. dateutil tries every day until the year 9999
# for a rule that never takes place, loops for ever at INTERVAL=0 and reads further rules after a
# line's end, and a model may have written the rule. What is allowed here takes place, soon.
_NUMBER = r"[1-9][0-9]{0,2}"
_DAY = r"(?:MO|TU|WE|TH|FR|SA|SU)"
_NTH_DAY = rf"(?:[+-]?[1-5])?{_DAY}"
_EVERY = {
    "INTERVAL": _NUMBER,
    "COUNT": _NUMBER,
    "UNTIL": r"[0-9]{8}(?:T[0-9]{6})?",
    "WKST": _DAY,
}
_SOME_DAYS = {
    "BYDAY": rf"{_NTH_DAY}(?:,{_NTH_DAY}){{0,34}}",
    "BYMONTHDAY": r"-?[0-9]{1,2}(?:,-?[0-9]{1,2}){0,30}",
    "BYMONTH": r"[0-9]{1,2}(?:,[0-9]{1,2}){0,11}",
    "BYSETPOS": r"-?[1-5]",
}
_PARTS: Mapping[str, Mapping[str, str]] = {
    "DAILY": _EVERY,
    "WEEKLY": {**_EVERY, "BYDAY": rf"{_DAY}(?:,{_DAY}){{0,6}}"},
    "MONTHLY": {**_EVERY, **_SOME_DAYS},
    "YEARLY": {**_EVERY, **_SOME_DAYS},
}
_PERIODS = {"DAILY": DAY, "WEEKLY": 7 * DAY}
# Whether days exist is tried in the last years that there are, so that looking for them ends; in
# these, 29 February and every weekday of a month come up.
_LAST_YEARS = datetime(9960, 1, 1)
LENGTHS = {"day": DAY, "month": timedelta(days=31), "year": timedelta(days=366)}


@lru_cache(maxsize=4096)  # every answer asks it of every event that recurs
def is_rule(rule: str) -> bool:
    """True for a recurrence rule that is read, of days or longer, and that takes place."""
    parts = _parts_of(rule)
    allowed = _PARTS.get(parts.pop("FREQ", ""), {})
    if not allowed or any(
        not re.fullmatch(allowed.get(name, "(?!)"), value, re.ASCII)
        for name, value in parts.items()
    ):
        return False
    days = [f"{name}={parts[name]}" for name in _SOME_DAYS if name in parts]
    yearly = ";".join(["FREQ=YEARLY", *days])
    try:
        rrulestr(rule, dtstart=EARLIEST.replace(tzinfo=None))
        return any(True for _ in rrulestr(yearly, dtstart=_LAST_YEARS))
    except (ValueError, TypeError, KeyError, IndexError):
        return False


def _parts_of(rule: str) -> dict[str, str]:
    """The parts of the rule by their names; none when one is there twice."""
    parts = [part.partition("=") for part in rule.upper().split(";")]
    named = {name: value for name, _, value in parts}
    return named if len(named) == len(parts) else {}


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
    if not rule or not is_rule(rule) or not EARLIEST <= starts_at < LATEST:
        return [starts_at] if since <= starts_at < until else []
    since, until = max(since, EARLIEST), min(until, LATEST)
    first, begin, end = (
        at.astimezone(zone).replace(tzinfo=None) for at in (starts_at, since, until)
    )
    first = _skipped(rule, first, to=begin)
    found = rrulestr(rule, dtstart=first).xafter(begin, inc=True, count=MOST_OCCURRENCES)
    starts: list[datetime] = []
    for at in found:
        if at >= end:
            break
        start = at.replace(tzinfo=zone).astimezone(UTC)
        if not starts or start > starts[-1]:  # a day that a zone skipped is the next one there
            starts.append(start)
    return starts


def _skipped(rule: str, first: datetime, *, to: datetime) -> datetime:
    """A start of the same rhythm shortly before `to`, so that nobody counts the days of a life."""
    parts = _parts_of(rule)
    period = _PERIODS.get(parts["FREQ"])
    if period is None or "COUNT" in parts:
        return first
    period *= int(parts.get("INTERVAL", 1))
    return first + max(0, (to - first) // period - 1) * period
