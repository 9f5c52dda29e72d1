"""What the memory has for a question, found while its answer begins.

The profile and the recall each run in a thread of their own, beside everything else that an answer
needs. They are waited for until the recall's deadline and no longer, and whatever goes wrong with
one of them costs that one, never the answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Any, TypeVar
from uuid import UUID

import structlog

from chat.agent.from_memory.asked import looked_for
from chat.agent.memory import cited_marks, given_as_data, memory_line, profile_within_budget
from chat.types import ChatRequest, Given, MarkedMemory, ReceiptDraft
from exobrain.lib import clock
from exobrain.lib.config import Config
from exobrain.lib.text import estimate_tokens
from exobrain.lib.threads import in_slow_thread, in_thread
from journal.types import StoredMessage
from knowledge.selectors.profile import hidden_slots
from knowledge.services.recall.giving import recall_for_question
from knowledge.services.recall.profile import current_profile
from knowledge.services.withholding import withheld_from
from knowledge.types import BlockKind, Profile, Recall, Recalled, Trust

log = structlog.get_logger(__name__)

ALONE_MS = 3_000  # of a recall on which the whole answer rests, as no model is there to answer
GRACE_SECONDS = 0.1  # for a recall that keeps its deadline to hand over what it has
RECEIPT_SECONDS = 3.0  # that the end of an answer waits, whose model never asked for memory

Earlier = Callable[[], Awaitable[Sequence[StoredMessage]]]
T = TypeVar("T")


# -- what is given for a question; the benchmarks call these as well


def profile_for_answers(*, user_id: UUID, config: Config, zone: tzinfo = UTC) -> Profile:
    """What every answer to the user is told of them, within its budget."""
    found = current_profile(
        user_id=user_id,
        now=clock.now(),
        zone=zone,
        without=hidden_slots(user_id=user_id),
        private_too=not config.model_is_elsewhere,
    )
    if config.model_is_elsewhere:
        private = withheld_from(user_id=user_id, is_elsewhere=True)
        found = replace(
            found,
            facts=[fact for fact in found.facts if not private.is_named_in(fact.text)],
            coming=[event for event in found.coming if not private.is_named_in(event.text)],
        )
    return profile_within_budget(found, tokens=config.memory_profile_tokens, zone=zone)


# Recall has cut the list to a budget before, but cannot leave these messages out itself: it starts
# at once, while the day that says which messages the prompt shows is still being read.
def memories_within_budget(
    items: Sequence[Recalled],
    *,
    shown: Collection[UUID],
    tokens: int,
    now: datetime | None = None,
    zone: tzinfo = UTC,
) -> list[MarkedMemory]:
    """The first that fit the budget with their mark-up, but for what the prompt shows anyway.

    That is a memory all of whose messages are among `shown`. A note of the user's has no message,
    and what the user confirmed or corrected is not what its message says.
    """
    now = now or clock.now()
    chosen: list[MarkedMemory] = []
    for item in items:
        mark = f"m{len(chosen) + 1}"
        cost = estimate_tokens(memory_line(mark, item, now=now, zone=zone))
        is_message = item.kind == BlockKind.EPISODE or item.trust < Trust.CONFIRMED
        is_shown = bool(item.message_ids) and all(id_ in shown for id_ in item.message_ids)
        if (is_message and is_shown) or cost > tokens:
            continue
        tokens -= cost
        chosen.append(MarkedMemory(mark, item))
    return chosen


# -- beside an answer that begins


class RecallTask:
    """The recall for one question. Constructing it starts the recall, on the running event loop.

    Nothing is recalled for a visitor, or where the request or the configuration does without.
    """

    def __init__(self, request: ChatRequest, config: Config, *, earlier: Earlier) -> None:
        self.config = config
        self._earlier = earlier
        self._zone = request.stored.zone if request.stored else UTC
        self._given: Given | None = None  # None: not asked for yet
        self._recall: Recall | None = None
        self._task: asyncio.Task[tuple[Recall, list[MarkedMemory]]] | None = None
        self._profile_task: asyncio.Task[Profile] | None = None
        if request.stored and request.uses_memory and config.memory_recall_enabled:
            user_id = request.stored.user_id
            self._profile_task = asyncio.create_task(
                in_thread(profile_for_answers, user_id=user_id, config=config, zone=self._zone)
            )
            self._task = asyncio.create_task(self._recall_for(user_id, request.question))
        deadline_seconds = self._deadline_ms() / 1000
        self._deadline = asyncio.get_running_loop().time() + deadline_seconds + GRACE_SECONDS

    def _deadline_ms(self) -> int:
        deadline = self.config.memory_recall_deadline_ms
        return max(deadline, ALONE_MS) if self.config.answers_from_memory else deadline

    async def given(self) -> Given:
        """What was found in time; the same whenever it is asked for."""
        return await self._given_until(self._deadline)

    async def receipt(self, answer_text: str) -> ReceiptDraft | None:
        """What this answer was given; None when there was nothing to give.

        A mock is given nothing, and its receipt shows what a model would have been given.
        """
        given = await self._given_until(self._deadline + RECEIPT_SECONDS)
        if not given:
            return None
        marks = {memory.mark for memory in given.memories}
        recalled = self._recall or Recall(items=(), tokens=0, retriever_ms={})
        return ReceiptDraft(
            memories=given.memories,
            cited=frozenset(cited_marks(answer_text, marks=marks)),
            tokens=estimate_tokens(given_as_data(given, now=clock.now(), zone=self._zone)),
            retriever_ms=recalled.retriever_ms,
            dropped=recalled.dropped,
            slots=given.profile.slots,
        )

    async def _given_until(self, deadline: float) -> Given:
        """The profile and the memories found by then, on the loop's clock; one without the other
        when that one failed or is late.

        Settled by the first call: what is late for one caller is late for every later one.
        """
        if self._given is not None:
            return self._given
        profile = await _result_until(deadline, self._profile_task, called="profile")
        found = await _result_until(deadline, self._task, called="memories")
        if self._given is None:
            self._recall, memories = found or (None, [])
            self._given = Given(profile=profile or Profile(), memories=memories)
        return self._given

    async def _recall_for(self, user_id: UUID, question: str) -> tuple[Recall, list[MarkedMemory]]:
        found = await in_slow_thread(
            recall_for_question,
            user_id=user_id,
            question=question,
            config=self.config,
            query=looked_for(question) if self.config.answers_from_memory else None,
            deadline_ms=self._deadline_ms(),
        )
        # Without a model there is no prompt that shows the day besides.
        is_shown = bool(found.items) and not self.config.answers_from_memory
        shown = {message.id for message in await self._earlier()} if is_shown else set()
        return found, memories_within_budget(
            found.items,
            shown=shown,
            tokens=self.config.memory_recall_tokens,
            zone=self._zone,
        )


async def _result_until(
    deadline: float, task: "asyncio.Task[T] | None", *, called: str
) -> T | None:
    """The task's result by then, on the loop's clock; None when it failed, is late or is none."""
    if task is None:
        return None
    left = deadline - asyncio.get_running_loop().time()
    done, _ = await asyncio.wait([task], timeout=max(0.0, left))
    if not done:
        task.add_done_callback(_ignore_failure)
        log.info("recall_too_slow", of=called)
        return None
    try:
        return task.result()
    except Exception as error:  # noqa: BLE001  the memory must not cost the answer
        # Its words may be the user's: only its class is logged.
        log.warning("recall_failed", of=called, error=type(error).__name__)
        return None


# -- what is kept of it


def receipt_row(draft: ReceiptDraft) -> dict[str, Any]:
    """The fields of a stored receipt."""
    return {
        "items": [
            {
                "mark": memory.mark,
                "block_id": str(memory.recalled.block_id),
                "score": memory.recalled.score,
                "parts": dict(memory.recalled.parts),
                "message_ids": [str(message_id) for message_id in memory.recalled.message_ids],
                "reference": memory.recalled.reference,
                "said_at": memory.recalled.said_at.isoformat(),
                "is_cited": memory.mark in draft.cited,
            }
            for memory in draft.memories
        ],
        "slots": [slot.value for slot in draft.slots],
        "tokens": draft.tokens,
        "retriever_ms": dict(draft.retriever_ms),
        "dropped": list(draft.dropped),
    }


def receipt_metadata(draft: ReceiptDraft | None) -> Mapping[str, Any]:
    """What a message's metadata says of its receipt: figures only."""
    if draft is None or not draft.memories:
        return {}
    return {"memory": {"recalled": len(draft.memories), "cited": len(draft.cited)}}


def _ignore_failure(task: "asyncio.Task[Any]") -> None:
    """Asyncio would complain that the failure of a task was never looked at."""
    if not task.cancelled():
        task.exception()
