"""Stores ended turns with their answers: all that wait at a moment, in one transaction.

Answers that end together then cost one commit (group commit), and a user whose answers they are
is locked once.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import transaction

from chat.events import (
    MessageChunk,
    Reason,
    ReasoningChunk,
    StreamEntry,
    StreamError,
    ToolCall,
    ToolResponse,
)
from chat.models import Receipt, TokenUsage, Turn
from chat.selectors import count_proposals
from chat.services.recalling import receipt_row
from chat.types import ReceiptDraft, Tokens
from exobrain.lib.threads import in_thread
from journal.services import finish_messages
from journal.types import FinalMessage, FinalStatus, ToolCallDraft

BATCH = 32  # turns in one transaction
STATUS_BY_REASON: dict[Reason, FinalStatus] = {
    "complete": "complete",
    "interrupted": "interrupted",
    "cancelled": "interrupted",
    "error": "failed",
}


@dataclass(frozen=True, slots=True)
class TurnEnd:
    """How a user's turn ended and what is to be kept of it."""

    stream_id: UUID
    user_id: UUID
    answer_id: UUID
    reason: Reason
    text: str
    entries: Sequence[StreamEntry] = ()  # of the stream; chunks of text among them are not kept
    error: str = ""
    model: str = ""
    metadata: Mapping[str, Any] | None = None
    receipt: ReceiptDraft | None = None
    tokens: Tokens | None = None  # what it has cost


def finish_turns(ends: Iterable[TurnEnd]) -> set[UUID]:
    """Turns and their answers are final, all or none.

    Returns the ids of those that were still running; of the others nothing has changed.
    """
    running: list[TurnEnd] = []
    finals: list[FinalMessage] = []
    with transaction.atomic():
        # In one order, so that two processes cannot wait for each other.
        for end in sorted(ends, key=attrgetter("stream_id")):
            others = [each for each in end.entries if not isinstance(each.event, MessageChunk)]
            was_running = Turn.objects.finish(
                stream_id=end.stream_id,
                state=end.reason,
                error=end.error,
                events=json.dumps([[each.id, each.event.type, each.data] for each in others]),
            )
            if not was_running:
                continue
            running.append(end)
            tool_calls = tool_calls_in(others)
            finals.append(
                FinalMessage(
                    message_id=end.answer_id,
                    content=end.text,
                    status=STATUS_BY_REASON[end.reason],
                    model=end.model,
                    metadata={
                        **(end.metadata or {}),
                        **({"error": end.error} if end.error else {}),
                        **reasoning_in(others),
                    }
                    or None,
                    tool_calls=tool_calls,
                )
            )
        finish_messages(finals=_with_proposals(finals))
        Receipt.objects.bulk_create(
            [
                Receipt(answer_id=end.answer_id, user_id=end.user_id, **receipt_row(end.receipt))
                for end in running
                if end.receipt is not None
            ],
            ignore_conflicts=True,
        )
        count_tokens(running)
    return {end.stream_id for end in running}


def _with_proposals(finals: Sequence[FinalMessage]) -> list[FinalMessage]:
    """The messages with the number of their proposals; only tools make any."""
    made = [final.message_id for final in finals if final.tool_calls]
    counts = count_proposals(answer_ids=made) if made else {}
    return [
        replace(final, metadata={**(final.metadata or {}), "proposals": counts[final.message_id]})
        if final.message_id in counts
        else final
        for final in finals
    ]


def count_tokens(ends: Iterable[TurnEnd]) -> None:
    """What the answers have cost is added to their users' days."""
    for end in sorted(ends, key=attrgetter("user_id")):
        if end.tokens is not None:
            TokenUsage.objects.add(user_id=end.user_id, **asdict(end.tokens))


def tool_calls_in(entries: Iterable[StreamEntry]) -> list[ToolCallDraft]:
    """The tools that were used, each with its response or error if it had one."""
    calls: dict[str, ToolCallDraft] = {}
    for entry in entries:
        match entry.event:
            case ToolCall(tool_call_id=call_id, title=title, description=description):
                calls[call_id] = ToolCallDraft(call_id, title, description)
            case ToolResponse(tool_call_id=call_id, message=message) if call_id in calls:
                calls[call_id] = replace(calls[call_id], response=message)
            case StreamError(tool_call_id=str(call_id), message=message) if call_id in calls:
                calls[call_id] = replace(calls[call_id], error=message)
    return list(calls.values())


def reasoning_in(entries: Iterable[StreamEntry]) -> dict[str, str]:
    """What the model has thought before it answered, as a message's metadata has it."""
    text = "".join(each.event.text for each in entries if isinstance(each.event, ReasoningChunk))
    return {"reasoning": text} if text.strip() else {}


class FinishQueue:
    """Turns of one event loop that are waiting to be stored."""

    def __init__(self) -> None:
        self._waiting: list[tuple[TurnEnd, asyncio.Future[None]]] = []
        self._work: asyncio.Task[None] | None = None

    async def finish(self, end: TurnEnd) -> None:
        """The turn is final in PostgreSQL; raises what kept it from becoming so."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((end, stored))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._store_all())
        await stored

    async def _store_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            await self._store(batch)

    async def _store(self, batch: list[tuple[TurnEnd, "asyncio.Future[None]"]]) -> None:
        failure: Exception | None = None
        try:
            await in_thread(finish_turns, [end for end, _ in batch])
        except Exception as error:  # noqa: BLE001  passed on to those that wait for it
            if len(batch) > 1:  # one bad turn must not cost the others
                for each in batch:
                    await self._store([each])
                return
            failure = error
        for _, stored in batch:
            if stored.done():  # its caller was cancelled
                continue
            if failure is None:
                stored.set_result(None)
            else:
                stored.set_exception(failure)
