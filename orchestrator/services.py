"""Writes to the ledger of jobs: each a verb, each one transaction.

Whatever is decided by time is decided by PostgreSQL's clock. What may be lost in a crash of
PostgreSQL without harm (that a job was claimed, that it was published) is committed without
waiting for the disk; what may not (that a job exists, that it is done) waits.
"""

import asyncio
import json
import random
import traceback
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import DurationField, ExpressionWrapper, F, Value
from django.db.models.functions import Greatest, Now

from exobrain.lib import clock
from exobrain.lib.errors import DomainError, Invalid
from exobrain.lib.faults import reach
from exobrain.lib.threads import CALLS
from orchestrator import registry, sql
from orchestrator.errors import (
    ClaimLost,
    IdempotencyConflict,
    InvalidPayload,
    JobFailed,
    JobNotFound,
    NotRetryable,
    QueueDown,
    UnknownJobType,
)
from orchestrator.events import canonical, envelope_of
from orchestrator.jetstream import Link
from orchestrator.models import DeadLetter, Erasure, Job, entering
from orchestrator.types import (
    Claim,
    Claimed,
    DeadLetterDraft,
    DeadLetterReason,
    Delivery,
    DueErasure,
    Finished,
    JobDraft,
    Lifecycle,
    NotNow,
    Outcome,
    Outgoing,
    Place,
    Receipt,
    Replay,
    Run,
    Step,
    StreamState,
    TerminalReason,
    message_id_of,
)

log = structlog.get_logger(__name__)

# The same key of the same user is the same job, whoever publishes it.
KEY_NAMESPACE = uuid.UUID("6f1d3c1e-6b0f-5d0a-9a55-1f8f3d2f7c11")
PUBLISH_GRACE_SECONDS = 3.0  # whoever recorded a job publishes it; then the sweep does
PUBLISH_LEASE_SECONDS = 10.0  # what one sweep took, another takes again after that
BUSY_SECONDS = 0.5  # a row locked by another worker is looked at again after that
ERASE_SECONDS = 15.0  # somebody waits for it; what is left is reported
NOWHERE = Place("", 0, "")  # what brought a job is not known
MAX_NAME_CHARS = 100
MAX_KEY_CHARS = 200
LOST = "The worker was lost; the job is tried again."
INTERRUPTED = "The worker was stopped; the job is tried again."
WIRE_REASONS = {TerminalReason.INVALID_PAYLOAD: DeadLetterReason.INVALID_PAYLOAD}


# -- asking for a job


def draft(
    *, job_type: str, user_id: str, payload: dict[str, Any], idempotency_key: str = ""
) -> JobDraft:
    """A job that may be recorded; raises Invalid with the name of the field that is wrong."""
    _require(name="job_type", value=job_type, max_chars=MAX_NAME_CHARS)
    _require(name="user_id", value=user_id, max_chars=MAX_NAME_CHARS)
    if len(idempotency_key) > MAX_KEY_CHARS or "\x00" in idempotency_key:
        raise Invalid(f"idempotency_key must be text of at most {MAX_KEY_CHARS} characters")
    kind = registry.job_type(job_type)
    _check_payload(payload)
    kind.validated(payload)
    return JobDraft(
        id=job_id_of(user_id=user_id, idempotency_key=idempotency_key),
        job_type=job_type,
        user_id=user_id,
        payload=payload,
        created_at=clock.now(),
        idempotency_key=idempotency_key,
    )


def job_id_of(*, user_id: str, idempotency_key: str) -> UUID:
    """The id that this key of this user has always had, or a new one without a key."""
    if not idempotency_key:
        return uuid.uuid4()
    return uuid.uuid5(KEY_NAMESPACE, f"{user_id}\x00{idempotency_key}")


def _require(*, name: str, value: str, max_chars: int) -> None:
    if not value.strip():
        raise Invalid(f"{name} is required")
    if len(value) > max_chars or "\x00" in value:
        raise Invalid(f"{name} must be text of at most {max_chars} characters")


