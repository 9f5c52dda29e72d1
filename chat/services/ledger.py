"""What is kept of a turn in PostgreSQL while it is answered, and when it has ended."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import transaction

from chat.agent.prompt import context_characters
from chat.events import MessageChunk, Reason, StreamEntry, StreamError, ToolCall, ToolResponse
from chat.models import Receipt, Turn
from chat.services.remembering import receipt_row
from chat.types import ReceiptDraft, StoredTurn
from exobrain.config import Config
from journal import services as journal
from journal.selectors import recent_messages
from journal.types import FinalMessage, FinalStatus, StoredMessage, ToolCallDraft

STATUS_BY_REASON: dict[Reason, FinalStatus] = {
    "complete": "complete",
    "interrupted": "interrupted",
    "cancelled": "interrupted",
    "error": "failed",
}


def earlier_messages(*, place: StoredTurn, question: str, config: Config) -> list[StoredMessage]:
    """What the model is told of the day: as much as fits beside the question."""
    return recent_messages(
        user_id=place.user_id,
        journal_id=place.journal_id,
        before_sequence=place.question_sequence,
        max_chars=context_characters(tokens=config.main_agent_context_tokens, question=question),
    )


@dataclass(frozen=True, slots=True)
class TurnEnd:
    """How a user's turn ended and what is to be kept of it."""

    stream_id: UUID
    user_id: UUID
    answer_id: UUID
    reason: Reason
    text: str
    events: Sequence[StreamEntry] = ()
    error: str = ""
    model: str = ""
    metadata: Mapping[str, Any] | None = None
    receipt: ReceiptDraft | None = None


def finish_turn(end: TurnEnd) -> bool:
    """A running turn and its answer are final; tells whether the turn was still running."""
    return end.stream_id in finish_turns([end])


def finish_turns(ends: Iterable[TurnEnd]) -> set[UUID]:
    """Turns and their answers are final, all or none; returns those that were still running."""
    with transaction.atomic():
        # In one order, so that two processes cannot wait for each other.
        running = [end for end in sorted(ends, key=attrgetter("stream_id")) if _finish(end)]
        journal.finish_messages(finals=[_answer(end) for end in running])
        _store_receipts(running)
    return {end.stream_id for end in running}


def _store_receipts(ends: Iterable[TurnEnd]) -> None:
    rows = [
        Receipt(answer_id=end.answer_id, user_id=end.user_id, **receipt_row(end.receipt))
        for end in ends
        if end.receipt is not None
    ]
    if rows:
        Receipt.objects.bulk_create(rows, ignore_conflicts=True)


def _finish(end: TurnEnd) -> bool:
    events = [[entry.id, entry.event.type, entry.data] for entry in _others(end)]
    return Turn.objects.finish(
        stream_id=end.stream_id, state=end.reason, error=end.error, events=json.dumps(events)
    )


def _answer(end: TurnEnd) -> FinalMessage:
    return FinalMessage(
        message_id=end.answer_id,
        content=end.text,
        status=STATUS_BY_REASON[end.reason],
        model=end.model,
        metadata=_metadata(end),
        tool_calls=_tool_calls(_others(end)),
    )


def _metadata(end: TurnEnd) -> Mapping[str, Any] | None:
    """What the model used, and what the reader was told when it failed; the day keeps both."""
    told = {"error": end.error} if end.error else {}
    return {**(end.metadata or {}), **told} or None


def _others(end: TurnEnd) -> list[StreamEntry]:
    """The stream's events but for its text."""
    return [entry for entry in end.events if not isinstance(entry.event, MessageChunk)]


def _tool_calls(entries: Iterable[StreamEntry]) -> list[ToolCallDraft]:
    """The tools that were used, with what came of them."""
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
