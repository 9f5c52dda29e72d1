"""One answer, from the model's first word to the stored message.

Runs apart from every connection, publishes to a `Tail`, and always ends with `done`.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import Error as DatabaseFailure

from chat.agent import Part, Prompt, ToolRequest, ToolResult, Usage, chat_model
from chat.agent.prompt import build_prompts
from chat.errors import ModelFailed
from chat.events import (
    Done,
    Entry,
    Event,
    MessageChunk,
    Reason,
    StreamError,
    ToolCall,
    ToolResponse,
)
from chat.services import ledger
from chat.services.finisher import Finisher
from chat.services.remembering import RecallTask, receipt_metadata
from chat.stores import Hub, Tail
from chat.types import Question
from exobrain.lib.text import storable
from exobrain.lib.threads import in_thread
from journal.types import StoredMessage

log = structlog.get_logger(__name__)

COALESCE_SECONDS = 0.02  # text that comes faster is sent together
SAVE_ATTEMPTS_SECONDS = (0.2, 0.5, 1, 2, 4, 8, 15)  # between attempts to store the answer

TOO_LONG = "The answer was cut off because it became too long."
TOO_SLOW = "The answer was cut off because it took too long."
FAILED = "Something went wrong on the server; try again."
NOT_SAVED = "The answer could not be stored."


@dataclass(frozen=True, slots=True)
class End:
    """How an answer ended, and what its reader is told about that."""

    reason: Reason
    message: str = ""


class AnswerTooLong(Exception):
    """The answer exceeds CHAT_TURN_MAX_CHARS."""


class Generation:
    """An answer that is being written."""

    def __init__(self, question: Question, *, hub: Hub, tail: Tail, finisher: Finisher) -> None:
        self.question = question
        self.config = settings.EXOBRAIN
        self.hub = hub
        self.tail = tail
        self.finisher = finisher
        self.writer = Writer(hub, tail, limit=self.config.chat_turn_max_chars)
        self.model_name = ""
        self.usage: dict[str, object] = {}
        self.recall = RecallTask(question, self.config, earlier=self._earlier)
        self._stopped: Reason | None = None
        self._work: asyncio.Task[None] | None = None
        self._day: asyncio.Task[list[StoredMessage]] | None = None

    @property
    def text(self) -> str:
        """The answer so far."""
        return "".join(self.writer.texts)

    def stop(self, reason: Reason) -> None:
        """The model is told to stop; the answer ends with what is there."""
        self._stopped = self._stopped or reason
        if self._work is not None:
            self._work.cancel()

    async def run(self) -> None:
        """The answer is complete or broken off, stored, and its stream has ended."""
        end = await self._answer()
        self.writer.flush()
        if end.message:
            self.writer.event(StreamError(end.message))
        if not await self._store(end):
            self.writer.event(StreamError(NOT_SAVED))
            end = End("error")
        self.hub.publish(self.tail, Done(end.reason))
        write = log.debug if end.reason == "complete" else log.info
        write("turn_finished", stream_id=str(self.question.stream_id), reason=end.reason)

    # -- steps

    async def _answer(self) -> End:
        """The model has said what it will."""
        if self._stopped:
            return End(self._stopped)
        self._work = asyncio.create_task(self._write())
        try:
            async with asyncio.timeout(self.config.chat_turn_max_seconds):
                await self._work
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  streams must end
            return self._end_of(error)
        return End("complete")

    def _end_of(self, error: BaseException) -> End:
        match error:
            case asyncio.CancelledError():
                end = End(self._stopped or "interrupted")
            case ModelFailed():
                end = End("error", error.message)
            case AnswerTooLong():
                end = End("interrupted", TOO_LONG)
            case TimeoutError():
                end = End("interrupted", TOO_SLOW)
            case _:
                log.error("generation_failed", error=type(error).__name__, exc_info=error)
                end = End("error", FAILED)
        return end

    async def _write(self) -> None:
        model = chat_model()
        self.model_name = model.name
        async with contextlib.aclosing(model.answer(self)) as parts:
            async for part in parts:
                if type(part) is str:  # a mock sends every character: this path is hot
                    self.writer.add(part)
                else:
                    self._note(part)

    def _note(self, part: Part) -> None:
        match part:
            case ToolRequest():
                self.writer.event(
                    ToolCall(storable(part.id), storable(part.title), storable(part.description))
                )
            case ToolResult(failed=True):
                self.writer.event(StreamError(storable(part.message), storable(part.id)))
            case ToolResult():
                self.writer.event(ToolResponse(storable(part.id), storable(part.message)))
            case Usage():
                self.usage = {"usage": dict(part.details)}

    async def prompts(self) -> Sequence[Prompt]:
        """What the model is told, when it asks."""
        earlier, memories = await asyncio.gather(self._earlier(), self.recall.memories())
        return build_prompts(
            system=self.config.main_agent_system_prompt,
            earlier=earlier,
            question=self.question.text,
            memories=memories,
        )

    async def _earlier(self) -> list[StoredMessage]:
        """The day so far as far as it fits, read once; a visitor has none."""
        place = self.question.place
        if place is None:
            return []
        if self._day is None:
            reading = in_thread(
                ledger.earlier_messages,
                place=place,
                question=self.question.text,
                config=self.config,
            )
            self._day = asyncio.ensure_future(reading)
        return await asyncio.shield(self._day)

    async def _store(self, end: End) -> bool:
        """The answer is final in PostgreSQL, which may have to come back first."""
        place = self.question.place
        if place is None:
            return True
        receipt = await self.recall.receipt(self.text)
        turn_end = ledger.TurnEnd(
            stream_id=self.question.stream_id,
            user_id=place.user_id,
            answer_id=place.answer_id,
            reason=end.reason,
            text=self.text,
            events=self.writer.others,
            error=end.message,
            model=self.model_name,
            metadata={**self.usage, **receipt_metadata(receipt)} or None,
            receipt=receipt,
        )
        for seconds in (*SAVE_ATTEMPTS_SECONDS, None):
            try:
                await self.finisher.finish(turn_end)
            except DatabaseFailure as error:
                log.warning("turn_not_stored", error=type(error).__name__)
                if seconds is not None:
                    await asyncio.sleep(seconds)
            else:
                return True
        return False


class Writer:
    """Makes events of the model's text: the first at once, then all that comes in 20 ms."""

    def __init__(self, hub: Hub, tail: Tail, *, limit: int) -> None:
        self.hub = hub
        self.tail = tail
        self.room = limit
        self.texts: list[str] = []
        self.others: list[Entry] = []
        self._pieces: list[str] = []
        self._half = ""  # of a character that two pieces share
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._last = 0.0

    def add(self, text: str) -> None:
        """The text is part of the answer; raises AnswerTooLong when it is too long."""
        self.room -= len(text)
        if self.room < 0:
            self._pieces.append(text[: self.room])
            raise AnswerTooLong
        self._pieces.append(text)
        if self._timer is None:
            wait = self._last + COALESCE_SECONDS - self._loop.time()
            if wait <= 0:
                self._send()
            else:
                self._timer = self._loop.call_later(wait, self._send)

    def event(self, event: Event) -> None:
        """The event comes after all text so far."""
        self.flush()
        self.others.append(self.hub.publish(self.tail, event))

    def flush(self) -> None:
        """All text so far has been sent, also half a character."""
        self._send(is_last=True)

    def _send(self, *, is_last: bool = False) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._last = self._loop.time()
        text, self._half = whole_characters(self._half + "".join(self._pieces), is_last=is_last)
        self._pieces.clear()
        if text:
            self.texts.append(text)
            self.hub.publish(self.tail, MessageChunk(text))


def whole_characters(text: str, *, is_last: bool) -> tuple[str, str]:
    """Text that can be stored, and the half of a character at its end that waits for the other.

    Some providers cut an emoji in two; JSON then carries each half as a lone surrogate.
    """
    if text.isascii() and "\x00" not in text:
        return text, ""
    half = ""
    if not is_last and "\ud800" <= text[-1:] <= "\udbff":
        text, half = text[:-1], text[-1]
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return storable(joined), half
