"""From the ledger to JetStream: every job is published, and again if that was lost.

Talks to PostgreSQL in a thread and to NATS on the loop; raises nothing: what fails now is found
and done again by the next round.
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
from exobrain.lib.database import Down, with_retry
from exobrain.lib.faults import reach
from orchestrator import selectors, services
from orchestrator.errors import QueueDown
from orchestrator.events import envelope_of
from orchestrator.jetstream import Queue, request_subject
from orchestrator.types import Outgoing, Receipt, Replay, Step

log = structlog.get_logger(__name__)

T = TypeVar("T")

SWEEP_SECONDS = 1.0
ERASE_SECONDS = 5.0  # between looks for what JetStream is still to forget
SEARCH_SECONDS = 5.0  # between searches for what JetStream lost
PRUNE_SECONDS = 600.0
SWEEP_LIMIT = 500
PRUNE_LIMIT = 1000
MAX_IN_FLIGHT = 2000  # what is more waits in the ledger for the sweep


class Relay:
    """Publishes what the ledger has recorded."""

    def __init__(self, queue: Queue, *, executor: Executor) -> None:
        self.queue = queue
        self.executor = executor
        self.in_flight: set[asyncio.Task[bool]] = set()
        self.mark = Batcher[Receipt, None](
            lambda receipts: with_retry(lambda: services.mark_published(receipts=receipts)),
            executor=executor,
            shared_errors=Down,
        )

    def offer(self, outgoing: Outgoing) -> None:
        """The job is being published, unless that has to wait for the sweep."""
        if self.queue.is_up and len(self.in_flight) < MAX_IN_FLIGHT:
            task = asyncio.create_task(self.publish(outgoing))
            self.in_flight.add(task)
            task.add_done_callback(self.in_flight.discard)

    async def publish(self, outgoing: Outgoing) -> bool:
        """True when JetStream has the job and the ledger knows it."""
        envelope = envelope_of(outgoing.draft)
        subject = request_subject(outgoing.draft.job_type)
        try:
            link = self.queue.link
            number = await link.publish(subject, envelope, message_id=outgoing.message_id)
            reach(Step.PUBLISHED)
            receipt = Receipt(
                job_id=outgoing.draft.id,
                publishes=outgoing.publishes,
                stream_id=link.stream_id,
                stream_sequence=number,
            )
            await self.mark(receipt)
            reach(Step.PUBLISH_RECORDED)
        except (QueueDown, *Down) as error:
            log.info("job_publish_postponed", error=type(error).__name__)
            return False
        return True

    async def run(self) -> None:
        """Never returns: sweeps, erases, searches and prunes, each at its own pace."""
        await asyncio.gather(
            _every(SWEEP_SECONDS, self.sweep),
            _every(ERASE_SECONDS, self.erase),
            _every(SEARCH_SECONDS, self.search),
            _every(PRUNE_SECONDS, self.prune),
        )

    async def sweep(self) -> None:
        """What is due and unpublished has been published, as far as JetStream is there."""
        while self.queue.is_up:
            found = await self._in_ledger(lambda: services.take_unpublished(limit=SWEEP_LIMIT))
            if not found:
                break
            log.info("jobs_published_by_sweep", count=len(found))
            reach(Step.SWEPT)
            published = await asyncio.gather(*map(self.publish, found))
            if not all(published):
                break
        await self._replay()

    async def _replay(self) -> None:
        wanted = await self._in_ledger(lambda: services.take_replays(limit=SWEEP_LIMIT))
        sent = [replay.dead_letter_id for replay in wanted if await self._resend(replay)]
        if sent:
            await self._in_ledger(lambda: services.mark_replayed(dead_letter_ids=sent))

    async def _resend(self, replay: Replay) -> bool:
        body = replay.raw_message.encode()
        await self.queue.link.publish(replay.subject, body, message_id=str(uuid4()))
        return True

    async def search(self) -> None:
        """What JetStream has lost is due again."""
        looked_at = await self._in_ledger(selectors.ledger_now)
        stream = await self.queue.link.state(looked_at=looked_at)
        if lost := await self._in_ledger(lambda: services.take_back_lost(stream=stream)):
            log.warning("jobs_lost_by_queue", count=lost)
            await self.sweep()

    async def erase(self) -> None:
        """JetStream has nothing more that it was to forget while it was away."""
        while self.queue.is_up:
            found = await self._in_ledger(lambda: services.due_erasures(limit=SWEEP_LIMIT))
            if not found:
                return
            for user_id, due in groupby(found, key=attrgetter("user_id")):
                places = [erasure.place for erasure in due]
                await services.erase_over(self.queue.link, places, user_id=user_id)
            ids = [erasure.id for erasure in found]
            await self._in_ledger(partial(services.end_erasures, ids=ids))
            log.info("queue_erased", messages=len(ids))

    async def prune(self) -> None:
        """Jobs that ended long ago are gone."""
        while await self._in_ledger(lambda: services.prune(limit=PRUNE_LIMIT)) == PRUNE_LIMIT:
            pass

    async def _in_ledger(self, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.executor, with_retry, work)


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except (QueueDown, *Down) as error:
            log.info("round_postponed", work=work.__name__, error=type(error).__name__)
        except Exception as error:
            log.exception("round_failed", work=work.__name__, error=type(error).__name__)
        await asyncio.sleep(seconds)
