"""Dates in a text, resolved against the moment it was said."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar",
            "february feb februar",
            "march mar märz",
            "april apr",
            "may mai",
            "june jun juni",
            "july jul juli",
            "august aug",
            "september sep sept",
            "october oct oktober okt",
            "november nov",
            "december dec dezember dez",
        ),
        1,
    )
    for name in names.split()
}
MONTH_NAMES = (
    *("", "January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
DAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon montag",
            "tuesday tue tues dienstag",
            "wednesday wed mittwoch",
            "thursday thu thurs donnerstag",
            "friday fri freitag",
            "saturday sat samstag sonnabend",
            "sunday sun sonntag",
        )
    )
    for name in names.split()
}
NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "zero",
            "a an one ein eine einem einer",
            "two zwei couple",
            "three few drei",
            "four vier",
            "five fünf",
            "six sechs",
            "seven sieben",
            "eight acht",
            "nine neun",
            "ten zehn",
            "eleven elf",
            "twelve zwölf",
        )
    )
    for word in words.split()
}
UNITS = {
    **dict.fromkeys(("day", "tag", "tage", "tagen"), "day"),
    **dict.fromkeys(("week", "woche", "wochen"), "week"),
    **dict.fromkeys(("weekend", "wochenende"), "weekend"),
    **dict.fromkeys(("month", "monat", "monate", "monaten"), "month"),
    **dict.fromkeys(("year", "jahr", "jahre", "jahren"), "year"),
}
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
SEASONS |= {"frühling": 3, "sommer": 6, "herbst": 9}
SEASON_MONTHS = 3


@dataclass(frozen=True)
class Found:
    """A date in a text: from the beginning of it up to before its end."""

    start: int  # characters
    end: int
    since: datetime
    until: datetime
    grain: str  # day, week, weekend, month, season or year

    def __str__(self) -> str:
        """How a person would write it, in full."""
        return _written(self)


def _written(found: Found) -> str:
    day = found.since
    match found.grain:
        case "year":
            return str(day.year)
        case "month":
            return f"{MONTH_NAMES[day.month]} {day.year}"
        case "season":
            name = {3: "spring", 6: "summer", 9: "autumn", 12: "winter"}[day.month]
            return f"{name} {day.year}"
        case "week" | "weekend":
            return f"{found.grain} of {day.day} {MONTH_NAMES[day.month]} {day.year}"
        case _:
            return f"{day.day} {MONTH_NAMES[day.month]} {day.year}"


# -- calendar steps; they raise OverflowError or ValueError outside the years 1 to 9999


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _month_start(moment: datetime, *, plus: int = 0) -> datetime:
    months = moment.year * 12 + moment.month - 1 + plus
    return _midnight(moment).replace(year=months // 12, month=months % 12 + 1, day=1)


def _year_start(moment: datetime, *, plus: int = 0) -> datetime:
    return _midnight(moment).replace(year=moment.year + plus, month=1, day=1)


def _same_day(moment: datetime, *, months: int) -> datetime:
    """The same day of another month, or that month's last day."""
    start = _month_start(moment, plus=months)
    last = _month_start(start, plus=1) - timedelta(days=1)
    return start.replace(day=min(moment.day, last.day))


def _interval(first: datetime, grain: str) -> tuple[datetime, datetime, str]:
    match grain:
        case "year":
            return first, _year_start(first, plus=1), grain
        case "month":
            return first, _month_start(first, plus=1), grain
        case "season":
            return first, _month_start(first, plus=SEASON_MONTHS), grain
        case "week":
            return first, first + timedelta(days=7), grain
        case "weekend":
            return first, first + timedelta(days=2), grain
        case _:
            return first, first + timedelta(days=1), "day"


When = tuple[datetime, datetime, str]


def _shifted(said: datetime, count: int, unit: str) -> When:
    """So many units away; the further the unit, the coarser the answer."""
    day = _midnight(said)
    match unit:
        case "day":
            return _interval(day + timedelta(days=count), "day")
        case "week":
            return _interval(day + timedelta(weeks=count), "day")
        case "weekend":
            saturday = day - timedelta(days=day.weekday()) + timedelta(days=5)
            return _interval(saturday + timedelta(weeks=count), "weekend")
        case "month":
            return _interval(_month_start(said, plus=count), "month")
        case _:
            return _interval(_year_start(said, plus=count), "year")


