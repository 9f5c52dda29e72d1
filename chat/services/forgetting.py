"""Deletes what the chat keeps of messages and memories that are forgotten.

These are receipts, whose ids of blocks are hashes of what was said, proposals, which repeat it, and
the logs of recent streams.
"""

from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.dispatch import receiver

from chat.events import ReasoningChunk, to_json
from chat.models import Receipt, Turn
from chat.services.compacting import want_compaction
from chat.services.proposals import forget_proposals
from chat.services.runtime import KEEP_SECONDS, forget_streams, stop_answer
from exobrain.lib import clock
from journal.services import drop_from_metadata
from knowledge.selectors.pages import known_blocks
from knowledge.services.forgetting.signals import forgetting_begins, messages_forgotten_with

SPARE_SECONDS = 60  # between an answer's longest time, its log's, and our own clock

RepeatsForgotten = Callable[[str], bool]


@receiver(forgetting_begins, dispatch_uid="chat.forget")
def forget_turns_and_receipts(
    *,
    user_id: UUID,
    message_ids: Collection[UUID] | None,
    repeats_forgotten: RepeatsForgotten,
    **_: Any,
) -> None:
    """Within the transaction that forgets: when it ends, the chat has forgotten too.

    `message_ids` None means all of the user's.
    """
    turns = turns_to_forget(user_id, message_ids, repeats_forgotten)
    for turn in turns:
        if turn.state == Turn.State.RUNNING:
            transaction.on_commit(partial(stop_answer, turn.id), robust=True)
    if turns:
        stream_ids = [turn.id for turn in turns]
        transaction.on_commit(partial(forget_streams, stream_ids), robust=True)
    transaction.on_commit(want_compaction, robust=True)
    forget_proposals(
        user_id=user_id, repeats_forgotten=None if message_ids is None else repeats_forgotten
    )
    forget_reasoning(user_id=user_id, repeats_forgotten=repeats_forgotten)
    if message_ids is None:
        Receipt.objects.filter(user_id=user_id).delete()
    else:
        Receipt.objects.filter(user_id=user_id, answer_id__in=message_ids).delete()
        transaction.on_commit(
            partial(prune_receipts, user_id=user_id, message_ids=frozenset(message_ids)),
            robust=True,
        )


def turns_to_forget(
    user_id: UUID, message_ids: Collection[UUID] | None, repeats_forgotten: RepeatsForgotten
) -> list[Turn]:
    """Turns whose log may still be there and has something in it that is forgotten."""
    seconds = settings.EXOBRAIN.chat_turn_max_seconds + KEEP_SECONDS + SPARE_SECONDS
    recent = Turn.objects.filter(
        user_id=user_id, created_at__gt=clock.now() - timedelta(seconds=seconds)
    ).select_related("question", "answer")
    return [
        turn
        for turn in recent
        if message_ids is None
        or {turn.question_id, turn.answer_id}.intersection(message_ids)
        or repeats_forgotten(turn.answer.content or "")
        or repeats_forgotten(str((turn.answer.metadata or {}).get("reasoning", "")))
    ]


def forget_reasoning(*, user_id: UUID, repeats_forgotten: RepeatsForgotten) -> None:
    """No answer keeps what the model thought before it, where that repeats what is forgotten.

    The answer itself may stay: it need not repeat it.
    """
    ids = drop_from_metadata(user_id=user_id, name="reasoning", is_to_go=repeats_forgotten)
    gone = to_json(ReasoningChunk("…"))
    for turn in Turn.objects.filter(user_id=user_id, answer_id__in=ids):
        turn.events = [
            [id_, kind, gone if kind == ReasoningChunk.type else data]
            for id_, kind, data in turn.events
        ]
        turn.save(update_fields=["events"])


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
