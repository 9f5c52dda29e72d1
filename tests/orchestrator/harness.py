"""The orchestrator and a worker inside the test's own process, on real NATS and PostgreSQL."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar
from uuid import UUID

import nats
from nats.js.errors import NotFoundError

from orchestrator import client
from orchestrator.jetstream import STREAM, NatsConnection, nats_url
from orchestrator.models import Job
from orchestrator.rpc import Server
from orchestrator.worker import Worker

T = TypeVar("T")

WAIT_SECONDS = 30.0  # a limit for what never happens, not a measure of what does


def eventually(look: Callable[[], T | None]) -> T:
    """What `look` returns once that is true; an error when it never is."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.01)
    raise AssertionError(f"never became true: {look}")


class Harness:
    """Starts and stops what a test needs; its loop runs in a thread."""

    user = "0b0f2a3e-33a6-4a52-b0a1-9a9c1d6a1a11"

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.running: list[tuple[asyncio.Event, asyncio.Task[Any]]] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What the coroutine returns, run on the harness's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(WAIT_SECONDS)

    def start_server(self, *, is_connected: bool = True) -> Server:
        """An orchestrator that answers, and that has a queue unless there is none."""

        async def start() -> Server:
            server = Server()
            self._keep(server.serve, asyncio.Event())
            return server

        server = self.run(start())
        if is_connected:
            eventually(lambda: server.nats.is_connected)
        return server

    def start_worker(self, *, concurrency: int = 4) -> Worker:
        """A worker that has asked for jobs."""

        async def start() -> Worker:
            worker = Worker(concurrency=concurrency)
            self._keep(lambda _stopping: worker.work(), worker.stopping)
            return worker

        worker = self.run(start())
        eventually(lambda: worker.subscription is not None and worker.subscription.requested)
        return worker

    def _keep(
        self, serve: Callable[[asyncio.Event], Coroutine[Any, Any, Any]], stopping: asyncio.Event
    ) -> None:
        self.running.append((stopping, asyncio.get_running_loop().create_task(serve(stopping))))

    def stop(self) -> None:
        """Everything that was started has stopped."""

        async def stop() -> None:
            for stopping, _ in self.running:
                stopping.set()
            await asyncio.gather(*(task for _, task in self.running))
            self.running.clear()

        self.run(stop())

    def close(self) -> None:
        """The harness is gone."""
        try:
            self.stop()
        finally:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join()
            self.loop.close()

    def enqueue(self, job_type: str = "test.effect", *, key: str = "", **payload: Any) -> UUID:
        """The id of a job asked for over gRPC, by `user` unless told otherwise."""
        user = payload.pop("user", self.user)
        return client.enqueue_job(
            job_type=job_type, user_id=user, payload=payload, idempotency_key=key
        )

    def ended(self, job_id: UUID) -> Job:
        """The job, once it has ended."""
        return eventually(lambda: Job.objects.filter(pk=job_id, is_terminal=True).first())

    def messages(self, subject: str) -> list[bytes]:
        """Everything the stream holds under this subject."""
        return self.run(_messages(subject))


async def _messages(subject: str) -> list[bytes]:
    connection = await NatsConnection.open(name="test")
    try:
        info = await connection.jetstream.stream_info(STREAM)
        stored = []
        for number in range(info.state.first_seq, info.state.last_seq + 1):
            with suppress(NotFoundError):  # erased
                stored.append(await connection.jetstream.get_msg(STREAM, number))
        return [message.data or b"" for message in stored if message.subject == subject]
    finally:
        await connection.close()


async def delete_stream() -> None:
    """There is no stream of jobs."""
    connection = await nats.connect(nats_url())
    try:
        await connection.jetstream().delete_stream(STREAM)
    except NotFoundError:
        pass
    finally:
        await connection.close()


@contextmanager
def harness() -> Iterator[Harness]:
    """A harness with an empty stream; afterwards nothing of it is left."""
    asyncio.run(delete_stream())
    made = Harness()
    try:
        yield made
    finally:
        made.close()
        client._channel.cache_clear()
