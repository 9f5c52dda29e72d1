"""The job types of the memory; found by the orchestrator's `autodiscover_modules`."""

from knowledge.events import UPDATE_JOB, UpdatePayload
from knowledge.services import updates
from orchestrator.registry import prepared_job
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
