"""What runs beside the requests of this process: answers being written, and their pulse.

Belongs to one event loop. The pulse tells PostgreSQL once a second which turns are alive, learns
which are to be cancelled, and saves what has been written every two seconds.
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
from chat.services.finisher import FinishQueue
from chat.services.generation import Generation
from chat.stores import RedisTurnLog, StreamBroker, TurnLog
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

# Sent on the event loop that writes the answer, with the question.
answer_begins = Signal()


class Runtime:
    """The answers of one event loop."""

    def __init__(self, turn_log: TurnLog) -> None:
        self.broker = StreamBroker(turn_log, on_cancel=self._cancel)
        self.finisher = FinishQueue()
        self.generations: dict[UUID, Generation] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._saved: dict[UUID, int] = {}  # characters
        self._pulse: asyncio.Task[None] | None = None

    async def generate(self, question: ChatRequest) -> None:
        """The question's answer has been written and kept."""
        stream_id = question.stream_id
        buffer = self.broker.open(stream_id, owner=question.requester, keep_seconds=KEEP_SECONDS)
        self.generations[stream_id] = Generation(
            question, broker=self.broker, buffer=buffer, finisher=self.finisher
        )
        if self._pulse is None or self._pulse.done():
            self._pulse = asyncio.create_task(self._beat_while_busy())
        running = asyncio.create_task(self.generations[stream_id].run())
        self._running.add(running)
        try:
            await running
        finally:
            self._running.discard(running)
            del self.generations[stream_id]
            self._saved.pop(stream_id, None)

    async def cancel(self, stream_id: UUID) -> None:
        """Whoever writes this stream has been told to stop; the pulse tells them too."""
        if not self._cancel(stream_id):
            with contextlib.suppress(LogUnavailable):
                await self.broker.log.request_cancel(stream_id)

    def _cancel(self, stream_id: UUID) -> bool:
        return self._stop(stream_id, "cancelled")

    def _stop(self, stream_id: UUID, reason: Reason) -> bool:
        """The answer stops, if it is written here; tells whether it is."""
        generation = self.generations.get(stream_id)
        if generation is not None:
            generation.stop(reason)
        return generation is not None

    async def close(self) -> None:
        """Every answer has been kept as far as it had come, and nothing runs any more."""
        while self._running:  # said again, for a model that did not hear it
            for stream_id in [*self.generations]:
                self._stop(stream_id, "interrupted")
            await asyncio.wait(self._running, timeout=STOP_AGAIN_SECONDS)
        if self._pulse is not None:
            await cancel_all([self._pulse])
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
                log.warning("pulse_failed", error=type(error).__name__)

    async def _beat(self) -> None:
        """Turns are known to be alive; those that are none any more, stop."""
        ours = [id_ for id_, generation in self.generations.items() if generation.question.place]
        if not ours:
            return
        running = await in_thread(Turn.objects.beat, ours)
        for stream_id in ours:
            if running.get(stream_id, True):
                self._stop(stream_id, "cancelled" if stream_id in running else "interrupted")

    async def _save(self) -> None:
        """What has been written since the last time is kept."""
        for stream_id, generation in [*self.generations.items()]:
            place, text = generation.question.place, generation.text
            if place is None or len(text) == self._saved.get(stream_id, 0):
                continue
            self._saved[stream_id] = len(text)
            await in_thread(save_partial, message_id=place.answer_id, content=text)


_runtimes: dict[asyncio.AbstractEventLoop, Runtime] = {}


def current_runtime() -> Runtime:
    """The runtime of this event loop, started on first use."""
    loop = asyncio.get_running_loop()
    if loop not in _runtimes:
        _runtimes[loop] = Runtime(RedisTurnLog(settings.REDIS_URL))
        _runtimes[loop].broker.start()
    return _runtimes[loop]


async def close_runtime() -> None:
    """This event loop has no runtime any more."""
    if runtime := _runtimes.pop(asyncio.get_running_loop(), None):
        await runtime.close()


# -- from any thread


def begin_answer(question: ChatRequest) -> None:
    """The answer is being written, apart from whoever asked."""
    spawn(_generate(question))


async def _generate(question: ChatRequest) -> None:
    answer_begins.send_robust(sender=ChatRequest, question=question)
    await current_runtime().generate(question)


def forget_streams(stream_ids: Sequence[UUID]) -> None:
    """These streams are known no more, here and in the log."""
    spawn(_forget(stream_ids))


async def _forget(stream_ids: Sequence[UUID]) -> None:
    for seconds in FORGET_ATTEMPTS_SECONDS:
        try:
            await current_runtime().broker.forget(stream_ids)
        except LogUnavailable:
            await asyncio.sleep(seconds)
        else:
            return
    log.warning("streams_not_forgotten")  # the log forgets them by itself in ten minutes


def stop_answer(stream_id: UUID) -> None:
    """Whoever writes this answer is told to stop."""
    spawn(_cancel(stream_id))


async def _cancel(stream_id: UUID) -> None:
    await current_runtime().cancel(stream_id)
