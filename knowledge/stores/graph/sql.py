"""The graph as the ledger has it: nothing to keep, for the rows of the ledger are the graph."""

from collections.abc import Sequence
from uuid import UUID

from exobrain.lib.sql import all_rows, plain_array
from knowledge.stores.graph.port import GraphEdge, Neighbourhood, Node, breadth_first
from knowledge.stores.scope import in_scope, scope_values
from knowledge.types import REAL_WORLD, Scope

# The best are chosen before their facts are looked up: those of all would cost ten times as much.
# Only a scope of another time has to know of each when it was said.
_EDGES = """
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
_EDGES_NOW = _EDGES.format(facts="", scope=in_scope("r", said="r.recorded_at"))
_EDGES_THEN = _EDGES.format(
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


class SqlGraph:
    """Entities, edges and mentions, read where they are written."""

    def neighbourhood(
        self, *, scope: Scope, entity_ids: Sequence[UUID], hops: int, limit: int
    ) -> Neighbourhood:
        """Entities within so many hops over edges that hold in the scope, and those edges."""

        def nodes_of(ids: Sequence[UUID]) -> list[Node]:
            if not ids:
                return []
            rows = all_rows(_NODES, scope_values(scope, ids=plain_array(ids)), binary=True)
            found = {row[0]: Node(*row) for row in rows}
            return [found[id_] for id_ in dict.fromkeys(ids) if id_ in found]

        def edges_at(ids: Sequence[UUID], limit: int) -> list[GraphEdge]:
            query = _EDGES_NOW if scope.as_of is None else _EDGES_THEN
            values = scope_values(scope, front=plain_array(ids), limit=limit)
            found: list[GraphEdge] = []
            for row in all_rows(query, values, binary=True):
                id_, edge_type, source, target, confidence, trust, since, until, *rest = row
                superseded, universe = rest
                found.append(
                    GraphEdge(
                        id=id_,
                        edge_type=edge_type,
                        source_id=source,
                        target_id=target,
                        confidence=confidence,
                        trust=trust,
                        valid_from=None if since is None else float(since),
                        valid_to=None if until is None else float(until),
                        superseded=superseded,
                        universe_id=universe or REAL_WORLD,
                    )
                )
            return found

        return breadth_first(
            entity_ids, hops=hops, limit=limit, nodes_of=nodes_of, edges_at=edges_at
        )

    def mentioning(
        self, *, scope: Scope, entity_ids: Sequence[UUID], limit: int
    ) -> Sequence[tuple[UUID, UUID]]:
        """(block, entity) for blocks that mention these entities, the latest first."""
        values = scope_values(scope, ids=plain_array(entity_ids), limit=limit)
        return [(block, entity) for block, entity in all_rows(_MENTIONING, values, binary=True)]
