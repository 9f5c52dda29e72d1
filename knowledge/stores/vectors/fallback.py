"""A search outside PostgreSQL, and the one inside it for when the other does not answer."""

from collections.abc import Mapping, Sequence

from knowledge.errors import IndexUnavailable
from knowledge.stores.vectors.port import LedgerVectorIndex, Vector, VectorSearch, WordMatches
from knowledge.types import Scope, ScoredBlock


class FallbackVectorSearch:
    """Searches outside, and inside when that fails."""

    def __init__(self, outside: VectorSearch, local: LedgerVectorIndex) -> None:
        self.outside = outside
        self.local = local

    def search_words(self, *, scope: Scope, terms: Mapping[str, float], limit: int) -> WordMatches:
        """Blocks by BM25 over the user's own statistics; `terms` are weighted."""
        try:
            found = self.outside.search_words(scope=scope, terms=terms, limit=limit)
        except IndexUnavailable:
            return self.local.search_words(scope=scope, terms=terms, limit=limit)
        if found.statistics is not None:
            return found
        statistics = self.local.statistics(user_id=scope.user_id, terms=terms)
        return WordMatches(found.blocks, statistics)

    def search_meaning(self, *, scope: Scope, vector: Vector, limit: int) -> Sequence[ScoredBlock]:
        """Blocks by the cosine of their vectors. Best first."""
        try:
            return self.outside.search_meaning(scope=scope, vector=vector, limit=limit)
        except IndexUnavailable:
            return self.local.search_meaning(scope=scope, vector=vector, limit=limit)
