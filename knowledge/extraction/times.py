"""When something is: dates, times of day, recurrences, as facts and events carry them."""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from knowledge.dates import DateInterval, read_dates
from knowledge.dates import Precision as DatePrecision
from knowledge.dates.words import MONTHS, WEEKDAY_CODES, WEEKDAYS
from knowledge.extraction.number_words import ENGLISH, spelled
from knowledge.types import EventState, Precision, ProposedEvent

_WEEKDAY = "|".join(sorted((day for day in WEEKDAYS if day.endswith("day")), key=len, reverse=True))
_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "last": -1,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
}
_UNITS = {
    "day": "DAILY",
    "week": "WEEKLY",
    "month": "MONTHLY",
    "year": "YEARLY",
    "morning": "DAILY",
    "evening": "DAILY",
    "night": "DAILY",
    "afternoon": "DAILY",
    "weekend": "WEEKLY",
}
_EVERY_DAYS = re.compile(
    rf"(?i)\b(?:every|each) (?P<other>other |second |2nd )?(?P<days>(?:{_WEEKDAY})(?:(?:,| and|, and) (?:{_WEEKDAY}))*)s?\b"
)
_ON_DAYS = re.compile(
    rf"(?i)\b(?:on )?(?P<days>(?:{_WEEKDAY})s(?:(?:,| and|, and| or) (?:{_WEEKDAY})s)*)(?!\w)"
)
_SHORT_DAYS = re.compile(
    r"(?i)\b(?P<one>mon|tues?|weds?|thurs?|fri|sat) ?[+&/] ?(?P<other>tues?|weds?|thurs?|fri|sat|sun)\b"
)
_EVERY_UNIT = re.compile(
    r"(?i)\b(?:every|each) (?P<other>other |second |single |few |two |three |four |\d )?(?P<unit>day|week|month|year|morning|evening|night|afternoon|weekend)s?\b"
)
_WEEKDAYS_ALL = re.compile(
    r"(?i)\b(?:every weekday|on weekdays|each weekday|every workday|every working day)\b"
)
_NTH = re.compile(
    rf"(?i)\b(?:every|each|on the|the) (?P<nth>first|second|third|fourth|last|1st|2nd|3rd|4th) (?P<day>{_WEEKDAY})(?: of (?:the|each|every) month)"
)
_MONTH_DAY = re.compile(
    r"(?i)\b(?:on )?the (?P<day>\d{1,2})(?:st|nd|rd|th) of (?:the|each|every) month\b"
)
_ADVERB = re.compile(r"(?i)\b(?P<unit>daily|weekly|monthly|yearly|annually)\b")
_FORTNIGHTLY = re.compile(r"(?i)\b(?:fortnightly|every fortnight|bi-?weekly)\b")
_ON_A_DAY = re.compile(rf"(?i)\bon (?:a )?(?P<day>{_WEEKDAY})s?\b")
_EARLY = re.compile(r"(?i)\b(?:mornings?|dawn|sunrise|breakfast|early|night)\b")
_EVENING = re.compile(r"(?i)\b(?:tonight|evening|dinner|supper|drinks|pub|concert|gig|party)\b")
_CLOCK = re.compile(
    r"(?i)\b(?:at |from |by )?(?:(?P<first>\d{1,2})(?::(?P<first_minute>[0-5]\d))? ?(?:-|–|to|until|till) ?(?=\d{1,2}(?::\d\d)? ?(?:am|pm)\b))?(?P<hour>[01]?\d|2[0-3])(?::(?P<minute>[0-5]\d))? ?(?P<half>am|pm|a\.m\.|p\.m\.|o'clock)(?!\w)|\b(?P<hour2>[01]?\d|2[0-3])[:.](?P<minute2>[0-5]\d)(?! ?(?:\d|%|km|kg|m\b))(?=\b)|\bat (?P<word>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|midnight|(?:half|(?:a )?quarter) (?:past|to) \w+|\d{1,2})(?= (?:in the|tomorrow|today|on|sharp|every)|[.,!?]|$)"
)
_AFTERNOON = range(1, 7)  # hours that are of the afternoon when nothing says otherwise
_HOURS = spelled(ENGLISH, 1, 12) | {"noon": 12, "midnight": 0}
_PARTS_OF_HOUR = {"half past": 30, "quarter past": 15, "quarter to": -15}
_MONTH_NAMES = "|".join(sorted((name for name in MONTHS if len(name) > 3), key=len, reverse=True))
_WEEKDAY_ALONE = re.compile(rf"(?i)\b(?:{_WEEKDAY}|tues|weds|thurs)\b")
_TIME = re.compile(
    rf"(?i)\b(?:today|tonight|tomorrow|tmrw?|tmw|tomoz|yesterday|every|each|daily|weekly|fortnightly|biweekly|monthly|yearly|annually|(?:next|last|this|coming) \w+|since|ago|until|till|(?:{_WEEKDAY})s?|(?:{_MONTH_NAMES})|"
    r"in (?:19|20)\d\d|twice a|once a|times a|\d{1,2}(?::\d\d)? ?(?:am|pm)|\d{1,2}:\d\d|deadline|due|birthday|anniversary|weeks? after next)\b"
)
FUTURE_WORDS = re.compile(
    r"(?i)\b(?:book|booked|scheduled|arranged|reserved|appointment|flight|deadline|due|expires?|runs out|ends|starts|begins|tickets?|planned|plan to|decided to|agreed to|going to|want to|offer|from \d{1,2}|as of|starting|wedding|launch|signed up|registered|enrolled|until|till)\b"
)