def _check_payload(payload: dict[str, Any]) -> None:
    limit = settings.EXOBRAIN.job_max_payload_bytes
    try:
        size = len(canonical(payload).encode())
    except ValueError as error:
        # A UnicodeError's text would repeat the payload.
        reason = "is not valid text" if isinstance(error, UnicodeError) else str(error)
        raise InvalidPayload(f"payload {reason}") from None
    if size > limit:
        raise InvalidPayload(f"payload is larger than {limit} bytes")


def record(*, drafts: Sequence[JobDraft]) -> list[bool | IdempotencyConflict]:
    """The jobs are in the ledger, on disk; for each True when it was not there before.

    May be called again with the same drafts after a failure that leaves the outcome unknown.
    """
    first = {wanted.id: wanted for wanted in reversed(drafts)}
    new = _insert(list(first.values()))
    if len(new) == len(drafts):
        return [True] * len(drafts)
    repeated = [d for d in drafts if d.id not in new or first[d.id] is not d]
    known = Job.objects.only("job_type", "payload").in_bulk([d.id for d in repeated])
    answers = {id(d): _compared(d, known[d.id]) for d in repeated}
    return [answers.get(id(d), True) for d in drafts]


def _compared(wanted: JobDraft, known: Job) -> bool | IdempotencyConflict:
    is_same = (known.job_type, known.payload) == (wanted.job_type, wanted.payload)
    return False if is_same else IdempotencyConflict()


def _insert(drafts: Sequence[JobDraft]) -> set[UUID]:
    columns = zip(
        *(
            (d.id, d.job_type, d.user_id, canonical(d.payload), d.idempotency_key, d.created_at)
            for d in drafts
        ),
        strict=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.RECORD, [PUBLISH_GRACE_SECONDS, *map(list, columns)])
        return {row[0] for row in cursor.fetchall()}


# -- publishing it


def mark_published(*, receipts: Sequence[Receipt]) -> list[None]:
    """The ledger knows that JetStream has these messages, and where.

    Those it has no use for are to be forgotten there.
    """
    rows = [(r.job_id, r.publishes, r.stream_id, r.stream_sequence) for r in receipts]
    with connection.cursor() as cursor:
        cursor.execute(sql.MARK_PUBLISHED, [list(column) for column in zip(*rows, strict=True)])
        is_all = cursor.rowcount == len(receipts)
    if not is_all:
        _erase_unused(receipts)
    return [None] * len(receipts)


def _erase_unused(receipts: Sequence[Receipt]) -> None:
    """Messages that the ledger does not count on are to be forgotten.

    They are of jobs that were taken back or rewritten meanwhile, or published twice.
    """
    columns = ("pk", "publishes", "stream_id", "stream_sequence")
    jobs = Job.objects.filter(pk__in=[receipt.job_id for receipt in receipts])
    known = {row[0]: row for row in jobs.values_list(*columns)}
    _erase_later(
        Place(r.stream_id, r.stream_sequence, message_id_of(r.job_id, r.publishes))
        for r in receipts
        if r.job_id in known
        and known[r.job_id] != (r.job_id, r.publishes, r.stream_id, r.stream_sequence)
    )


def take_unpublished(*, limit: int) -> list[Outgoing]:
    """Jobs that are due and that nobody has published; they are the caller's for a while."""
    with _relaxed():
        rows = list(
            Job.objects.select_for_update(skip_locked=True)
            .filter(is_terminal=False, published_at__isnull=True, publish_after__lte=Now())
            .order_by("publish_after")[:limit]
        )
        lease = timedelta(seconds=PUBLISH_LEASE_SECONDS)
        Job.objects.filter(pk__in=[row.pk for row in rows]).update(publish_after=Now() + lease)
    return [Outgoing(draft=_draft_of(row), publishes=row.publishes) for row in rows]


