"""Ask and stop: what a user does in a conversation."""

from datetime import datetime, time, timedelta, tzinfo
from functools import partial
from math import ceil
from typing import Literal
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from accounts.selectors import zone_of
from chat.errors import DailyTokensUsed, StreamNotFound
from chat.models import Turn
from chat.selectors import find_turn, stream_of_question, tokens_of_day
from chat.services.reading import parse_stream_id
from chat.services.runtime import begin_answer, stop_answer
from chat.services.visitors import visitor_of
from chat.types import ChatRequest, Requester, State, StoredTurn
from exobrain.lib import clock
from exobrain.lib.effective_config import effective_config
from journal.services import append_messages, today_reference
from journal.types import MessageDraft


def start_turn(
    *, user_id: UUID, message: str, client_message_id: UUID, uses_memory: bool = True
) -> UUID:
    """The question and a placeholder for its answer are stored and the answer is being written.

    Returns the stream's id. A question that was asked before, on whatever day, keeps its stream.
    """
    question_draft = MessageDraft(role="user", content=message, client_message_id=client_message_id)
    # Marked before it is written, so that no crash lets the memory learn it.
    answer_draft = MessageDraft(
        role="assistant",
        content="",
        status="streaming",
        is_without_model=effective_config().answers_without_model,
    )
    stream_id = uuid4()
    with transaction.atomic():
        is_new = Turn.objects.claim(
            stream_id=stream_id,
            user_id=user_id,
            question_id=question_draft.id,
            answer_id=answer_draft.id,
            client_message_id=client_message_id,
        )
        if is_new:
            zone = zone_of(user_id=user_id)
            refuse_beyond_limit(user_id=user_id, zone=zone)
            stored_question, _ = append_messages(
                user_id=user_id,
                reference=today_reference(zone),
                drafts=[question_draft, answer_draft],
            )
            request = ChatRequest(
                stream_id=stream_id,
                client_message_id=client_message_id,
                requester=Requester(user_id),
                question=message,
                stored=StoredTurn(
                    user_id=user_id,
                    journal_id=stored_question.journal_id,
                    question_sequence=stored_question.sequence,
                    answer_id=answer_draft.id,
                    zone=zone,
                ),
                uses_memory=uses_memory,
            )
            # Robust: from here on the turn is stored, and the reconciler finds it if need be.
            transaction.on_commit(partial(begin_answer, request), robust=True)
    if not is_new:
        return stream_of_question(user_id=user_id, client_message_id=client_message_id)
    return stream_id


def refuse_beyond_limit(*, user_id: UUID, zone: tzinfo) -> None:
    """Raises DailyTokensUsed when the user's answers of today have cost all that they may."""
    limit: int | None = settings.EXOBRAIN.chat_daily_tokens
    if limit is None:
        return
    today = clock.today(zone)
    if tokens_of_day(user_id=user_id, day=today) >= limit:
        midnight = datetime.combine(today + timedelta(days=1), time(), zone)
        raise DailyTokensUsed(
            f"Your {limit:,} tokens for today are used up; tomorrow there are new ones.",
            retry_after_seconds=ceil((midnight - clock.now()).total_seconds()),
        )


def cancel(*, requester: Requester, stream_id: str) -> State | Literal["cancelling"]:
    """The requester's answer is being stopped, or has ended as the state says."""
    known_id = parse_stream_id(stream_id)
    user_id = requester.user_id
    if user_id is not None and Turn.objects.request_cancel(user_id=user_id, stream_id=known_id):
        stop_answer(known_id)
        return "cancelling"
    if user_id is not None and (turn := find_turn(user_id=user_id, stream_id=known_id)):
        return turn.state
    if not requester.may_read(visitor_of(known_id)):
        raise StreamNotFound
    stop_answer(known_id)
    return "cancelling"
