"""What every index of the graph can do: find what is connected to an entity."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from knowledge.types import REAL_WORLD, Scope

MENTIONS = "edge.mentions"
MAX_FRONT = 32  # nodes from which the next hop starts: those that the surest edges lead to


@dataclass(frozen=True)
class Node:
    """An entity as the graph keeps it."""

    id: UUID
    node_type: str  # an id of the schema, from its allow-list
    name: str
    universe_id: UUID
    trust: int


@dataclass(frozen=True)
class GraphEdge:
    """An edge between two entities, or a mention of an entity by a block."""

    id: UUID
    edge_type: str  # an id of the schema, from its allow-list; MENTIONS from a block
    source_id: UUID
    target_id: UUID
    confidence: float
    trust: int
    # When it begins to hold, in seconds since 1970; that is when it was said if it names no time.
    valid_from: float | None = None
    valid_to: float | None = None
    superseded: bool = False
    universe_id: UUID = REAL_WORLD


@dataclass(frozen=True)
class Neighbourhood:
    """What lies around some entities; bounded, nearest first."""

    nodes: Sequence[Node]
    edges: Sequence[GraphEdge]


class GraphReader(Protocol):
    """Entities, their edges and the blocks that mention them; of one user at a time.

    The scope is kept as by VectorIndex, at nodes and at edges.
    """

    def neighbourhood(
        self, *, scope: Scope, entity_ids: Sequence[UUID], hops: int, limit: int
    ) -> Neighbourhood:
        """Entities within so many hops over edges that hold in the scope, and those edges."""

    def mentioning(
        self, *, scope: Scope, entity_ids: Sequence[UUID], limit: int
    ) -> Sequence[tuple[UUID, UUID]]:
        """(block, entity) for blocks that mention these entities, the latest first."""


class GraphIndex(GraphReader, Protocol):
    """A graph of its own, beside the ledger's rows.

    What is falsified is not given to it. An edge of MENTIONS leads from a block, which is no node
    of its own.
    """

    def upsert(self, *, user_id: UUID, nodes: Sequence[Node], edges: Sequence[GraphEdge]) -> None:
        """Nodes and edges are there from now on; those of the same id are replaced."""

    def remove(self, *, user_id: UUID, ids: Sequence[UUID]) -> None:
        """No trace of these nodes, edges and blocks is left, nor of an edge that ends at one."""

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""


def breadth_first(
    entity_ids: Sequence[UUID],
    *,
    hops: int,
    limit: int,
    nodes_of: Callable[[Sequence[UUID]], Sequence[Node]],
    edges_at: Callable[[Sequence[UUID], int], Sequence[GraphEdge]],
) -> Neighbourhood:
    """The neighbourhood by a breadth-first search over at most so many hops and edges.

    `nodes_of(ids)` gives those of the entities that the scope reaches, in the order of the ids;
    `edges_at(ids, limit)` the surest edges at these entities, none of them a mention.
    """
    nodes = {node.id: node for node in nodes_of(entity_ids)}
    edges: dict[UUID, GraphEdge] = {}
    front = list(nodes)
    for _ in range(hops):
        if not front or len(edges) >= limit:
            break
        found = edges_at(front, limit + len(edges))
        ends = dict.fromkeys(id_ for edge in found for id_ in (edge.source_id, edge.target_id))
        reached = {node.id: node for node in nodes_of([id_ for id_ in ends if id_ not in nodes])}
        nodes |= reached
        for edge in found:
            if len(edges) < limit and edge.source_id in nodes and edge.target_id in nodes:
                edges.setdefault(edge.id, edge)
        front = list(reached)[:MAX_FRONT]
    used = {*entity_ids}
    used.update(id_ for edge in edges.values() for id_ in (edge.source_id, edge.target_id))
    return Neighbourhood(
        nodes=[node for id_, node in nodes.items() if id_ in used], edges=list(edges.values())
    )
