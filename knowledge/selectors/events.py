"""What takes place when, and of what the user is to be reminded.

An event passes by its time alone. Every read is of one user, and of what holds now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from django.db.models import Q, QuerySet

from exobrain.lib.moments import EARLIEST
from knowledge.dates.occurrences import LENGTHS, end_of, occurrences
from knowledge.models import Block
from knowledge.types import BlockKind, EventState, Status


@dataclass(frozen=True)
class Occurrence:
    """One time at which an event takes place."""

    event_id: UUID  # of its block
    text: str
    topic: str
    starts_at: datetime
    ends_at: (
        datetime  # exclusive; the end of its day, month or year where that is all that is known
    )
    precision: str  # a Precision of the start
    is_all_day: bool
    recurrence: str
    state: str  # of EventState
    remind_at: datetime | None
    status: str  # of Status


@dataclass(frozen=True)
class DueReminder:
    """Something of which the user wants to be reminded by now."""

    event_id: UUID
    text: str
    remind_at: datetime
    starts_at: datetime | None
    precision: str
    recurrence: str


def upcoming(*, user_id: UUID, since: datetime, until: datetime, zone: tzinfo) -> list[Occurrence]:
    """Every occurrence that is not over at `since` and begins before `until`, the first one first.

    Recurring events are expanded on the clock of the zone. What is cancelled is left out.
    """
    reaches = Q(recurrence__gt="") | Q(ends_at__gt=since)
    reaches |= Q(ends_at=None, starts_at__gte=since - LENGTHS["day"])
    for precision, length in LENGTHS.items():
        reaches |= Q(ends_at=None, time_precision=precision, starts_at__gte=since - length)
    events = _events(user_id).exclude(event_state=EventState.CANCELLED)
    rows = events.filter(reaches, starts_at__lt=until)
    found = [each for block in rows for each in _occurrences(block, since, until, zone)]
    return sorted(found, key=lambda each: (each.starts_at, each.ends_at, str(each.event_id)))


def due_reminders(*, user_id: UUID, now: datetime) -> list[DueReminder]:
    """Reminders whose time has come and that the user has not seen to, the oldest first."""
    due = (
        _events(user_id)
        .filter(remind_at__lte=now, reminded_at=None)
        .exclude(event_state=EventState.CANCELLED)
        .order_by("remind_at", "id")
    )
    return [
        DueReminder(
            event_id=block.id,
            text=block.text,
            remind_at=block.remind_at,
            starts_at=block.starts_at,
            precision=block.time_precision,
            recurrence=block.recurrence,
        )
        for block in due
        if block.remind_at is not None
    ]


def _events(user_id: UUID) -> QuerySet[Block]:
    """The events that hold."""
    return Block.objects.filter(user_id=user_id, kind=BlockKind.EVENT, superseded_at=None).exclude(
        status=Status.FALSIFIED
    )


def _occurrences(
    block: Block, since: datetime, until: datetime, zone: tzinfo
) -> Iterable[Occurrence]:
    if block.starts_at is None:
        return
    end = end_of(
        block.starts_at,
        block.ends_at,
        precision=block.time_precision,
        is_all_day=block.is_all_day,
    )
    length = end - block.starts_at
    reached = since - length if length < since - EARLIEST else EARLIEST
    starts = occurrences(block.recurrence, block.starts_at, since=reached, until=until, zone=zone)
    for start in starts:
        if start + length < since or (length and start + length == since):
            continue
        yield Occurrence(
            event_id=block.id,
            text=block.text,
            topic=block.topic,
            starts_at=start,
            ends_at=start + length,
            precision=block.time_precision,
            is_all_day=block.is_all_day,
            recurrence=block.recurrence,
            state=block.event_state,
            remind_at=block.remind_at,
            status=block.status,
        )
