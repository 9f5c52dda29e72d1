"""The product as it runs: what was said goes the whole way, and questions are recalled.

A conversation is one user's journal and a session is one of its days. Needs Django's settings.
"""

import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4, uuid5

from django.contrib.auth import get_user_model

from benchmarks.memory.locomo import Conversation, Question, Turn
from benchmarks.memory.metrics import BUDGET_TOKENS, Outcome
from exobrain.lib.errors import Unavailable
from journal.services import import_journal
from journal.types import PastMessage
from knowledge.models import Update
from knowledge.services.recall.recalling import recall
from knowledge.services.updates import request_update
from knowledge.types import Scope
from orchestrator import client

START_SECONDS = 60.0
WAIT_SECONDS = 1800.0
POLL_SECONDS = 0.2
DEPTH = 60  # memories asked for; several can be of one turn
UNBOUNDED_TOKENS = 1_000_000
NO_DEADLINE_MS = 60_000  # quality is measured with every retriever; speed is measured by itself


@dataclass(frozen=True)
class Memory:
    """One conversation in the product."""

    user_id: UUID
    turn_of: Mapping[UUID, str]  # a message's id -> its turn's


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
    """The conversation is in the journal of a user of its own."""
    name = f"{conversation.id}-{uuid4().hex[:8]}@example.org"
    user = get_user_model().objects.create_user(email=name, password=None)
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
    return Memory(user_id=user.pk, turn_of=turn_of)


def learned(memories: Sequence[Memory]) -> float:
    """Everything in the journals is in the memory; returns the seconds that took."""
    began = time.perf_counter()
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


def asked(memory: Memory, question: Question, *, without: Sequence[str] = ()) -> Outcome:
    """What the memory finds for a question, unbounded and within the budget of tokens."""
    found, packed = (
        recall(
            scope=Scope(user_id=memory.user_id),
            query=question.text,
            budget_tokens=budget,
            limit=DEPTH,
            deadline_ms=NO_DEADLINE_MS,
            without=without,
        )
        for budget in (UNBOUNDED_TOKENS, BUDGET_TOKENS)
    )
    return Outcome(
        question=question,
        ranking=_turns([item.message_ids for item in found.items], memory),
        packed=_turns([item.message_ids for item in packed.items], memory),
    )


def _turns(message_ids: Sequence[Sequence[UUID]], memory: Memory) -> list[str]:
    found = [memory.turn_of[message_id] for ids in message_ids for message_id in ids]
    return list(dict.fromkeys(found))


def _message(user_id: UUID, turn: Turn) -> PastMessage:
    return PastMessage(
        id=_id(user_id, turn), role="user", content=turn.content, created_at=turn.said_at
    )


def _id(user_id: UUID, turn: Turn) -> UUID:
    return uuid5(user_id, turn.id)
