"""What the memory has for a question, recalled while its answer begins.

Recall runs in a thread of its own, beside everything else that an answer needs. It is waited for
until its deadline and no longer, and whatever goes wrong with it costs the memory, never the
answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog

from chat.agent.memory import cited_marks
from chat.types import ChatRequest, MarkedMemory, ReceiptDraft
from exobrain.lib.config import Config
from exobrain.lib.text import estimate_tokens
from exobrain.lib.threads import in_slow_thread
from journal.types import StoredMessage
from knowledge.services.recall.recalling import recall
from knowledge.types import Recall, Recalled, Scope

log = structlog.get_logger(__name__)

GRACE_SECONDS = 0.1  # for a recall that keeps its deadline to hand over what it has
RECEIPT_SECONDS = 3.0  # that the end of an answer waits, whose model never asked for memory
SPARE = 2  # budgets' worth is recalled, as what the day shows already is then left out

Earlier = Callable[[], Awaitable[Sequence[StoredMessage]]]


class RecallTask:
    """The recall for one question. Constructing it starts the recall, on the running event loop.

    Nothing is recalled for a visitor, or where the request or the configuration does without.
    """

    def __init__(self, request: ChatRequest, config: Config, *, earlier: Earlier) -> None:
        self.config = config
        self._earlier = earlier
        self._memories: Sequence[MarkedMemory] | None = None  # None: not asked for yet
        self._recall: Recall | None = None
        self._task: asyncio.Task[tuple[Recall, list[MarkedMemory]]] | None = None
        if request.stored and request.uses_memory and config.memory_recall_enabled:
            self._task = asyncio.create_task(
                self._recall_for(request.stored.user_id, request.question)
            )
        deadline_seconds = config.memory_recall_deadline_ms / 1000
        self._deadline = asyncio.get_running_loop().time() + deadline_seconds + GRACE_SECONDS

    async def memories(self) -> Sequence[MarkedMemory]:
        """What was found in time; the same whenever it is asked for."""
        return await self._memories_until(self._deadline)

    async def receipt(self, answer_text: str) -> ReceiptDraft | None:
        """What this answer was given; None when there was nothing to give.

        A mock is given nothing, and its receipt shows what a model would have been given.
        """
        memories = await self._memories_until(self._deadline + RECEIPT_SECONDS)
        if not memories or self._recall is None:
            return None
        return ReceiptDraft(
            memories=memories,
            cited=frozenset(cited_marks(answer_text, marks={memory.mark for memory in memories})),
            tokens=sum(estimate_tokens(memory.recalled.text) for memory in memories),
            retriever_ms=self._recall.retriever_ms,
            dropped=self._recall.dropped,
        )

    async def _memories_until(self, deadline: float) -> Sequence[MarkedMemory]:
        """The memories found by then, on the loop's clock; none when recall failed or is late.

        Settled by the first call: what is late for one caller is late for every later one.
        """
        if self._memories is not None:
            return self._memories
        found: tuple[Recall | None, Sequence[MarkedMemory]] = (None, ())
        if self._task is not None:
            left = deadline - asyncio.get_running_loop().time()
            done, _ = await asyncio.wait([self._task], timeout=max(0.0, left))
            if not done:
                self._task.add_done_callback(_ignore_failure)
                log.info("recall_too_slow")
            else:
                try:
                    found = self._task.result()
                except Exception as error:  # noqa: BLE001  the memory must not cost the answer
                    # Its words may be the user's: only its class is logged.
                    log.warning("recall_failed", error=type(error).__name__)
        self._recall, self._memories = found
        return self._memories

    async def _recall_for(self, user_id: UUID, question: str) -> tuple[Recall, list[MarkedMemory]]:
        found = await in_slow_thread(
            recall,
            scope=Scope(user_id=user_id),
            query=question,
            budget_tokens=self.config.memory_recall_tokens * SPARE,
            deadline_ms=self.config.memory_recall_deadline_ms,
            drop_weak=True,
        )
        shown = {message.id for message in await self._earlier()} if found.items else set()
        return found, memories_within_budget(
            found.items, shown=shown, tokens=self.config.memory_recall_tokens
        )


# Recall has cut the list to a budget before, but cannot leave these messages out itself: it starts
# at once, while the day that says which messages the prompt shows is still being read.
def memories_within_budget(
    items: Sequence[Recalled], *, shown: Collection[UUID], tokens: int
) -> list[MarkedMemory]:
    """The first that fit the budget, each with its mark, but for what the prompt shows anyway.

    That is a memory all of whose messages are among `shown`; a note of the user's has no message.
    """
    chosen: list[MarkedMemory] = []
    for item in items:
        cost = estimate_tokens(item.text)
        is_shown = bool(item.message_ids) and all(id_ in shown for id_ in item.message_ids)
        if is_shown or cost > tokens:
            continue
        tokens -= cost
        chosen.append(MarkedMemory(f"m{len(chosen) + 1}", item))
    return chosen


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
        "tokens": draft.tokens,
        "retriever_ms": dict(draft.retriever_ms),
        "dropped": list(draft.dropped),
    }


def receipt_metadata(draft: ReceiptDraft | None) -> Mapping[str, Any]:
    """What a message's metadata says of its receipt: figures only."""
    if draft is None:
        return {}
    return {"memory": {"recalled": len(draft.memories), "cited": len(draft.cited)}}


def _ignore_failure(task: "asyncio.Task[Any]") -> None:
    """Asyncio would complain that the failure of a task was never looked at."""
    if not task.cancelled():
        task.exception()
