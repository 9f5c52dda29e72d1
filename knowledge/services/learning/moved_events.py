"""Which known event is moved or cancelled, and how it is told at its new time."""

# ruff: noqa: E501  patterns of alternatives

import re
from dataclasses import replace
from datetime import datetime, time, timedelta, tzinfo
from uuid import UUID

from knowledge import identity
from knowledge.dates import read_dates
from knowledge.dates.words import GERMAN_MONTH_NAMES, MONTH_NAMES, WEEKDAY_CODES
from knowledge.models import Block
from knowledge.services.learning.events import event_of, is_coming
from knowledge.services.learning.references import Statements, tail_of
from knowledge.types import BlockKind, EventChange, EventState, Precision, ProposedEvent, Trust

MIN_PART = 4  # letters of a German noun that stands within another one
_DETAIL = re.compile(
    r" (?:with|at|in|on|for|every|each|from|about|to|mit|bei|beim|im|um|am|jeden?|von|zum|zur)\b.*"
)
_ANY = frozenset({"appointment", "meeting", "termin", "treffen", "event", "verabredung", "lesson"})
_CLOCK = re.compile(
    r"(?i) ?\b(?:from |at |um |ab |gegen |by )?(?:(?:half|a quarter|quarter) (?:past|to) \w+|(?:[01]?\d|2[0-3])(?:[:.][0-5]\d)? ?(?:am|pm|a\.m\.|p\.m\.|o'clock|uhr(?: \d\d)?)(?!\w)|\d?\d:[0-5]\d(?: uhr)?|(?<=at )(?:\d{1,2}|noon|midnight|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?=[ .,!]|$))"
)
_AT = re.compile(r"(?i) ?\b(?:at|um)(?=\s*(?:[.,!]|$|in\b|with\b|on\b))")
_PLACE = re.compile(
    r"(?i) (?:in|at|im|bei|beim) (?!(?:the )?(?:morning|afternoon|evening|\d|noon|midnight|half|january|february|march|april|may|june|july|august|september|october|november|december))(?:the |our |my |der |dem )?[\w'’-]+(?: (?!on\b|at\b|every\b|with\b|um\b|am\b|statt\b)[\w'’-]+){0,3}"
)


def events_meant(
    change: EventChange, statements: Statements, *, said_at: datetime, message_id: UUID
) -> list[Block]:
    """The known events that the change may be of: one, or those of which it is to be asked."""
    coming = [
        block
        for block in statements.open(kinds=[BlockKind.EVENT])
        if is_coming(block, said_at)
        and block.said_at <= said_at
        and block.trust >= Trust.USER_SAID
        and block.topic
    ]
    if not change.name:  # "It was moved": what the same message has told last, if that is one
        told = [b for b in statements.work.additions(Block) if b.message_id == message_id]
        return [block for block in coming if told and block.id == told[-1].id]
    name = tail_of(identity.canonical_topic(f"event:{change.name}"))
    # What was said of the user's: "I'm seeing the dentist on Tuesday" may be the dentist's.
    own = [b for b in coming if (who := statements.subject_of(b)) is None or who.is_self]
    is_strict = change.needs_known and bool(change.place)
    found = [block for block in coming if _is_named(block, name)]
    if not found and not is_strict:
        found = [block for block in coming if _is_of_compound(block, name)]
        found = found or [block for block in own if _is_spoken_of(block, name)]
    return _of_that_day(found, change, statements.zone)


def _head(block: Block) -> str:
    """What the event is, without whom it is with and where: "dinner" of "dinner with Paula"."""
    return _DETAIL.sub("", tail_of(block.topic))


def _is_named(block: Block, name: str) -> bool:
    ours, theirs = _DETAIL.sub("", name).split(), _head(block).split()
    if not ours or not theirs or ours[-1] != theirs[-1]:
        return False
    detail = set(name.split()) - set(ours) - {"with", "of", "for", "at", "mit", "bei"}
    said = set(identity.canonical_value(block.text).split())
    is_same = set(ours) <= set(theirs) or set(theirs) <= set(ours)
    return is_same and detail <= said


def _is_of_compound(block: Block, name: str) -> bool:
    """Zahnarzt, Termin and dentist of Zahnarzttermin and dentist appointment."""
    said, theirs = name.split(), _head(block).split()
    if not said or not theirs:
        return False
    if len(said) == 1 and len(theirs) == 1:
        short, long = sorted((said[0], theirs[0]), key=len)
        is_part = long.startswith(short) or long.endswith(short)
        return len(short) >= MIN_PART and is_part
    longer, shorter = (theirs, said) if len(theirs) >= len(said) else (said, theirs)
    return set(shorter) <= set(longer) and (
        set(longer) - set(shorter) <= _ANY or shorter[-1] in _ANY or longer is theirs
    )


def _is_spoken_of(block: Block, name: str) -> bool:
    return set(name.split()) <= set(identity.canonical_value(block.text).split())


def _of_that_day(found: list[Block], change: EventChange, zone: tzinfo) -> list[Block]:
    """Those of the day that is said, where some are of it; else all."""
    if change.old_day is not None:
        day = change.old_day.astimezone(zone).date()
        on_day = [
            block
            for block in found
            if (block.starts_at is not None and (block.starts_at.astimezone(zone).date() == day))
            or WEEKDAY_CODES[day.weekday()] in block.recurrence.partition("BYDAY=")[2].split(",")
        ]
        found = on_day or found
    return found


