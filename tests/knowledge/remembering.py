"""A memory that answers as a test wants, over rows that are really there."""

from collections.abc import Sequence
from typing import Any

from knowledge.models import Block
from knowledge.types import BlockKind, Recall, Recalled, Scope, Status, Trust


class Remembering:
    """Recalls the user's given blocks for every question."""

    def __init__(self, blocks: Sequence[Block], *, score: float = 0.75) -> None:
        self.blocks = blocks
        self.score = score
        self.asked: list[tuple[Scope, str]] = []

    def __call__(self, *, scope: Scope, query: str, **_: Any) -> Recall:
        """The memories, those of others left out as the indexes would."""
        self.asked.append((scope, query))
        items = [
            _recalled(block, self.score) for block in self.blocks if block.user_id == scope.user_id
        ]
        return Recall(items=items, tokens=0, retriever_ms={"words": 1.5}, dropped=["graph"])


def _recalled(block: Block, score: float) -> Recalled:
    return Recalled(
        block_id=block.id,
        kind=BlockKind(block.kind),
        text=block.text,
        score=score,
        parts={"words": 0.5, "meaning": 0.25},
        trust=Trust(block.trust),
        status=Status(block.status),
        confidence=block.confidence,
        message_ids=[block.message_id] if block.message_id else [],
        reference=block.reference or "2025/01/14",
        said_at=block.said_at,
    )
