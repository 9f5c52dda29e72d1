"""One answer, from the model's first word to the stored message.

Runs apart from every connection, publishes to a `StreamBuffer`, and always ends with `done`.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import structlog
from django.db import Error as DatabaseFailure

from chat.agent import ChatModel, PromptMessage, Usage, chat_model
from chat.agent.from_memory import AnswerFromMemory
from chat.agent.loop import ToolRequest, ToolResult, answer_with_tools
from chat.agent.model import AnsweredBy, Ending, Notice, Reasoning
from chat.agent.prompt import build_prompt
from chat.events import (
    Done,
    Event,
    MessageChunk,
    Reason,
    ReasoningChunk,
    StreamEntry,
    StreamError,
    ToolCall,
    ToolResponse,
)
from chat.events import Notice as NoticeEvent
from chat.services.day import day_so_far, not_learned_of
from chat.services.finishing import FinishQueue, TurnEnd
from chat.services.recalling import RecallTask, receipt_metadata
from chat.stores import StreamBroker, StreamBuffer
from chat.tools.base import Tool, TurnContext
from chat.tools.offering import offered_tools, rules_of
from chat.tools.permissions import LINKS_OF_A_PAGE, addresses_in, looks_pasted
from chat.tools.tainting import are_from_outside, are_memories_from_outside
from chat.types import ChatRequest, ReceiptDraft, StoredTurn, Tokens
from exobrain.lib import clock
from exobrain.lib.effective_config import effective_config
from exobrain.lib.model_errors import (
    ModelFailed,
    ModelOnlyReasoned,
    ModelOnlyUsedTools,
    ModelSaidNothing,
)
from exobrain.lib.text import estimate_tokens, storable
from exobrain.lib.threads import in_thread
from journal.services import mark_from_outside
from journal.types import StoredMessage

log = structlog.get_logger(__name__)

COALESCE_SECONDS = 0.02  # text that comes faster is sent together
REASONING_SECONDS = 0.25  # the same of reasoning, each event of which is kept
MAX_REASONING_CHARACTERS = 50_000  # shown and kept of one answer
SAVE_ATTEMPTS_SECONDS = (0.2, 0.5, 1, 2, 4, 8, 15)  # between attempts to store the answer

TOO_LONG = "The answer was cut off because it became too long."
TOO_SLOW = "The answer was cut off because it took too long."
FAILED = "Something went wrong on the server; try again."
NOT_SAVED = "The answer could not be stored."


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an answer ended, and the message about that for its reader, if any.

    `note` is a message about an answer that is whole.
    """

    reason: Reason
    message: str = ""
    note: str = ""


class AnswerTooLong(Exception):
    """The answer exceeds CHAT_TURN_MAX_CHARS."""


