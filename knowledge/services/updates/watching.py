"""The changes of an update's job, each once and in order, whatever restarts meanwhile."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

import structlog

from exobrain.lib.errors import Unavailable, Upstream
from knowledge.selectors.updates import requested_at
from knowledge.services.updates.threads import in_call_thread
from orchestrator import client
from orchestrator.errors import JobNotFound
from orchestrator.types import Lifecycle, Transition

log = structlog.get_logger(__name__)

RESUME_SECONDS = 0.5  # before the orchestrator is asked again
PATIENCE_SECONDS = 10.0  # so long it may be away before the reader gets an error


async def open_watch(*, user_id: UUID, job_id: str, after: int) -> "JobWatch":
    """A view of this user's job after the change of that number; raises JobNotFound."""
    try:
        id_ = UUID(job_id)
    except ValueError:
        raise JobNotFound from None
    current = await in_call_thread(_current_transition, user_id, id_)
    return JobWatch(user_id=user_id, current=current, after=min(after, current.number))


def _current_transition(user_id: UUID, job_id: UUID) -> Transition:
    try:
        return client.job_status(job_id=job_id, user_id=str(user_id))
    except JobNotFound:
        # Published past the orchestrator, which hears of it from the worker.
        at = requested_at(user_id=user_id, job_id=job_id)
        if at is None:
            raise
    return Transition(
        job_id=job_id,
        number=1,
        lifecycle=Lifecycle.ENQUEUED_OR_PENDING,
        attempt=0,
        detail="",
        terminal=False,
        at=at,
    )


class JobWatch:
    """One reader's view of a job."""

    def __init__(self, *, user_id: UUID, current: Transition, after: int) -> None:
        self.user_id = str(user_id)
        self.current = current  # the last change that is known
        self.after = after  # the number of the last change that the reader has

    async def changes(self) -> AsyncGenerator[Transition, None]:
        """The present state and then every change until the job is over; from `after` on, if set.

        Raises a DomainError when the orchestrator does not answer for a while.
        """
        if self.after == 0:
            self.after = self.current.number
            yield self.current
        clock = asyncio.get_running_loop().time
        answered_at = clock()
        while not self.is_over:
            try:
                found = client.watch_job(
                    job_id=self.current.job_id, user_id=self.user_id, after=self.after
                )
                async with aclosing(found):
                    async for change in found:
                        answered_at = clock()
                        self.current, self.after = change, change.number
                        yield change
            except JobNotFound:
                answered_at = clock()
            except (Unavailable, Upstream) as error:
                # A watch that has lasted as long as one may ends like this, too.
                log.info("watch_resumed", error=type(error).__name__)
                if clock() - answered_at > PATIENCE_SECONDS:
                    raise
            if not self.is_over:
                await asyncio.sleep(RESUME_SECONDS)

    @property
    def is_over(self) -> bool:
        """True when the reader has the change that ended the job."""
        return self.current.terminal and self.after >= self.current.number
