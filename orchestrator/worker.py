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
from functools import partial
from typing import TypeVar

import structlog
from django.conf import settings
from nats.aio.msg import Msg
from pydantic import ValidationError

from exobrain.lib.batching import Batcher
from exobrain.lib.database import (
    DatabaseUnavailable,
    on_live_connection,
    with_second_attempt,
)
from exobrain.lib.errors import ConfigError
from exobrain.lib.faults import reach
from exobrain.lib.threads import ThreadPool
from orchestrator import registry, services
from orchestrator.announcer import JobAnnouncer
from orchestrator.errors import ClaimLost, JobFailed, QueueUnavailable
from orchestrator.events import JobEnvelope
from orchestrator.jetstream import (
    NatsConnection,
    NatsConnector,
    PullSubscription,
)
from orchestrator.registry import PeriodicTask
from orchestrator.types import (
    AttemptResult,
    Claim,
    Claimed,
    DeadLetterReason,
    Deferred,
    Delivery,
    Lifecycle,
    NothingToDo,
    Step,
)

log = structlog.get_logger(__name__)

T = TypeVar("T")

DRAIN_SECONDS = 15.0  # `up` gives its children 25 to stop
DATABASE_BACKOFF_SECONDS = 2.0  # PostgreSQL does not answer: the message is delivered again after
CLAIM_LOST_SECONDS = 1.0  # another worker took the job over: see later what became of it
MAX_REDELIVERY_SECONDS = 3600.0
CHECK_SECONDS = 0.5  # between looks at the subscription


