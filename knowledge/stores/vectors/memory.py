"""The index of blocks in memory, for tests: the same answers, by plain loops."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np

from knowledge.stores.vectors.bm25 import Statistics, Tuning, rarity, saturation
from knowledge.stores.vectors.port import Point, TermStatistics, Vector, WordHits
from knowledge.stores.vectors.postings import clean
from knowledge.types import Hit, Scope, Status


class InMemoryVectorIndex:
    """Blocks in a dictionary."""

    def __init__(self, *, tuning: Tuning | None = None) -> None:
        self.tuning = tuning or Tuning()
        self.points: dict[UUID, dict[UUID, Point]] = defaultdict(dict)
        self.vectors: dict[UUID, dict[UUID, Vector]] = defaultdict(dict)

    def upsert(self, *, user_id: UUID, points: Sequence[Point]) -> None:
        """The points are found from now on; those of the same block are replaced."""
        for point in points:
            before = self.points[user_id].get(point.block_id)
            self.points[user_id][point.block_id] = point
            if point.vector is not None:
                self.vectors[user_id][point.block_id] = point.vector
            elif before is not None and before.digest != point.digest:
                self.vectors[user_id].pop(point.block_id, None)

    def remove(self, *, user_id: UUID, block_ids: Sequence[UUID]) -> None:
        """No trace of these blocks is left."""
        for block_id in block_ids:
            self.points[user_id].pop(block_id, None)
            self.vectors[user_id].pop(block_id, None)

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""
        self.points.pop(user_id, None)
        self.vectors.pop(user_id, None)

    def activate(self) -> None:
        """Nothing to do: there is but one space."""

    def search_words(self, *, scope: Scope, terms: Mapping[str, float], limit: int) -> WordHits:
        """Blocks by BM25 over the user's own statistics; `terms` are weighted."""
        mine = self.points.get(scope.user_id, {})
        statistics = Statistics(len(mine), sum(point.length for point in mine.values()))
        scores: dict[UUID, float] = defaultdict(float)
        for term, weight in terms.items():
            for block_id, worth in self._worth(clean(term), mine, statistics).items():
                scores[block_id] += weight * worth
        counts = {term: _count_own(clean(term), mine) for term in terms}
        return WordHits(_best(scores, scope, mine, limit), TermStatistics(len(mine), counts))

    def _worth(
        self, term: str, mine: Mapping[UUID, Point], statistics: Statistics
    ) -> dict[UUID, float]:
        having = {
            id_: (weight, point.length)
            for id_, point in mine.items()
            for each, weight in point.terms.items()
            if clean(each) == term
        }
        rare = rarity(blocks=statistics.blocks, having=_count_own(term, mine))
        return {
            id_: rare
            * float(
                saturation(
                    weights=np.array([weight]),
                    lengths=np.array([length]),
                    statistics=statistics,
                    tuning=self.tuning,
                )[0]
            )
            for id_, (weight, length) in having.items()
        }

    def search_meaning(self, *, scope: Scope, vector: Vector, limit: int) -> Sequence[Hit]:
        """Blocks by the cosine of their vectors. Best first."""
        scores = {
            id_: float(each @ vector)
            for id_, each in self.vectors.get(scope.user_id, {}).items()
            if each.shape == vector.shape
        }
        return _best(scores, scope, self.points.get(scope.user_id, {}), limit)


def _count_own(term: str, points: Mapping[UUID, Point]) -> int:
    return sum(
        any(clean(each) == term for each in point.counted_terms) for point in points.values()
    )


def _best(
    scores: Mapping[UUID, float], scope: Scope, points: Mapping[UUID, Point], limit: int
) -> list[Hit]:
    hits: Iterable[Hit] = (
        Hit(id_, score) for id_, score in scores.items() if is_in_scope(points[id_], scope)
    )
    return sorted(hits, key=lambda hit: (-hit.score, str(hit.block_id)))[:limit]


def is_in_scope(point: Point, scope: Scope) -> bool:
    """True for a block that the scope reaches."""
    if point.trust < scope.min_trust or point.status is Status.FALSIFIED:
        return False
    if scope.universe_ids and point.universe_id not in scope.universe_ids:
        return False
    if scope.as_of is None:
        return not point.superseded
    return _held(point, scope.as_of)


def _held(point: Point, when: datetime) -> bool:
    if point.superseded and point.valid_to is None:
        return False  # it was taken back, and never held
    start = point.valid_from or point.said_at
    return start <= when and (point.valid_to is None or when < point.valid_to)
