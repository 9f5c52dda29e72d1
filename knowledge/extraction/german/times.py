"""When a German clause is: the hour, what recurs, the words that a date is told with."""

# ruff: noqa: E501  a pattern stays on its line

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from knowledge.dates import MONTHS, DateInterval, Precision
from knowledge.dates.words import GERMAN_MONTH_NAMES, WEEKDAY_CODES
from knowledge.extraction.number_words import GERMAN, spelled
from knowledge.types import Precision as Known
from knowledge.types import ProposedEvent

_HOURS = spelled(GERMAN, 0, 12) | {"ein": 1}
_HOUR = re.compile(
    r"\b(?:um|gegen|ab|von|bis|so um)?\s*(?P<part>halb |viertel vor |viertel nach )?"
    r"(?:(?P<digits>\d{1,2})(?:[:.](?P<minutes>\d\d))?|(?P<word>"
    + "|".join(_HOURS)
    + r"))(?: uhr(?: (?P<more>\d\d))?)?\b",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"(mon|diens|mitt|donners|frei|sams|sonna|sonn)(?:tag|woch|bend)", re.IGNORECASE
)
_ORDER = {
    "mon": 0,
    "diens": 1,
    "mitt": 2,
    "donners": 3,
    "frei": 4,
    "sams": 5,
    "sonna": 5,
    "sonn": 6,
}
_EVERY = re.compile(
    r"\bjede[nrsm]? (?:(?P<nth>erste|zweite|dritte|vierte|letzte)[nrsm]? )?(?P<unit>\w+)(?P<monthly> im monat)?|"
    r"\balle (?P<count>\d+|zwei|drei|vier|sechs) (?P<units>tage|wochen|monate|jahre)|"
    r"\b(?P<days>(?:mon|diens|donners|frei|sams|sonn)tags|mittwochs|sonnabends)|"
    r"\b(?P<daily>täglich|morgens|abends|nachts|mittags|vormittags|nachmittags)|\b(?P<weekly>wöchentlich)|\b(?P<monthly2>monatlich)|\b(?P<yearly>jährlich)|"
    r"\bimmer am (?P<always>\w+)|(?:mal|x) (?:pro|in der|die|im|am) (?P<per>tag|woche|monat|jahr)",
    re.IGNORECASE,
)
_DAYS = re.compile(r"(\d{1,2})\. ?(?:bis|bis zum|und|-|–) ?\d{1,2}\.")
_COUNTS = {
    "zwei": 2,
    "drei": 3,
    "vier": 4,
    "sechs": 6,
    "zweite": 2,
    "dritte": 3,
    "vierte": 4,
    "erste": 1,
    "letzte": -1,
}
_SEASONS = {3: "Frühling", 6: "Sommer", 9: "Herbst", 12: "Winter"}


def german_date(date: DateInterval) -> str:
    """As a person would write it in full: `13. Juni 2023`, `Juni 2023`, `Sommer 2023`."""
    day = f"{date.start.day}. {GERMAN_MONTH_NAMES[date.start.month]} {date.start.year}"
    match date.precision:
        case Precision.YEAR:
            return str(date.start.year)
        case Precision.MONTH:
            return f"{GERMAN_MONTH_NAMES[date.start.month]} {date.start.year}"
        case Precision.SEASON:
            return f"{_SEASONS.get(date.start.month, '')} {date.start.year}".strip()
        case Precision.WEEK:
            return f"Woche vom {day}"
        case Precision.WEEKEND:
            return f"Wochenende vom {day}"
        case _:
            return day


def precision_of(date: DateInterval) -> str:
    """The precision that is stored."""
    match date.precision:
        case Precision.DAY:
            return Known.DAY
        case Precision.MONTH | Precision.WEEK | Precision.WEEKEND:
            return Known.MONTH
        case Precision.YEAR | Precision.SEASON:
            return Known.YEAR
        case _:
            return Known.UNKNOWN


