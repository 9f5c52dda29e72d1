"""The index of blocks in memory, for tests: the same answers, by plain loops."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

import numpy as np

from knowledge.stores.vectors.bm25 import (
    Bm25Parameters,
    CorpusStatistics,
    inverse_document_frequency,
    saturated_frequency,
)
from knowledge.stores.vectors.port import Point, TermStatistics, Vector, WordMatches
from knowledge.stores.vectors.postings import clean
from knowledge.types import Scope, ScoredBlock, Status


class InMemoryVectorIndex:
    """Blocks in a dictionary."""

    space = "memory"
    dimensions = 0

    def __init__(self, *, parameters: Bm25Parameters | None = None) -> None:
        self.parameters = parameters or Bm25Parameters()
        self.points: dict[UUID, dict[UUID, Point]] = defaultdict(dict)
        self.vectors: dict[UUID, dict[UUID, Point]] = defaultdict(dict)  # the points with vectors

    def upsert(self, *, user_id: UUID, points: Sequence[Point]) -> None:
        """The points are found from now on; those of the same block are replaced."""
        for point in points:
            before = self.vectors[user_id].get(point.block_id)
            self.points[user_id][point.block_id] = point
            if point.vector is not None:
                self.vectors[user_id][point.block_id] = point
            elif before is not None and before.digest != point.digest:
                del self.vectors[user_id][point.block_id]

    def remove(self, *, user_id: UUID, block_ids: Sequence[UUID]) -> None:
        """No trace of these blocks is left."""
        for block_id in block_ids:
            self.points[user_id].pop(block_id, None)
            self.vectors[user_id].pop(block_id, None)

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""
        self.points.pop(user_id, None)
        self.vectors.pop(user_id, None)

    def open(self) -> None:
        """Nothing to do: there is but one space."""

    def upsert_vectors(self, *, user_id: UUID, points: Sequence[Point]) -> None:
        """As `upsert`: there is but one space."""
        self.upsert(user_id=user_id, points=points)

    def activate(self) -> None:
        """Nothing to do: there is but one space."""

    def clear_words(self, *, user_id: UUID) -> None:
        """Only vectors are left, for whoever puts the blocks in again."""
        self.points.pop(user_id, None)

    def own_vectors(self, *, user_id: UUID, digests: Mapping[UUID, bytes]) -> dict[UUID, Vector]:
        """The blocks' own vectors, where they are of texts with these digests."""
        return {
            id_: point.vector if point.own_vector is None else point.own_vector
            for id_, point in self.vectors.get(user_id, {}).items()
            if point.vector is not None and digests.get(id_) == point.digest
        }

    def vectors_of_texts(self, *, user_id: UUID, digests: Collection[bytes]) -> dict[bytes, Vector]:
        """Own vectors of the user's blocks with such texts, by digest of the text."""
        points = self.vectors.get(user_id, {}).values()
        stored = self.own_vectors(user_id=user_id, digests={p.block_id: p.digest for p in points})
        return {p.digest: stored[p.block_id] for p in points if p.digest in digests}

    def statistics(self, *, user_id: UUID, terms: Iterable[str]) -> TermStatistics:
        """How common these terms are among all blocks of the user."""
        mine = self.points.get(user_id, {})
        own = [{clean(term) for term in point.counted_terms} for point in mine.values()]
        counts = {term: sum(clean(term) in each for each in own) for term in terms}
        return TermStatistics(len(mine), counts)

    def search_words(self, *, scope: Scope, terms: Mapping[str, float], limit: int) -> WordMatches:
        """Blocks by BM25 over the user's own statistics; `terms` are weighted."""
        mine = self.points.get(scope.user_id, {})
        corpus = CorpusStatistics(len(mine), sum(point.length for point in mine.values()))
        statistics = self.statistics(user_id=scope.user_id, terms=terms)
        scores: dict[UUID, float] = defaultdict(float)
        for term, weight in terms.items():
            idf = inverse_document_frequency(
                blocks=corpus.blocks, having=statistics.frequencies[term]
            )
            for id_, point in mine.items():
                for each, count in point.terms.items():
                    if clean(each) == clean(term):
                        [frequency] = saturated_frequency(
                            weights=np.array([count]),
                            lengths=np.array([point.length]),
                            corpus=corpus,
                            parameters=self.parameters,
                        )
                        scores[id_] += weight * idf * float(frequency)
        return WordMatches(_best(scores, scope, mine, limit), statistics)

    def search_meaning(self, *, scope: Scope, vector: Vector, limit: int) -> Sequence[ScoredBlock]:
        """Blocks by the cosine of their vectors. Best first."""
        scores = {
            id_: float(point.vector @ vector)
            for id_, point in self.vectors.get(scope.user_id, {}).items()
            if point.vector is not None and point.vector.shape == vector.shape
        }
        return _best(scores, scope, self.points.get(scope.user_id, {}), limit)


def _best(
    scores: Mapping[UUID, float], scope: Scope, points: Mapping[UUID, Point], limit: int
) -> list[ScoredBlock]:
    blocks = [
        ScoredBlock(id_, score, points[id_].trust)
        for id_, score in scores.items()
        if id_ in points and is_in_scope(points[id_], scope)
    ]
    return sorted(blocks, key=lambda block: (-block.score, str(block.block_id)))[:limit]


def is_in_scope(point: Point, scope: Scope) -> bool:
    """True for a block that the scope reaches."""
    if point.trust < scope.min_trust or point.status is Status.FALSIFIED:
        return False
    if scope.universe_ids and point.universe_id not in scope.universe_ids:
        return False
    if scope.as_of is None:
        return not point.superseded
    if point.superseded and point.valid_to is None:
        return False  # it was retracted, and never held
    start = point.valid_from or point.said_at
    return start <= scope.as_of and (point.valid_to is None or scope.as_of < point.valid_to)
