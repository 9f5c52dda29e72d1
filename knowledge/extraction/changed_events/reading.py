"""Reads what a sentence says of an event that is moved or cancelled."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from knowledge.extraction.changed_events.english import english_change
from knowledge.extraction.changed_events.form import FoundChange
from knowledge.extraction.changed_events.german import german_change
from knowledge.extraction.changed_events.new_times import NewTimes, read_new_times
from knowledge.extraction.german.times import german_date
from knowledge.extraction.statements import normal_value
from knowledge.extraction.times import precision_of
from knowledge.types import EventChange, EventState, Precision, ProposedEvent

MAX_OTHER_WORDS = 6  # that tell no time, behind "moved"
_FORMS = {"en": english_change, "de": german_change}
_PERHAPS = re.compile(
    r"(?i)\b(?:maybe|perhaps|probably|possibly|might|could|should|would|vielleicht|eventuell|"
    r"womöglich|wohl|könnte|sollte|würde|falls|wenn|if|unless|whether|ob)\b"
)
_NO_EVENT = re.compile(
    r"(?i)\b(?:price|rent|salary|weight|password|pin|address|number|code|home|house|date of birth|"
    r"focus|attention|mind|opinion|furniture|sofa|desk|preis|miete|gehalt|passwort|adresse)\b"
)
_OWNER = re.compile(
    r"(?i)^(?:(?:my|our|the|this|that|der|die|das|den|dem|mein(?:e|en|em|er)?|"
    r"unser(?:e|en|em|er)?|diese[rsnm]?) |(?P<day>\w+day|today|tonight|tomorrow|next week|"
    r"this week)['’]s )"
)
_OTHERS = re.compile(r"(?:['’]s?|s['’]) ")


@dataclass(frozen=True)
class ChangedEvent:
    """A change, and the event that it makes where none of that name is known."""

    start: int  # characters of the sentence
    end: int
    text: str
    change: EventChange
    event: ProposedEvent | None


def changed_event(text: str, *, said_at: datetime, language: str) -> ChangedEvent | None:
    """The event that the sentence says is moved or cancelled; None when it says nothing such."""
    form = _FORMS.get(language)
    found = form(text) if form is not None else None
    if found is None or _PERHAPS.search(text):
        return None
    owner = _OWNER.match(found.event)
    called = found.event[owner.end() :] if owner is not None else found.event
    if _OTHERS.search(called) or _NO_EVENT.search(called):
        return None  # Anna's interview is not the user's
    name = normal_value(called)
    when = found.when
    if owner is not None and owner["day"]:
        when = f"{when} from {owner['day']}"
    times = read_new_times(
        when, name, said_at=said_at, direction=found.direction, language=language
    )
    if found.is_cancelled:
        return _cancelled(found, name, times, said_at, _written(text, found, times, language))
    is_told = times.has_time or bool(times.place)
    if not is_told or len(times.rest.split()) > (MAX_OTHER_WORDS if found.is_moved else 0):
        return None
    if not found.is_moved and times.place and not times.has_time and not name:
        return None  # "it is now in the garage"
    event = _event(times)
    return ChangedEvent(
        found.start,
        found.end,
        _written(text, found, times, language),
        _change(found, name, times, language, needs_known=event is None or not name),
        event,
    )


def _cancelled(
    found: FoundChange, name: str, times: NewTimes, said_at: datetime, written: str
) -> ChangedEvent:
    """What does not take place, of the day on which it was to."""
    day = times.date.start if times.date is not None else times.old_day
    event = None
    if day is not None:
        event = ProposedEvent(
            starts_at=day,
            ends_at=day + timedelta(days=1),
            precision=Precision.DAY,
            is_all_day=True,
            state=EventState.CANCELLED,
        )
    is_coming = event is not None and day is not None and day + timedelta(days=1) > said_at
    change = EventChange(
        name=name,
        is_cancelled=True,
        old_day=day,
        needs_known=not is_coming or not name or found.is_done_by_author,
    )
    return ChangedEvent(found.start, found.end, written, change, event)


def _event(times: NewTimes) -> ProposedEvent | None:
    """The event at its new time, as far as that can stand alone."""
    if times.recurrence:
        return ProposedEvent(recurrence=times.recurrence, precision=Precision.DAY, is_all_day=True)
    if times.date is None:
        return None
    start, precision = times.date.start, precision_of(times.date)
    if times.clock is None or precision != Precision.DAY:
        return ProposedEvent(
            starts_at=start, ends_at=times.date.end, precision=precision, is_all_day=True
        )
    start = start.replace(hour=times.clock.hour, minute=times.clock.minute)
    return ProposedEvent(
        starts_at=start, ends_at=start + timedelta(hours=1), precision=Precision.MOMENT
    )


def _change(
    found: FoundChange, name: str, times: NewTimes, language: str, *, needs_known: bool
) -> EventChange:
    return EventChange(
        name=name,
        language=language,
        day=times.date.start if times.date is not None else None,
        precision=precision_of(times.date) if times.date is not None else "",
        is_bare_weekday=times.is_bare_weekday,
        clock=times.clock,
        is_clock_vague=times.is_clock_vague,
        shift=times.shift,
        recurrence=times.recurrence,
        place="" if times.has_time and not found.is_moved else times.place,
        old_day=times.old_day,
        direction=found.direction,
        needs_known=needs_known,
    )


def _written(text: str, found: FoundChange, times: NewTimes, language: str) -> str:
    """The words that tell of the change as a sentence, with its date in full."""
    said = text[found.start : found.end].strip(" ,;:–-")
    if times.date is not None and times.date.is_relative:
        shown = german_date(times.date) if language == "de" else str(times.date)
        if shown not in said:
            words = found.when[times.date.text_start : times.date.text_end]
            at = said.find(words)
            if at >= 0 and not times.old_day:
                end = at + len(words)
                said = f"{said[:end]} ({shown}){said[end:]}"
            else:
                said = f"{said} ({shown})"
    said = said.rstrip(" .!")
    return f"{said[:1].upper()}{said[1:]}."
