"""The outbox: which jobs are still to be published to JetStream."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from orchestrator import sql
from orchestrator.models import Job
from orchestrator.services.erasing import schedule_erasures
from orchestrator.types import (
    OutboxMessage,
    PublishAck,
    StreamPosition,
    StreamState,
    message_id_of,
)

PUBLISH_LEASE_SECONDS = 10.0  # what one relay took, another takes again after that


def mark_published(*, acks: Sequence[PublishAck]) -> list[None]:
    """The ledger knows that JetStream has these messages, and where.

    Messages that the ledger does not count on are to be erased: their jobs were requeued or
    rewritten meanwhile, or published twice.
    """
    rows = [(ack.job_id, ack.republish_count, ack.stream_id, ack.stream_sequence) for ack in acks]
    with connection.cursor() as cursor:
        cursor.execute(sql.MARK_PUBLISHED, [list(column) for column in zip(*rows, strict=True)])
        is_all = cursor.rowcount == len(acks)
    if not is_all:
        columns = ("pk", "republish_count", "stream_id", "stream_sequence")
        jobs = Job.objects.filter(pk__in=[ack.job_id for ack in acks])
        known = {row[0]: row for row in jobs.values_list(*columns)}
        schedule_erasures(
            StreamPosition(
                ack.stream_id, ack.stream_sequence, message_id_of(ack.job_id, ack.republish_count)
            )
            for ack, row in zip(acks, rows, strict=True)
            if ack.job_id in known and known[ack.job_id] != row
        )
    return [None] * len(acks)


def take_unpublished(*, limit: int) -> list[OutboxMessage]:
    """Jobs that are due and that nobody has published; they are the caller's for a while."""
    with sql.async_commit():
        rows = list(
            Job.objects.select_for_update(skip_locked=True)
            .filter(is_terminal=False, published_at__isnull=True, publish_after__lte=Now())
            .order_by("publish_after")[:limit]
        )
        lease = timedelta(seconds=PUBLISH_LEASE_SECONDS)
        Job.objects.filter(pk__in=[row.pk for row in rows]).update(publish_after=Now() + lease)
    return [OutboxMessage(draft=row.draft, republish_count=row.republish_count) for row in rows]


def requeue_lost(*, stream: StreamState) -> int:
    """Open jobs whose message JetStream has lost or finished with are due again; how many.

    The order of looking makes this exact: `stream` was read before the rows are, a message is
    acknowledged only after its job is over, and rows published since then are left alone. So an
    open job whose message is gone or acknowledged was lost.
    """
    facts: dict[str, Any] = {
        "looked_at": stream.looked_at,
        "stream_id": stream.stream_id,
        "first": stream.first_sequence,
        "last": stream.last_sequence,
        "finished": stream.finished_sequence,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.REQUEUE_LOST, facts)
        (count,) = cursor.fetchone()
    return int(count)
