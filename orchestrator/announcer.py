"""Publishes the events of jobs that other programs listen to.

Raises nothing: while NATS is away events are lost, and the ledger has what they would have said.
"""

from django.conf import settings

from orchestrator.events import DeadLetterEvent, JobResultEvent, JobStatusEvent
from orchestrator.jetstream import NatsConnector, result_subject, status_subject
from orchestrator.types import Attempt, AttemptResult, DeadLetterContent, Lifecycle


class JobAnnouncer:
    """Status, result and dead-letter events, over the connection of this moment."""

    def __init__(self, nats: NatsConnector) -> None:
        self.nats = nats

    async def announce_start(self, attempt: Attempt) -> None:
        """`jobs.status.<job_id>`: an attempt has started."""
        event = JobStatusEvent(
            job_id=attempt.job_id,
            state=Lifecycle.STARTED,
            attempt=attempt.number,
            terminal=False,
        )
        await self.nats.announce(status_subject(attempt.job_id), event.to_bytes())

    async def announce_result(self, result: AttemptResult) -> None:
        """`jobs.status.<job_id>`, and if the job is over `jobs.events.…` and its dead letter."""
        attempt, detail = result.attempt, result.detail or None
        is_terminal = result.lifecycle is not Lifecycle.RETRYING
        status = JobStatusEvent(
            job_id=attempt.job_id,
            state=result.lifecycle,
            attempt=attempt.number,
            detail=detail,
            terminal=is_terminal,
        )
        await self.nats.announce(status_subject(attempt.job_id), status.to_bytes())
        if is_terminal:
            has_succeeded = result.lifecycle is Lifecycle.SUCCEEDED
            ended = JobResultEvent(
                job_id=attempt.job_id,
                job_type=attempt.job_type,
                status="completed" if has_succeeded else "failed",
                correlation_id=attempt.user_id,
                attempt=attempt.number,
                detail=detail,
            )
            subject = result_subject(attempt.job_type, ended.status)
            await self.nats.announce(subject, ended.to_bytes())
        if result.dead_letter is not None:
            await self.announce_dead_letter(result.dead_letter)

    async def announce_dead_letter(self, letter: DeadLetterContent) -> None:
        """`jobs.dlq`: this message has been given up; its text is clipped."""
        limit = settings.EXOBRAIN.job_dlq_raw_message_max_chars
        event = DeadLetterEvent(
            reason=letter.reason, detail=letter.detail, raw_message=letter.raw_message[:limit]
        )
        await self.nats.announce(settings.EXOBRAIN.job_dlq_subject, event.to_bytes())