def hour_of(texts: Sequence[str]) -> time | None:
    """The time of day that the texts name; None without one."""
    for text in texts:
        if "uhr" not in text.lower() and not re.match(r"(?:um|so um) ", text, re.IGNORECASE):
            continue
        match = _HOUR.search(text)
        if match is None:
            continue
        hour = int(match["digits"]) if match["digits"] else _HOURS[match["word"].lower()]
        minute = int(match["minutes"] or match["more"] or 0)
        part = (match["part"] or "").strip().lower()
        if part == "halb":
            hour, minute = hour - 1, 30
        elif part == "viertel vor":
            hour, minute = hour - 1, 45
        elif part == "viertel nach":
            minute = 15
        evening = re.search(r"abend|nachmittag", " ".join(texts), re.IGNORECASE)
        if evening and hour < 12:
            hour += 12
        if 0 <= hour < 24 and minute < 60:
            return time(hour, minute)
    return None


def recurrence_of(texts: Sequence[str]) -> str:  # noqa: PLR0911  a return a form
    """The RRULE that the texts name; empty when nothing recurs."""
    text = " ".join(texts)
    days = [WEEKDAY_CODES[_ORDER[match[1].lower()]] for match in _WEEKDAY.finditer(text)]
    match = _EVERY.search(text)
    if match is None:
        return ""
    if match["days"] or match["always"]:
        return "FREQ=WEEKLY" + (f";BYDAY={','.join(dict.fromkeys(days))}" if days else "")
    if match["daily"]:
        return "FREQ=DAILY" if not days else f"FREQ=WEEKLY;BYDAY={','.join(dict.fromkeys(days))}"
    for name, rule in (("weekly", "WEEKLY"), ("monthly2", "MONTHLY"), ("yearly", "YEARLY")):
        if match[name]:
            return f"FREQ={rule}"
    if match["per"]:
        rules = {"tag": "DAILY", "woche": "WEEKLY", "monat": "MONTHLY", "jahr": "YEARLY"}
        return f"FREQ={rules[match['per'].lower()]}"
    if match["count"]:
        count = _COUNTS.get(match["count"].lower()) or int(match["count"])
        units = {"tage": "DAILY", "wochen": "WEEKLY", "monate": "MONTHLY", "jahre": "YEARLY"}
        return f"FREQ={units[match['units'].lower()]};INTERVAL={count}"
    unit = match["unit"].lower()
    nth = _COUNTS.get((match["nth"] or "").lower())
    if days:
        if match["monthly"]:
            return f"FREQ=MONTHLY;BYDAY={nth or 1}{days[0]}"
        return (
            f"FREQ=WEEKLY{f';INTERVAL={nth}' if nth else ''};BYDAY={','.join(dict.fromkeys(days))}"
        )
    if unit in ("tag", "morgen", "abend", "nacht", "mittag", "vormittag", "nachmittag"):
        return "FREQ=DAILY"
    for start, rule in (("woche", "WEEKLY"), ("monat", "MONTHLY"), ("jahr", "YEARLY")):
        if unit.startswith(start):
            return f"FREQ={rule}" + (f";INTERVAL={nth}" if nth else "")
    return (
        "FREQ=YEARLY"
        if unit in ("sommer", "winter", "herbst", "frühling") or unit in MONTHS
        else ""
    )


def event_of(
    times: Sequence[str], dates: Sequence[DateInterval], said_at: datetime
) -> ProposedEvent | None:
    """The event that the times of a clause tell: one to come, or one that recurs."""
    hour = hour_of(times)
    rule = recurrence_of(times)
    if rule:
        start = None
        if hour is not None:
            start = said_at.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
            codes = rule.partition("BYDAY=")[2].split(",")
            for _ in range(7):
                if start >= said_at and (not codes[0] or WEEKDAY_CODES[start.weekday()] in codes):
                    break
                start += timedelta(days=1)
        return ProposedEvent(
            starts_at=start, precision=Known.MOMENT if start else Known.UNKNOWN,
            is_all_day=start is None, recurrence=rule,
        )  # fmt: skip
    coming = [date for date in dates if date.end > said_at]
    if not coming:
        return None
    date = coming[0]
    if hour is not None and date.precision is Precision.DAY:
        start = date.start.replace(hour=hour.hour, minute=hour.minute)
        return ProposedEvent(starts_at=start, precision=Known.MOMENT)
    end = coming[-1].end if len(coming) > 1 else date.end
    days = _DAYS.search(" ".join(times))
    start = date.start
    if days is not None and 0 < int(days[1]) < start.day:
        start = start.replace(day=int(days[1]))
    return ProposedEvent(
        starts_at=start, ends_at=end, precision=precision_of(date),
        is_all_day=date.precision is Precision.DAY,
    )  # fmt: skip
