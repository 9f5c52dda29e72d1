"""The changes of a job as they happen, each exactly once and in order.

The ledger numbers and keeps every change; JetStream only says when to look again. So nothing is
missed between the first look and the next, and a queue that is down costs a second of delay.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from concurrent.futures import Executor
from uuid import UUID

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from exobrain.lib.batching import Batcher
from exobrain.lib.database import DatabaseUnavailable, with_second_attempt
from orchestrator import selectors
from orchestrator.errors import JobNotFound, QueueUnavailable
from orchestrator.jetstream import CLIENT_ERRORS, NatsConnection, NatsConnector, status_subject
from orchestrator.types import JobHistory, Transition

POLL_SECONDS = 1.0  # the queue may be down, or have lost the message that would have reported it


class JobWatcher:
    """Reads jobs for all who ask at the same time."""

    def __init__(self, nats: NatsConnector, *, executor: Executor) -> None:
        self.nats = nats
        self.read = Batcher[tuple[UUID, str | None], JobHistory | None](
            lambda asked: with_second_attempt(lambda: selectors.job_histories(asked=asked)),
            executor=executor,
            shared_errors=DatabaseUnavailable,
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
        notifier = ChangeNotifier(self.nats, job_id)
        try:
            await notifier.listen()
            history = await self.read((job_id, user_id))
            if history is None and (include_current or after):
                raise JobNotFound
            seen = after
            if history is not None and not after:
                seen = history.current.number
                # A caller that asks only for future changes also gets the one that ended the job.
                if include_current or history.current.terminal:
                    seen -= 1
            while True:
                for change in history.transitions if history else ():
                    if change.number > seen:
                        seen = change.number
                        yield change
                if history is not None and history.current.terminal:
                    return
                await notifier.wait()
                history = await self.read((job_id, user_id))
        finally:
            await notifier.stop()


class ChangeNotifier:
    """Says when a job may have changed."""

    def __init__(self, nats: NatsConnector, job_id: UUID) -> None:
        self.nats = nats
        self.job_id = job_id
        self.has_news = asyncio.Event()
        self.connection: NatsConnection | None = None  # the one that is listened on
        self.subscription: Subscription | None = None

    async def listen(self) -> None:
        """Changes from now on are noticed, while the queue is up."""
        try:
            connection = self.nats.connection
            if connection is not self.connection:
                subject = status_subject(self.job_id)
                self.subscription = await connection.subscribe(subject, self._on_message)
                await connection.flush()  # the server knows that we listen
                self.connection = connection
        except QueueUnavailable:
            self.connection = None

    async def wait(self) -> None:
        """The job may have changed, or it is time to look anyway."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.has_news.wait(), POLL_SECONDS)
        self.has_news.clear()
        await self.listen()

    async def stop(self) -> None:
        """Nothing is listened to any more."""
        if self.subscription is not None:
            with contextlib.suppress(*CLIENT_ERRORS):
                await self.subscription.unsubscribe()

    async def _on_message(self, _message: Msg) -> None:
        self.has_news.set()