def _relative_unit(said: datetime, direction: int, unit: str) -> When:
    """Last, this or next week, weekend, month or year."""
    if unit == "week":
        monday = _midnight(said) - timedelta(days=said.weekday())
        return _interval(monday + timedelta(weeks=direction), "week")
    if unit == "weekend" and direction < 0 and said.weekday() >= 5:
        return _shifted(said, -1, unit)
    if unit == "weekend" and direction < 0:
        return _shifted(said, -1, unit)
    return _shifted(said, direction, unit)


def _weekday(said: datetime, direction: int, day: int) -> When:
    """The nearest such day before or after the day it was said; 0 means this week's or the next."""
    ahead = (day - said.weekday()) % 7
    if direction < 0:
        return _interval(_midnight(said) - timedelta(days=7 - ahead), "day")
    if direction > 0 and ahead == 0:
        ahead = 7
    return _interval(_midnight(said) + timedelta(days=ahead), "day")


def _month(said: datetime, direction: int, month: int) -> When:
    """The nearest such month that is over, or that is to come; 0 is the one of this year."""
    year = said.year
    if direction < 0 and month >= said.month:
        year -= 1
    if direction > 0 and month <= said.month:
        year += 1
    return _interval(_midnight(said).replace(year=year, month=month, day=1), "month")


def _season(said: datetime, direction: int, month: int) -> When:
    start = _midnight(said).replace(month=month, day=1)
    if direction < 0 and _month_start(start, plus=SEASON_MONTHS) > _midnight(said):
        start = _year_start(start, plus=-1).replace(month=month)
    if direction > 0 and start <= _midnight(said):
        start = _year_start(start, plus=1).replace(month=month)
    return _interval(start, "season")


def _full(said: datetime, year: int, month: int, day: int) -> When:
    return _interval(_midnight(said).replace(year=year, month=month, day=day), "day")


def _no_year(said: datetime, month: int, day: int, *, is_past: bool) -> When:
    """A day without a year: the nearest one in the direction that the sentence speaks of."""
    found = _full(said, said.year, month, day)
    if is_past and found[0] > said:
        return _full(said, said.year - 1, month, day)
    if not is_past and found[1] <= said:
        return _full(said, said.year + 1, month, day)
    return found


def _year_of(text: str) -> int:
    return int(text) if len(text) > 2 else 2000 + int(text)


def _count(word: str) -> int:
    word = word.lower()
    number = int(word) if word.isdigit() else NUMBERS[word]
    if number > 9999:
        raise OverflowError
    return number


# -- patterns: the first that matches at a place wins

_MONTH = "|".join(sorted((name for name in MONTHS if name not in ("mar", "may")), key=len)[::-1])
# In German a month is as in English, and "may" and "march" are words, so they need a capital.
_MON = rf"(?:{_MONTH}|(?-i:May|Mar|MAY))"
_DAY = "|".join(sorted(DAYS, key=len)[::-1])
_UNIT = r"(?:day|week(?:end)?|month|year)"
_NUM = r"(?:\d{1,4}|" + "|".join(sorted(NUMBERS, key=len)[::-1]) + ")"
_TH = r"(?:st|nd|rd|th)?"
_GUNIT = r"(?:tag(?:en)?|wochen?|monat(?:en)?|jahr(?:en)?)"
_SEASON = "|".join(SEASONS)

_Maker = Callable[[re.Match[str], datetime, bool], When]


def _direction(word: str) -> int:
    word = word.lower()
    if word.startswith(("last", "past", "previous", "letzt", "vorig", "vergangen")):
        return -1
    return 1 if word.startswith(("next", "coming", "nächst", "kommend", "upcoming")) else 0


_RELATIVE_DAYS = {
    "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "this evening": 0,
    "yesterday": -1, "last night": -1, "tomorrow": 1, "day before yesterday": -2,
    "day after tomorrow": 2, "heute": 0, "gestern": -1, "vorgestern": -2, "morgen": 1,
    "übermorgen": 2, "the other day": -3,
}  # fmt: skip
_WHICH = r"(last|past|previous|this|next|coming|upcoming)"
_GWHICH = r"((?:letzt|vorig|vergangen|nächst|kommend|dies)e[nmrs]?)"

