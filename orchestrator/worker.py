"""Takes jobs from JetStream and runs them, several side by side, until told to stop.

Messages arrive on the event loop and job bodies run in threads. The ledger decides what is run:
a message whose job is over is acknowledged, one whose job runs elsewhere is given back. A message
is acknowledged only after what it asked for is committed, so a worker that dies loses nothing:
JetStream delivers the message again when nobody has said for a while that it is in progress.
"""

import asyncio
import contextlib
import os
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from django.conf import settings
from nats.aio.msg import Msg
from pydantic import ValidationError

from exobrain.lib.batching import Batcher
from exobrain.lib.database import Down, on_good_connection, with_retry
from exobrain.lib.faults import reach
from exobrain.lib.threads import ThreadPool
from orchestrator import registry, services
from orchestrator.errors import ClaimLost, JobFailed, QueueDown
from orchestrator.events import DeadLetterEvent, JobEnvelope, JobResultEvent, JobStatusEvent
from orchestrator.jetstream import Link, Pull, Queue, result_subject, status_subject
from orchestrator.registry import Chore
from orchestrator.types import (
    Claim,
    Claimed,
    DeadLetterDraft,
    DeadLetterReason,
    Delivery,
    Finished,
    Lifecycle,
    NotNow,
    Outcome,
    Run,
    Step,
)

log = structlog.get_logger(__name__)

T = TypeVar("T")

DRAIN_SECONDS = 15.0  # `up` gives its children 25 to stop
DOWN_SECONDS = 2.0  # PostgreSQL does not answer: try again after that
LOST_SECONDS = 1.0  # another worker took the job over: see later what became of it
LONGEST_PAUSE_SECONDS = 3600.0
TICK_SECONDS = 0.5


@dataclass(frozen=True, eq=False)
class Parcel:
    """A message as it came; each is itself and no other, even if it came twice."""

    body: bytes
    subject: str
    reply: str
    stream_id: str
    stream_sequence: int
    message_id: str

    @property
    def source(self) -> str:
        """Which message of which stream this is."""
        return f"{self.stream_id}/{self.stream_sequence}"


