"""The job types of the memory; found by the orchestrator's `autodiscover_modules`."""

from knowledge.events import UPDATE_JOB, UpdatePayload
from knowledge.services import updates
from knowledge.services.indexing import reindexing, relay
from orchestrator.registry import chore, prepared_job
from orchestrator.types import Run


@prepared_job(
    UPDATE_JOB,
    payload=UpdatePayload,
    prepare=updates.prepare_update,
    given_up=updates.give_up_update,
)
def knowledge_update(run: Run, prepared: updates.Prepared) -> None:
    """The messages are in the memory."""
    updates.complete_update(run, prepared)


@chore("knowledge.outside", every_seconds=2.0)
def relay_index_changes() -> None:
    """Indexes outside PostgreSQL have been told of some changes."""
    relay.relay_changes()


@chore("knowledge.vectors", every_seconds=30.0)
def embed_missing() -> None:
    """Blocks that were learned while the embedder was away, or by another, have their vectors."""
    reindexing.catch_up(seconds=20.0)
