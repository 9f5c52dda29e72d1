"""The graph in memory, for tests: the same answers, by plain loops."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from knowledge.stores.graph.port import MENTIONS, GraphEdge, Neighbourhood, Node, breadth_first
from knowledge.types import Scope


class InMemoryGraphIndex:
    """Nodes and edges in dictionaries."""

    def __init__(self) -> None:
        self.nodes: dict[UUID, dict[UUID, Node]] = defaultdict(dict)
        self.edges: dict[UUID, dict[UUID, GraphEdge]] = defaultdict(dict)

    def upsert(self, *, user_id: UUID, nodes: Sequence[Node], edges: Sequence[GraphEdge]) -> None:
        """Nodes and edges are there from now on; those of the same id are replaced."""
        self.nodes[user_id] |= {node.id: node for node in nodes}
        known = self.nodes[user_id]
        self.edges[user_id] |= {
            edge.id: edge
            for edge in edges
            if edge.target_id in known and (edge.edge_type == MENTIONS or edge.source_id in known)
        }

    def remove(self, *, user_id: UUID, ids: Sequence[UUID]) -> None:
        """No trace of these nodes, edges and blocks is left, nor of an edge that ends at one."""
        gone = set(ids)
        for id_ in gone:
            self.nodes[user_id].pop(id_, None)
        self.edges[user_id] = {
            id_: edge
            for id_, edge in self.edges[user_id].items()
            if not gone & {id_, edge.source_id, edge.target_id}
        }

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""
        self.nodes.pop(user_id, None)
        self.edges.pop(user_id, None)

    def neighbourhood(
        self, *, scope: Scope, entity_ids: Sequence[UUID], hops: int, limit: int
    ) -> Neighbourhood:
        """Entities within so many hops over edges that hold in the scope, and those edges."""
        mine = self.nodes.get(scope.user_id, {})

        def nodes_of(ids: Sequence[UUID]) -> list[Node]:
            return [mine[id_] for id_ in ids if id_ in mine and reaches(scope, mine[id_])]

        def edges_at(ids: Sequence[UUID], limit: int) -> list[GraphEdge]:
            at = set(ids)
            found = [
                edge
                for edge in self.edges.get(scope.user_id, {}).values()
                if edge.edge_type != MENTIONS
                and at & {edge.source_id, edge.target_id}
                and holds(scope, edge)
            ]
            found.sort(key=lambda edge: (-edge.confidence, -edge.trust, str(edge.id)))
            return found[:limit]

        return breadth_first(
            entity_ids, hops=hops, limit=limit, nodes_of=nodes_of, edges_at=edges_at
        )

    def mentioning(
        self, *, scope: Scope, entity_ids: Sequence[UUID], limit: int
    ) -> Sequence[tuple[UUID, UUID]]:
        """(block, entity) for blocks that mention these entities, the latest first."""
        wanted = set(entity_ids)
        found = [
            edge
            for edge in self.edges.get(scope.user_id, {}).values()
            if edge.edge_type == MENTIONS and edge.target_id in wanted and holds(scope, edge)
        ]
        found.sort(key=lambda edge: (-(edge.valid_from or 0.0), str(edge.source_id)))
        return [(edge.source_id, edge.target_id) for edge in found[:limit]]


def reaches(scope: Scope, node: Node) -> bool:
    """True for a node that the scope reaches."""
    return node.trust >= scope.min_trust and (
        not scope.universe_ids or node.universe_id in scope.universe_ids
    )


def holds(scope: Scope, edge: GraphEdge) -> bool:
    """True for an edge that holds in the scope."""
    if edge.trust < scope.min_trust:
        return False
    if scope.universe_ids and edge.universe_id not in scope.universe_ids:
        return False
    if scope.as_of is None:
        return not edge.superseded
    if edge.superseded and edge.valid_to is None:
        return False
    when = scope.as_of.timestamp()
    return (edge.valid_from is None or edge.valid_from <= when) and (
        edge.valid_to is None or when < edge.valid_to
    )
