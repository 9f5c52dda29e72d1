"""What the memory has for a question, sought while its answer begins.

Seeking runs in a thread of its own, beside everything else that an answer needs. It is waited for
until its deadline and no longer, and whatever goes wrong with it costs the memory, never the
answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog

from chat.agent.memory import cited
from chat.agent.prompt import CHARACTERS_PER_TOKEN
from chat.types import ChatRequest, MarkedMemory, ReceiptDraft
from exobrain.lib.config import Config
from exobrain.lib.threads import in_slow_thread
from journal.types import StoredMessage
from knowledge.services.recall.recalling import recall
from knowledge.types import Recall, Recalled, Scope

log = structlog.get_logger(__name__)

GRACE_SECONDS = 0.1  # for a recall that keeps its deadline to hand over what it has
RECEIPT_SECONDS = 3.0  # that the end of an answer waits, whose model never asked for memory
SPARE = 2  # budgets' worth is recalled, as what the day shows already is then left out
MOST_MEMORIES = 20
LEAST_SHARE = 0.1  # of the best one's score: what is far behind would only distract

Earlier = Callable[[], Awaitable[Sequence[StoredMessage]]]


class RecallTask:
    """The memories of one question."""

    def __init__(self, request: ChatRequest, config: Config, *, earlier: Earlier) -> None:
        self.config = config
        self._earlier = earlier
        self._memories: Sequence[MarkedMemory] | None = None
        self._recall: Recall | None = None
        self._work: asyncio.Task[tuple[Recall, list[MarkedMemory]]] | None = None
        if request.stored and request.uses_memory and config.memory_recall_enabled:
            self._work = asyncio.create_task(self._seek(request.stored.user_id, request.text))
        self._deadline = asyncio.get_running_loop().time() + _seconds(config) + GRACE_SECONDS

    async def memories(self) -> Sequence[MarkedMemory]:
        """What was found in time; the same whenever it is asked for."""
        return await self._known(until=self._deadline)

    async def receipt(self, text: str) -> ReceiptDraft | None:
        """What this answer was given; None when there was nothing to give.

        A mock is given nothing, and its receipt shows what a model would have been given.
        """
        memories = await self._known(until=self._deadline + RECEIPT_SECONDS)
        if not memories or self._recall is None:
            return None
        return ReceiptDraft(
            memories=memories,
            cited=frozenset(cited(text, marks={memory.mark for memory in memories})),
            tokens=sum(_tokens(memory.recalled.text) for memory in memories),
            arms=self._recall.arms,
            dropped=self._recall.dropped,
        )

    async def _known(self, *, until: float) -> Sequence[MarkedMemory]:
        if self._memories is None:
            self._recall, self._memories = await self._found(until)
        return self._memories

    async def _found(self, until: float) -> tuple[Recall | None, Sequence[MarkedMemory]]:
        if self._work is None:
            return None, ()
        left = until - asyncio.get_running_loop().time()
        done, _ = await asyncio.wait([self._work], timeout=max(0.0, left))
        if not done:
            self._work.add_done_callback(_ignore)
            log.info("recall_too_slow")
            return None, ()
        try:
            return self._work.result()
        except Exception as error:  # noqa: BLE001  the memory must not cost the answer
            log.warning("recall_failed", error=type(error).__name__)  # its words may be the user's
            return None, ()

    async def _seek(self, user_id: UUID, text: str) -> tuple[Recall, list[MarkedMemory]]:
        found = await in_slow_thread(_recall, user_id=user_id, text=text, config=self.config)
        known = {message.id for message in await self._earlier()} if found.items else set()
        return found, choose(found.items, known=known, tokens=self.config.memory_recall_tokens)


def choose(
    items: Sequence[Recalled], *, known: Collection[UUID], tokens: int
) -> list[MarkedMemory]:
    """The best that fit the budget, less what the model is told anyway and what is far behind."""
    chosen: list[MarkedMemory] = []
    best = max((item.score for item in items), default=0.0)
    least = LEAST_SHARE * best if best > 0 else best - 1  # with one weak item there is no better
    for item in items:
        cost = _tokens(item.text)
        if _is_told(item, known) or cost > tokens or item.score < least:
            continue
        tokens -= cost
        chosen.append(MarkedMemory(f"m{len(chosen) + 1}", item))
    return chosen[:MOST_MEMORIES]


def _is_told(item: Recalled, known: Collection[UUID]) -> bool:
    """A note of the user's has no message, and is not told anywhere else."""
    return bool(item.message_ids) and all(id_ in known for id_ in item.message_ids)


def receipt_row(draft: ReceiptDraft) -> dict[str, Any]:
    """The fields of a stored receipt."""
    return {
        "items": [_item(memory, draft) for memory in draft.memories],
        "tokens": draft.tokens,
        "arms": dict(draft.arms),
        "dropped": list(draft.dropped),
    }


def told_of(draft: ReceiptDraft | None) -> Mapping[str, Any]:
    """What a message's metadata says of its receipt: figures only."""
    if draft is None:
        return {}
    return {"memory": {"recalled": len(draft.memories), "cited": len(draft.cited)}}


def _item(memory: MarkedMemory, draft: ReceiptDraft) -> dict[str, Any]:
    recalled = memory.recalled
    return {
        "mark": memory.mark,
        "block_id": str(recalled.block_id),
        "score": recalled.score,
        "parts": dict(recalled.parts),
        "message_ids": [str(message_id) for message_id in recalled.message_ids],
        "reference": recalled.reference,
        "said_at": recalled.said_at.isoformat(),
        "is_cited": memory.mark in draft.cited,
    }


def _recall(*, user_id: UUID, text: str, config: Config) -> Recall:
    return recall(
        scope=Scope(user_id=user_id),
        query=text,
        budget_tokens=config.memory_recall_tokens * SPARE,
        deadline_ms=config.memory_recall_deadline_ms,
    )


def _seconds(config: Config) -> float:
    return config.memory_recall_deadline_ms / 1000


def _tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def _ignore(work: "asyncio.Task[Any]") -> None:
    """Nobody waits for it any more; asyncio would complain that its failure was not looked at."""
    if not work.cancelled():
        work.exception()
