"""Reads reminders: "remind me to call the dentist tomorrow at nine", in English and German.

A reminder is an event with the time at which the user wants to be reminded. One without any time is
kept as something to be done, and is never due.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from knowledge.dates import Precision as Named
from knowledge.dates import read_dates
from knowledge.dates.occurrences import occurrences
from knowledge.dates.words import MONTH_NAMES, WEEKDAY_CODES
from knowledge.extraction.number_words import ENGLISH, GERMAN, spelled
from knowledge.extraction.voices.parts import Voice
from knowledge.extraction.voices.sentences import read_sentences
from knowledge.types import Precision, ProposedEvent, ProposedFact, SourceMessage, TextSpan, Trust

CONFIDENCE = 0.9
MORNING = time(9)  # when a reminder of a whole day is due
LONGEST_TASK_CHARS = 200
TWO_MONTHS = timedelta(days=63)  # in which every day of a month comes up

_WISH = re.compile(
    r"^\W*(?:(?:and|so|ok(?:ay)?|oh|hey|please|pls|also|und|bitte|ach|can you|could you|will you|"
    r"would you|kannst du|könntest du|würdest du)\b[\s,]*)*"
    r"(?:remind me|don['’]?t let me forget|set (?:me )?(?:a|another) reminder(?: for me)?|"
    r"erinner(?:e|st|n)?(?: du)? mich|mich|stell(?:e)?(?: mir)? eine erinnerung(?: ein)?)\b[\s,:]*"
    r"(?![\s,:]*(?:what|who|when|where|why|how|which|if|whether|was|wer|wann|wo|wie|warum|ob)\b)"
    r"(?P<rest>.+?)(?P<end>\s+erinnern)?[\s.!?]*$",
    re.IGNORECASE | re.DOTALL,
)
_NUMBERS = {
    **spelled(ENGLISH, 1, 12),
    **spelled(GERMAN, 1, 12),
    **dict.fromkeys(("a", "an", "einer", "einem", "ein"), 1),
}
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_IN = re.compile(
    rf"\bin (?P<count>{_NUMBER}|half an|einer halben) "
    r"(?P<unit>minutes?|mins?|hours?|minuten?|stunden?)\b",
    re.IGNORECASE,
)
_HOUR = re.compile(
    rf"\b(?:(?:at|by|um|gegen) )(?P<half>halb )?(?P<hour>{_NUMBER})(?:[:.h](?P<minute>\d\d))?\s*"
    r"(?P<clock>o['’]?clock|uhr)?\s*(?P<part>a\.?m\b\.?|p\.?m\b\.?)?|"
    r"\b(?P<hour2>\d{1,2})(?:[:.](?P<minute2>\d\d))?\s*(?:(?P<part2>a\.?m\b\.?|p\.?m\b\.?)|uhr\b)|"
    r"\b(?:at )?(?P<noon>noon|midday|midnight|mittags?)\b",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?:(?:in the |this |tomorrow |am |morgen )?(?P<part>morning|afternoon|evening|früh|"
    r"vormittag|nachmittag|abend)|(?P<tonight>tonight|heute abend))\b",
    re.IGNORECASE,
)
_PART_HOURS = {
    "morning": 9, "afternoon": 15, "evening": 19, "früh": 8, "vormittag": 10, "nachmittag": 15,
    "abend": 19,
}  # fmt: skip
_EVERY = re.compile(
    r"\b(?:every|each|jede[nrs]?) (?P<other>(?:other|second|2nd|zweite[nrs]?|2\.) )?"
    r"(?P<unit>day|week|month|year|morning|evening|tag|woche|monat|"
    r"jahr|morgen|abend|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag"
    r"|mittwoch)\b",
    re.IGNORECASE,
)
# "every 30th", "on the 5th of each month", "jeden 15."
_MONTH_DAY = re.compile(
    r"\b(?:(?:every|each) (?P<day>[12]?\d|3[01])(?:st|nd|rd|th)(?: of the month)?(?! ?[a-z]*day\b)"
    r"(?! (?:week|month|year|morning|evening|night)s?\b)|"
    r"(?:on )?the (?P<day2>[12]?\d|3[01])(?:st|nd|rd|th) of (?:every|each) month|"
    r"jeden (?P<day3>[12]?\d|3[01])\.(?! ?\w*(?:tag|woche|monat|jahr|morgen|abend|mittwoch))"
    r"(?: (?:des|im) monats?)?|am (?P<day4>[12]?\d|3[01])\. jede[ns] monats?)",
    re.IGNORECASE,
)
_FREQUENCIES = {
    "day": "DAILY", "morning": "DAILY", "evening": "DAILY", "tag": "DAILY", "morgen": "DAILY",
    "abend": "DAILY", "week": "WEEKLY", "woche": "WEEKLY", "month": "MONTHLY", "monat": "MONTHLY",
    "year": "YEARLY", "jahr": "YEARLY",
}  # fmt: skip
_WEEKDAYS = (
    ("monday", "montag"), ("tuesday", "dienstag"), ("wednesday", "mittwoch"),
    ("thursday", "donnerstag"), ("friday", "freitag"), ("saturday", "samstag"),
    ("sunday", "sonntag"),
)  # fmt: skip
_LEADING = re.compile(
    r"^[\s,:]*(?:(?:to|about|of|that|on|at|daran|an|dass|for|by)\b[\s,]*)+", re.IGNORECASE
)
_TASK = re.compile(r"\s*(?:to|about|daran|an|dass)\b", re.IGNORECASE)
_TRAILING = re.compile(r"[\s,]+(?:on|at|by|in|um|am|gegen|and|und)?[\s,.!?]*$", re.IGNORECASE)


@dataclass(frozen=True)
class When:
    """The time that the words of a reminder tell, and the words without it."""

    rest: str
    at: datetime
    precision: Precision
    recurrence: str = ""


def propose_reminders(message: SourceMessage, user_key: str) -> Sequence[ProposedFact]:
    """The reminders that the author of the message wants, as events."""
    found = []
    for sentence in read_sentences(message.content):
        match = _WISH.match(sentence.text) if sentence.voice is Voice.OWN else None
        if match is None or (match[0].lower().lstrip().startswith("mich") and not match["end"]):
            continue
        when = _read_when(match["rest"], message.said_at)
        if when is None and not _TASK.match(match["rest"]):
            continue
        words = when.rest if when else match["rest"]
        task = _TRAILING.sub("", _LEADING.sub("", " ".join(words.split())))
        task = task[:LONGEST_TASK_CHARS]
        if not any(letter.isalpha() for letter in task):
            continue
        text = _as_said(task, when, is_german=sentence.language == "de")
        event = _event(when) if when else ProposedEvent()
        found.append(
            ProposedFact(
                text=text,
                span=TextSpan(message.id, sentence.start, sentence.end),
                about=(user_key,),
                trust=Trust.USER_SAID,
                confidence=CONFIDENCE,
                topic=f"event:{task}"[:LONGEST_TASK_CHARS],
                event=event,
            )
        )
    return found


def is_reminder(fact: ProposedFact) -> bool:
    """True for what the user wants to be reminded of."""
    return fact.event is not None and fact.event.remind_at is not None


def _event(when: When) -> ProposedEvent:
    return ProposedEvent(
        starts_at=when.at,
        precision=when.precision,
        is_all_day=when.precision is Precision.DAY,
        recurrence=when.recurrence,
        remind_at=_due(when),
    )


def _as_said(task: str, when: When | None, *, is_german: bool) -> str:
    """How it reads by itself, with its time."""
    if when is None:
        return f"Ich will erinnert werden: {task}." if is_german else f"I want a reminder: {task}."
    if is_german:
        day = f"am {when.at.day}.{when.at.month}.{when.at.year}"
        clock = f" um {when.at:%H:%M} Uhr" if when.precision is Precision.MOMENT else ""
        again = " und dann immer wieder" if when.recurrence else ""
        return f"Ich will erinnert werden: {task}, {day}{clock}{again}."
    day = f"on {when.at.day} {MONTH_NAMES[when.at.month]} {when.at.year}"
    clock = f" at {when.at:%H:%M}" if when.precision is Precision.MOMENT else ""
    again = ", again and again from then" if when.recurrence else ""
    return f"I want a reminder: {task}, {day}{clock}{again}."


def _due(when: When) -> datetime:
    if when.precision is Precision.DAY:
        return when.at.replace(hour=MORNING.hour)
    return when.at


def _read_when(rest: str, said_at: datetime) -> When | None:
    """When the reminder is due: after a while, at an hour, on a day, or again and again."""
    if match := _IN.search(rest):
        count = match["count"].lower()
        amount = 0.5 if "hal" in count else float(_number(count))
        hours = amount if match["unit"].lower().startswith(("h", "st")) else amount / 60
        at = (said_at + timedelta(hours=hours)).replace(second=0, microsecond=0)
        return When(_without(rest, match), at, Precision.MOMENT)
    if day_of_month := _MONTH_DAY.search(rest):
        return _on_each(day_of_month, rest, said_at)
    if _GONE_BY.search(rest):
        return None
    every = _EVERY.search(rest)
    clock, left = _read_clock(_without(rest, every) if every else rest)
    dates = [] if every else read_dates(left, at=said_at, lenient=True)
    day = next((date for date in dates if date.end > said_at), None)
    if day is not None:
        left = f"{left[: day.text_start]} {left[day.text_end :]}"
        start = day.start
    elif clock is not None or every is not None:
        start = said_at.replace(hour=0, minute=0, second=0, microsecond=0)
    else:
        return None
    rule, weekday = _rule(every["unit"].lower()) if every else ("", None)
    if every is not None and every["other"]:
        rule += ";INTERVAL=2"
    clock = clock or (MORNING if every else None)
    at = start.replace(hour=clock.hour, minute=clock.minute) if clock else start
    while day is None and (at <= said_at or weekday not in (None, at.weekday())):
        at += timedelta(days=1)
    is_day = day is not None and day.precision is not Named.DAY and clock is None
    precision = Precision.MOMENT if clock else Precision.DAY
    return When(left, at, Precision.DAY if is_day else precision, rule)


_GONE_BY = re.compile(
    r"(?i)^\W*(?:for |on )?(?:yesterday|last (?:night|week|month|year|\w+day)|"
    r"gestern|vorgestern|letzte[nrs]? \w+|"
    r"(?:an?|one|two|three|\d+) (?:hours?|days?|weeks?|months?) ago)\b"
)


def _on_each(match: re.Match[str], rest: str, said_at: datetime) -> When | None:
    """On that day of every month that has it."""
    number = int(next(filter(None, match.groups())))
    rule = f"FREQ=MONTHLY;BYMONTHDAY={number}"
    clock, left = _read_clock(_without(rest, match))
    clock = clock or MORNING
    first = said_at.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    coming = occurrences(
        rule,
        first,
        since=said_at + timedelta(seconds=1),
        until=said_at + TWO_MONTHS,
        zone=said_at.tzinfo or UTC,
    )
    if not coming:
        return None
    return When(left, coming[0].astimezone(said_at.tzinfo), Precision.MOMENT, rule)


def _rule(unit: str) -> tuple[str, int | None]:
    """The recurrence rule, and the weekday on which it begins."""
    for number, names in enumerate(_WEEKDAYS):
        if unit in names:
            return f"FREQ=WEEKLY;BYDAY={WEEKDAY_CODES[number]}", number
    return f"FREQ={_FREQUENCIES[unit]}", None


def _read_clock(text: str) -> tuple[time | None, str]:
    """The time of day that the text names, and the text without it."""
    part = _PART.search(text)
    match = _HOUR.search(text)
    if match is None:
        if part is None:
            return None, text
        hour = 19 if part["tonight"] else _PART_HOURS[part["part"].lower()]
        start, end = part.span("tonight" if part["tonight"] else "part")
        return time(hour), f"{text[:start]} {text[end:]}"
    if match["noon"]:
        hour, minute, meridiem = (0 if match["noon"].lower() == "midnight" else 12), 0, "fixed"
    else:
        hour = _number(match["hour"] or match["hour2"])
        minute = int(match["minute"] or match["minute2"] or 0)
        meridiem = (match["part"] or match["part2"] or "").lower().replace(".", "")
        if match["half"]:
            hour, minute = hour - 1, 30
        is_late = part is not None and (part["tonight"] or _PART_HOURS[part["part"].lower()] > 12)
        is_early = part is not None and not is_late
        if meridiem == "pm" or (not meridiem and hour < 12 and is_late):
            hour += 12 if hour < 12 else 0
        elif meridiem == "am":
            hour %= 12
        elif not meridiem and 1 <= hour <= 6 and not is_early and not match["clock"]:
            hour += 12  # "at three" is in the afternoon
    if not (0 <= hour < 24 and minute < 60):
        return None, text
    left = _without(text, match)
    if part is not None:
        left = re.sub(rf"\b(?:in the |this )?{part[0]}\b", " ", left, flags=re.IGNORECASE)
        if re.match(r"(?i)tomorrow|morgen", part[0]):
            left += f" {part[0].split()[0]}"
    return time(hour, minute), left


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word.lower()]


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"