def take_back_lost(*, stream: StreamState) -> int:
    """Jobs whose message JetStream no longer has, or has been told to forget, are due again.

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
        cursor.execute(sql.TAKE_BACK, facts)
        (count,) = cursor.fetchone()
    return int(count)


def _draft_of(row: Job) -> JobDraft:
    return JobDraft(
        id=row.id,
        job_type=row.job_type,
        user_id=row.user_id,
        payload=row.payload,
        created_at=row.created_at,
        idempotency_key=row.idempotency_key,
    )


# -- running it


def claim(*, deliveries: Sequence[Delivery], worker: str) -> list[Claim]:
    """For each message: its job runs here now, or there is nothing to do, or not yet."""
    first = {delivery.draft.id: delivery for delivery in reversed(deliveries)}
    claims: dict[UUID, Claim] = {**_claim_waiting(list(first), worker=worker)}
    if odd := [delivery for id_, delivery in first.items() if id_ not in claims]:
        claims |= _claim_odd(odd, worker=worker)
    # A second message for the same job has to wait for what becomes of the first.
    return [
        _answer(claims[d.draft.id], d) if first[d.draft.id] is d else NotNow(BUSY_SECONDS)
        for d in deliveries
    ]


def _answer(claim: Claim, delivery: Delivery) -> Claim:
    if not isinstance(claim, Claimed):
        return claim
    return replace(claim, place=delivery.place)


def _claim_waiting(ids: Sequence[UUID], *, worker: str) -> dict[UUID, Claimed]:
    lease = settings.EXOBRAIN.job_consumer_ack_wait_seconds
    with connection.cursor() as cursor:
        cursor.execute(sql.CLAIM, [list(ids), worker, lease])
        rows = cursor.fetchall()
    return {
        id_: Claimed(run=Run(id_, job_type, user_id, attempt), payload=json.loads(payload))
        for id_, job_type, user_id, attempt, payload in rows
    }


def _claim_odd(deliveries: Sequence[Delivery], *, worker: str) -> dict[UUID, Claim]:
    """What is not simply waiting: over, running, lost, new to the ledger."""
    ids = [delivery.draft.id for delivery in deliveries]
    with _relaxed():
        rows = _locked(ids)
        rows |= _first_seen([d for d in deliveries if d.draft.id not in rows])
        claims = {d.draft.id: _decide(rows.get(d.draft.id), d.place) for d in deliveries}
        _start([id_ for id_, taken in claims.items() if isinstance(taken, Claimed)], worker=worker)
    return claims


def _locked(ids: Iterable[UUID]) -> dict[UUID, Job]:
    remaining = ExpressionWrapper(
        Greatest(F("retry_at"), F("lease_expires_at")) - Now(), output_field=DurationField()
    )
    rows = Job.objects.select_for_update(skip_locked=True).annotate(remaining=remaining)
    return {row.id: row for row in rows.filter(pk__in=list(ids))}


def _first_seen(deliveries: Sequence[Delivery]) -> dict[UUID, Job]:
    """Jobs that reached the queue without this ledger: now they are in it."""
    if not deliveries:
        return {}
    elsewhere = Job.objects.filter(pk__in=[d.draft.id for d in deliveries])  # locked, that is
    locked = set(elsewhere.values_list("pk", flat=True))
    new = [delivery for delivery in deliveries if delivery.draft.id not in locked]
    if not new:
        return {}
    Job.objects.bulk_create([_row_of_delivery(d) for d in new], ignore_conflicts=True)
    return _locked([delivery.draft.id for delivery in new])


def _row_of_delivery(delivery: Delivery) -> Job:
    wanted = delivery.draft
    return Job(
        id=wanted.id,
        job_type=wanted.job_type,
        user_id=wanted.user_id,
        payload=wanted.payload,
        created_at=wanted.created_at,
        published_at=Now(),
        stream_id=delivery.stream_id,
        stream_sequence=delivery.stream_sequence,
    )


def _decide(row: Job | None, place: Place) -> Claim:
    if row is None:
        return NotNow(BUSY_SECONDS)
    if row.is_terminal:
        _erase_unknown(place, known=(row.stream_id, row.stream_sequence))
        return Finished()
    remaining: timedelta | None = row.remaining  # type: ignore[attr-defined]  # annotated
    if remaining is not None and remaining > timedelta():
        return NotNow(remaining.total_seconds())
    if row.state == Job.State.PROCESSING and (outcome := _record_lost_run(row, place)):
        return Finished(given_up=outcome)
    run = Run(row.id, row.job_type, row.user_id, attempt=row.attempts + 1)
    return Claimed(run=run, payload=row.payload)


def _record_lost_run(row: Job, place: Place) -> Outcome | None:
    """The run that was under way is over; an outcome when it was one too many."""
    row.lost_runs += 1
    if row.lost_runs >= settings.EXOBRAIN.job_max_lost_runs:
        _learn_place(row, place, is_last=True)
        return _give_up(row, reason=TerminalReason.LOST_RUNS, error=LOST, detail="The job failed.")
    Job.objects.filter(pk=row.pk).update(
        lost_runs=row.lost_runs,
        last_error=LOST,
        **entering(Lifecycle.RETRYING, attempt=F("attempts"), detail=LOST),
    )
    return None


def _start(ids: Sequence[UUID], *, worker: str) -> None:
    if not ids:
        return
    Job.objects.filter(pk__in=ids).update(
        state=Job.State.PROCESSING,
        attempts=F("attempts") + 1,
        worker=worker,
        started_at=Now(),
        retry_at=None,
        lease_expires_at=_lease(),
        **entering(Lifecycle.STARTED, attempt=F("attempts") + 1),
    )


def _lease() -> Any:
    return Now() + timedelta(seconds=settings.EXOBRAIN.job_consumer_ack_wait_seconds)


def extend_leases(*, job_ids: Sequence[UUID], worker: str) -> None:
    """Nobody else starts these jobs for another while, as far as they still run here."""
    with _relaxed():
        _running(job_ids, worker=worker).update(lease_expires_at=_lease())


def release(*, job_ids: Sequence[UUID], worker: str) -> None:
    """These runs are over without an end of their own: any worker may start the jobs at once."""
    _running(job_ids, worker=worker).update(
        state=Job.State.FAILED,
        lost_runs=F("lost_runs") + 1,
        lease_expires_at=None,
        last_error=INTERRUPTED,
        **entering(Lifecycle.RETRYING, attempt=F("attempts"), detail=INTERRUPTED),
    )


def _running(job_ids: Sequence[UUID], *, worker: str) -> Any:
    return Job.objects.filter(pk__in=job_ids, state=Job.State.PROCESSING, worker=worker)


def perform(*, claimed: Claimed) -> Outcome:
    """The job is done, or its failure is recorded.

    Raises ClaimLost when another worker took it over, and a database error when PostgreSQL did
    not answer: then nothing is recorded, and the lease runs out.
    """
    try:
        _run_body(claimed)
    except (ClaimLost, OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001  whatever a body raises is the job's failure
        return _fail(claimed, error)
    return _outcome(claimed.run, Lifecycle.SUCCEEDED)


def _run_body(claimed: Claimed) -> None:
    run = claimed.run
    try:
        kind = registry.job_type(run.job_type)
    except UnknownJobType:
        # Perhaps a worker of an older version: one of the next may know it.
        raise JobFailed("No worker knows this job type.") from None
    value: Any = kind.validated(claimed.payload)
    if kind.prepare is not None:
        value = kind.prepare(run, value)
        reach(Step.PREPARED)
    with transaction.atomic():
        kind.body(run, value)
        reach(Step.EFFECT_DONE)
        _complete(claimed)
        reach(Step.COMPLETING)


def _complete(claimed: Claimed) -> None:
    """Within the transaction of the effect: either both are committed or neither is."""
    run, place = claimed.run, claimed.place or NOWHERE
    with connection.cursor() as cursor:
        facts = {**place._asdict(), "job_id": run.job_id, "attempt": run.attempt}
        cursor.execute(sql.COMPLETE, facts)
        known = cursor.fetchone()
    if known is None:
        raise ClaimLost
    _erase_unknown(place, known=known)


def _current(run: Run) -> Any:
    """The row, while this run is the one that counts."""
    return Job.objects.filter(pk=run.job_id, state=Job.State.PROCESSING, attempts=run.attempt)


def _learn_place(row: Job, place: Place, *, is_last: bool) -> None:
    """The ledger knows where the job's message is, also if whoever published it never said so.

    If the job is over, another message of it than the one that is known serves nobody.
    """
    is_news = row.published_at is None and place.message_id == message_id_of(row.id, row.publishes)
    if is_news:
        row.stream_id, row.stream_sequence = place.stream_id, place.stream_sequence
        Job.objects.filter(pk=row.pk).update(
            published_at=Now(), stream_id=row.stream_id, stream_sequence=row.stream_sequence
        )
    elif is_last:
        _erase_unknown(place, known=(row.stream_id, row.stream_sequence))


def _erase_unknown(place: Place, *, known: tuple[str, int | None]) -> None:
    """A message of a job that is over is forgotten, unless the ledger knows where it is."""
    if place is not NOWHERE and place[:2] != known:
        _erase_later([place])


def fail(*, claimed: Claimed, error: Exception) -> Outcome:
    """The run has failed: another follows after a pause, or the job is given up."""
    return _fail(claimed, error)


@transaction.atomic
def _fail(claimed: Claimed, error: Exception) -> Outcome:
    run, place = claimed.run, claimed.place or NOWHERE
    row = _current(run).select_for_update().first()
    if row is None:
        raise ClaimLost
    row.failures += 1
    described, detail = _described(error), _detail(error)
    log.warning("job_attempt_failed", job_id=str(row.id), attempt=run.attempt, error=described)
    reason = _final_reason(row, error)
    _learn_place(row, place, is_last=reason is not None)
    if reason is not None:
        return _give_up(row, reason=reason, error=described, detail=detail)
    pause = _pause_seconds(row.failures)
    _current(run).update(
        state=Job.State.FAILED,
        failures=row.failures,
        last_error=described,
        lease_expires_at=None,
        retry_at=Now() + timedelta(seconds=pause),
        **entering(Lifecycle.RETRYING, attempt=Value(run.attempt), detail=detail),
    )
    return _outcome(run, Lifecycle.RETRYING, detail=detail, retry_seconds=pause)


def _final_reason(row: Job, error: Exception) -> TerminalReason | None:
    if isinstance(error, InvalidPayload):
        return TerminalReason.INVALID_PAYLOAD
    if isinstance(error, JobFailed):
        if error.permanent:
            return TerminalReason.PERMANENT
    elif isinstance(error, DomainError) and not error.retryable:
        return TerminalReason.PERMANENT
    if row.failures >= settings.EXOBRAIN.job_max_attempts:
        return TerminalReason.MAX_ATTEMPTS
    return None


def _pause_seconds(failures: int) -> float:
    config = settings.EXOBRAIN
    longest: float = min(
        config.job_retry_max_seconds, config.job_retry_base_seconds * 2 ** (failures - 1)
    )
    # Jitter: what failed together should not come back together.
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  not a secret


def _give_up(row: Job, *, reason: TerminalReason, error: str, detail: str) -> Outcome:
    Job.objects.filter(pk=row.pk).update(
        state=Job.State.FAILED,
        is_terminal=True,
        terminal_reason=reason,
        failures=row.failures,
        lost_runs=row.lost_runs,
        last_error=error,
        lease_expires_at=None,
        retry_at=None,
        **entering(Lifecycle.FAILED_FINAL, attempt=F("attempts"), detail=detail, terminal=True),
    )
    letter = DeadLetterDraft(
        reason=WIRE_REASONS.get(reason, DeadLetterReason.MAX_ATTEMPTS),
        detail=detail,
        raw_message=envelope_of(_draft_of(row)).decode(),
    )
    DeadLetter.objects.create(
        job_id=row.pk,
        user_id=row.user_id,
        reason=letter.reason,
        detail=error,
        raw_message=letter.raw_message,
    )
    run = Run(row.id, row.job_type, row.user_id, attempt=row.attempts)
    _tell_given_up(run, detail)
    return _outcome(run, Lifecycle.FAILED_FINAL, detail=detail, dead_letter=letter)


def _tell_given_up(run: Run, detail: str) -> None:
    """Whoever owns the job knows; an error of theirs must not keep the job from ending."""
    try:
        given_up = registry.job_type(run.job_type).given_up
        if given_up is not None:
            with transaction.atomic():
                given_up(run, detail)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("given_up_failed", job_id=str(run.job_id), error=type(error).__name__)


def _outcome(run: Run, lifecycle: Lifecycle, **more: Any) -> Outcome:
    return Outcome(
        job_id=run.job_id,
        job_type=run.job_type,
        user_id=run.user_id,
        lifecycle=lifecycle,
        attempt=run.attempt,
        **more,
    )


def _detail(error: Exception) -> str:
    """What its owner may read."""
    return error.message if isinstance(error, DomainError) else "The job failed."


def _described(error: Exception) -> str:
    """What operators read: where it happened. An exception's own text may repeat a message."""
    if isinstance(error, DomainError):
        return f"{type(error).__name__}: {error.message}"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def record_poison(
    *, reason: DeadLetterReason, detail: str, raw_message: str, subject: str, source: str
) -> DeadLetterDraft:
    """A message that cannot be worked on is kept for operators; recording it twice keeps one."""
    letter = DeadLetterDraft(reason=reason, detail=detail, raw_message=raw_message)
    DeadLetter.objects.get_or_create(
        source=source,
        defaults={
            "reason": reason,
            "detail": detail,
            "raw_message": raw_message.replace("\x00", "\N{REPLACEMENT CHARACTER}"),
            "subject": subject,
        },
    )
    return letter


