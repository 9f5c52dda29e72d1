"""What every index of the graph can do: tell who is connected to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from knowledge.types import REAL_WORLD, Scope


@dataclass(frozen=True)
class Node:
    """An entity as the graph keeps it."""

    id: UUID
    node_type: str  # an id of the schema, from its allow-list
    name: str
    universe_id: UUID
    trust: int


@dataclass(frozen=True)
class Link:
    """An edge between two entities, or a mention of an entity by a block."""

    id: UUID
    edge_type: str  # an id of the schema, from its allow-list; edge.mentions from a block
    source_id: UUID
    target_id: UUID
    confidence: float
    trust: int
    # Since when it holds, in seconds since 1970: when it was said, if it tells of no other time.
    valid_from: float | None = None
    valid_to: float | None = None
    superseded: bool = False
    universe_id: UUID = REAL_WORLD


@dataclass(frozen=True)
class Neighbourhood:
    """What lies around some entities; bounded, nearest first."""

    nodes: Sequence[Node]
    links: Sequence[Link]


MENTIONS = "edge.mentions"
MAX_FRONT = 32  # nodes from which the next hop starts: those that the surest links lead to


class GraphIndex(Protocol):
    """Entities, their edges and the blocks that mention them; of one user at a time.

    What is falsified is not given to it. A link of MENTIONS leads from a block, which is no node
    of its own. The scope is kept as by VectorIndex, at nodes and at links.
    """

    def upsert(self, *, user_id: UUID, nodes: Sequence[Node], links: Sequence[Link]) -> None:
        """Nodes and links are there from now on; those of the same id are replaced."""

    def remove(self, *, user_id: UUID, ids: Sequence[UUID]) -> None:
        """No trace of these nodes, links and blocks is left, nor of a link that ends at one."""

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""

    def around(
        self, *, scope: Scope, entity_ids: Sequence[UUID], hops: int, limit: int
    ) -> Neighbourhood:
        """Entities within so many hops over edges that hold in the scope, and those edges."""

    def mentioning(
        self, *, scope: Scope, entity_ids: Sequence[UUID], limit: int
    ) -> Sequence[tuple[UUID, UUID]]:
        """(block, entity) for blocks that mention these entities, the latest first."""
