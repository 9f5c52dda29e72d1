"""The graph in memory, for tests: the same answers, by plain loops."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from knowledge.stores.graph.port import MAX_FRONT, MENTIONS, Link, Neighbourhood, Node
from knowledge.types import Scope


class InMemoryGraphIndex:
    """Nodes and links in dictionaries."""

    def __init__(self) -> None:
        self.nodes: dict[UUID, dict[UUID, Node]] = defaultdict(dict)
        self.links: dict[UUID, dict[UUID, Link]] = defaultdict(dict)

    def upsert(self, *, user_id: UUID, nodes: Sequence[Node], links: Sequence[Link]) -> None:
        """Nodes and links are there from now on; those of the same id are replaced."""
        self.nodes[user_id] |= {node.id: node for node in nodes}
        known = self.nodes[user_id]
        self.links[user_id] |= {
            link.id: link
            for link in links
            if link.target_id in known and (link.edge_type == MENTIONS or link.source_id in known)
        }

    def remove(self, *, user_id: UUID, ids: Sequence[UUID]) -> None:
        """No trace of these nodes, links and blocks is left, nor of a link that ends at one."""
        gone = set(ids)
        for id_ in gone:
            self.nodes[user_id].pop(id_, None)
        self.links[user_id] = {
            id_: link
            for id_, link in self.links[user_id].items()
            if not gone & {id_, link.source_id, link.target_id}
        }

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""
        self.nodes.pop(user_id, None)
        self.links.pop(user_id, None)

    def around(
        self, *, scope: Scope, entity_ids: Sequence[UUID], hops: int, limit: int
    ) -> Neighbourhood:
        """Entities within so many hops over edges that hold in the scope, and those edges."""
        mine = self.nodes.get(scope.user_id, {})
        nodes = {id_: mine[id_] for id_ in entity_ids if id_ in mine and sees(scope, mine[id_])}
        links: dict[UUID, Link] = {}
        front = list(nodes)
        for _ in range(hops):
            found = self._links_at(scope, front)
            ends = dict.fromkeys(id_ for link in found for id_ in (link.source_id, link.target_id))
            new = [id_ for id_ in ends if id_ not in nodes and id_ in mine]
            reached = {id_: mine[id_] for id_ in new if sees(scope, mine[id_])}
            nodes |= reached
            links |= {
                link.id: link
                for link in found
                if link.source_id in nodes and link.target_id in nodes
            }
            front = list(reached)[:MAX_FRONT]
        kept = list(links.values())[:limit]
        used = {*entity_ids, *(id_ for link in kept for id_ in (link.source_id, link.target_id))}
        return Neighbourhood([node for id_, node in nodes.items() if id_ in used], kept)

    def _links_at(self, scope: Scope, front: Iterable[UUID]) -> list[Link]:
        at = set(front)
        found = (
            link
            for link in self.links.get(scope.user_id, {}).values()
            if link.edge_type != MENTIONS
            and at & {link.source_id, link.target_id}
            and holds(scope, link)
        )
        return sorted(found, key=lambda link: (-link.confidence, -link.trust, str(link.id)))

    def mentioning(
        self, *, scope: Scope, entity_ids: Sequence[UUID], limit: int
    ) -> Sequence[tuple[UUID, UUID]]:
        """(block, entity) for blocks that mention these entities, the latest first."""
        wanted = set(entity_ids)
        found = [
            link
            for link in self.links.get(scope.user_id, {}).values()
            if link.edge_type == MENTIONS and link.target_id in wanted and holds(scope, link)
        ]
        found.sort(key=lambda link: (-(link.valid_from or 0.0), str(link.source_id)))
        return [(link.source_id, link.target_id) for link in found[:limit]]


def sees(scope: Scope, node: Node) -> bool:
    """True for a node that the scope reaches."""
    return node.trust >= scope.min_trust and (
        not scope.universe_ids or node.universe_id in scope.universe_ids
    )


def holds(scope: Scope, link: Link) -> bool:
    """True for a link that holds in the scope."""
    if link.trust < scope.min_trust:
        return False
    if scope.universe_ids and link.universe_id not in scope.universe_ids:
        return False
    if scope.as_of is None:
        return not link.superseded
    if link.superseded and link.valid_to is None:
        return False
    when = scope.as_of.timestamp()
    return (link.valid_from is None or link.valid_from <= when) and (
        link.valid_to is None or when < link.valid_to
    )