class Generation:
    """An answer that is being written."""

    def __init__(
        self,
        request: ChatRequest,
        *,
        broker: StreamBroker,
        buffer: StreamBuffer,
        finish_queue: FinishQueue,
    ) -> None:
        self.request = request
        self.config = effective_config()
        self.broker = broker
        self.buffer = buffer
        self.finish_queue = finish_queue
        self.writer = EventWriter(broker, buffer, max_chars=self.config.chat_turn_max_chars)
        self.model_name = ""
        self.usage: dict[str, object] = {}
        self.ending: Ending | None = None
        self.prompt_tokens = 0  # an estimate; none: no model was asked
        self.recall_task = RecallTask(request, self.config, earlier=self._earlier_messages)
        self._is_marked = False  # as made from what others wrote
        self._stop_reason: Reason | None = None
        self._writing: asyncio.Task[None] | None = None
        self._reading_day: asyncio.Future[list[StoredMessage]] | None = None

    @property
    def answer_text(self) -> str:
        """The answer so far."""
        return "".join(self.writer.texts)

    def stop(self, reason: Reason) -> None:
        """The model is told to stop; the answer ends with what is there."""
        self._stop_reason = self._stop_reason or reason
        if self._writing is not None:
            self._writing.cancel()

    async def run(self) -> None:
        """The answer is complete or broken off, stored, and its stream has ended."""
        outcome = await self._write_until_outcome()
        self.writer.flush()
        if outcome.message:
            self.writer.event(StreamError(outcome.message))
        if outcome.note:
            self.writer.event(NoticeEvent(outcome.note))
        if not await self._store(outcome):
            self.writer.event(StreamError(NOT_SAVED))
            outcome = Outcome("error")
        self.broker.publish(self.buffer, Done(outcome.reason))
        write = log.debug if outcome.reason == "complete" else log.info
        write("turn_finished", stream_id=str(self.request.stream_id), reason=outcome.reason)

    async def _write_until_outcome(self) -> Outcome:
        """The answer is written as far as the model comes; every failure is an outcome too."""
        if self._stop_reason:
            return Outcome(self._stop_reason)
        self._writing = asyncio.create_task(self._write_answer())
        try:
            async with asyncio.timeout(self.config.chat_turn_max_seconds):
                await self._writing
            outcome = self._outcome_of_end()
        except asyncio.CancelledError:
            outcome = Outcome(self._stop_reason or "interrupted")
        except ModelFailed as error:
            outcome = Outcome("error", error.message)
        except AnswerTooLong:
            outcome = Outcome("interrupted", TOO_LONG)
        except TimeoutError:
            outcome = Outcome("interrupted", TOO_SLOW)
        except Exception as error:  # whatever it is, the stream must end
            log.error("generation_failed", error=type(error).__name__, exc_info=error)
            outcome = Outcome("error", FAILED)
        return outcome

    def _outcome_of_end(self) -> Outcome:
        """The model has said all that it says; an answer without text is none."""
        self.writer.flush()
        if self.ending is not None and self.ending.reason != "refusal":
            return Outcome("interrupted", self.ending.message)
        if self.answer_text.strip():
            return Outcome("complete", note=self.ending.message if self.ending else "")
        events = [entry.event for entry in self.writer.others]
        if any(isinstance(event, ToolCall) for event in events):
            raise ModelOnlyUsedTools
        if any(isinstance(event, ReasoningChunk) for event in events):
            raise ModelOnlyReasoned
        raise ModelSaidNothing

    async def _write_answer(self) -> None:
        """Each part of the model's answer has become an event."""
        turn = self._turn_context()
        model, prompt, tools = await self._asking(turn)
        self.model_name = model.name
        answer = answer_with_tools(model, prompt, tools=tools, turn=turn)
        async with contextlib.aclosing(answer) as parts:
            async for part in parts:
                if type(part) is str:  # a mock sends every character: this path is hot
                    self.writer.add(part)
                    continue
                await self._mark_from_outside(turn)
                match part:
                    case ToolRequest():
                        call = (storable(part.id), storable(part.title), storable(part.description))
                        self.writer.event(ToolCall(*call))
                    case ToolResult(failed=True):
                        self.writer.event(StreamError(storable(part.message), storable(part.id)))
                    case ToolResult():
                        self.writer.event(ToolResponse(storable(part.id), storable(part.message)))
                    case Usage():
                        self.usage = {"usage": sum_of_usage(self.usage.get("usage"), part.details)}
                    case Reasoning(text=text):
                        self.writer.add_reasoning(text)
                    case Notice(message=message):
                        self.writer.event(NoticeEvent(storable(message)))
                    case AnsweredBy(name=name):
                        self.model_name = name
                    case Ending():
                        self.ending = part

    async def _asking(
        self, turn: TurnContext
    ) -> tuple[ChatModel, Sequence[PromptMessage], Sequence[Tool]]:
        """Who answers, and what they are asked and offered; a mock needs nothing of it."""
        model = chat_model(self.config)  # what it may be told was decided by these settings
        if model is not None and not model.needs_prompt:
            return model, (), ()
        tools = await offered_tools(turn, self.config)
        prompt = await self._prompt(turn, tools)
        await self._mark_from_outside(turn)
        if model is None:
            given = await self.recall_task.given()
            earlier = await self._earlier_messages()
            unlearned = await in_thread(not_learned_of, earlier, user_id=turn.user_id)
            explains = not any(message.is_without_model for message in earlier)
            return AnswerFromMemory(turn, given, unlearned, explains=explains), prompt, tools
        if not self.config.uses_mock_model:
            self.prompt_tokens = sum(estimate_tokens(each.content) for each in prompt)
        return model, prompt, tools

    def _turn_context(self) -> TurnContext:
        stored, question = self.request.stored, self.request.question
        is_pasted = looks_pasted(question)
        addresses = addresses_in(question, most=LINKS_OF_A_PAGE if is_pasted else None)
        return TurnContext(
            user_id=stored.user_id if stored else None,
            question=question,
            zone=stored.zone if stored else UTC,
            turn_id=self.request.stream_id,
            addresses=addresses,
            led_to=set(addresses) if is_pasted else set(),
            is_tainted=is_pasted,
            uses_memory=self.request.uses_memory and self.config.memory_recall_enabled,
            answer_id=stored.answer_id if stored else None,
        )

    async def _mark_from_outside(self, turn: TurnContext) -> None:
        """The answer is marked once others may speak to the model in it, before it says more.

        Whatever dies afterwards, the memory and later turns know what the answer was made from.
        """
        stored = self.request.stored
        if stored is None or self._is_marked or not turn.has_outside_text:
            return
        await in_thread(mark_from_outside, message_id=stored.answer_id)
        self._is_marked = True

    async def _prompt(self, turn: TurnContext, tools: Sequence[Tool]) -> Sequence[PromptMessage]:
        """System prompt, the day so far, what was found of the user in time, the question.

        The turn knows afterwards whether there is text from outside in it: a memory from
        elsewhere, an earlier answer that was made from some, or what the user pasted.
        """
        earlier, given = await asyncio.gather(self._earlier_messages(), self.recall_task.given())
        turn.is_tainted |= are_from_outside(earlier)
        if turn.user_id is not None and given.memories:
            memories = [marked.recalled for marked in given.memories]
            turn.is_tainted |= await in_thread(
                are_memories_from_outside, memories, user_id=turn.user_id
            )
        return build_prompt(
            system=self.config.main_agent_system_prompt,
            earlier=earlier,
            question=self.request.question,
            given=given,
            tool_rules=rules_of(tools),
            is_small=self.config.main_agent_is_small,
            zone=self.request.stored.zone if self.request.stored else UTC,
        )

    async def _earlier_messages(self) -> list[StoredMessage]:
        """The day so far, as much as fits beside the question; read once. A visitor has none."""
        stored = self.request.stored
        if stored is None:
            return []
        if self._reading_day is None:
            reading = in_thread(
                day_so_far,
                user_id=stored.user_id,
                journal_id=stored.journal_id,
                before_sequence=stored.question_sequence,
                question=self.request.question,
                config=self.config,
            )
            self._reading_day = asyncio.ensure_future(reading)
        return await asyncio.shield(self._reading_day)

    async def _store(self, outcome: Outcome) -> bool:
        """The answer is final in PostgreSQL; False when no attempt to store it succeeded."""
        stored = self.request.stored
        if stored is None:
            return True
        receipt = await self.recall_task.receipt(self.answer_text)
        end = TurnEnd(
            stream_id=self.request.stream_id,
            user_id=stored.user_id,
            answer_id=stored.answer_id,
            reason=outcome.reason,
            text=self.answer_text,
            entries=self.writer.others,
            error=outcome.message,
            model=self.model_name,
            metadata=self._metadata(outcome, receipt),
            receipt=receipt,
            tokens=self._tokens(stored),
        )
        for seconds in (*SAVE_ATTEMPTS_SECONDS, None):
            try:
                await self.finish_queue.finish(end)
            except DatabaseFailure as error:
                log.warning("turn_not_stored", error=type(error).__name__)
                if seconds is not None:
                    await asyncio.sleep(seconds)
            else:
                return True
        return False

    def _tokens(self, stored: StoredTurn) -> Tokens | None:
        """What the answer has cost, as the provider tells it; an estimate where it does not.

        An answer that was stopped has cost something, too, and a provider tells at the end.
        """
        if not self.prompt_tokens:
            return None
        told = self.usage.get("usage")
        counts = told if isinstance(told, Mapping) else {}
        return Tokens(
            day=clock.today(stored.zone),
            input_tokens=counts.get("input_tokens", self.prompt_tokens),
            output_tokens=counts.get("output_tokens", estimate_tokens(self.answer_text)),
        )

    def _metadata(self, outcome: Outcome, receipt: ReceiptDraft | None) -> Mapping[str, Any] | None:
        ending = {"ending": self.ending.reason} if self.ending else {}
        note = {"note": outcome.note} if outcome.note else {}
        return {**self.usage, **ending, **note, **receipt_metadata(receipt)} or None


