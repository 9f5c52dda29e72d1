"""The job types of the memory; found by the orchestrator's `autodiscover_modules`."""

from knowledge.events import READ_AGAIN_JOB, UPDATE_JOB, ReadAgainPayload, UpdatePayload
from knowledge.services import rereading, updates
from knowledge.services.indexing import reindexing, relay
from orchestrator.registry import periodic_task, prepared_job
from orchestrator.types import Attempt


@prepared_job(
    UPDATE_JOB,
    payload=UpdatePayload,
    prepare=updates.prepare_update,
    on_final_failure=updates.fail_update,
)
def knowledge_update(attempt: Attempt, prepared: updates.PreparedUpdate) -> None:
    """The messages are in the memory."""
    updates.complete_update(attempt, prepared)


@prepared_job(READ_AGAIN_JOB, payload=ReadAgainPayload, prepare=rereading.prepare_job)
def knowledge_read_again(attempt: Attempt, prepared: rereading.PreparedRereading) -> None:
    """What the rules have read in the model's place is as the model reads it, if it did."""
    rereading.complete(prepared, job_id=attempt.job_id)


@periodic_task("knowledge.outside", every_seconds=2.0)
def update_outside_indexes() -> None:
    """Indexes outside PostgreSQL have some of the changes that wait for them."""
    relay.relay_changes()


@periodic_task("knowledge.vectors", every_seconds=30.0)
def embed_missing() -> None:
    """Blocks that were learned while the embedder was away, or by another, have their vectors."""
    reindexing.catch_up(seconds=20.0)
