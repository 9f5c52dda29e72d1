"""The product as it runs: what was said goes the whole way, and questions are recalled.

A conversation is one user's journal and a session is one of its days. Needs Django's settings.
"""

import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid5

from django.contrib.auth import get_user_model

from benchmarks.memory.locomo import Conversation, Question, Turn
from benchmarks.memory.metrics import BUDGET_TOKENS, Outcome
from chat.services.recalling import memories_within_budget
from exobrain.lib.errors import Unavailable
from journal.services import import_journal
from journal.types import PastMessage
from knowledge.models import Update
from knowledge.retrieval import passages
from knowledge.retrieval.ranking import context_window
from knowledge.retrieval.ranking.answers import says_all_of
from knowledge.services.indexing.reindexing import embed_missing, rebuild_user
from knowledge.services.recall.giving import SPARE
from knowledge.services.recall.recalling import recall
from knowledge.services.updates import request_update
from knowledge.types import BlockKind, Recalled, Scope
from orchestrator import client

START_SECONDS = 60.0
WAIT_SECONDS = 1800.0
POLL_SECONDS = 0.2
DEPTH = 400  # memories asked for; several can be of one turn
UNBOUNDED_TOKENS = 1_000_000
NO_DEADLINE_MS = 60_000  # quality is measured with every retriever; speed is measured by itself


# What the indexes are made with: without it, they are made anew.
INDEXED_PARTS: Mapping[str, Callable[[], AbstractContextManager[Any]]] = {
    "passages": lambda: patch.object(passages, "MAX_WORDS", sys.maxsize),
    "neighbours' terms": lambda: patch.object(context_window, "NEIGHBOUR_TERMS", {}),
}


@dataclass(frozen=True)
class Memory:
    """One conversation in the product."""

    user_id: UUID
    turn_of: Mapping[UUID, str]  # a message's id -> its turn's
    text_of: Mapping[UUID, str]  # by the same
    is_new: bool  # false: it was kept from an earlier run


@contextmanager
def processes() -> Iterator[None]:
    """The orchestrator and a worker run."""
    commands = (["run_orchestrator"], ["run_worker"])
    running = [subprocess.Popen([sys.executable, "manage.py", *command]) for command in commands]
    try:
        _wait_for_orchestrator()
        yield
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(timeout=60)


def _wait_for_orchestrator() -> None:
    deadline = time.perf_counter() + START_SECONDS
    while True:
        try:
            return client.check()
        except Unavailable:
            if time.perf_counter() > deadline:
                raise
            time.sleep(POLL_SECONDS)


def journalled(conversation: Conversation) -> Memory:
    """The conversation is in the journal of a user of its own, perhaps from an earlier run."""
    users = get_user_model().objects
    email = f"{conversation.id}@example.org".lower()
    user = users.filter(email=email).first()
    is_new = user is None
    if user is None:
        user = users.create_user(email=email, password=None)
        days: dict[str, list[Turn]] = defaultdict(list)
        for session in conversation.sessions:
            days[session[0].said_at.strftime("%Y/%m/%d")] += session
        for reference, turns in days.items():
            import_journal(
                user_id=user.pk,
                journal_id=uuid5(user.pk, reference),
                reference=reference,
                messages=[_message(user.pk, turn) for turn in turns],
            )
    turn_of = {_id(user.pk, turn): turn.id for turn in conversation.turns}
    text_of = {_id(user.pk, turn): turn.content for turn in conversation.turns}
    return Memory(user_id=user.pk, turn_of=turn_of, text_of=text_of, is_new=is_new)


def learned(memories: Sequence[Memory]) -> float:
    """Everything in the journals is in the memory; returns the seconds that took."""
    began = time.perf_counter()
    memories = [memory for memory in memories if memory.is_new]
    for memory in memories:
        request_update(user_id=memory.user_id)
    users = [memory.user_id for memory in memories]
    open_states = (Update.State.WAITING, Update.State.QUEUED)
    while Update.objects.filter(user_id__in=users, state__in=open_states).exists():
        if time.perf_counter() - began > WAIT_SECONDS:
            raise TimeoutError("the jobs did not end")
        time.sleep(POLL_SECONDS)
    failed = Update.objects.filter(user_id__in=users).exclude(state=Update.State.SUCCEEDED)
    if reasons := list(failed.values_list("reason", flat=True)):
        raise RuntimeError(f"{len(reasons)} updates failed: {reasons[0]}")
    return time.perf_counter() - began


def reindexed(memories: Sequence[Memory]) -> None:
    """The indexes are made anew, as the code that runs now makes them."""
    for memory in memories:
        rebuild_user(user_id=memory.user_id)
        while embed_missing(user_id=memory.user_id):
            pass


def asked(
    memory: Memory, question: Question, *, ranked: Callable[[str], bool], without: Sequence[str]
) -> Outcome:
    """What the memory finds for a question, and what of it chat gives to a model.

    `ranked` tells which turns count in the ranking.
    """
    found = recall(
        scope=Scope(user_id=memory.user_id),
        query=question.text,
        budget_tokens=UNBOUNDED_TOKENS,
        limit=DEPTH,
        deadline_ms=NO_DEADLINE_MS,
        without=without,
    )
    turns = _turns([item.message_ids for item in found.items], memory)
    given = given_to_model(memory, question.text, without=without)
    return Outcome(
        question=question,
        ranking=[turn for turn in turns if ranked(turn)],
        given=_turns([_messages_said(item, memory) for item in given], memory),
    )


def given_to_model(
    memory: Memory, question: str, *, without: Sequence[str] = ()
) -> Sequence[Recalled]:
    """The lines that chat puts into a prompt for this question."""
    found = recall(
        scope=Scope(user_id=memory.user_id),
        query=question,
        budget_tokens=BUDGET_TOKENS * SPARE,
        deadline_ms=NO_DEADLINE_MS,
        drop_weak=True,
        without=without,
    )
    chosen = memories_within_budget(found.items, shown=(), tokens=BUDGET_TOKENS)
    return [memory.recalled for memory in chosen]


def _messages_said(item: Recalled, memory: Memory) -> Sequence[UUID]:
    """The messages that a line says: a passage its own, a fact those that say no more than it."""
    if item.kind == BlockKind.EPISODE:
        return item.message_ids
    return [id_ for id_ in item.message_ids if says_all_of(item.text, memory.text_of[id_])]


def _turns(message_ids: Sequence[Sequence[UUID]], memory: Memory) -> list[str]:
    found = [memory.turn_of[message_id] for ids in message_ids for message_id in ids]
    return list(dict.fromkeys(found))


def _message(user_id: UUID, turn: Turn) -> PastMessage:
    return PastMessage(
        id=_id(user_id, turn), role=turn.role, content=turn.content, created_at=turn.said_at
    )


def _id(user_id: UUID, turn: Turn) -> UUID:
    return uuid5(user_id, turn.id)