def has_time(text: str) -> bool:
    """True when the text speaks of a time."""
    return _TIME.search(text) is not None


def recurrence_in(text: str) -> str:  # noqa: PLR0911  one return a form
    """What the text says of how often, as an RRULE; empty without."""
    if match := _NTH.search(text):
        return f"FREQ=MONTHLY;BYDAY={_ORDINALS[match['nth'].lower()]}{WEEKDAY_CODES[WEEKDAYS[match['day'].lower()]]}"
    if match := _MONTH_DAY.search(text):
        return f"FREQ=MONTHLY;BYMONTHDAY={int(match['day'])}"
    if _WEEKDAYS_ALL.search(text):
        return "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    if match := _EVERY_DAYS.search(text) or _ON_DAYS.search(text):
        days = [
            WEEKDAY_CODES[WEEKDAYS[day.lower()]]
            for day in re.findall(rf"(?i)\b({_WEEKDAY})s?\b", match["days"])
        ]
        interval = ";INTERVAL=2" if match.groupdict().get("other") else ""
        return f"FREQ=WEEKLY{interval};BYDAY={','.join(dict.fromkeys(days))}"
    if match := _SHORT_DAYS.search(text):  # "on tues + thurs"
        days = [WEEKDAY_CODES[WEEKDAYS[day.lower()]] for day in (match["one"], match["other"])]
        return f"FREQ=WEEKLY;BYDAY={','.join(days)}"
    if match := _EVERY_UNIT.search(text):
        number = {"other ": 2, "second ": 2, "two ": 2, "three ": 3, "four ": 4}.get(
            (match["other"] or "").lower(), 1
        )
        unit = match["unit"].lower()
        extra = ";BYDAY=SA,SU" if unit == "weekend" else ""
        return f"FREQ={_UNITS[unit]}" + (f";INTERVAL={number}" if number > 1 else "") + extra
    if _FORTNIGHTLY.search(text):
        day = _ON_A_DAY.search(text)
        by_day = f";BYDAY={WEEKDAY_CODES[WEEKDAYS[day['day'].lower()]]}" if day else ""
        return f"FREQ=WEEKLY;INTERVAL=2{by_day}"
    if match := _ADVERB.search(text):
        return {"daily": "FREQ=DAILY", "weekly": "FREQ=WEEKLY", "monthly": "FREQ=MONTHLY"}.get(
            match["unit"].lower(), "FREQ=YEARLY"
        )
    return ""