# -- what operators do


@transaction.atomic
def retry(*, job_id: UUID) -> None:
    """A job that was given up is due again, with all its attempts before it."""
    row = Job.objects.select_for_update().filter(pk=job_id).first()
    if row is None:
        raise JobNotFound
    if row.lifecycle is not Lifecycle.FAILED_FINAL:
        raise NotRetryable
    if row.terminal_reason == TerminalReason.USER_DELETED:
        raise NotRetryable("The job's user was deleted, and its payload with them.")
    _erase_later(_places([row]))  # only the place of its next message will be known
    Job.objects.filter(pk=job_id).update(
        state=Job.State.REQUESTED,
        is_terminal=False,
        terminal_reason="",
        failures=0,
        lost_runs=0,
        published_at=None,
        publish_after=Now(),
        publishes=F("publishes") + 1,
        **entering(Lifecycle.ENQUEUED_OR_PENDING, attempt=F("attempts")),
    )
    DeadLetter.objects.filter(job_id=job_id, replayed_at__isnull=True).update(replayed_at=Now())


def replay(*, dead_letter_id: UUID) -> None:
    """The dead letter's job is due again, or its message is about to be published again."""
    letter = DeadLetter.objects.get(pk=dead_letter_id)
    if letter.job_id is not None:
        retry(job_id=letter.job_id)
        return
    if not letter.subject:
        raise NotRetryable("It is not known where this message was sent.")
    DeadLetter.objects.filter(pk=dead_letter_id).update(replay_requested_at=Now(), replayed_at=None)