@dataclass(frozen=True, eq=False)
class ReceivedMessage:
    """A message as it came; each is itself and no other, even if it came twice."""

    body: bytes
    subject: str
    ack_subject: str  # where JetStream is sent what became of it
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
        self.periodic = ThreadPool(1, name="periodic")
        self.nats = NatsConnector(name=self.name, on_connected=self._subscribe)
        self.announcer = JobAnnouncer(self.nats)
        self.subscription: PullSubscription | None = None
        self.held: dict[ReceivedMessage, asyncio.Task[None]] = {}
        self.running: set[uuid.UUID] = set()
        self.stopping = asyncio.Event()
        self.is_tainted = False  # a body would not end, and has a thread for ever
        self.claim = Batcher[Delivery, Claim](
            lambda deliveries: with_second_attempt(
                lambda: services.claim(deliveries=deliveries, worker=self.name)
            ),
            executor=self.ledger,
            shared_errors=DatabaseUnavailable,
        )

    async def work(self) -> bool:
        """Jobs have been run until told to stop; False when a body would not end."""
        self.nats.start()
        tasks = [asyncio.create_task(self._keep_alive())]
        tasks += [asyncio.create_task(self._repeat(task)) for task in registry.periodic_tasks()]
        log.info("worker_started", worker=self.name, concurrency=self.concurrency)
        try:
            while not self.stopping.is_set():
                await self._check_subscription()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.stopping.wait(), CHECK_SECONDS)
            await self._drain()
        finally:
            for task in tasks:
                task.cancel()
            await self.nats.stop()
            self.bodies.shutdown(wait=not self.is_tainted)
            self.ledger.shutdown()
            self.periodic.shutdown(wait=False)  # a periodic task can be cut off anywhere
        log.info("worker_stopped", worker=self.name)
        return not self.is_tainted

    # -- receiving

    async def _subscribe(self, connection: NatsConnection) -> None:
        subscription = PullSubscription(connection, self._receive)
        await subscription.start()
        self.subscription = subscription
        await self._request_messages()

    async def _check_subscription(self) -> None:
        """A subscription that fell silent is made anew; raises only what no waiting can mend."""
        if self.nats.failure is not None:
            raise self.nats.failure
        try:
            if (
                self.subscription is not None
                and self.nats.is_connected
                and self.subscription.is_stalled()
            ):
                log.warning("subscription_reset")
                await self.subscription.reset()
            await self._request_messages()
        except ConfigError:
            raise
        except QueueUnavailable as error:  # the connector makes a connection, or we come back
            log.info("subscription_unavailable", error=type(error.__cause__ or error).__name__)
        except Exception as error:  # the loop must go on: jobs run, and others will come
            log.exception("subscription_failed", error=type(error).__name__)

    async def _request_messages(self) -> None:
        """As many messages may arrive as there are free threads."""
        if self.subscription is None or self.stopping.is_set():
            return
        wanted = self.concurrency - len(self.held) - self.subscription.requested
        # In portions: a request for every finished job would cost as much as the job.
        if wanted >= max(1, self.concurrency // 4):
            await self.subscription.request(wanted)

    def _receive(self, raw: Msg) -> None:
        reach(Step.RECEIVED)
        message = ReceivedMessage(
            body=raw.data,
            subject=raw.subject,
            ack_subject=raw.reply,
            stream_id=self.subscription.connection.stream_id if self.subscription else "",
            stream_sequence=raw.metadata.sequence.stream,
            message_id=(raw.headers or {}).get("Nats-Msg-Id", ""),
        )
        self.held[message] = asyncio.create_task(self._handle(message))

    async def _handle(self, message: ReceivedMessage) -> None:
        """The message is acknowledged or given back; if neither, it will be delivered again."""
        try:
            await self._process(message)
        except DatabaseUnavailable as error:
            log.warning("ledger_down", error=type(error).__name__)
            await self._give_back(message, delay_seconds=DATABASE_BACKOFF_SECONDS)
        except ClaimLost:
            log.warning("claim_lost", source=message.source)
            await self._give_back(message, delay_seconds=CLAIM_LOST_SECONDS)
        except Exception as error:  # the loop must go on, and take the next message
            log.exception("message_failed", source=message.source, error=type(error).__name__)
        finally:
            del self.held[message]
        await self._request_messages()

    async def _process(self, message: ReceivedMessage) -> None:
        if self.stopping.is_set():
            await self._give_back(message, delay_seconds=0)
            return
        try:
            envelope = JobEnvelope.model_validate_json(message.body)
        except ValidationError as error:
            await self._dead_letter(message, error)
            return
        delivery = Delivery(
            draft=envelope.draft,
            stream_id=message.stream_id,
            stream_sequence=message.stream_sequence,
            message_id=message.message_id,
        )
        match await self.claim(delivery):
            case Claimed() as claimed:
                await self._run_claimed(message, claimed)
            case Deferred(delay_seconds=seconds):
                await self._give_back(message, delay_seconds=min(seconds, MAX_REDELIVERY_SECONDS))
            case NothingToDo(final_result=result):
                if result is not None:
                    await self.announcer.announce_result(result)
                await self._acknowledge(message)

    async def _dead_letter(self, message: ReceivedMessage, error: ValidationError) -> None:
        """A message that is no envelope is a dead letter at once: it will not become one."""
        fields = [".".join(map(str, p["loc"])) or p["type"] for p in error.errors()[:5]]
        letter = await self._in_ledger(
            lambda: services.record_poison_message(
                reason=DeadLetterReason.INVALID_ENVELOPE,
                detail=f"not a job envelope: {', '.join(fields)}",
                raw_message=message.body.decode(errors="replace"),
                subject=message.subject,
                source=message.source,
            )
        )
        log.warning("message_is_poison", source=message.source)
        await self.announcer.announce_dead_letter(letter)
        reach(Step.DEAD_LETTERED)
        await self._acknowledge(message)

    # -- running

    async def _run_claimed(self, message: ReceivedMessage, claimed: Claimed) -> None:
        reach(Step.CLAIMED)
        attempt = claimed.attempt
        self.running.add(attempt.job_id)
        try:
            await self.announcer.announce_start(attempt)
            result = await self._run_in_thread(claimed)
        except DatabaseUnavailable:
            # It went away under the body: if it is back, nobody waits for the lease.
            with contextlib.suppress(*DatabaseUnavailable):
                await self._release([attempt.job_id])
            raise
        finally:
            self.running.discard(attempt.job_id)
        await self.announcer.announce_result(result)
        if result.lifecycle is Lifecycle.RETRYING:
            reach(Step.FAILURE_RECORDED)
            await self._give_back(message, delay_seconds=result.backoff_seconds)
            return
        reach(Step.DEAD_LETTERED if result.dead_letter else Step.COMPLETED)
        await self._acknowledge(message)

    async def _run_in_thread(self, claimed: Claimed) -> AttemptResult:
        loop = asyncio.get_running_loop()
        body = loop.run_in_executor(
            self.bodies, on_live_connection, lambda: services.run_attempt(claimed=claimed)
        )
        await asyncio.wait([body], timeout=settings.EXOBRAIN.job_attempt_timeout_seconds)
        if body.done():
            return body.result()
        log.error("job_ran_too_long", job_id=str(claimed.attempt.job_id))
        body.add_done_callback(lambda done: done.exception())
        self.is_tainted = True  # a thread cannot be ended, but the process can be replaced
        self.stopping.set()
        error = JobFailed("The job took too long.")
        return await self._in_ledger(lambda: services.fail(claimed=claimed, error=error))

    # -- answering JetStream; what it does not hear is delivered again

    async def _acknowledge(self, message: ReceivedMessage) -> None:
        if self.nats.is_connected:
            await self.nats.connection.acknowledge(message.ack_subject)
            reach(Step.ACKNOWLEDGED)

    async def _give_back(self, message: ReceivedMessage, *, delay_seconds: float) -> None:
        if self.nats.is_connected:
            await self.nats.connection.redeliver(message.ack_subject, delay_seconds=delay_seconds)

    # -- staying alive, and stopping

    async def _keep_alive(self) -> None:
        """What is held here stays here, for as long as this process lives."""
        pause = settings.EXOBRAIN.job_consumer_ack_wait_seconds / 3
        while True:
            await asyncio.sleep(pause)
            try:
                for message in list(self.held):
                    if self.nats.is_connected:
                        await self.nats.connection.in_progress(message.ack_subject)
                if running := list(self.running):
                    await self._in_ledger(
                        partial(services.extend_leases, job_ids=running, worker=self.name)
                    )
            except DatabaseUnavailable as error:
                log.warning("ledger_down", error=type(error).__name__)
            except Exception as error:  # without it, all that runs would be started elsewhere
                log.exception("keep_alive_failed", error=type(error).__name__)

    async def _repeat(self, task: PeriodicTask) -> None:
        """The task is done from time to time; one that fails is tried again at its next time."""
        while True:
            await asyncio.sleep(task.every_seconds)
            try:
                await asyncio.get_running_loop().run_in_executor(
                    self.periodic, on_live_connection, task.body
                )
            except Exception as error:  # noqa: BLE001  whatever it was, jobs go on
                log.warning("periodic_task_failed", task=task.name, error=type(error).__name__)

    async def _drain(self) -> None:
        """What runs has ended, or is anybody's again."""
        if self.subscription is not None:
            await self.subscription.stop()
        if self.held:
            await asyncio.wait(list(self.held.values()), timeout=DRAIN_SECONDS)
        leftover, running = list(self.held), list(self.running)
        if running:
            log.warning("jobs_interrupted", count=len(running))
            try:
                await self._release(running)
            except DatabaseUnavailable as error:  # their leases run out
                log.warning("ledger_down", error=type(error).__name__)
        for message in leftover:
            await self._give_back(message, delay_seconds=0)
        for task in list(self.held.values()):
            task.cancel()

    async def _release(self, job_ids: list[uuid.UUID]) -> None:
        await self._in_ledger(lambda: services.release(job_ids=job_ids, worker=self.name))

    async def _in_ledger(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(
            self.ledger, with_second_attempt, work
        )
