"""The changes of a job as they happen, each exactly once and in order.

The ledger numbers and keeps every change; the queue only says when to look again. So nothing is
missed between the first look and the next, and a queue that is down costs a second of delay.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from concurrent.futures import Executor
from uuid import UUID

import nats.errors
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from exobrain.lib.batching import Batcher
from exobrain.lib.database import Down, with_retry
from orchestrator import selectors
from orchestrator.errors import JobNotFound, QueueDown
from orchestrator.jetstream import Link, Queue, status_subject
from orchestrator.types import Progress, Transition

POLL_SECONDS = 1.0  # the queue may be down, or have lost what would have woken us


class Watch:
    """Reads jobs for all who ask at the same time."""

    def __init__(self, queue: Queue, *, executor: Executor) -> None:
        self.queue = queue
        self.read = Batcher[tuple[UUID, str | None], Progress | None](
            lambda asked: with_retry(lambda: selectors.progress(asked=asked)),
            executor=executor,
            shared_errors=Down,
        )

    async def status(self, *, job_id: UUID, user_id: str | None) -> Transition:
        """The last change; raises JobNotFound."""
        found = await self.read((job_id, user_id))
        if found is None:
            raise JobNotFound
        return found.current

    async def changes(
        self, *, job_id: UUID, user_id: str | None, include_current: bool, after: int = 0
    ) -> AsyncGenerator[Transition, None]:
        """Changes until the one that ends the job, the present state first if that is asked.

        With `after`, every change after that number. Raises JobNotFound, unless only future
        changes are asked for: then the job may be yet to come.
        """
        bell = Bell(self.queue, job_id)
        try:
            await bell.listen()
            found = await self.read((job_id, user_id))
            if found is None and (include_current or after):
                raise JobNotFound
            seen = after or _first_seen(found, include_current=include_current)
            while True:
                for change in _news(found, after=seen):
                    seen = change.number
                    yield change
                    if change.terminal:
                        return
                if found is not None and found.current.terminal:
                    return
                await bell.ring()
                found = await self.read((job_id, user_id))
        finally:
            await bell.stop()


def _first_seen(found: Progress | None, *, include_current: bool) -> int:
    """The number of the last change that is not to be told."""
    if found is None:
        return 0
    # Whoever asks only for what comes is still told that nothing more will.
    is_told = include_current or found.current.terminal
    return found.current.number - 1 if is_told else found.current.number


def _news(found: Progress | None, *, after: int) -> list[Transition]:
    if found is None:
        return []
    return [change for change in found.changes if change.number > after]


class Bell:
    """Rings when a job may have changed."""

    def __init__(self, queue: Queue, job_id: UUID) -> None:
        self.queue = queue
        self.job_id = job_id
        self.rung = asyncio.Event()
        self.link: Link | None = None
        self.subscription: Subscription | None = None

    async def listen(self) -> None:
        """What happens from now on is heard, while the queue is up."""
        try:
            link = self.queue.link
            if link is not self.link:
                self.subscription = await link.client.subscribe(
                    status_subject(self.job_id), cb=self._heard
                )
                await link.client.flush(timeout=1)  # the server has heard that we listen
                self.link = link
        except (QueueDown, nats.errors.Error, OSError):
            self.link = None

    async def ring(self) -> None:
        """Something has happened, or it is time to look anyway."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.rung.wait(), POLL_SECONDS)
        self.rung.clear()
        await self.listen()

    async def stop(self) -> None:
        """Nobody listens any more."""
        if self.subscription is not None:
            with contextlib.suppress(nats.errors.Error, OSError):
                await self.subscription.unsubscribe()

    async def _heard(self, _message: Msg) -> None:
        self.rung.set()
