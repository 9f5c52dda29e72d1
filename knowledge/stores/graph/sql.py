"""The graph as the ledger has it: nothing to keep, for the rows of the ledger are the graph."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from exobrain.lib.sql import all_rows, plain_array
from knowledge.stores.graph.port import MAX_FRONT, Link, Neighbourhood, Node
from knowledge.stores.scope import in_scope, scope_values
from knowledge.types import REAL_WORLD, Scope

# The best are chosen before their facts are looked up: those of all would cost ten times as much.
# Only a scope of another time has to know of each when it was said.
_LINKS = """
    SELECT r.id, r.edge_type_id, r.source_id, r.target_id, r.confidence, r.trust,
        extract(epoch FROM coalesce(r.valid_from, b.said_at, r.recorded_at)),
        extract(epoch FROM r.valid_to), r.superseded_at IS NOT NULL, r.universe_id
    FROM (
        SELECT r.* FROM knowledge_edge r {facts}
        WHERE {scope}
            AND (r.source_id = ANY(%(front)s::uuid[]) OR r.target_id = ANY(%(front)s::uuid[]))
        ORDER BY r.confidence DESC, r.trust DESC, r.recorded_at DESC, r.id
        LIMIT %(limit)s
    ) r LEFT JOIN knowledge_block b ON b.id = r.block_id
    ORDER BY r.confidence DESC, r.trust DESC, r.recorded_at DESC, r.id
"""
_LINKS_NOW = _LINKS.format(facts="", scope=in_scope("r", said="r.recorded_at"))
_LINKS_THEN = _LINKS.format(
    facts="LEFT JOIN knowledge_block f ON f.id = r.block_id",
    scope=in_scope("r", said="f.said_at, r.recorded_at"),
)

_NODES = f"""
    SELECT r.id, r.node_type_id, r.name, r.universe_id, r.trust
    FROM knowledge_entity r
    WHERE r.id = ANY(%(ids)s::uuid[]) AND r.merged_into_id IS NULL
        AND {in_scope("r", said="'-infinity'")}
"""  # noqa: S608  ours

# OFFSET 0: each block by its key. The planner would read all blocks for a few hundred mentions.
_MENTIONING = f"""
    SELECT r.id, m.entity_id
    FROM knowledge_mention m CROSS JOIN LATERAL (
        SELECT r.id, r.said_at FROM knowledge_block r
        WHERE r.id = m.block_id AND {in_scope("r")}
        OFFSET 0
    ) r
    WHERE m.user_id = %(user)s AND m.entity_id = ANY(%(ids)s::uuid[])
    ORDER BY r.said_at DESC, r.id, m.entity_id
    LIMIT %(limit)s
"""  # noqa: S608  ours


class SqlGraphIndex:
    """Entities, edges and mentions, read where they are written."""

    def upsert(self, *, user_id: UUID, nodes: Sequence[Node], links: Sequence[Link]) -> None:
        """Nothing to do: the ledger has them."""

    def remove(self, *, user_id: UUID, ids: Sequence[UUID]) -> None:
        """Nothing to do: they left with the ledger's rows."""

    def clear(self, *, user_id: UUID) -> None:
        """Nothing to do: they left with the ledger's rows."""

    def around(
        self, *, scope: Scope, entity_ids: Sequence[UUID], hops: int, limit: int
    ) -> Neighbourhood:
        """Entities within so many hops over edges that hold in the scope, and those edges."""
        nodes = {node.id: node for node in _nodes(scope, entity_ids)}
        links: dict[UUID, Link] = {}
        front = list(nodes)
        for _ in range(hops):
            if not front or len(links) >= limit:
                break
            found = _links(scope, front, limit + len(links))
            ends = dict.fromkeys(id_ for link in found for id_ in (link.source_id, link.target_id))
            reached = {node.id: node for node in _nodes(scope, ends) if node.id not in nodes}
            nodes |= reached
            _add(links, found, nodes, limit)
            front = list(reached)[:MAX_FRONT]
        used = {*entity_ids, *_ends(links.values())}
        return Neighbourhood(
            nodes=[node for id_, node in nodes.items() if id_ in used], links=list(links.values())
        )

    def mentioning(
        self, *, scope: Scope, entity_ids: Sequence[UUID], limit: int
    ) -> Sequence[tuple[UUID, UUID]]:
        """(block, entity) for blocks that mention these entities, the latest first."""
        values = scope_values(scope, ids=plain_array(entity_ids), limit=limit)
        return [(block, entity) for block, entity in all_rows(_MENTIONING, values, binary=True)]


def _links(scope: Scope, front: Sequence[UUID], limit: int) -> list[Link]:
    query = _LINKS_NOW if scope.as_of is None else _LINKS_THEN
    values = scope_values(scope, front=plain_array(front), limit=limit)
    rows = all_rows(query, values, binary=True)
    return [_link(*row) for row in rows]


def _link(*row: Any) -> Link:
    id_, edge_type, source, target, confidence, trust, since, until, superseded, universe = row
    return Link(
        id=id_,
        edge_type=edge_type,
        source_id=source,
        target_id=target,
        confidence=confidence,
        trust=trust,
        valid_from=_seconds(since),
        valid_to=_seconds(until),
        superseded=superseded,
        universe_id=universe or REAL_WORLD,
    )


def _nodes(scope: Scope, ids: Iterable[UUID]) -> list[Node]:
    if not (wanted := list(dict.fromkeys(ids))):
        return []
    found = {
        row[0]: Node(*row)
        for row in all_rows(_NODES, scope_values(scope, ids=plain_array(wanted)), binary=True)
    }
    return [found[id_] for id_ in wanted if id_ in found]


def _add(links: dict[UUID, Link], found: Iterable[Link], known: Any, limit: int) -> None:
    """The links between nodes that may be seen, as many as are wanted."""
    for link in found:
        if len(links) >= limit:
            return
        if link.source_id in known and link.target_id in known:
            links.setdefault(link.id, link)


def _ends(links: Iterable[Link]) -> set[UUID]:
    return {id_ for link in links for id_ in (link.source_id, link.target_id)}


def _seconds(moment: Any) -> float | None:
    return None if moment is None else float(moment)
