"""What operators do with jobs and dead letters."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from orchestrator.errors import JobNotFailed, JobNotFound
from orchestrator.models import DeadLetter, Job, transition_columns
from orchestrator.services.erasing import schedule_erasures
from orchestrator.types import Lifecycle, ReplayRequest, TerminalReason


@transaction.atomic
def retry_job(*, job_id: UUID) -> None:
    """A job that was given up is due again, with all its attempts before it."""
    row = Job.objects.select_for_update().filter(pk=job_id).first()
    if row is None:
        raise JobNotFound
    if row.lifecycle is not Lifecycle.FAILED_FINAL:
        raise JobNotFailed
    if row.terminal_reason == TerminalReason.USER_DELETED:
        raise JobNotFailed("The job's user was deleted, and its payload with them.")
    if row.stream_position is not None:  # only that of its next message will be known
        schedule_erasures([row.stream_position])
    Job.objects.filter(pk=job_id).update(
        state=Job.State.REQUESTED,
        is_terminal=False,
        terminal_reason="",
        failures=0,
        lost_attempts=0,
        published_at=None,
        publish_after=Now(),
        republish_count=F("republish_count") + 1,
        **transition_columns(Lifecycle.ENQUEUED_OR_PENDING, attempt=F("attempts")),
    )
    DeadLetter.objects.filter(job_id=job_id, replayed_at__isnull=True).update(replayed_at=Now())


def replay(*, dead_letter_id: UUID) -> None:
    """The dead letter's job is due again, or its message is about to be published again."""
    letter = DeadLetter.objects.get(pk=dead_letter_id)
    if letter.job_id is not None:
        retry_job(job_id=letter.job_id)
        return
    if not letter.subject:
        raise JobNotFailed("It is not known where this message was sent.")
    DeadLetter.objects.filter(pk=dead_letter_id).update(replay_requested_at=Now(), replayed_at=None)


def take_replay_requests(*, limit: int) -> list[ReplayRequest]:
    """Dead letters that an operator wants to see published again, oldest request first."""
    wanted = DeadLetter.objects.filter(replay_requested_at__isnull=False, replayed_at__isnull=True)
    return [
        ReplayRequest(letter.pk, letter.subject, letter.raw_message)
        for letter in wanted.order_by("replay_requested_at")[:limit]
    ]


def mark_replayed(*, dead_letter_ids: Sequence[UUID]) -> None:
    """The dead letters were published again."""
    DeadLetter.objects.filter(pk__in=dead_letter_ids).update(replayed_at=Now())
