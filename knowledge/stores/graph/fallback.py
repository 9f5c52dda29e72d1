"""A graph outside PostgreSQL, and the ledger itself for when the other does not answer."""

from collections.abc import Sequence
from uuid import UUID

from knowledge.errors import IndexUnavailable
from knowledge.stores.graph.port import GraphReader, Neighbourhood
from knowledge.types import Scope


class FallbackGraph:
    """Reads outside, and inside when that fails."""

    def __init__(self, outside: GraphReader, local: GraphReader) -> None:
        self.outside = outside
        self.local = local

    def neighbourhood(
        self, *, scope: Scope, entity_ids: Sequence[UUID], hops: int, limit: int
    ) -> Neighbourhood:
        """Entities within so many hops over edges that hold in the scope, and those edges."""
        try:
            return self.outside.neighbourhood(
                scope=scope, entity_ids=entity_ids, hops=hops, limit=limit
            )
        except IndexUnavailable:
            return self.local.neighbourhood(
                scope=scope, entity_ids=entity_ids, hops=hops, limit=limit
            )

    def mentioning(
        self, *, scope: Scope, entity_ids: Sequence[UUID], limit: int
    ) -> Sequence[tuple[UUID, UUID]]:
        """(block, entity) for blocks that mention these entities, the latest first."""
        try:
            return self.outside.mentioning(scope=scope, entity_ids=entity_ids, limit=limit)
        except IndexUnavailable:
            return self.local.mentioning(scope=scope, entity_ids=entity_ids, limit=limit)
