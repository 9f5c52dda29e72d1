"""Deletes what the chat keeps of messages and memories that are forgotten.

These are receipts, whose ids of blocks are hashes of what was said, proposals, tool calls,
reasoning and the memory's own answers, which repeat it, and the logs of recent streams. What a
model has answered stays, as what the user has said does.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.dispatch import receiver

from chat.agent.from_memory.phrases import LIST_ITEM, own_words_in
from chat.events import ReasoningChunk, StreamError, ToolCall, ToolResponse, from_json, to_json
from chat.models import Receipt, Turn
from chat.services.compacting import want_compaction
from chat.services.proposals import forget_proposals
from chat.services.runtime import KEEP_SECONDS, forget_streams, stop_answer
from exobrain.lib import clock
from journal.services import (
    blank_tool_calls,
    drop_from_metadata,
    reword_answers_without_model,
)
from knowledge.selectors.pages import known_blocks
from knowledge.services.forgetting.signals import forgetting_begins, messages_forgotten_with

SPARE_SECONDS = 60  # between an answer's longest time, its log's, and our own clock

BLANK = "…"  # where something was said that is forgotten
GONE = to_json(ReasoningChunk(BLANK))

TellsForgotten = Callable[[str], bool]


@receiver(forgetting_begins, dispatch_uid="chat.forget")
def forget_turns_and_receipts(
    *,
    user_id: UUID,
    message_ids: Collection[UUID] | None,
    tells_forgotten: TellsForgotten,
    **_: Any,
) -> None:
    """Within the transaction that forgets: when it ends, the chat has forgotten too.

    `message_ids` None means all of the user's.
    """
    turns = turns_to_forget(user_id, message_ids, tells_forgotten)
    for turn in turns:
        if turn.state == Turn.State.RUNNING:
            transaction.on_commit(partial(stop_answer, turn.id), robust=True)
    if turns:
        stream_ids = [turn.id for turn in turns]
        transaction.on_commit(partial(forget_streams, stream_ids), robust=True)
    transaction.on_commit(want_compaction, robust=True)
    forget_proposals(
        user_id=user_id, tells_forgotten=None if message_ids is None else tells_forgotten
    )
    if message_ids is not None:  # else they go with their messages
        forget_reasoning(user_id=user_id, tells_forgotten=tells_forgotten)
        forget_tool_calls(user_id=user_id, tells_forgotten=tells_forgotten)
        forget_own_answers(user_id=user_id, tells_forgotten=tells_forgotten)
    if message_ids is None:
        Receipt.objects.filter(user_id=user_id).delete()
    else:
        Receipt.objects.filter(user_id=user_id, answer_id__in=message_ids).delete()
        transaction.on_commit(
            partial(prune_receipts, user_id=user_id, message_ids=frozenset(message_ids)),
            robust=True,
        )


def turns_to_forget(
    user_id: UUID, message_ids: Collection[UUID] | None, tells_forgotten: TellsForgotten
) -> list[Turn]:
    """Turns whose log may still be there and has something in it that is forgotten."""
    seconds = settings.EXOBRAIN.chat_turn_max_seconds + KEEP_SECONDS + SPARE_SECONDS
    recent = (
        Turn.objects.filter(
            user_id=user_id, created_at__gt=clock.now() - timedelta(seconds=seconds)
        )
        .select_related("question", "answer")
        .prefetch_related("answer__tool_calls")
    )
    return [
        turn
        for turn in recent
        if message_ids is None
        or {turn.question_id, turn.answer_id}.intersection(message_ids)
        or tells_forgotten(turn.answer.content or "")
        or tells_forgotten(str((turn.answer.metadata or {}).get("reasoning", "")))
        or any(map(tells_forgotten, _told_by_tools(turn)))
    ]


def _told_by_tools(turn: Turn) -> Iterator[str]:
    for call in turn.answer.tool_calls.all():
        yield from (call.description, call.response or "", call.error or "")


def forget_reasoning(*, user_id: UUID, tells_forgotten: TellsForgotten) -> None:
    """No answer keeps what the model thought before it, where that repeats what is forgotten.

    The answer itself may stay: it need not repeat it.
    """
    ids = drop_from_metadata(user_id=user_id, name="reasoning", is_to_go=tells_forgotten)
    for turn in Turn.objects.filter(user_id=user_id, answer_id__in=ids):
        turn.events = [
            [id_, kind, GONE if kind == ReasoningChunk.type else data]
            for id_, kind, data in turn.events
        ]
        turn.save(update_fields=["events"])


def forget_tool_calls(*, user_id: UUID, tells_forgotten: TellsForgotten) -> None:
    """No tool call says what is forgotten, neither in what it was asked nor in what it answered.

    That a tool was used, and which, stays.
    """
    ids = blank_tool_calls(user_id=user_id, blank=BLANK, is_to_go=tells_forgotten)
    for turn in Turn.objects.filter(user_id=user_id, answer_id__in=ids):
        turn.events = [
            [id_, kind, _blanked(kind, data, tells_forgotten)] for id_, kind, data in turn.events
        ]
        turn.save(update_fields=["events"])


def _blanked(kind: str, data: str, tells_forgotten: TellsForgotten) -> str:
    """The data of a tool's event without the text that tells it."""
    match from_json(kind, data):
        case ToolCall() as event if tells_forgotten(event.description):
            return to_json(replace(event, description=BLANK))
        case ToolResponse() | StreamError() as event if tells_forgotten(event.message):
            return to_json(replace(event, message=BLANK))
    return data


def forget_own_answers(*, user_id: UUID, tells_forgotten: TellsForgotten) -> None:
    """No answer of the memory's own quotes what is forgotten: the line would be a copy of it."""

    def blanked(line: str) -> str:
        if not tells_forgotten(own_words_in(line)):
            return line
        start = LIST_ITEM if line.startswith(LIST_ITEM) else ""
        # As long as before: the stream's positions count its characters.
        return f"{start}{BLANK}".ljust(len(line))

    reword_answers_without_model(
        user_id=user_id, reword=lambda text: "\n".join(map(blanked, text.split("\n")))
    )


@receiver(messages_forgotten_with, dispatch_uid="chat.answers_to")
def answers_to(*, user_id: UUID, message_ids: Collection[UUID], **_: Any) -> list[UUID]:
    """The answer goes with its question: it was made from it, and often repeats it."""
    turns = Turn.objects.filter(user_id=user_id, question_id__in=message_ids)
    return list(turns.values_list("answer_id", flat=True))


def prune_receipts(*, user_id: UUID, message_ids: Collection[UUID] = ()) -> None:
    """No receipt of the user names one of these messages, or a block that is not there."""
    gone = frozenset(map(str, message_ids))
    with transaction.atomic():
        receipts = list(Receipt.objects.filter(user_id=user_id).select_for_update())
        ids = {item["block_id"] for receipt in receipts for item in receipt.items}
        there = {str(id_) for id_ in known_blocks(user_id=user_id, ids=[*map(UUID, ids)])}
        for receipt in receipts:
            kept = [
                item
                for item in receipt.items
                if item["block_id"] in there and gone.isdisjoint(item["message_ids"])
            ]
            if len(kept) < len(receipt.items):
                receipt.items = kept
                receipt.save(update_fields=["items"])
