"""The time to which an event goes, from the words behind "moved" and "is now"."""

# ruff: noqa: E501  patterns of alternatives

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from knowledge.dates import DateInterval, read_dates
from knowledge.dates import Precision as DatePrecision
from knowledge.dates.words import WEEKDAYS
from knowledge.extraction.german.times import hour_of, recurrence_of
from knowledge.extraction.number_words import ENGLISH, GERMAN, spelled
from knowledge.extraction.times import clock_in, recurrence_in

_NUMBERS = "|".join((*spelled(ENGLISH, 1, 12), *spelled(GERMAN, 1, 12), "noon", "midnight"))
_OLD = re.compile(
    r"(?i)\bnot (?:on |at |in )?(?P<a>[^,]{2,30}?),? but (?:rather )?|\b(?:instead of|rather than) (?:on |at |in )?(?P<b>[\w:. ]{1,30})|,? not (?:on |at |in )?(?P<c>(?!happening)[\w:. ]{1,30})$|"
    r"\bfrom (?!now\b|next\b|this\b)(?:the )?(?P<d>[\w:. ]{1,30}?) (?=(?:to|until|till)\b)|\bfrom (?!now\b|next\b|this\b)(?P<e>[\w:. ]{1,30})$|"
    r"\bnicht (?:am |um |in )?(?P<f>[^,]{2,30}?), ?sondern |\bstatt (?:am |um |in |wie )?(?P<g>(?!$)[\w:. ]{1,30}?)(?= statt\b| an\b|$|,)|"
    r"\bvo[nm] (?P<h>[\w:. ]{1,30}?) (?=auf\b)|\bvo[nm] (?P<i>[\w:. ]{1,30})$"
)
_COUNTS = {
    "a": 1.0,
    "an": 1.0,
    "half an": 0.5,
    "eine": 1.0,
    "einen": 1.0,
    "ein": 1.0,
    "eine halbe": 0.5,
    "a couple of": 2.0,
}
_SHIFT = re.compile(
    rf"(?i)\b(?:(?:by|um) )?(?P<count>half an|a couple of|eine halbe|an?|eine[nm]?|ein|\d+|{_NUMBERS}) (?P<unit>hours?|minutes?|mins?|days?|weeks?|stunden?|minuten?|tage?n?|wochen?)\b(?: (?P<way>later|earlier|back|forward|ahead|früher|später|nach hinten|nach vorne?))?"
)
_UNITS = {"h": "hours", "s": "hours", "m": "minutes", "d": "days", "t": "days", "w": "weeks"}
_HOUR_BEHIND = re.compile(
    rf"(?i)\b(?:to|until|till|for|by|at|begins?|starts?) (?=(?:\d|half|(?:a )?quarter|{_NUMBERS})\b|\d)"
)
_GERMAN_HOUR = re.compile(
    rf"(?i)\b(?:auf|um|gegen|ab|erst|schon|bis)\b(?: (?:erst|schon|um))? (?=(?:halb|viertel|{_NUMBERS})\b|\d)"
)
_MARKED = re.compile(
    r"(?i)\b(?:\d?\d ?)?(?:am|pm|a\.m\.|p\.m\.|noon|midnight|morning|afternoon|evening|tonight|früh|morgens|nachmittags?|abends?|mittags?|nachts)\b"
)
_CLOCK_WORDS = re.compile(
    rf"(?i)\b(?:at|um) (?:half |(?:a )?quarter |halb |viertel )?(?:(?:past|to|vor|nach) )?(?:{_NUMBERS}|\d{{1,2}}(?:[:.]\d\d)?)(?: ?(?:am|pm|a\.m\.|p\.m\.|o'clock|uhr)(?!\w))?(?: \d\d\b)?|\b\d{{1,2}}(?:[:.]\d\d)? ?(?:am|pm|uhr)\b|\b\d{{1,2}}:\d\d"
)
_PLACE = re.compile(
    r"(?i)\b(?:(?P<to>(?:to|into)(?= (?:the|our|my|room|hall|gym|number|\d|(?-i:[A-Z]))))|in|at|im|bei|beim|auf dem|auf der|am) (?P<what>(?:the |our |my |der |dem |die |den )?(?!(?:same|future|morning|zukunft|\w+days?|\w+tags?)\b)[\w'’-][\w'’ -]{1,38}?)(?= (?:now|instead|from now on|statt|jetzt|verlegt)\b|[ ,]*$)"
)
_FILLERS = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "be",
        "been",
        "but",
        "by",
        "coming",
        "due",
        "erst",
        "for",
        "from",
        "happening",
        "in",
        "instead",
        "is",
        "it",
        "jetzt",
        "immer",
        "later",
        "leaving",
        "auch",
        "now",
        "now,",
        "of",
        "on",
        "only",
        "planned",
        "scheduled",
        "same",
        "sharp",
        "doch",
        "noch",
        "so",
        "starting",
        "the",
        "then",
        "time",
        "till",
        "to",
        "until",
        "um",
        "am",
        "an",
        "auf",
        "ab",
        "den",
        "dem",
        "der",
        "die",
        "das",
        "schon",
        "sofort",
        "statt",
        "stattdessen",
        "nun",
        "zeit",
        "uhrzeit",
        "zur",
        "gleichen",
        "selben",
        "gleiche",
        "going",
        "onwards",
        "week",
        "next",
        "this",
        "later",
        "earlier",
        "new",
        "there",
        "rather",
        "at,",
        "künftig",
        "diesmal",
        "sondern",
        "nicht",
        "wie",
        "geplant",
        "again",
        "already",
        "just",
        "actually",
        "day",
        "place",
        "takes",
        "taking",
        "always",
        "each",
        "every",
        "wieder",
    ]
)