def take_replays(*, limit: int) -> list[Replay]:
    """Dead letters that an operator wants to see published again."""
    wanted = DeadLetter.objects.filter(replay_requested_at__isnull=False, replayed_at__isnull=True)
    return [
        Replay(dead_letter_id=letter.pk, subject=letter.subject, raw_message=letter.raw_message)
        for letter in wanted.order_by("replay_requested_at")[:limit]
    ]


def mark_replayed(*, dead_letter_ids: Sequence[UUID]) -> None:
    """The dead letters were published again."""
    DeadLetter.objects.filter(pk__in=dead_letter_ids).update(replayed_at=Now())


# -- keeping the ledger small and private


def prune(*, limit: int) -> int:
    """At most `limit` jobs that ended longer ago than JOB_KEEP_DAYS are gone; how many were."""
    before = Now() - timedelta(days=settings.EXOBRAIN.job_keep_days)
    ended = Job.objects.filter(is_terminal=True, updated_at__lt=before)
    old = list(ended.values_list("pk", flat=True)[:limit])
    Job.objects.filter(pk__in=old).delete()
    letters = DeadLetter.objects.filter(job__isnull=True, created_at__lt=before).values("pk")
    DeadLetter.objects.filter(pk__in=letters[:limit]).delete()
    return len(old)


