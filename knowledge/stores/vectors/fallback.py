"""An index outside PostgreSQL, and the one inside it for when the other does not answer."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from knowledge.errors import IndexUnavailable
from knowledge.stores.vectors.port import Point, Vector, VectorIndex, WordHits
from knowledge.stores.vectors.postgres import PostgresVectorIndex
from knowledge.types import Hit, Scope

T = TypeVar("T")


class FallbackVectorIndex:
    """Searches outside, and inside when that fails."""

    def __init__(self, outside: VectorIndex, local: PostgresVectorIndex) -> None:
        self.outside = outside
        self.local = local

    def upsert(self, *, user_id: UUID, points: Sequence[Point]) -> None:
        """The points are found from now on, in both."""
        self.local.upsert(user_id=user_id, points=points)
        self.outside.upsert(user_id=user_id, points=points)

    def remove(self, *, user_id: UUID, block_ids: Sequence[UUID]) -> None:
        """No trace of these blocks is left, in both."""
        self.local.remove(user_id=user_id, block_ids=block_ids)
        self.outside.remove(user_id=user_id, block_ids=block_ids)

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left, in both."""
        self.local.clear(user_id=user_id)
        self.outside.clear(user_id=user_id)

    def activate(self) -> None:
        """Our embedder's space is the one that is searched, in both."""
        self.local.activate()
        self.outside.activate()

    def search_words(self, *, scope: Scope, terms: Mapping[str, float], limit: int) -> WordHits:
        """Blocks by BM25 over the user's own statistics; `terms` are weighted."""
        found = _either(
            lambda: self.outside.search_words(scope=scope, terms=terms, limit=limit),
            lambda: self.local.search_words(scope=scope, terms=terms, limit=limit),
        )
        if found.statistics is not None:
            return found
        statistics = self.local.statistics(user_id=scope.user_id, terms=terms)
        return WordHits(found.hits, statistics)

    def search_meaning(self, *, scope: Scope, vector: Vector, limit: int) -> Sequence[Hit]:
        """Blocks by the cosine of their vectors. Best first."""
        return _either(
            lambda: self.outside.search_meaning(scope=scope, vector=vector, limit=limit),
            lambda: self.local.search_meaning(scope=scope, vector=vector, limit=limit),
        )


def _either(first: Callable[[], T], second: Callable[[], T]) -> T:
    try:
        return first()
    except IndexUnavailable:
        return second()
