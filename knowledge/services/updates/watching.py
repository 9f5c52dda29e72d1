"""How an update's job fares: every change once and in order, whatever restarts meanwhile."""

import asyncio
from collections.abc import AsyncGenerator
from uuid import UUID

import structlog

from exobrain.lib.errors import Unavailable, Upstream
from knowledge.selectors.updates import asked_at
from knowledge.services.updates.threads import apart
from orchestrator import client
from orchestrator.errors import JobNotFound
from orchestrator.types import Lifecycle, Transition

log = structlog.get_logger(__name__)

RESUME_SECONDS = 0.5  # before the orchestrator is asked again
PATIENCE_SECONDS = 10.0  # so long it may be away before the reader is told


async def open_watch(*, user_id: UUID, job_id: str, after: int) -> "JobWatch":
    """A view of this user's job after the change of that number; raises JobNotFound."""
    known = _uuid(job_id)
    current = await apart(_current, user_id, known)
    return JobWatch(user_id=user_id, current=current, after=min(after, current.number))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise JobNotFound from None


def _current(user_id: UUID, job_id: UUID) -> Transition:
    try:
        return client.job_status(job_id=job_id, user_id=str(user_id))
    except JobNotFound:
        # It may be on its way round the orchestrator, which hears of it from the worker.
        at = asked_at(user_id=user_id, job_id=job_id)
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
        self.after = after  # the number of the last change that was told

    async def changes(self) -> AsyncGenerator[Transition, None]:
        """The present state and then every change until the job is over; from `after` on, if set.

        Raises a DomainError when the orchestrator does not answer for a while.
        """
        if self.after == 0:
            yield self._told(self.current)
        answered_at = _now()
        while not self.is_over:
            try:
                async for change in self._news():
                    answered_at = _now()
                    yield change
            except JobNotFound:
                answered_at = _now()
            except (Unavailable, Upstream) as error:
                # A watch that has lasted as long as one may ends like this, too.
                log.info("watch_resumed", error=type(error).__name__)
                if _now() - answered_at > PATIENCE_SECONDS:
                    raise
            if not self.is_over:
                await asyncio.sleep(RESUME_SECONDS)

    @property
    def is_over(self) -> bool:
        """True when the job's end has been told."""
        return self.current.terminal and self.after >= self.current.number

    async def _news(self) -> AsyncGenerator[Transition, None]:
        job_id = self.current.job_id
        found = client.watch_job(job_id=job_id, user_id=self.user_id, after=self.after)
        try:
            async for change in found:
                yield self._told(change)
        finally:
            await found.aclose()

    def _told(self, change: Transition) -> Transition:
        self.current, self.after = change, change.number
        return change


def _now() -> float:
    return asyncio.get_running_loop().time()
