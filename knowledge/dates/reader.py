"""Finds the dates of a text and resolves them against when and where it was said."""

import re
from datetime import date, datetime, time, tzinfo

from knowledge.dates import calendar
from knowledge.dates.calendar import Resolved, resolved
from knowledge.dates.expressions import DURATION, LENIENT, STRICT, DateMatch
from knowledge.dates.intervals import DateInterval, Precision
from knowledge.dates.words import MONTHS, SEASONS

MAX_CHARACTERS = 2_000  # of a text; behind that nothing is read: time grows with the length

# Most sentences have no date, and one look for any of its words tells so.
_HINT = re.compile(
    r"\d|day|night|morrow|\b(?:tues?|weds?|thurs?|tmr?w?|tomoz)\b|week|month|year|decade|ago\b|last|next|morgen|gestern|heut|neulich|woche|"
    r"monat|jahr|tage?n?\b|mittwoch|sonnabend|letzt|nächst|"
    rf"\b(?:{'|'.join(SEASONS)}|{'|'.join(MONTHS)})\b",
    re.IGNORECASE,
)

# What has been so since some time began before now.
_SINCE = re.compile(r"\b(?:since|seit)\b", re.IGNORECASE)


def read_dates(
    text: str,
    *,
    at: datetime,
    zone: tzinfo | None = None,
    prefer_past: bool = False,
    lenient: bool = False,
) -> list[DateInterval]:
    """The dates in the first 2,000 characters of a text, in order, none within another.

    `at` is when the text was said, `zone` where (unset: the zone of `at`); both decide what
    "today" is. `prefer_past` tells where a text without a direction looks: "on Friday" is then the
    last one; behind "since" it is so anyway. `lenient` is for questions about a time: a lone month,
    weekday or year counts, and an impossible day ("31 June") means its month; else it means
    nothing, as "3/4/2021" does, which may be in April or in March.
    """
    text = text[:MAX_CHARACTERS]
    if not _HINT.search(text):
        return []
    local = at.astimezone(zone) if zone is not None else at
    today = local.date()
    found: list[DateInterval] = []
    taken: list[tuple[int, int]] = []  # what is no date as a whole has no part that is one
    for pattern, resolve in LENIENT if lenient else STRICT:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < last and first < end for first, last in taken):
                continue
            taken.append((start, end))
            looks_back = prefer_past or _SINCE.search(text, max(0, start - 10), end) is not None
            form = DateMatch(match, today, looks_back)
            try:
                days = resolve(form)
            except (ValueError, OverflowError, KeyError):
                month = _month_of(form) if lenient else None
                if month is None:
                    continue
                days = month
            found.append(
                DateInterval(
                    start=_midnight(days.start, local),
                    end=_midnight(days.end, local),
                    precision=days.precision,
                    text_start=start,
                    text_end=end,
                    is_relative=str(days.start.year) not in match[0],
                    is_year_assumed=days.is_year_assumed,
                    slack_days=days.slack_days,
                )
            )
    return sorted(found, key=lambda interval: interval.text_start)


def read_duration_start(text: str, *, at: datetime, zone: tzinfo | None = None) -> datetime | None:
    """When something began that lasts "for five years" now; None without a duration."""
    match = DURATION.search(text)
    if match is None:
        return None
    local = at.astimezone(zone) if zone is not None else at
    duration = DateMatch(match, local.date(), prefer_past=True)
    try:
        began = calendar.shifted(duration.today, -duration.count, duration.unit)
    except (ValueError, OverflowError):
        return None
    return _midnight(began.start, local)


def _midnight(day: date, local: datetime) -> datetime:
    return datetime.combine(day, time(), tzinfo=local.tzinfo)


def _month_of(form: DateMatch) -> Resolved | None:
    """The month of a day that it does not have."""
    groups = form.match.groupdict()
    try:
        number = form.month if groups.get("month") else int(groups.get("number") or "")
        if groups.get("year"):
            return resolved(date(form.year, number, 1), Precision.MONTH)
        return calendar.bare_month(form.today, number, prefer_past=form.prefer_past)
    except ValueError:
        return None