def changed(change: EventChange, block: Block, *, zone: tzinfo, said_at: datetime) -> ProposedEvent:
    """The known event as it is after the change."""
    old = block.starts_at.astimezone(zone) if block.starts_at is not None else None
    event = replace(event_of(block), recurrence=change.recurrence or block.recurrence)
    if change.is_cancelled:
        return replace(event, state=EventState.CANCELLED, remind_at=None)
    has_hour = old is not None and block.time_precision == Precision.MOMENT
    clock = _clock(change, old if has_hour else None)
    start, precision = old, str(block.time_precision)
    if change.shift is not None and old is not None:
        start = old + change.shift
    if change.day is not None:
        start = _new_day(change, old, zone, said_at)
        precision = change.precision
    if start is None and clock is not None:
        start = said_at.astimezone(zone).replace(second=0, microsecond=0)
    if start is None:
        return event
    keeps_hour = precision == Precision.DAY or bool(block.recurrence)
    if clock is None and keeps_hour and has_hour and old is not None and change.shift is None:
        clock = old.time()
    if clock is not None and (
        precision in (Precision.DAY, Precision.MOMENT, "") or block.recurrence
    ):
        start = start.replace(hour=clock.hour, minute=clock.minute)
        precision = Precision.MOMENT
    is_moment = precision == Precision.MOMENT
    length = block.ends_at - block.starts_at if block.ends_at and block.starts_at else None
    if length is not None and is_moment != has_hour:
        length = timedelta(hours=1) if is_moment else timedelta(days=1)
    recurrence = event.recurrence
    if change.day is not None and recurrence and not change.recurrence:
        recurrence = re.sub(
            r"BYDAY=\w{2}(?![\w,])", f"BYDAY={WEEKDAY_CODES[start.weekday()]}", recurrence
        )
    remind_at = event.remind_at
    if remind_at is not None and old is not None:
        remind_at += start - old
    return replace(
        event,
        starts_at=start,
        ends_at=start + length if length is not None else None,
        precision=precision,
        is_all_day=not is_moment,
        recurrence=recurrence,
        remind_at=remind_at,
    )


def _clock(change: EventChange, old: datetime | None) -> time | None:
    """The new time of day; of two that can be meant the one that is nearer to the old one."""
    clock = change.clock
    if clock is None or not change.is_clock_vague or old is None:
        return clock
    other = time((clock.hour + 12) % 24, clock.minute)

    def distance(one: time) -> int:
        return abs((one.hour - old.hour) * 60 + one.minute - old.minute)

    return min((clock, other), key=distance)


def _new_day(
    change: EventChange, old: datetime | None, zone: tzinfo, said_at: datetime
) -> datetime:
    """The new day; a weekday alone is of the week in which the event was to be."""
    day = change.day.astimezone(zone) if change.day is not None else said_at
    if not change.is_bare_weekday or old is None or change.recurrence:
        return day
    midnight = old.replace(hour=0, minute=0, second=0, microsecond=0)
    moved = midnight + timedelta(days=day.weekday() - old.weekday())
    if moved.date() < said_at.astimezone(zone).date() or (
        change.direction > 0 and moved < midnight
    ):
        moved += timedelta(days=7)
    if change.direction < 0 and moved > midnight and moved - timedelta(days=7) > said_at:
        moved -= timedelta(days=7)
    return moved


# -- how it reads


def reads_changed(
    said: str, change: EventChange, block: Block, event: ProposedEvent, *, zone: tzinfo
) -> str:
    """The known event's sentence with its new time or place; else what was said of the change."""
    if change.is_cancelled:
        if change.name:
            return said
        off = "fällt aus" if change.language == "de" else "is cancelled"
        return f"{block.text.rstrip('.')} ({off})."
    if change.recurrence:
        return said
    is_german = change.language == "de"
    if change.place and change.day is None and change.clock is None and change.shift is None:
        match = _PLACE.search(block.text)
        if match is None or (
            is_german and not re.match(r"(?i)(?:in raum|im|beim?)\b", change.place)
        ):
            return said
        return f"{block.text[: match.start()]} {change.place}{block.text[match.end() :]}"
    text = _retimed(block, event, zone, is_german=is_german)
    if text and change.place:
        text = f"{text.rstrip('.')} {change.place}."
    return text or said


def _retimed(block: Block, event: ProposedEvent, zone: tzinfo, *, is_german: bool) -> str:
    """The sentence with the new day and hour where the old day stood; empty where none stood."""
    text, start = block.text, event.starts_at
    if start is None:
        return ""
    dates = read_dates(text, at=block.said_at.astimezone(zone), lenient=True)
    clock = _CLOCK.search(text)
    hour = f"{start:%H:%M}"
    when = f"um {hour} Uhr" if is_german else f"at {hour}"
    if block.recurrence or not dates:
        if clock is None or event.precision != Precision.MOMENT:
            return ""
        rest = _AT.sub("", text[: clock.start()])
        return f"{rest} {when}{text[clock.end() :]}"
    day = (
        f"am {start.day}. {GERMAN_MONTH_NAMES[start.month]} {start.year}"
        if is_german
        else f"on {start.day} {MONTH_NAMES[start.month]} {start.year}"
    )
    new = f"{day} {when}" if event.precision == Precision.MOMENT else day
    spans = [(one.text_start, one.text_end) for one in dates]
    if clock is not None:
        spans.append(clock.span())
    place = spans[0][0]
    for begin, end in sorted(spans, reverse=True):
        text = f"{text[:begin]}{text[end:]}"
        place = begin if begin < place else place
    text = f"{text[:place]} {new} {text[place:]}"
    text = re.sub(r"\(\s*\)", "", text)
    text = re.sub(rf"(?i)\b(?:on|at|the|am|den|vom|auf|to|um) +(?={re.escape(new)})", "", text)
    return re.sub(r" +(?=[.,!?])", "", re.sub(r" {2,}", " ", _AT.sub("", text)))