_PATTERNS: Sequence[tuple[str, _Maker]] = [
    (r"(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2})?)?",
     lambda m, said, past: _full(said, int(m[1]), int(m[2]), int(m[3]))),
    (r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})",
     lambda m, said, past: _full(said, int(m[3]), int(m[2]), int(m[1]))),
    (r"(\d{1,2})/(\d{1,2})/(\d{4})", lambda m, said, past: _slashed(m, said)),
    (rf"({_MON})\.?\s+(\d{{1,2}}){_TH}\s*,?\s+(\d{{4}})",
     lambda m, said, past: _full(said, int(m[3]), MONTHS[m[1].lower()], int(m[2]))),
    (rf"(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?({_MON})\.?,?\s+(\d{{4}})",
     lambda m, said, past: _full(said, int(m[3]), MONTHS[m[2].lower()], int(m[1]))),
    (rf"(?:(?:early|mid|late|in|since|by)[\s-]+)?({_MON})\.?,?\s+(?:of\s+)?(\d{{4}})",
     lambda m, said, past: _interval(
         _midnight(said).replace(year=int(m[2]), month=MONTHS[m[1].lower()], day=1), "month")),
    (rf"({_MON})\.?\s+(\d{{1,2}}){_TH}(?!\d|:)",
     lambda m, said, past: _no_year(said, MONTHS[m[1].lower()], int(m[2]), is_past=past)),
    (rf"(?:the\s+|am\s+)?(\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?({_MON})\b",
     lambda m, said, past: _no_year(said, MONTHS[m[2].lower()], int(m[1]), is_past=past)),
    (rf"(?:{'|'.join(sorted(_RELATIVE_DAYS, key=len)[::-1])})",
     lambda m, said, past: _shifted(said, _RELATIVE_DAYS[m[0].lower()], "day")),
    (rf"(?:about |around |over |almost |nearly )?({_NUM})(?: of)? ({_UNIT})s? (?:ago|back|earlier)",
     lambda m, said, past: _shifted(said, -_count(m[1]), m[2].lower())),
    (rf"(?:a )?(?:few|couple)(?: of)? ({_UNIT})s? (?:ago|back)",
     lambda m, said, past: _shifted(said, -3 if "few" in m[0].lower() else -2, m[1].lower())),
    (rf"in (?:about |around )?(?:a )?({_NUM})(?: of)? ({_UNIT})s?(?:' time)?",
     lambda m, said, past: _ahead(m, said)),
    (rf"({_NUM}) ({_UNIT})s? from (?:now|today)",
     lambda m, said, past: _shifted(said, _count(m[1]), m[2].lower())),
    (rf"vor ({_NUM}) ({_GUNIT})",
     lambda m, said, past: _shifted(said, -_count(m[1]), UNITS[m[2].lower()])),
    (rf"in ({_NUM}) ({_GUNIT})",
     lambda m, said, past: _shifted(said, _count(m[1]), UNITS[m[2].lower()])),
    (rf"(?:the )?{_WHICH} (week(?:end)?|month|year)(?!s)",
     lambda m, said, past: _relative_unit(said, _direction(m[1]), m[2].lower())),
    (rf"{_GWHICH} (woche|wochenende|monat|jahr)",
     lambda m, said, past: _relative_unit(said, _direction(m[1]), UNITS[m[2].lower()])),
    (rf"(?:on )?{_WHICH} ({_DAY})(?!s)",
     lambda m, said, past: _weekday(said, _direction(m[1]), DAYS[m[2].lower()])),
    (rf"(?:am )?{_GWHICH} ({_DAY})",
     lambda m, said, past: _weekday(said, _direction(m[1]), DAYS[m[2].lower()])),
    (rf"(?:in )?{_WHICH} ({_MON})\b",
     lambda m, said, past: _month(said, _direction(m[1]), MONTHS[m[2].lower()])),
    (rf"{_GWHICH} ({_MON})\b",
     lambda m, said, past: _month(said, _direction(m[1]), MONTHS[m[2].lower()])),
    (rf"{_WHICH} ({_SEASON})",
     lambda m, said, past: _season(said, _direction(m[1]), SEASONS[m[2].lower()])),
    (rf"(?:in |the )*({_SEASON}) (?:of |in )?(\d{{4}})",
     lambda m, said, past: _interval(
         _midnight(said).replace(year=int(m[2]), month=SEASONS[m[1].lower()], day=1), "season")),
    (rf"(?:on|am) ({_DAY})(?!s)",
     lambda m, said, past: _weekday(said, -1 if past else 0, DAYS[m[1].lower()])),
    (rf"(?:in|since|until|by|im|seit|during)(?: early| late| mid)?[ -]({_MON})\b(?! \d)",
     lambda m, said, past: _bare_month(said, MONTHS[m[1].lower()], is_past=past)),
    (r"(?:in|since|until|by|from|to|back in|around|seit|im jahr|year)(?: early| late| mid)?[ -]"
     r"((?:19|20)\d{2})(?!\d|[.,]\d)",
     lambda m, said, past: _interval(
         _midnight(said).replace(year=int(m[1]), month=1, day=1), "year")),
]  # fmt: skip