def clock_in(text: str) -> tuple[int, int] | None:
    """The time of day, as hour and minute."""
    match = _CLOCK.search(text)
    if match is None:
        return None
    if match["word"]:
        word = match["word"].lower()
        part, _, of_hour = word.removeprefix("a ").rpartition(" ")
        hour = int(word) if word.isdigit() else _HOURS.get(of_hour)
        is_night = _EARLY.search(text) is not None
        if hour is not None and hour in _AFTERNOON and not is_night:
            hour += 12  # "at four tomorrow": few have appointments before seven
        elif hour is not None and hour in range(7, 12) and _EVENING.search(text):
            hour += 12
        if hour is None or hour >= 24 or part == "half to":
            return None
        minutes = _PARTS_OF_HOUR.get(part, 0)
        return ((hour - (minutes < 0)) % 24, minutes % 60)
    hour, minute = (
        int(match["hour"] or match["hour2"]),
        int(match["minute"] or match["minute2"] or 0),
    )
    half = (match["half"] or "").lower()
    if match["first"] and int(match["first"]) <= 12:  # "7-9pm" begins at seven
        begins_before_noon = int(match["first"]) > hour % 12 and half.startswith("p")
        half = "am" if begins_before_noon else half
        hour, minute = int(match["first"]), int(match["first_minute"] or 0)
    if half.startswith("p") and hour < 12:
        hour += 12
    if half.startswith("a") and hour == 12:
        hour = 0
    if not half and hour in range(5, 12) and _EVENING.search(text):
        hour += 12
    return hour, minute


def dates_in(text: str, said_at: datetime, *, prefer_past: bool) -> list[DateInterval]:
    """The dates of a text; a weekday that stands alone counts as well."""
    strict = [
        one
        for one in read_dates(text, at=said_at, prefer_past=prefer_past)
        if one.precision is not DatePrecision.RANGE
        and "other day" not in text[one.text_start : one.text_end]
    ]
    if strict or not (
        _WEEKDAY_ALONE.search(text) or re.search(r"\bthe \d{1,2}(?:st|nd|rd|th)\b", text)
    ):
        return strict
    lenient = read_dates(text, at=said_at, prefer_past=prefer_past, lenient=True)
    return [
        one
        for one in lenient
        if one.precision is DatePrecision.DAY
        and not re.search(r"(?i)\b(?:every|each|other) $", text[: one.text_start])
    ]


def precision_of(interval: DateInterval) -> str:
    """How exactly it is known."""
    match interval.precision:
        case DatePrecision.DAY | DatePrecision.WEEK | DatePrecision.WEEKEND:
            return Precision.DAY
        case DatePrecision.MONTH | DatePrecision.SEASON:
            return Precision.MONTH
        case _:
            return Precision.YEAR


@dataclass(frozen=True)
class Times:
    """What a clause says of when."""

    dates: Sequence[DateInterval]
    recurrence: str
    clock: tuple[int, int] | None


def event_at(
    times: Times, said_at: datetime, *, is_past: bool, remind: bool = False
) -> ProposedEvent | None:
    """The event that the times make; None when they make none."""
    today = said_at.replace(hour=0, minute=0, second=0, microsecond=0)
    if times.recurrence:
        starts_at = None
        if times.clock is not None:
            starts_at = today.replace(hour=times.clock[0], minute=times.clock[1])
        return ProposedEvent(
            starts_at=starts_at,
            precision=Precision.MOMENT if times.clock else Precision.DAY,
            is_all_day=times.clock is None,
            recurrence=times.recurrence,
            state=EventState.PLANNED,
        )
    if not times.dates:
        return None
    first = times.dates[0]
    is_over = first.end <= today or (is_past and first.start <= said_at)
    starts, ends, precision = first.start, first.end, precision_of(first)
    if len(times.dates) > 1 and times.dates[1].start > first.start:
        ends = times.dates[1].end
    all_day = True
    if (
        times.clock is not None
        and precision == Precision.DAY
        and first.precision is DatePrecision.DAY
    ):
        starts = first.start + timedelta(hours=times.clock[0], minutes=times.clock[1])
        ends, all_day, precision = starts + timedelta(hours=1), False, Precision.MOMENT
    return ProposedEvent(
        starts_at=starts,
        ends_at=ends,
        precision=precision,
        is_all_day=all_day,
        state=EventState.HAPPENED if is_over else EventState.PLANNED,
        remind_at=starts if remind else None,
    )
