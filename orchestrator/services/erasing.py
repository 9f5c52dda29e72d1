"""Deleting users' words from ledger and queue, and rows that are no longer needed.

JetStream may be away when something is to be deleted there. So each message that has to go is
first an `Erasure` row, written in the transaction that made it superfluous; whoever reaches
JetStream next deletes the message and then the row.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from exobrain.lib.threads import CALLS
from orchestrator.errors import QueueUnavailable
from orchestrator.events import envelope_of
from orchestrator.jetstream import NatsConnection
from orchestrator.models import DeadLetter, Erasure, Job, transition_columns
from orchestrator.types import DueErasure, Lifecycle, StreamPosition, TerminalReason, message_id_of

log = structlog.get_logger(__name__)

ERASE_SECONDS = 15.0  # somebody waits for it; what is left is reported
UNKNOWN_POSITION = StreamPosition("", 0, "")  # of the message that carried a job


# -- which messages the ledger needs


def record_position(row: Job, position: StreamPosition, *, is_last: bool) -> None:
    """The ledger knows where the job's message is, also if its publisher died before saying so.

    If the job is over (`is_last`), any other message of it than the known one is to be erased.
    """
    message_id = message_id_of(row.id, row.republish_count)
    if row.published_at is None and position.message_id == message_id:
        row.stream_id, row.stream_sequence = position.stream_id, position.stream_sequence
        Job.objects.filter(pk=row.pk).update(
            published_at=Now(), stream_id=row.stream_id, stream_sequence=row.stream_sequence
        )
    elif is_last:
        schedule_unless_known(position, known=(row.stream_id, row.stream_sequence))


def schedule_unless_known(position: StreamPosition, *, known: tuple[str, int | None]) -> None:
    """A message of a job that is over is to be erased, unless the ledger knows where it is."""
    if position is not UNKNOWN_POSITION and position[:2] != known:
        schedule_erasures([position])


def schedule_erasures(positions: Iterable[StreamPosition], *, user_id: str = "") -> None:
    """JetStream is to delete these messages and, if a user is named, the user's dead letters."""
    Erasure.objects.bulk_create(
        Erasure(user_id=user_id, **position._asdict()) for position in positions
    )


# -- a user's words


@transaction.atomic
def forget_user(*, user_id: str) -> None:
    """No payload of this user is left in the ledger, and none of their jobs runs any more.

    The queue loses its copies when the orchestrator next looks.
    """
    jobs = Job.objects.filter(user_id=user_id)
    columns = ("stream_id", "stream_sequence", "published_at", "republish_count")
    positions = [row.stream_position for row in jobs.only(*columns)]
    schedule_erasures(filter(None, positions), user_id=user_id)
    jobs.filter(is_terminal=False).update(
        state=Job.State.FAILED,
        is_terminal=True,
        terminal_reason=TerminalReason.USER_DELETED,
        lease_expires_at=None,
        next_attempt_at=None,
        republish_count=F("republish_count") + 1,  # what is being published now is erased, too
        **transition_columns(Lifecycle.FAILED_FINAL, attempt=F("attempts"), terminal=True),
    )
    jobs.update(payload={}, last_error="", idempotency_key="")
    DeadLetter.objects.filter(user_id=user_id).delete()


@transaction.atomic
def rewrite_payloads(
    *,
    user_id: str,
    job_type: str,
    rewrite: Callable[[dict[str, Any]], dict[str, Any] | None],
) -> list[StreamPosition]:
    """Payloads of the user's jobs read as `rewrite` says, unless it answers None.

    So do their dead letters; those that name the user and no job are deleted. Returns where the
    queue has the old words: `erase_messages` deletes them there.
    """
    positions: list[StreamPosition] = []
    for row in Job.objects.select_for_update().filter(user_id=user_id, job_type=job_type):
        payload = rewrite(row.payload)
        if payload is None:
            continue
        row.payload = payload
        Job.objects.filter(pk=row.pk).update(payload=payload, last_error="")
        raw = envelope_of(row.draft).decode()
        DeadLetter.objects.filter(job_id=row.pk).update(raw_message=raw)
        if row.stream_position is not None:
            positions.append(row.stream_position)
        if not row.is_terminal:  # what is erased is published again, in its new words
            Job.objects.filter(pk=row.pk).update(
                published_at=None,
                publish_after=Now(),
                republish_count=F("republish_count") + 1,
            )
    if positions:
        DeadLetter.objects.filter(job=None, raw_message__contains=user_id).delete()
        schedule_erasures(positions, user_id=user_id)
    return positions


# -- the queue's copies


def due_erasures(*, limit: int) -> list[DueErasure]:
    """What JetStream still has to delete, the oldest first."""
    rows = Erasure.objects.values_list("pk", "user_id", *StreamPosition._fields)
    return [
        DueErasure(pk, user_id, StreamPosition(*position))
        for pk, user_id, *position in rows[:limit]
    ]


def end_erasures(*, ids: Sequence[int]) -> None:
    """JetStream has deleted these."""
    Erasure.objects.filter(pk__in=ids).delete()


def erase_messages(positions: Sequence[StreamPosition], *, user_id: str) -> bool:
    """The queue has none of these messages, nor dead letters of the user's.

    False when it could not be asked; then the orchestrator does it when it can. Not for an event
    loop: it waits for the queue, ERASE_SECONDS at most.
    """
    if not positions:
        return True

    async def erase() -> None:
        async with asyncio.timeout(ERASE_SECONDS):
            connection = await NatsConnection.open(name="eraser")
            try:
                await erase_messages_over(connection, positions, user_id=user_id)
            finally:
                await connection.close()

    try:
        # In another thread, as the caller's may be running an event loop.
        CALLS.submit(asyncio.run, erase()).result()
    except (QueueUnavailable, TimeoutError):
        log.warning("queue_not_erased", messages=len(positions))
        return False
    return True


async def erase_messages_over(
    connection: NatsConnection, positions: Sequence[StreamPosition], *, user_id: str
) -> None:
    """As `erase_messages`, over an open connection; without a user no dead letters go.

    Raises QueueUnavailable.
    """
    await connection.erase([each for each in positions if each.stream_id == connection.stream_id])
    if user_id:
        await connection.erase_dead_letters(containing=user_id)


# -- old rows


def prune(*, limit: int) -> int:
    """At most `limit` jobs that ended longer ago than JOB_KEEP_DAYS are deleted; how many were."""
    before = Now() - timedelta(days=settings.EXOBRAIN.job_keep_days)
    ended = Job.objects.filter(is_terminal=True, updated_at__lt=before)
    old = list(ended.values_list("pk", flat=True)[:limit])
    Job.objects.filter(pk__in=old).delete()
    letters = DeadLetter.objects.filter(job__isnull=True, created_at__lt=before).values("pk")
    DeadLetter.objects.filter(pk__in=letters[:limit]).delete()
    return len(old)
