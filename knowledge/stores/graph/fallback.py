"""A graph outside PostgreSQL, and the ledger itself for when the other does not answer."""

from collections.abc import Sequence
from uuid import UUID

from knowledge.errors import IndexUnavailable
from knowledge.stores.graph.port import GraphIndex, Link, Neighbourhood, Node
from knowledge.types import Scope


class FallbackGraphIndex:
    """Walks outside, and inside when that fails."""

    def __init__(self, outside: GraphIndex, local: GraphIndex) -> None:
        self.outside = outside
        self.local = local

    def upsert(self, *, user_id: UUID, nodes: Sequence[Node], links: Sequence[Link]) -> None:
        """Nodes and links are there from now on, in both."""
        self.local.upsert(user_id=user_id, nodes=nodes, links=links)
        self.outside.upsert(user_id=user_id, nodes=nodes, links=links)

    def remove(self, *, user_id: UUID, ids: Sequence[UUID]) -> None:
        """No trace of these is left, in both."""
        self.local.remove(user_id=user_id, ids=ids)
        self.outside.remove(user_id=user_id, ids=ids)

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left, in both."""
        self.local.clear(user_id=user_id)
        self.outside.clear(user_id=user_id)

    def around(
        self, *, scope: Scope, entity_ids: Sequence[UUID], hops: int, limit: int
    ) -> Neighbourhood:
        """Entities within so many hops over edges that hold in the scope, and those edges."""
        try:
            return self.outside.around(scope=scope, entity_ids=entity_ids, hops=hops, limit=limit)
        except IndexUnavailable:
            return self.local.around(scope=scope, entity_ids=entity_ids, hops=hops, limit=limit)

    def mentioning(
        self, *, scope: Scope, entity_ids: Sequence[UUID], limit: int
    ) -> Sequence[tuple[UUID, UUID]]:
        """(block, entity) for blocks that mention these entities, the latest first."""
        try:
            return self.outside.mentioning(scope=scope, entity_ids=entity_ids, limit=limit)
        except IndexUnavailable:
            return self.local.mentioning(scope=scope, entity_ids=entity_ids, limit=limit)
