"""What every index of blocks can do: find them by their words and by their meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import numpy as np
import numpy.typing as npt

from knowledge.types import BlockKind, Hit, Scope, Status, Trust

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Point:
    """A block as an index keeps it. What filters need goes with it."""

    block_id: UUID
    universe_id: UUID
    entity_id: UUID | None
    kind: BlockKind
    level: int
    trust: Trust
    status: Status
    said_at: datetime
    valid_from: datetime | None
    valid_to: datetime | None
    superseded: bool
    terms: Mapping[str, float]  # weighted counts of its terms, as knowledge.retrieval.ranking says
    length: float  # sum of what the terms were counted from
    vector: Vector | None  # unit length; none: found by words only
    payload: Mapping[str, Any] | None = None


class VectorIndex(Protocol):
    """Blocks of one user at a time; the scope's user, universes, time and trust filter inside."""

    def upsert(self, *, user_id: UUID, points: Sequence[Point]) -> None:
        """The points are found from now on; those of the same block are replaced."""

    def remove(self, *, user_id: UUID, block_ids: Sequence[UUID]) -> None:
        """No trace of these blocks is left."""

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""

    def search_words(
        self, *, scope: Scope, terms: Mapping[str, float], limit: int
    ) -> Sequence[Hit]:
        """Blocks by BM25 over the user's own statistics; `terms` are weighted. Best first."""

    def search_meaning(self, *, scope: Scope, vector: Vector, limit: int) -> Sequence[Hit]:
        """Blocks by the cosine of their vectors. Best first."""
