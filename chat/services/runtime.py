"""What runs beside the requests of this process: answers being written, and their heartbeat.

Belongs to one event loop. The heartbeat tells PostgreSQL once a second which turns are alive,
learns which are to be cancelled, and saves what has been written every two seconds.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from uuid import UUID

import structlog
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.dispatch import Signal

from chat.errors import LogUnavailable
from chat.events import Reason
from chat.models import Turn
from chat.services.finishing import FinishQueue, tool_calls_in
from chat.services.generation import Generation
from chat.stores import RedisTurnLog, StreamBroker, TurnLog
from chat.tools.mcp.runtime import close_mcp
from chat.types import ChatRequest
from exobrain.lib.background import spawn
from exobrain.lib.tasks import cancel_all
from exobrain.lib.threads import in_thread
from journal.services import save_partial

log = structlog.get_logger(__name__)

BEAT_SECONDS = 1.0
SAVE_SECONDS = 2.0
STOP_AGAIN_SECONDS = 0.5
FORGET_ATTEMPTS_SECONDS = (1, 5, 30)  # after each attempt to reach the log
KEEP_SECONDS = 600  # the log after its last event; an ended turn is answered from PostgreSQL

# Sent on the event loop that writes the answer, with the ChatRequest as `request`.
answer_begins = Signal()


class Runtime:
    """The answers of one event loop."""

    def __init__(self, turn_log: TurnLog) -> None:
        self.broker = StreamBroker(turn_log, on_cancel=self.stop)
        self.finish_queue = FinishQueue()
        self.generations: dict[UUID, Generation] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._saved: dict[UUID, tuple[int, int]] = {}  # characters and events
        self._heartbeat: asyncio.Task[None] | None = None

    async def generate(self, request: ChatRequest) -> None:
        """The question's answer has been written and kept."""
        stream_id = request.stream_id
        buffer = self.broker.open(stream_id, owner=request.requester, keep_seconds=KEEP_SECONDS)
        generation = self.generations[stream_id] = Generation(
            request, broker=self.broker, buffer=buffer, finish_queue=self.finish_queue
        )
        if self._heartbeat is None or self._heartbeat.done():
            self._heartbeat = asyncio.create_task(self._beat_while_busy())
        running = asyncio.create_task(generation.run())
        self._running.add(running)
        try:
            await running
        finally:
            self._running.discard(running)
            del self.generations[stream_id]
            self._saved.pop(stream_id, None)

    def stop(self, stream_id: UUID, reason: Reason = "cancelled") -> bool:
        """The answer stops if this process writes it; returns whether it does."""
        generation = self.generations.get(stream_id)
        if generation is not None:
            generation.stop(reason)
        return generation is not None

    async def cancel(self, stream_id: UUID) -> None:
        """The process that writes this stream is asked to stop; its heartbeat finds out, too."""
        if not self.stop(stream_id):
            with contextlib.suppress(LogUnavailable):
                await self.broker.log.request_cancel(stream_id)

    async def close(self) -> None:
        """Every answer has been kept as far as it had come, and nothing runs any more."""
        while self._running:  # repeated, for a model that swallowed the cancellation
            for stream_id in [*self.generations]:
                self.stop(stream_id, "interrupted")
            await asyncio.wait(self._running, timeout=STOP_AGAIN_SECONDS)
        if self._heartbeat is not None:
            await cancel_all([self._heartbeat])
        await self.broker.stop()

    async def _beat_while_busy(self) -> None:
        saved_at = asyncio.get_running_loop().time()
        while self.generations:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self._beat()
                if asyncio.get_running_loop().time() - saved_at >= SAVE_SECONDS:
                    saved_at = asyncio.get_running_loop().time()
                    await self._save()
            except DatabaseFailure as error:
                log.warning("heartbeat_failed", error=type(error).__name__)

    async def _beat(self) -> None:
        """PostgreSQL knows that the turns are alive; those that it wants ended are stopped."""
        ours = [id_ for id_, generation in self.generations.items() if generation.request.stored]
        if not ours:
            return
        running = await in_thread(Turn.objects.beat, ours)  # id -> is it to be cancelled?
        for stream_id in ours:
            if stream_id not in running:
                self.stop(stream_id, "interrupted")
            elif running[stream_id]:
                self.stop(stream_id, "cancelled")

    async def _save(self) -> None:
        """What has been written since the last time is kept."""
        for stream_id, generation in [*self.generations.items()]:
            stored, text = generation.request.stored, generation.answer_text
            entries = [*generation.writer.others]
            progress = len(text), len(entries)
            if stored is None or progress == self._saved.get(stream_id, (0, 0)):
                continue
            self._saved[stream_id] = progress
            await in_thread(
                save_partial,
                message_id=stored.answer_id,
                content=text,
                tool_calls=tool_calls_in(entries),
            )


_runtimes: dict[asyncio.AbstractEventLoop, Runtime] = {}


def current_runtime() -> Runtime:
    """The runtime of this event loop, started on first use."""
    loop = asyncio.get_running_loop()
    if loop not in _runtimes:
        _runtimes[loop] = Runtime(RedisTurnLog(settings.REDIS_URL))
        _runtimes[loop].broker.start()
    return _runtimes[loop]


async def close_runtime() -> None:
    """This event loop has no runtime any more, and no connection to other programs' tools."""
    if runtime := _runtimes.pop(asyncio.get_running_loop(), None):
        await runtime.close()
    await close_mcp()


# -- from any thread


def begin_answer(request: ChatRequest) -> None:
    """The answer is being written, independently of the request that asked."""

    async def generate() -> None:
        answer_begins.send_robust(sender=ChatRequest, request=request)
        await current_runtime().generate(request)

    spawn(generate())


def stop_answer(stream_id: UUID) -> None:
    """The process that writes this answer is asked to stop."""

    async def cancel() -> None:
        await current_runtime().cancel(stream_id)

    spawn(cancel())


def forget_streams(stream_ids: Sequence[UUID]) -> None:
    """These streams are known no more, here and in the log."""

    async def forget() -> None:
        for seconds in FORGET_ATTEMPTS_SECONDS:
            try:
                await current_runtime().broker.forget(stream_ids)
            except LogUnavailable:
                await asyncio.sleep(seconds)
            else:
                return
        log.warning("streams_not_forgotten")  # the log forgets them by itself in ten minutes

    spawn(forget())
