"""The outbox's relay, from the ledger to JetStream: every job is published, and again if lost.

Talks to PostgreSQL in a thread and to NATS on the loop; raises nothing: what fails now is found
and done again in the next round.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import TypeVar
from uuid import uuid4

import structlog

from exobrain.lib.batching import Batcher
from exobrain.lib.database import DatabaseUnavailable, with_second_attempt
from exobrain.lib.faults import reach
from orchestrator import selectors, services
from orchestrator.errors import QueueUnavailable
from orchestrator.events import envelope_of
from orchestrator.jetstream import NatsConnector, request_subject
from orchestrator.types import OutboxMessage, PublishAck, Step

log = structlog.get_logger(__name__)

T = TypeVar("T")

PUBLISH_SECONDS = 1.0  # between looks for what nobody has published
ERASE_SECONDS = 5.0  # between looks for what JetStream still has to delete
REQUEUE_SECONDS = 5.0  # between searches for what JetStream lost
PRUNE_SECONDS = 600.0
BATCH_SIZE = 500
PRUNE_BATCH_SIZE = 1000
MAX_IN_FLIGHT = 2000  # what is more waits in the ledger for the next round


class OutboxRelay:
    """Publishes what the ledger has recorded."""

    def __init__(self, nats: NatsConnector, *, executor: Executor) -> None:
        self.nats = nats
        self.executor = executor
        self.in_flight: set[asyncio.Task[bool]] = set()
        self.mark_published = Batcher[PublishAck, None](
            lambda acks: with_second_attempt(lambda: services.mark_published(acks=acks)),
            executor=executor,
            shared_errors=DatabaseUnavailable,
        )

    def publish_soon(self, message: OutboxMessage) -> None:
        """The job is being published, unless that has to wait for the next round."""
        if self.nats.is_connected and len(self.in_flight) < MAX_IN_FLIGHT:
            task = asyncio.create_task(self.publish(message))
            self.in_flight.add(task)
            task.add_done_callback(self.in_flight.discard)

    async def publish(self, message: OutboxMessage) -> bool:
        """True when JetStream has the job and the ledger knows it."""
        envelope = envelope_of(message.draft)
        subject = request_subject(message.draft.job_type)
        try:
            connection = self.nats.connection
            sequence = await connection.publish(subject, envelope, message_id=message.message_id)
            reach(Step.PUBLISHED)
            await self.mark_published(
                PublishAck(
                    job_id=message.draft.id,
                    republish_count=message.republish_count,
                    stream_id=connection.stream_id,
                    stream_sequence=sequence,
                )
            )
            reach(Step.PUBLISH_RECORDED)
        except (QueueUnavailable, *DatabaseUnavailable) as error:
            log.info("job_publish_postponed", error=type(error).__name__)
            return False
        return True

    async def run(self) -> None:
        """Publishes, erases, requeues and prunes, each at its own pace; never returns."""
        await asyncio.gather(
            _every(PUBLISH_SECONDS, self.publish_due),
            _every(ERASE_SECONDS, self.erase_due),
            _every(REQUEUE_SECONDS, self.requeue_lost),
            _every(PRUNE_SECONDS, self.prune),
        )

    async def publish_due(self) -> None:
        """What is due and unpublished has been published, as far as JetStream is there."""
        while self.nats.is_connected:
            found = await self._in_ledger(lambda: services.take_unpublished(limit=BATCH_SIZE))
            if not found:
                break
            log.info("unpublished_jobs_found", count=len(found))
            reach(Step.OUTBOX_READ)
            published = await asyncio.gather(*map(self.publish, found))
            if not all(published):
                break
        requests = await self._in_ledger(lambda: services.take_replay_requests(limit=BATCH_SIZE))
        for request in requests:
            body = request.raw_message.encode()
            await self.nats.connection.publish(request.subject, body, message_id=str(uuid4()))
        if requests:
            sent = [request.dead_letter_id for request in requests]
            await self._in_ledger(lambda: services.mark_replayed(dead_letter_ids=sent))

    async def requeue_lost(self) -> None:
        """What JetStream has lost is due again."""
        looked_at = await self._in_ledger(selectors.ledger_now)
        stream = await self.nats.connection.state(looked_at=looked_at)
        if lost := await self._in_ledger(lambda: services.requeue_lost(stream=stream)):
            log.warning("jobs_lost_by_queue", count=lost)
            await self.publish_due()

    async def erase_due(self) -> None:
        """JetStream has nothing more that it was to delete while it was away."""
        while self.nats.is_connected:
            found = await self._in_ledger(lambda: services.due_erasures(limit=BATCH_SIZE))
            if not found:
                return
            for user_id, due in groupby(found, key=attrgetter("user_id")):
                positions = [erasure.position for erasure in due]
                await services.erase_messages_over(self.nats.connection, positions, user_id=user_id)
            ids = [erasure.id for erasure in found]
            await self._in_ledger(partial(services.end_erasures, ids=ids))
            log.info("queue_erased", messages=len(ids))

    async def prune(self) -> None:
        """Jobs that ended long ago are deleted."""
        deleted = PRUNE_BATCH_SIZE
        while deleted == PRUNE_BATCH_SIZE:
            deleted = await self._in_ledger(lambda: services.prune(limit=PRUNE_BATCH_SIZE))

    async def _in_ledger(self, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.executor, with_second_attempt, work)


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except (QueueUnavailable, *DatabaseUnavailable) as error:
            log.info("round_postponed", work=work.__name__, error=type(error).__name__)
        except Exception as error:
            log.exception("round_failed", work=work.__name__, error=type(error).__name__)
        await asyncio.sleep(seconds)