@dataclass(frozen=True)
class NewTimes:
    """What some words tell of when and where something is from now on."""

    date: DateInterval | None
    is_bare_weekday: bool
    clock: time | None
    is_clock_vague: bool
    shift: timedelta | None
    recurrence: str
    place: str
    old_day: datetime | None
    rest: str  # words that tell something else

    @property
    def has_time(self) -> bool:
        """True when they tell any."""
        return bool(self.date or self.clock or self.shift or self.recurrence)


def read_new_times(
    words: str, name: str, *, said_at: datetime, direction: int, language: str
) -> NewTimes:
    """The times that the words tell of an event of that name."""
    left, old_day = _without_old(words, said_at)
    recurrence = recurrence_in(left) if language == "en" else recurrence_of([left])
    dates = [] if recurrence else _dates(left, said_at)
    date = dates[0] if dates else None
    text = left
    for one in reversed(dates):
        text = f"{text[: one.text_start]} {text[one.text_end :]}"
    shift = None
    if date is None and (found := _SHIFT.search(text)):
        shift = _shift(found, direction)
        text = f"{text[: found.start()]} {text[found.end() :]}"
    clock, is_vague, text = _clock(text, name, language)
    is_bare = date is not None and _is_bare_weekday(left[date.text_start : date.text_end])
    place = ""
    if found_place := _PLACE.search(text):
        place = found_place[0].strip(" ,")
        if found_place["to"]:
            place = f"in {found_place['what']}"
        text = f"{text[: found_place.start()]} {text[found_place.end() :]}"
    rest = [word for word in re.findall(r"[\w']+", text.lower()) if word not in _FILLERS]
    if recurrence:
        rest = [
            w
            for w in rest
            if not re.match(
                r"(?:mon|tues|wednes|thurs|fri|satur|sun|diens|mitt|donners|frei|sams|sonn)(?:day|tag|woch)s?",
                w,
            )
        ]
    return NewTimes(
        date, is_bare, clock, is_vague, shift, recurrence, place, old_day, " ".join(rest)
    )


def _is_bare_weekday(said: str) -> bool:
    """True for "Friday" and "on Friday"; not for "next Friday"."""
    words = said.lower().split()
    return words[-1] in WEEKDAYS and words[:-1] in ([], ["on"], ["am"])


def _without_old(words: str, said_at: datetime) -> tuple[str, datetime | None]:
    """The words without those that tell when it was before, and the day that those tell."""
    old_day = None
    while (match := _OLD.search(words)) is not None:
        said = next((one for one in match.groups() if one), "")
        if old_day is None and (dates := _dates(said, said_at)):
            old_day = dates[0].start
        words = f"{words[: match.start()]} {words[match.end() :]}"
    return words, old_day


def _dates(words: str, said_at: datetime) -> list[DateInterval]:
    return [
        one
        for one in read_dates(words, at=said_at, lenient=True)
        if one.precision is not DatePrecision.RANGE
    ]


def _shift(match: re.Match[str], direction: int) -> timedelta:
    count = match["count"].lower()
    numbers = {**spelled(ENGLISH, 1, 12), **spelled(GERMAN, 1, 12)}
    number = _COUNTS.get(count) or float(numbers.get(count) or (count if count.isdigit() else 1))
    way = (match["way"] or "").lower()
    is_earlier = way in ("earlier", "forward", "ahead", "früher") or way.startswith("nach vorn")
    is_later = way in ("later", "back", "später", "nach hinten")
    sign = -1 if is_earlier or (direction < 0 and not is_later) else 1
    return sign * timedelta(**{_UNITS[match["unit"][0].lower()]: number})


def _clock(words: str, name: str, language: str) -> tuple[time | None, bool, str]:
    """The time of day, whether it may be twelve hours later or earlier, and the other words."""
    if language == "en":
        words = _HOUR_BEHIND.sub("at ", words)
        found = clock_in(f"{name} {words}".strip())
        clock = time(*found) if found else None
    else:
        words = _GERMAN_HOUR.sub("um ", words)
        at = re.search(r"(?i)\bum (?=\w)", words)
        clock = hour_of([words[at.start() :] if at else words])
    if clock is None:
        return None, False, words
    said = _CLOCK_WORDS.search(words)
    is_vague = not _MARKED.search(words) and (
        clock.hour <= 12 or not re.search(r"\b(?:1[3-9]|2[0-3])", words)
    )
    if said is not None:
        words = f"{words[: said.start()]} {words[said.end() :]}"
    return clock, is_vague, words