class EventWriter:
    """Publishes the model's text as events: the first part at once, then every 20 ms at most.

    What it thinks before comes less often, as every such event is kept.
    """

    def __init__(self, broker: StreamBroker, buffer: StreamBuffer, *, max_chars: int) -> None:
        self.broker = broker
        self.buffer = buffer
        self._chars_left = max_chars
        self.texts: list[str] = []  # published
        self.others: list[StreamEntry] = []  # published, which are not text
        self._pieces: list[str] = []
        self._half = ""  # of a character that two pieces share
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._last = 0.0
        self._reasoning: list[str] = []
        self._reasoning_left = MAX_REASONING_CHARACTERS
        self._reasoning_timer: asyncio.TimerHandle | None = None

    def add(self, text: str) -> None:
        """The text is part of the answer; raises AnswerTooLong when it is too long."""
        self._chars_left -= len(text)
        if self._chars_left < 0:
            self._pieces.append(text[: self._chars_left])
            raise AnswerTooLong
        if self._reasoning:
            self._send_reasoning()
        self._pieces.append(text)
        if self._timer is None:
            wait = self._last + COALESCE_SECONDS - self._loop.time()
            if wait <= 0:
                self._send()
            else:
                self._timer = self._loop.call_later(wait, self._send)

    def add_reasoning(self, text: str) -> None:
        """The text is part of what the model thinks; what is too much of it is left out."""
        text = text[: self._reasoning_left]
        if not text:
            return
        self._reasoning_left -= len(text)
        if self._pieces:
            self._send()
        self._reasoning.append(text)
        if self._reasoning_timer is None:
            self._reasoning_timer = self._loop.call_later(REASONING_SECONDS, self._send_reasoning)

    def event(self, event: Event) -> None:
        """The event comes after all text so far."""
        self.flush()
        self.others.append(self.broker.publish(self.buffer, event))

    def flush(self) -> None:
        """All text so far has been sent, also half a character."""
        self._send_reasoning()
        self._send(is_last=True)

    def _send_reasoning(self) -> None:
        if self._reasoning_timer is not None:
            self._reasoning_timer.cancel()
            self._reasoning_timer = None
        text, _ = whole_characters("".join(self._reasoning), is_last=True)
        self._reasoning.clear()
        if text:
            entry = self.broker.publish(self.buffer, ReasoningChunk(text))
            self.others.append(entry)

    def _send(self, *, is_last: bool = False) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._last = self._loop.time()
        text, self._half = whole_characters(self._half + "".join(self._pieces), is_last=is_last)
        self._pieces.clear()
        if text:
            self.texts.append(text)
            self.broker.publish(self.buffer, MessageChunk(text))


def sum_of_usage(so_far: object, details: Mapping[str, Any]) -> dict[str, Any]:
    """What several calls of the model have cost together: their counts are added up."""
    total = dict(so_far) if isinstance(so_far, Mapping) else {}
    for name, value in details.items():
        before = total.get(name)
        if isinstance(value, Mapping):
            total[name] = sum_of_usage(before, value)
        elif isinstance(value, int | float) and isinstance(before, int | float):
            total[name] = before + value
        else:
            total[name] = value
    return total


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