def _slashed(match: re.Match[str], said: datetime) -> When:
    """Day and month in the only order possible; where both are, nobody can tell."""
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    if first <= 12 and second <= 12 and first != second:
        raise ValueError("ambiguous")
    month, day = (second, first) if first > 12 else (first, second)
    return _full(said, year, month, day)


def _ahead(match: re.Match[str], said: datetime) -> When:
    """ "In three weeks", unless it is "not in three weeks": that has no date."""
    if re.search(
        r"n't\b|\b(?:not|never|first|best|worst)\b", match.string[: match.start()], re.IGNORECASE
    ):
        raise ValueError("a duration")
    return _shifted(said, _count(match[1]), match[2].lower())


def _bare_month(said: datetime, month: int, *, is_past: bool) -> When:
    """This month counts for both directions."""
    if month == said.month:
        return _month(said, 0, month)
    return _month(said, -1 if is_past else 1, month)


_COMPILED = [
    (re.compile(rf"\b{pattern}(?!\w)", re.IGNORECASE), make) for pattern, make in _PATTERNS
]
# Most sentences have no date: one look tells.
_HINT = re.compile(
    rf"\d|day|night|morrow|week|month|year|ago|last|next|{_SEASON}|{_MONTH}|May|morgen|gestern|heut|"
    r"woche|monat|jahr|tag\b",
    re.IGNORECASE,
)


def dates_in(text: str, said_at: datetime, *, is_past: bool = False) -> Sequence[Found]:
    """The dates of a text, in order, none within another; `is_past` decides "on Friday"."""
    if not _HINT.search(text):
        return []
    found: list[Found] = []
    taken: list[tuple[int, int]] = []  # what is no date as a whole has no part that is one
    for start, end, make, match in _candidates(text):
        if any(start < last and first < end for first, last in taken):
            continue
        taken.append((start, end))
        try:
            since, until, grain = make(match, said_at, is_past)
        except (ValueError, OverflowError, KeyError):
            continue  # the 31st of June, a year of five digits
        found.append(Found(start, end, since, until, grain))
    return sorted(found, key=lambda date: date.start)


def _candidates(text: str) -> Iterator[tuple[int, int, _Maker, re.Match[str]]]:
    for pattern, make in _COMPILED:
        for match in pattern.finditer(text):
            yield match.start(), match.end(), make, match


_SPAN = re.compile(
    rf"\b(?:for|seit)\s+(?:about |around |over |almost |nearly |more than |"
    r"the (?:last|past) |past )*"
    rf"({_NUM})(?: of)? (day|week|month|year|tag(?:en)?|wochen?|monat(?:en)?|jahr(?:en)?)s?\b",
    re.IGNORECASE,
)


def begun_in(text: str, said_at: datetime) -> datetime | None:
    """When something began that lasts "for five years" now."""
    match = _SPAN.search(text)
    if match is None:
        return None
    unit = match[2].lower()
    try:
        return _shifted(said_at, -_count(match[1]), UNITS.get(unit, unit))[0]
    except (ValueError, OverflowError, KeyError):
        return None