class Worker:
    """Runs up to `concurrency` jobs at once."""

    def __init__(self, *, concurrency: int) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.concurrency = concurrency
        self.bodies = ThreadPool(concurrency, name="job")
        self.ledger = ThreadPool(1, name="ledger")
        self.odd_jobs = ThreadPool(1, name="chore")
        self.queue = Queue(name=self.name, on_up=self._on_up)
        self.pull: Pull | None = None
        self.held: dict[Parcel, asyncio.Task[None]] = {}
        self.running: set[uuid.UUID] = set()
        self.stopping = asyncio.Event()
        self.is_tainted = False  # a body would not end, and has a thread for ever
        self.claim = Batcher[Delivery, Claim](
            lambda deliveries: with_retry(
                lambda: services.claim(deliveries=deliveries, worker=self.name)
            ),
            executor=self.ledger,
            shared_errors=Down,
        )

    async def work(self) -> bool:
        """Jobs have been run until told to stop; False when a body would not end."""
        self.queue.start()
        keeping = asyncio.create_task(self._keep_alive())
        chores = [asyncio.create_task(self._repeat(chore)) for chore in registry.chores()]
        log.info("worker_started", worker=self.name, concurrency=self.concurrency)
        try:
            while not self.stopping.is_set():
                await self._tick()
            await self._drain()
        finally:
            keeping.cancel()
            for task in chores:
                task.cancel()
            await self.queue.stop()
            self.bodies.shutdown(wait=not self.is_tainted)
            self.ledger.shutdown()
            self.odd_jobs.shutdown(wait=False)  # a chore can be cut off anywhere
        log.info("worker_stopped", worker=self.name)
        return not self.is_tainted

    # -- receiving

    async def _on_up(self, link: Link) -> None:
        pull = Pull(link, self._received)
        await pull.start()
        self.pull = pull
        await self._ask()

    async def _tick(self) -> None:
        """From time to time: a queue that fell silent is asked again."""
        if self.queue.failure is not None:
            raise self.queue.failure
        with contextlib.suppress(QueueDown):  # the link is being made again
            if self.pull is not None and self.queue.is_up and self.pull.is_silent():
                log.warning("pull_renewed")
                await self.pull.renew()
            await self._ask()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), TICK_SECONDS)

    async def _ask(self) -> None:
        """As many messages may arrive as there are free threads."""
        if self.pull is None or self.stopping.is_set():
            return
        wanted = self.concurrency - len(self.held) - self.pull.asked
        # In portions: a request for every finished job would cost as much as the job.
        if wanted >= max(1, self.concurrency // 4):
            await self.pull.ask(wanted)

    def _received(self, message: Msg) -> None:
        reach(Step.RECEIVED)
        parcel = Parcel(
            body=message.data,
            subject=message.subject,
            reply=message.reply,
            stream_id=self.pull.link.stream_id if self.pull else "",
            stream_sequence=message.metadata.sequence.stream,
            message_id=(message.headers or {}).get("Nats-Msg-Id", ""),
        )
        self.held[parcel] = asyncio.create_task(self._handle(parcel))

    async def _handle(self, parcel: Parcel) -> None:
        """The message is acknowledged or given back; if neither, it will be delivered again."""
        try:
            await self._deal_with(parcel)
        except Down as error:
            log.warning("ledger_down", error=type(error).__name__)
            await self._give_back(parcel, seconds=DOWN_SECONDS)
        except ClaimLost:
            log.warning("claim_lost", source=parcel.source)
            await self._give_back(parcel, seconds=LOST_SECONDS)
        except Exception as error:  # the loop must go on, and take the next message
            log.exception("message_failed", source=parcel.source, error=type(error).__name__)
        finally:
            del self.held[parcel]
        await self._ask()

    async def _deal_with(self, parcel: Parcel) -> None:
        if self.stopping.is_set():
            await self._give_back(parcel, seconds=0)
            return
        try:
            envelope = JobEnvelope.model_validate_json(parcel.body)
        except ValidationError as error:
            await self._bury(parcel, error)
            return
        await self._run(parcel, envelope)

    async def _run(self, parcel: Parcel, envelope: JobEnvelope) -> None:
        delivery = Delivery(
            draft=envelope.draft,
            stream_id=parcel.stream_id,
            stream_sequence=parcel.stream_sequence,
            message_id=parcel.message_id,
        )
        match await self.claim(delivery):
            case Claimed() as claimed:
                await self._perform(parcel, claimed)
            case NotNow(seconds=seconds):
                await self._give_back(parcel, seconds=min(seconds, LONGEST_PAUSE_SECONDS))
            case Finished(given_up=outcome):
                if outcome is not None:
                    await self._announce(outcome)
                await self._acknowledge(parcel)

    # -- running

    async def _perform(self, parcel: Parcel, claimed: Claimed) -> None:
        reach(Step.CLAIMED)
        run = claimed.run
        self.running.add(run.job_id)
        try:
            await self._announce_start(run)
            outcome = await self._outcome(claimed)
        except Down:
            await self._release(run)
            raise
        finally:
            self.running.discard(run.job_id)
        await self._announce(outcome)
        if outcome.lifecycle is Lifecycle.RETRYING:
            reach(Step.FAILURE_RECORDED)
            await self._give_back(parcel, seconds=outcome.retry_seconds)
            return
        reach(Step.DEAD_LETTERED if outcome.dead_letter else Step.COMPLETED)
        await self._acknowledge(parcel)

    async def _release(self, run: Run) -> None:
        """PostgreSQL went away under the body: if it is back, nobody waits for the lease."""
        with contextlib.suppress(*Down):
            ids = [run.job_id]
            await self._in_ledger(lambda: services.release(job_ids=ids, worker=self.name))

    async def _outcome(self, claimed: Claimed) -> Outcome:
        loop = asyncio.get_running_loop()
        body = loop.run_in_executor(self.bodies, _in_thread, claimed)
        await asyncio.wait([body], timeout=settings.EXOBRAIN.job_max_run_seconds)
        if body.done():
            return body.result()
        log.error("job_ran_too_long", job_id=str(claimed.run.job_id))
        body.add_done_callback(lambda done: done.exception())
        self.is_tainted = True  # a thread cannot be ended, but the process can be replaced
        self.stopping.set()
        error = JobFailed("The job took too long.")
        return await self._in_ledger(lambda: services.fail(claimed=claimed, error=error))

    async def _bury(self, parcel: Parcel, error: ValidationError) -> None:
        """A message that is no envelope is a dead letter at once: it will not become one."""
        places = [".".join(map(str, p["loc"])) or p["type"] for p in error.errors()[:5]]
        letter = await self._in_ledger(
            lambda: services.record_poison(
                reason=DeadLetterReason.INVALID_ENVELOPE,
                detail=f"not a job envelope: {', '.join(places)}",
                raw_message=parcel.body.decode(errors="replace"),
                subject=parcel.subject,
                source=parcel.source,
            )
        )
        log.warning("message_is_poison", source=parcel.source)
        await self._announce_dead_letter(letter)
        reach(Step.DEAD_LETTERED)
        await self._acknowledge(parcel)

    # -- telling

    async def _announce_start(self, run: Run) -> None:
        event = JobStatusEvent(
            job_id=run.job_id, state=Lifecycle.STARTED, attempt=run.attempt, terminal=False
        )
        await self._tell(status_subject(run.job_id), event.to_bytes())

    async def _announce(self, outcome: Outcome) -> None:
        """Whoever listens hears how it went; the ledger knows it already."""
        terminal = outcome.lifecycle is not Lifecycle.RETRYING
        detail = outcome.detail or None
        status = JobStatusEvent(
            job_id=outcome.job_id,
            state=outcome.lifecycle,
            attempt=outcome.attempt,
            detail=detail,
            terminal=terminal,
        )
        await self._tell(status_subject(outcome.job_id), status.to_bytes())
        if terminal:
            await self._announce_result(outcome)
        if outcome.dead_letter is not None:
            await self._announce_dead_letter(outcome.dead_letter)

    async def _announce_result(self, outcome: Outcome) -> None:
        succeeded = outcome.lifecycle is Lifecycle.SUCCEEDED
        result = JobResultEvent(
            job_id=outcome.job_id,
            job_type=outcome.job_type,
            status="completed" if succeeded else "failed",
            correlation_id=outcome.user_id,
            attempt=outcome.attempt,
            detail=outcome.detail or None,
        )
        await self._tell(result_subject(outcome.job_type, result.status), result.to_bytes())

    async def _announce_dead_letter(self, letter: DeadLetterDraft) -> None:
        limit = settings.EXOBRAIN.job_dlq_raw_message_max_chars
        event = DeadLetterEvent(
            reason=letter.reason, detail=letter.detail, raw_message=letter.raw_message[:limit]
        )
        await self._tell(settings.EXOBRAIN.job_dlq_subject, event.to_bytes())

    async def _tell(self, subject: str, data: bytes) -> None:
        if self.queue.is_up:
            await self.queue.link.announce(subject, data)

    async def _acknowledge(self, parcel: Parcel) -> None:
        if self.queue.is_up:
            await self.queue.link.acknowledge(parcel.reply)
            reach(Step.ACKNOWLEDGED)

    async def _give_back(self, parcel: Parcel, *, seconds: float) -> None:
        if self.queue.is_up:
            await self.queue.link.give_back(parcel.reply, seconds=seconds)

    # -- staying alive, and stopping

    async def _keep_alive(self) -> None:
        """What is held here stays here, for as long as this process lives."""
        pause = settings.EXOBRAIN.job_consumer_ack_wait_seconds / 3
        while True:
            await asyncio.sleep(pause)
            for parcel in list(self.held):
                if self.queue.is_up:
                    await self.queue.link.in_progress(parcel.reply)
            try:
                await self._extend_leases()
            except Down as error:
                log.warning("ledger_down", error=type(error).__name__)

    async def _repeat(self, chore: Chore) -> None:
        """The chore is done from time to time; one that fails is tried again at its next time."""
        while True:
            await asyncio.sleep(chore.every_seconds)
            try:
                await asyncio.get_running_loop().run_in_executor(
                    self.odd_jobs, on_good_connection, chore.body
                )
            except Exception as error:  # noqa: BLE001  whatever it was, jobs go on
                log.warning("chore_failed", chore=chore.name, error=type(error).__name__)

    async def _extend_leases(self) -> None:
        if running := list(self.running):
            await self._in_ledger(lambda: services.extend_leases(job_ids=running, worker=self.name))

    async def _drain(self) -> None:
        """What runs has ended, or is anybody's again."""
        if self.pull is not None:
            await self.pull.stop()
        if self.held:
            await asyncio.wait(list(self.held.values()), timeout=DRAIN_SECONDS)
        leftover, running = list(self.held), list(self.running)
        if running:
            log.warning("jobs_interrupted", count=len(running))
            await self._in_ledger(lambda: services.release(job_ids=running, worker=self.name))
        for parcel in leftover:
            await self._give_back(parcel, seconds=0)
        for task in list(self.held.values()):
            task.cancel()

    async def _in_ledger(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.ledger, with_retry, work)


def _in_thread(claimed: Claimed) -> Outcome:
    return on_good_connection(lambda: services.perform(claimed=claimed))
