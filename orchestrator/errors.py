"""What can go wrong with jobs."""

from exobrain.lib import errors


class UnknownJobType(errors.Invalid):
    """job_type is not one that this orchestrator knows."""


class InvalidPayload(errors.Invalid):
    """The payload does not fit the job type."""


class IdempotencyConflict(errors.Conflict):
    """idempotency_key already names a different job."""


class JobNotFound(errors.NotFound):
    """There is no such job."""


class JobNotFailed(errors.Conflict):
    """Only a job that was given up can be tried again."""


class QueueUnavailable(errors.Unavailable):
    """JetStream is not available; the work waits."""


class OrchestratorUnavailable(errors.Unavailable):
    """The job orchestrator is not available; try again later."""


class JobFailed(errors.DomainError):
    """The job failed."""

    def __init__(self, message: str | None = None, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class ClaimLost(Exception):
    """Another worker has taken the job over, so this attempt must leave no effect."""
