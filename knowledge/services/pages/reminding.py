"""What the user does about a reminder; each is an edit that can be rolled back."""

from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from knowledge.dates.occurrences import occurrences
from knowledge.errors import RecordNotFound, ReminderInThePast
from knowledge.models import Block, Changeset
from knowledge.services.ledger.unit_of_work import UnitOfWork, open_unit_of_work
from knowledge.types import BlockKind

LOOKED_AHEAD = timedelta(days=3_700)  # for the next time: a leap day comes in eight years


def finish(*, user_id: UUID, event_id: UUID, zone: tzinfo) -> UUID:
    """The reminder is seen to; that of a recurring event is due before its next time.

    Returns the changeset. Raises RecordNotFound for what is no reminder.
    """
    with open_unit_of_work(user_id=user_id, kind=Changeset.Kind.EDIT) as work:
        block = _find_reminder(user_id, event_id)
        following = _next_reminder(work, block, zone)
        if following is not None:
            work.change(block, remind_at=following)
        else:
            work.change(block, reminded_at=work.now)
        return work.changeset.id


def snooze(*, user_id: UUID, event_id: UUID, until: datetime) -> UUID:
    """The reminder is due again then; returns the changeset.

    Raises RecordNotFound for what is no reminder, and ReminderInThePast.
    """
    with open_unit_of_work(user_id=user_id, kind=Changeset.Kind.EDIT) as work:
        block = _find_reminder(user_id, event_id)
        if until <= work.now:
            raise ReminderInThePast
        work.change(block, remind_at=until, reminded_at=None)
        return work.changeset.id


def _find_reminder(user_id: UUID, event_id: UUID) -> Block:
    block = Block.objects.filter(
        user_id=user_id, pk=event_id, kind=BlockKind.EVENT, superseded_at=None
    ).first()
    if block is None or block.remind_at is None:
        raise RecordNotFound
    return block


def _next_reminder(work: UnitOfWork, block: Block, zone: tzinfo) -> datetime | None:
    """The reminder of the first time that is still to come; none of what takes place once."""
    if not block.recurrence or block.starts_at is None or block.remind_at is None:
        return None
    # A snoozed reminder is later than it was said to be; the next one is at the start at latest.
    ahead = max(block.starts_at - block.remind_at, timedelta(0))
    coming = occurrences(
        block.recurrence,
        block.starts_at,
        since=work.now + ahead + timedelta(microseconds=1),
        until=work.now + ahead + LOOKED_AHEAD,
        zone=zone,
    )
    return coming[0] - ahead if coming else None
