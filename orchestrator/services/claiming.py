"""Which worker runs a job: claims and their leases."""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Greatest, Now

from orchestrator import sql
from orchestrator.models import Job, transition_columns
from orchestrator.services.erasing import record_position, schedule_unless_known
from orchestrator.services.finishing import give_up
from orchestrator.types import (
    Attempt,
    Claim,
    Claimed,
    Deferred,
    Delivery,
    Lifecycle,
    NothingToDo,
    StreamPosition,
    TerminalReason,
)

LOCKED_SECONDS = 0.5  # a row locked by another worker is looked at again after that
LOST = "The worker was lost; the job is tried again."
LOST_TOO_OFTEN = "Its worker was lost too often; the job is given up."
INTERRUPTED = "The worker was stopped; the job is tried again."


def claim(*, deliveries: Sequence[Delivery], worker: str) -> list[Claim]:
    """For each message: its job runs here now, or there is nothing to do, or not yet."""
    first = {delivery.draft.id: delivery for delivery in reversed(deliveries)}
    lease = settings.EXOBRAIN.job_consumer_ack_wait_seconds
    claims: dict[UUID, Claim] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql.CLAIM, [list(first), worker, lease])
        for id_, job_type, user_id, number, payload in cursor.fetchall():
            attempt = Attempt(id_, job_type, user_id, number)
            claims[id_] = Claimed(attempt, json.loads(payload), first[id_].position)
    if others := [delivery for id_, delivery in first.items() if id_ not in claims]:
        claims |= _claim_others(others, worker=worker)
    # A second message for the same job has to wait for what becomes of the first.
    return [
        claims[each.draft.id] if first[each.draft.id] is each else Deferred(LOCKED_SECONDS)
        for each in deliveries
    ]


def _claim_others(deliveries: Sequence[Delivery], *, worker: str) -> dict[UUID, Claim]:
    """Claims of jobs that do not simply wait: they are over, running, lost, or not recorded."""
    with sql.async_commit():
        rows = _lock([delivery.draft.id for delivery in deliveries])
        if missing := [delivery for delivery in deliveries if delivery.draft.id not in rows]:
            rows |= _record_delivered(missing)
        claims = {
            delivery.draft.id: _decide(rows.get(delivery.draft.id), delivery.position)
            for delivery in deliveries
        }
        started = [id_ for id_, answer in claims.items() if isinstance(answer, Claimed)]
        if started:
            Job.objects.filter(pk__in=started).update(
                state=Job.State.PROCESSING,
                attempts=F("attempts") + 1,
                worker=worker,
                started_at=Now(),
                next_attempt_at=None,
                lease_expires_at=_lease_end(),
                **transition_columns(Lifecycle.STARTED, attempt=F("attempts") + 1),
            )
    return claims


def _lock(ids: Iterable[UUID]) -> dict[UUID, Job]:
    """Those of the jobs that exist and that nobody else has locked, until the transaction ends."""
    remaining = ExpressionWrapper(
        Greatest(F("next_attempt_at"), F("lease_expires_at")) - Now(), output_field=DurationField()
    )
    rows = Job.objects.select_for_update(skip_locked=True).annotate(remaining=remaining)
    return {row.id: row for row in rows.filter(pk__in=list(ids))}


def _record_delivered(deliveries: Sequence[Delivery]) -> dict[UUID, Job]:
    """Jobs that a producer published without this ledger are in it now, and locked."""
    known = Job.objects.filter(pk__in=[each.draft.id for each in deliveries])  # locked elsewhere
    ids = set(known.values_list("pk", flat=True))
    new = [delivery for delivery in deliveries if delivery.draft.id not in ids]
    Job.objects.bulk_create(
        (
            Job(
                id=delivery.draft.id,
                job_type=delivery.draft.job_type,
                user_id=delivery.draft.user_id,
                payload=delivery.draft.payload,
                created_at=delivery.draft.created_at,
                published_at=Now(),
                stream_id=delivery.stream_id,
                stream_sequence=delivery.stream_sequence,
            )
            for delivery in new
        ),
        ignore_conflicts=True,
    )
    return _lock([delivery.draft.id for delivery in new]) if new else {}


def _decide(row: Job | None, position: StreamPosition) -> Claim:
    """What the worker that received the message is to do; `row` is locked."""
    if row is None:  # another worker has it locked
        return Deferred(LOCKED_SECONDS)
    if row.is_terminal:
        schedule_unless_known(position, known=(row.stream_id, row.stream_sequence))
        return NothingToDo()
    remaining: timedelta | None = row.remaining  # type: ignore[attr-defined]  # annotated
    if remaining is not None and remaining > timedelta():
        return Deferred(remaining.total_seconds())
    if row.state == Job.State.PROCESSING:  # its lease is over: the worker was lost
        row.lost_attempts += 1
        if row.lost_attempts >= settings.EXOBRAIN.job_max_lost_attempts:
            record_position(row, position, is_last=True)
            reason = TerminalReason.LOST_ATTEMPTS
            return NothingToDo(
                give_up(row, reason=reason, error=LOST_TOO_OFTEN, detail="The job failed.")
            )
        Job.objects.filter(pk=row.pk).update(
            lost_attempts=row.lost_attempts,
            last_error=LOST,
            **transition_columns(Lifecycle.RETRYING, attempt=F("attempts"), detail=LOST),
        )
    attempt = Attempt(row.id, row.job_type, row.user_id, row.attempts + 1)
    return Claimed(attempt, row.payload, position)


def extend_leases(*, job_ids: Sequence[UUID], worker: str) -> None:
    """Nobody else starts these jobs for another while, as far as they still run here."""
    with sql.async_commit():
        _running(job_ids, worker=worker).update(lease_expires_at=_lease_end())


def release(*, job_ids: Sequence[UUID], worker: str) -> None:
    """These attempts are over without a result: any worker may start the jobs at once."""
    _running(job_ids, worker=worker).update(
        state=Job.State.FAILED,
        lost_attempts=F("lost_attempts") + 1,
        lease_expires_at=None,
        last_error=INTERRUPTED,
        **transition_columns(Lifecycle.RETRYING, attempt=F("attempts"), detail=INTERRUPTED),
    )


def _running(job_ids: Sequence[UUID], *, worker: str) -> Any:
    return Job.objects.filter(pk__in=job_ids, state=Job.State.PROCESSING, worker=worker)


def _lease_end() -> Any:
    return Now() + timedelta(seconds=settings.EXOBRAIN.job_consumer_ack_wait_seconds)