@transaction.atomic
def forget_user(*, user_id: str) -> None:
    """No payload of this user is left in the ledger, and none of their jobs runs any more.

    The queue loses its copies when the orchestrator next looks.
    """
    jobs = Job.objects.filter(user_id=user_id)
    columns = ("stream_id", "stream_sequence", "published_at", "publishes")
    _erase_later(_places(jobs.only(*columns)), user_id=user_id)
    jobs.filter(is_terminal=False).update(
        state=Job.State.FAILED,
        is_terminal=True,
        terminal_reason=TerminalReason.USER_DELETED,
        lease_expires_at=None,
        retry_at=None,
        publishes=F("publishes") + 1,  # what is being published just now is erased, too
        **entering(Lifecycle.FAILED_FINAL, attempt=F("attempts"), terminal=True),
    )
    jobs.update(payload={}, last_error="", idempotency_key="")
    DeadLetter.objects.filter(user_id=user_id).delete()


@transaction.atomic
def rewrite_payloads(
    *,
    user_id: str,
    job_type: str,
    rewrite: Callable[[dict[str, Any]], dict[str, Any] | None],
) -> list[Place]:
    """Payloads of the user's jobs read as `rewrite` says, unless it answers None.

    So do their dead letters; those that name the user and no job are gone. Answers with where
    the queue has the old words: `erase` takes them from there.
    """
    places: list[Place] = []
    for row in Job.objects.select_for_update().filter(user_id=user_id, job_type=job_type):
        payload = rewrite(row.payload)
        if payload is None:
            continue
        row.payload = payload
        Job.objects.filter(pk=row.pk).update(payload=payload, last_error="")
        raw = envelope_of(_draft_of(row)).decode()
        DeadLetter.objects.filter(job_id=row.pk).update(raw_message=raw)
        places += _places([row])
        if not row.is_terminal:  # what is erased is published again, in its new words
            Job.objects.filter(pk=row.pk).update(
                published_at=None, publish_after=Now(), publishes=F("publishes") + 1
            )
    if places:
        DeadLetter.objects.filter(job=None, raw_message__contains=user_id).delete()
        _erase_later(places, user_id=user_id)
    return places


