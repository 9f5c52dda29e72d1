"""Which known event a statement tells of: the same again, another time for it, or its end."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from exobrain.lib.moments import EARLIEST, LATEST
from knowledge import identity
from knowledge.dates.occurrences import end_of, is_rule
from knowledge.models import Block
from knowledge.services.learning.references import tail_of
from knowledge.services.ledger.conflicts import ONE_SITTING
from knowledge.types import EventState, Precision, ProposedEvent

FINENESS = (Precision.UNKNOWN, Precision.YEAR, Precision.MONTH, Precision.DAY, Precision.MOMENT)


@dataclass(frozen=True)
class Placed:
    """What a told event is to those known."""

    event: ProposedEvent  # with what it leaves out and the known one tells
    same: Block | None = None  # it is this one
    replaced: Block | None = None  # it comes in the place of this one
    perhaps: Sequence[Block] = ()  # of one of these, and the user is asked of which


def place_event(  # noqa: PLR0911  a case, a return
    event: ProposedEvent,
    known: Sequence[Block],
    *,
    said_at: datetime,
    corrected: Block | None,
    moves: bool,
    is_change: bool,
) -> Placed:
    """Whether the event is one of those known by its key, all of which hold.

    With `moves`, another time is a change of the only one that is to come. The user is asked when
    both were said in one sitting, unless words of the later one say that something changed.
    """
    coming = [block for block in known if is_coming(block, said_at)]
    if corrected is not None:
        return Placed(_completed(event, corrected), replaced=corrected)
    same = [block for block in known if _is_compatible(block, event)]
    if event.state != EventState.PLANNED:
        meant = [block for block in same if block in coming] or same or coming
        return _place_outcome(event, meant)
    same = [block for block in same if block in coming or _is_exact(block, event)]
    if same:
        latest = max(same, key=lambda block: block.said_at)
        if _is_finer(event, latest):
            return Placed(event, replaced=latest)
        return Placed(event, same=latest)
    if not moves or len(coming) != 1:
        return Placed(event)
    if not is_change and said_at - coming[0].said_at < ONE_SITTING:
        return Placed(event, perhaps=coming)
    return Placed(_completed(event, coming[0]), replaced=coming[0])


_CHANGED = re.compile(
    r"(?i)\b(?:moved?|moving|changed?|pushed|shifted|switched|postponed|rescheduled|"
    r"brought forward|delayed|now|instead|actually|from now on|after all|"
    r"wrong|not (?:right|true|correct)|sorry|mistake|my bad|oops|wait|correction|i meant?|"
    r"verschoben|verlegt|vorgezogen|jetzt|nun|doch|stattdessen|ab jetzt|"
    r"falsch|stimmt (?:so |gar |doch )?nicht|nein|moment|quatsch|unsinn|vertan|ich meine?te?)\b"
)


def tells_of_change(text: str) -> bool:
    """True for words that say that a time is another than before, or than was said."""
    return _CHANGED.search(text) is not None


def _place_outcome(event: ProposedEvent, meant: Sequence[Block]) -> Placed:
    """What was cancelled or has happened is one of those that are meant."""
    if len(meant) != 1:
        return Placed(event, perhaps=meant)
    if meant[0].event_state == event.state:
        return Placed(event, same=meant[0])
    return Placed(_completed(event, meant[0]), replaced=meant[0])


def moved_within_week(event: ProposedEvent, wrong: Block, *, said_at: datetime) -> ProposedEvent:
    """The event in the week of the one that it corrects: "not Tuesday but Wednesday".

    The reader takes the weekday that is nearest to the message, which may be another week's.
    """
    start, old = event.starts_at, wrong.starts_at
    if start is None or old is None or event.precision != Precision.DAY:
        return event
    old = old.astimezone(start.tzinfo)
    day = old + timedelta(days=start.weekday() - old.weekday())
    if day < said_at <= old:
        day += timedelta(days=7)
    day = day.replace(hour=start.hour, minute=start.minute, second=0, microsecond=0)
    length = event.ends_at - start if event.ends_at else None
    return replace(
        event,
        starts_at=day,
        ends_at=day + length if length is not None else None,
        state=EventState(wrong.event_state or EventState.PLANNED),
    )


def sensible(event: ProposedEvent) -> ProposedEvent:
    """The event without what cannot be: a rule that is none, an end before the start, times that
    no clock shows.
    """
    rule = event.recurrence if is_rule(event.recurrence) else ""
    starts_at, ends_at, remind_at = (
        at if at is not None and EARLIEST <= at < LATEST else None
        for at in (event.starts_at, event.ends_at, event.remind_at)
    )
    if starts_at is None or (ends_at is not None and ends_at < starts_at):
        ends_at = None
    return replace(
        event, recurrence=rule, starts_at=starts_at, ends_at=ends_at, remind_at=remind_at
    )


def event_of(block: Block) -> ProposedEvent:
    """The event that the block is."""
    return ProposedEvent(
        starts_at=block.starts_at,
        ends_at=block.ends_at,
        precision=block.time_precision,
        is_all_day=block.is_all_day,
        recurrence=block.recurrence,
        state=block.event_state or EventState.PLANNED,
        remind_at=block.remind_at,
    )


def value_of(event: ProposedEvent) -> str:
    """What two tellings of one event have in common: its time, its rule, its state."""
    start = event.starts_at.isoformat() if event.starts_at else "at some time"
    return identity.normal_text(f"{start} {event.recurrence} {event.state}")


def is_of_key(block: Block, topic: str) -> bool:
    """True when the block's event goes by the topic's key, or by a longer or shorter one."""
    return block.topic == topic or identity.names_same_value(tail_of(block.topic), tail_of(topic))


def is_coming(block: Block, at: datetime) -> bool:
    if block.event_state != EventState.PLANNED:
        return False
    if block.starts_at is None or block.recurrence:
        return True
    end = end_of(
        block.starts_at,
        block.ends_at,
        precision=block.time_precision,
        is_all_day=block.is_all_day,
    )
    return end >= at


def _is_exact(block: Block, event: ProposedEvent) -> bool:
    return block.starts_at == event.starts_at and event.starts_at is not None


def _is_compatible(block: Block, event: ProposedEvent) -> bool:
    """True when both can be of one time, as far as each tells it."""
    if block.starts_at is None or event.starts_at is None:
        return not (block.recurrence and event.recurrence) or _recur_alike(block, event)
    if block.starts_at == event.starts_at:
        return _recur_alike(block, event)
    if not _recur_alike(block, event) or event.precision == block.time_precision:
        return False
    ours = (
        event.starts_at,
        end_of(
            event.starts_at, event.ends_at, precision=event.precision, is_all_day=event.is_all_day
        ),
    )
    theirs = (
        block.starts_at,
        end_of(
            block.starts_at,
            block.ends_at,
            precision=block.time_precision,
            is_all_day=block.is_all_day,
        ),
    )
    if Precision.MOMENT in (event.precision, block.time_precision):
        inner, outer = (ours, theirs) if event.precision == Precision.MOMENT else (theirs, ours)
        return outer[0] <= inner[0] < outer[1]
    return ours[0] < theirs[1] and theirs[0] < ours[1]


def _recur_alike(block: Block, event: ProposedEvent) -> bool:
    return block.recurrence == event.recurrence


def _is_finer(event: ProposedEvent, block: Block) -> bool:
    """True when the event's time says more than the block's."""

    def fineness(precision: str, start: datetime | None) -> int:
        if start is None or precision not in FINENESS:
            return -1 if start is None else 0
        return FINENESS.index(Precision(precision))

    return fineness(event.precision, event.starts_at) > fineness(
        block.time_precision, block.starts_at
    )


def _completed(event: ProposedEvent, block: Block) -> ProposedEvent:
    """The event with the hour, the rule or the whole time of the one in whose place it comes."""
    if event.starts_at is None:
        return replace(
            event,
            starts_at=block.starts_at,
            ends_at=block.ends_at,
            precision=block.time_precision,
            is_all_day=block.is_all_day,
            recurrence=event.recurrence or block.recurrence,
            remind_at=event.remind_at,
        )
    has_hour = block.starts_at is not None and block.time_precision == Precision.MOMENT
    if event.precision != Precision.DAY or not has_hour or block.starts_at is None:
        return event
    clock = block.starts_at.astimezone(event.starts_at.tzinfo)
    start = event.starts_at.replace(hour=clock.hour, minute=clock.minute)
    end = block.ends_at - block.starts_at + start if block.ends_at else None
    return replace(
        event, starts_at=start, ends_at=end, precision=Precision.MOMENT, is_all_day=False
    )
