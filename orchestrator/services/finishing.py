"""Running a job's body, and recording how the attempt ended."""

import traceback
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Now

from exobrain.lib.database import DatabaseUnavailable, retry_conflicts
from exobrain.lib.errors import DomainError
from exobrain.lib.faults import reach
from exobrain.lib.retries import Backoff
from orchestrator import registry, sql
from orchestrator.errors import ClaimLost, InvalidPayload, JobFailed, UnknownJobType
from orchestrator.events import envelope_of
from orchestrator.models import DeadLetter, Job, transition_columns
from orchestrator.registry import JobType
from orchestrator.services.erasing import UNKNOWN_POSITION, record_position, schedule_unless_known
from orchestrator.types import (
    Attempt,
    AttemptResult,
    Claimed,
    DeadLetterContent,
    DeadLetterReason,
    Lifecycle,
    Step,
    StreamPosition,
    TerminalReason,
)

log = structlog.get_logger(__name__)

WIRE_REASONS = {TerminalReason.INVALID_PAYLOAD: DeadLetterReason.INVALID_PAYLOAD}


def run_attempt(*, claimed: Claimed) -> AttemptResult:
    """The job is done, or its failure is recorded.

    Raises ClaimLost when another worker took it over, and a database error when PostgreSQL did
    not answer: then nothing is recorded, and the lease runs out.
    """
    try:
        _run_and_complete(claimed)
    except (ClaimLost, *DatabaseUnavailable):
        raise
    except Exception as error:  # noqa: BLE001  whatever a body raises is the job's failure
        return fail(claimed=claimed, error=error)
    return AttemptResult(claimed.attempt, Lifecycle.SUCCEEDED)


def _run_and_complete(claimed: Claimed) -> None:
    """The job's effect and the record that it is done are committed together, or neither is."""
    attempt, position = claimed.attempt, claimed.position or UNKNOWN_POSITION
    try:
        kind = registry.job_type(attempt.job_type)
    except UnknownJobType:
        # Perhaps a worker of an older version: one of the next may know it.
        raise JobFailed("No worker knows this job type.") from None
    value: Any = kind.validated(claimed.payload)
    if kind.prepare is not None:
        value = kind.prepare(attempt, value)
        reach(Step.PREPARED)
    _complete(kind, attempt, value, position)


@retry_conflicts
def _complete(kind: JobType, attempt: Attempt, value: Any, position: StreamPosition) -> None:
    with transaction.atomic():
        kind.body(attempt, value)
        reach(Step.EFFECT_DONE)
        with connection.cursor() as cursor:
            facts = {
                **position._asdict(),
                "job_id": attempt.job_id,
                "attempt": attempt.number,
            }
            cursor.execute(sql.COMPLETE, facts)
            known = cursor.fetchone()
        if known is None:
            raise ClaimLost
        schedule_unless_known(position, known=known)
        reach(Step.COMPLETING)


@transaction.atomic
def fail(*, claimed: Claimed, error: Exception) -> AttemptResult:
    """The attempt has failed: another follows after the backoff, or the job is given up."""
    attempt, position = claimed.attempt, claimed.position or UNKNOWN_POSITION
    running = Job.objects.filter(
        pk=attempt.job_id, state=Job.State.PROCESSING, attempts=attempt.number
    )
    row = running.select_for_update().first()
    if row is None:
        raise ClaimLost
    row.failures += 1
    described = _describe_for_operators(error)
    detail = error.message if isinstance(error, DomainError) else "The job failed."
    log.warning("job_attempt_failed", job_id=str(row.id), attempt=attempt.number, error=described)
    reason = _final_reason(row, error)
    record_position(row, position, is_last=reason is not None)
    if reason is not None:
        return give_up(row, reason=reason, error=described, detail=detail)

    backoff = job_backoff().seconds(row.failures)
    running.update(
        state=Job.State.FAILED,
        failures=row.failures,
        last_error=described,
        lease_expires_at=None,
        next_attempt_at=Now() + timedelta(seconds=backoff),
        **transition_columns(Lifecycle.RETRYING, attempt=Value(attempt.number), detail=detail),
    )
    return AttemptResult(attempt, Lifecycle.RETRYING, detail=detail, backoff_seconds=backoff)


def job_backoff() -> Backoff:
    """The pauses between a job's attempts."""
    config = settings.EXOBRAIN
    return Backoff(
        base_seconds=config.job_backoff_base_seconds,
        max_seconds=config.job_backoff_max_seconds,
        has_jitter=True,
    )


def _describe_for_operators(error: Exception) -> str:
    """Its class and where it happened. An exception's own text may repeat a user's message."""
    if isinstance(error, DomainError):
        return f"{type(error).__name__}: {error.message}"
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"


def _final_reason(row: Job, error: Exception) -> TerminalReason | None:
    """Why this failure is the job's last; None when another attempt follows."""
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


def give_up(row: Job, *, reason: TerminalReason, error: str, detail: str) -> AttemptResult:
    """The job has failed for good, is a dead letter, and its owner has been notified.

    Runs in the caller's transaction, which has locked the row. `error` is for operators, `detail`
    for the job's user.
    """
    Job.objects.filter(pk=row.pk).update(
        state=Job.State.FAILED,
        is_terminal=True,
        terminal_reason=reason,
        failures=row.failures,
        lost_attempts=row.lost_attempts,
        last_error=error,
        lease_expires_at=None,
        next_attempt_at=None,
        **transition_columns(
            Lifecycle.FAILED_FINAL, attempt=F("attempts"), detail=detail, terminal=True
        ),
    )
    letter = DeadLetterContent(
        reason=WIRE_REASONS.get(reason, DeadLetterReason.MAX_ATTEMPTS),
        detail=detail,
        raw_message=envelope_of(row.draft).decode(),
    )
    DeadLetter.objects.create(
        job_id=row.pk,
        user_id=row.user_id,
        reason=letter.reason,
        detail=error,
        raw_message=letter.raw_message,
    )
    attempt = Attempt(row.id, row.job_type, row.user_id, row.attempts)
    try:
        on_final_failure = registry.job_type(row.job_type).on_final_failure
        if on_final_failure is not None:
            with transaction.atomic():
                on_final_failure(attempt, detail)
    except DatabaseUnavailable:
        raise
    except Exception as error_of_owner:  # must not keep the job from ending
        name = type(error_of_owner).__name__
        log.exception("on_final_failure_failed", job_id=str(row.id), error=name)
    return AttemptResult(attempt, Lifecycle.FAILED_FINAL, detail=detail, dead_letter=letter)


def record_poison_message(
    *, reason: DeadLetterReason, detail: str, raw_message: str, subject: str, source: str
) -> DeadLetterContent:
    """A message that is no job envelope is a dead letter; recording it twice keeps one.

    `source` is the stream and sequence of the message, `subject` where to publish it again.
    """
    DeadLetter.objects.get_or_create(
        source=source,
        defaults={
            "reason": reason,
            "detail": detail,
            "raw_message": raw_message.replace("\x00", "\N{REPLACEMENT CHARACTER}"),
            "subject": subject,
        },
    )
    return DeadLetterContent(reason=reason, detail=detail, raw_message=raw_message)