def _places(rows: Iterable[Job]) -> list[Place]:
    """Where JetStream has the messages of those that it was seen to have."""
    return [
        Place(row.stream_id, row.stream_sequence, message_id_of(row.id, _number_of(row)))
        for row in rows
        if row.stream_sequence is not None
    ]


def _number_of(row: Job) -> int:
    """Of the message whose place is known: one that is yet to be published has no place."""
    is_next_to_come = row.published_at is None and row.publishes > 0
    return row.publishes - 1 if is_next_to_come else row.publishes


def _erase_later(places: Iterable[Place], *, user_id: str = "") -> None:
    """JetStream is to forget these messages and, if a user is named, the user's dead letters."""
    Erasure.objects.bulk_create(Erasure(user_id=user_id, **place._asdict()) for place in places)


def due_erasures(*, limit: int) -> list[DueErasure]:
    """What JetStream is still to forget, the oldest first."""
    rows = Erasure.objects.values_list("pk", "user_id", *Place._fields)
    return [DueErasure(pk, user_id, Place(*place)) for pk, user_id, *place in rows[:limit]]


def end_erasures(*, ids: Sequence[int]) -> None:
    """JetStream has forgotten these."""
    Erasure.objects.filter(pk__in=ids).delete()


def erase(places: Sequence[Place], *, user_id: str) -> bool:
    """The queue has none of these messages, nor dead letters of the user's.

    False when it could not be asked; then the orchestrator does it when it can. Not for an event
    loop: it waits for the queue.
    """
    if not places:
        return True
    try:
        # In another thread, for whoever calls may have a loop of their own.
        CALLS.submit(asyncio.run, _erase_in_time(places, user_id)).result()
    except (QueueDown, TimeoutError):
        log.warning("queue_not_erased", messages=len(places))
        return False
    return True


async def _erase_in_time(places: Sequence[Place], user_id: str) -> None:
    await asyncio.wait_for(_erase(places, user_id), timeout=ERASE_SECONDS)


async def _erase(places: Sequence[Place], user_id: str) -> None:
    link = await Link.open(name="eraser")
    try:
        await erase_over(link, places, user_id=user_id)
    finally:
        await link.close()


async def erase_over(link: Link, places: Sequence[Place], *, user_id: str) -> None:
    """As `erase`, over a connection that is there; without a user no dead letters go.

    Raises QueueDown.
    """
    await link.erase([place for place in places if place.stream_id == link.stream_id])
    if user_id:
        await link.erase_dead_letters(containing=user_id)


@contextmanager
def _relaxed() -> Iterator[None]:
    """A transaction that a crash of PostgreSQL may undo, for what can be found out again."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")
        yield
