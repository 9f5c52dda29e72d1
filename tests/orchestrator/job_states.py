"""Jobs brought to the state a test starts from, without a queue."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from orchestrator import selectors, services
from orchestrator.models import Job
from orchestrator.types import (
    AttemptResult,
    Claim,
    Claimed,
    Delivery,
    JobDraft,
    Lifecycle,
    PublishAck,
    StreamState,
    message_id_of,
)

USER = "0b0f2a3e-33a6-4a52-b0a1-9a9c1d6a1a11"
WORKER = "here"
STREAM = "2025-01-14T00:00:00+00:00"


def drafted(
    *, job_type: str = "test.effect", user: str = USER, key: str = "", **payload: Any
) -> JobDraft:
    """A job somebody asks for."""
    return services.draft_job(job_type=job_type, user_id=user, payload=payload, idempotency_key=key)


def recorded(**wanted: Any) -> JobDraft:
    """A job in the ledger."""
    draft = drafted(**wanted)
    services.record(drafts=[draft])
    return draft


def published(*, sequence: int = 1, stream: str = STREAM, **wanted: Any) -> JobDraft:
    """A job that JetStream has acknowledged."""
    draft = recorded(**wanted)
    ack = PublishAck(job_id=draft.id, republish_count=0, stream_id=stream, stream_sequence=sequence)
    services.mark_published(acks=[ack])
    return draft


def delivery(draft: JobDraft, *, sequence: int = 1, republish_count: int = 0) -> Delivery:
    """The job's message, as it reaches a worker."""
    return Delivery(
        draft=draft,
        stream_id=STREAM,
        stream_sequence=sequence,
        message_id=message_id_of(draft.id, republish_count),
    )


def claim(draft: JobDraft, *, worker: str = WORKER, **message: int) -> Claim:
    """What the ledger says to a worker that received the job."""
    (answer,) = services.claim(deliveries=[delivery(draft, **message)], worker=worker)
    return answer


def claimed(draft: JobDraft, *, worker: str = WORKER, **message: int) -> Claimed:
    """The job, running."""
    answer = claim(draft, worker=worker, **message)
    assert isinstance(answer, Claimed)
    return answer


def performed(draft: JobDraft, **message: int) -> AttemptResult:
    """How one run of the job ended."""
    return services.run_attempt(claimed=claimed(draft, worker=WORKER, **message))


def row(draft: JobDraft) -> Job:
    """The job as the ledger has it."""
    return Job.objects.get(pk=draft.id)


def due_positions() -> list[tuple[str, int]]:
    """Where JetStream has what it is still to forget."""
    return [it.position[:2] for it in services.due_erasures(limit=10)]


def make_due(draft: JobDraft) -> None:
    """Whatever the job waits for has come: its lease, its pause, its turn to be published."""
    past = Now() - timedelta(seconds=1)
    job = Job.objects.filter(pk=draft.id)
    job.filter(lease_expires_at__isnull=False).update(lease_expires_at=past)
    job.update(next_attempt_at=None, publish_after=past)


def changes(job_id: UUID) -> list[Lifecycle]:
    """How the job came where it is."""
    (history,) = selectors.job_histories(asked=[(job_id, None)])
    assert history is not None
    return [change.lifecycle for change in history.transitions]


def stream_state(**facts: Any) -> StreamState:
    """What JetStream says of itself."""
    return StreamState(
        **{
            "stream_id": STREAM,
            "first_sequence": 1,
            "last_sequence": 100,
            "finished_sequence": 0,
            "looked_at": selectors.ledger_now(),
            **facts,
        }
    )
