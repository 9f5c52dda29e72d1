"""The graph in Memgraph or Neo4j: a projection of the ledger, updated after it.

Talks Bolt to EXOBRAIN_MEMGRAPH_URL through the neo4j driver; whatever fails is an
IndexUnavailable. Entities are nodes `Entity` with a second label of their type, blocks are nodes
`Block`, relations carry their type's name in capitals. Labels and relation types cannot be
parameters of a query: they are made from ids of the schema, given on construction, and an id
that is not among these is refused. Everything else, names above all, is a parameter.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, LiteralString
from uuid import UUID

import structlog
from neo4j import Driver, ManagedTransaction, Session
from neo4j.exceptions import DriverError, Neo4jError

from knowledge.errors import IndexUnavailable, UnknownType
from knowledge.stores.graph.port import MENTIONS, GraphEdge, Neighbourhood, Node, breadth_first
from knowledge.types import REAL_WORLD, Scope

log = structlog.get_logger(__name__)

ENTITY, BLOCK = "Entity", "Block"
TYPE = re.compile(r"(node|edge)\.[a-z][a-z0-9_]{0,40}")
BATCH = 1000  # rows of one statement

# What a scope reaches, of relation `r` and node `n`.
_HOLDS = (
    "r.user_id = $user AND r.trust >= $trust"
    " AND ($universes IS NULL OR r.universe_id IN $universes)"
)
_NOW = " AND r.superseded = false"
_THEN = " AND r.held_from <= $as_of AND $as_of < r.held_to"
_SEEN = "n.trust >= $trust AND ($universes IS NULL OR n.universe_id IN $universes)"
FOR_EVER = 4e11  # seconds since 1970: later than any date there is


class BoltGraphIndex:
    """Nodes and relations of all users, each with its user."""

    def __init__(
        self, driver: Driver, *, types: Collection[str], database: str | None = None
    ) -> None:
        self.driver = driver
        self.types = frozenset(types) | {MENTIONS}
        self.database = database
        self.is_ready = False

    # -- writing

    def upsert(self, *, user_id: UUID, nodes: Sequence[Node], edges: Sequence[GraphEdge]) -> None:
        """Nodes and edges are there from now on; those of the same id are replaced."""
        by_label: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for node in nodes:
            by_label[self._label(node.node_type)].append(_node_row(node))
        by_relation: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for edge in edges:
            by_relation[self._relation(edge.edge_type)].append(_edge_row(edge))
        self._make_ready()

        def write(transaction: ManagedTransaction) -> None:
            for label, rows in by_label.items():
                _put_nodes(transaction, user_id, label, rows)
            _drop_edges(transaction, user_id, [edge.id for edge in edges])
            for relation, rows in by_relation.items():
                _put_edges(transaction, user_id, relation, rows)

        with self._session() as session:
            session.execute_write(write)

    def remove(self, *, user_id: UUID, ids: Sequence[UUID]) -> None:
        """No trace of these nodes, edges and blocks is left, nor of an edge that ends at one."""

        def write(transaction: ManagedTransaction) -> None:
            _drop_edges(transaction, user_id, ids)
            for label in (ENTITY, BLOCK):
                _run(
                    transaction,
                    f"MATCH (n:{label}) WHERE n.user_id = $user AND n.id IN $ids DETACH DELETE n",
                    user=str(user_id),
                    ids=_strings(ids),
                )
            # A block is there for what it mentions.
            _run(
                transaction,
                f"MATCH (b:{BLOCK}) WHERE b.user_id = $user AND NOT (b)-->() DETACH DELETE b",
                user=str(user_id),
            )

        with self._session() as session:
            session.execute_write(write)

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""

        def write(transaction: ManagedTransaction) -> None:
            for label in (ENTITY, BLOCK):
                _run(
                    transaction,
                    f"MATCH (n:{label}) WHERE n.user_id = $user DETACH DELETE n",
                    user=str(user_id),
                )

        with self._session() as session:
            session.execute_write(write)

    # -- reading

    def neighbourhood(
        self, *, scope: Scope, entity_ids: Sequence[UUID], hops: int, limit: int
    ) -> Neighbourhood:
        """Entities within so many hops over edges that hold in the scope, and those edges."""

        return breadth_first(
            entity_ids,
            hops=hops,
            limit=limit,
            nodes_of=partial(self._nodes, scope),
            edges_at=partial(self._edges_at, scope),
        )

    def mentioning(
        self, *, scope: Scope, entity_ids: Sequence[UUID], limit: int
    ) -> Sequence[tuple[UUID, UUID]]:
        """(block, entity) for blocks that mention these entities, the latest first."""
        rows = self._read(
            f"MATCH (b:{BLOCK})-[r:{self._relation(MENTIONS)}]->(n:{ENTITY})"
            f" WHERE n.user_id = $user AND n.id IN $ids AND {_holds(scope)}"
            " RETURN b.id AS block, n.id AS entity, r.held_from AS since"
            " ORDER BY since DESC, block LIMIT $limit",
            **_scope_values(scope),
            ids=_strings(entity_ids),
            limit=limit,
        )
        return [(UUID(row["block"]), UUID(row["entity"])) for row in rows]

    def _nodes(self, scope: Scope, ids: Sequence[UUID]) -> list[Node]:
        if not ids:
            return []
        rows = self._read(
            f"MATCH (n:{ENTITY}) WHERE n.user_id = $user AND n.id IN $ids AND {_SEEN}"
            " RETURN n.id AS id, n.node_type AS node_type, n.name AS name,"
            " n.universe_id AS universe, n.trust AS trust",
            **_scope_values(scope),
            ids=_strings(ids),
        )
        found = {
            UUID(row["id"]): Node(
                id=UUID(row["id"]),
                node_type=row["node_type"],
                name=row["name"],
                universe_id=UUID(row["universe"]),
                trust=row["trust"],
            )
            for row in rows
        }
        return [found[id_] for id_ in dict.fromkeys(ids) if id_ in found]

    def _edges_at(self, scope: Scope, ids: Sequence[UUID], limit: int) -> list[GraphEdge]:
        rows: list[Mapping[str, Any]] = []
        # One way after the other: a relation matched both ways is looked up by neither end.
        for end in ("a", "z"):
            rows += self._read(
                f"MATCH (a:{ENTITY})-[r]->(z:{ENTITY})"
                f" WHERE {end}.user_id = $user AND {end}.id IN $ids AND {_holds(scope)}"
                " RETURN r.id AS id, r.edge_type AS edge_type, a.id AS source, z.id AS target,"
                " r.confidence AS confidence, r.trust AS trust, r.valid_from AS since,"
                " r.valid_to AS until, r.superseded AS superseded, r.universe_id AS universe"
                " ORDER BY confidence DESC, trust DESC, id LIMIT $limit",
                **_scope_values(scope),
                ids=_strings(ids),
                limit=limit,
            )
        found = {
            row["id"]: GraphEdge(
                id=UUID(row["id"]),
                edge_type=row["edge_type"],
                source_id=UUID(row["source"]),
                target_id=UUID(row["target"]),
                confidence=row["confidence"],
                trust=row["trust"],
                valid_from=row["since"],
                valid_to=row["until"],
                superseded=row["superseded"],
                universe_id=UUID(row["universe"]) if row["universe"] else REAL_WORLD,
            )
            for row in rows
        }
        return sorted(
            found.values(), key=lambda edge: (-edge.confidence, -edge.trust, str(edge.id))
        )

    # -- labels

    def _label(self, node_type: str) -> str:
        """`node.chat_message` as the label ChatMessage; raises UnknownType."""
        return "".join(word.capitalize() for word in self._name(node_type, "node").split("_"))

    def _relation(self, edge_type: str) -> str:
        """`edge.part_of` as the relation type PART_OF; raises UnknownType."""
        return self._name(edge_type, "edge").upper()

    def _name(self, type_id: str, kind: str) -> str:
        """The only way of a name into a query: an id of the schema, of this kind."""
        if type_id not in self.types or not TYPE.fullmatch(type_id):
            raise UnknownType
        prefix, name = type_id.split(".")
        if prefix != kind:
            raise UnknownType
        return name

    # -- the server

    def _make_ready(self) -> None:
        """What is looked up by its id has an index, as this server's dialect makes one."""
        if self.is_ready:
            return
        with _errors_translated():
            agent = str(self.driver.get_server_info().agent)
        if "memgraph" in agent.lower():
            statements = [
                f"CREATE INDEX ON :{label}({name})"
                for label in (ENTITY, BLOCK)
                for name in ("id", "user_id")
            ]
        else:
            statements = [
                f"CREATE INDEX {label.lower()}_of_user IF NOT EXISTS"
                f" FOR (n:{label}) ON (n.user_id, n.id)"
                for label in (ENTITY, BLOCK)
            ]
        for statement in statements:
            try:
                with self.driver.session(database=self.database) as session:
                    session.run(_ours(statement)).consume()
            except (Neo4jError, DriverError) as error:
                # It is there already, or this server has none: slower, and not wrong.
                log.info("graph_index_not_made", error=type(error).__name__)
        self.is_ready = True

    def _read(self, query: str, **values: Any) -> list[Mapping[str, Any]]:
        with self._session() as session:
            return session.execute_read(
                lambda transaction: [each.data() for each in transaction.run(_ours(query), values)]
            )

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with _errors_translated(), self.driver.session(database=self.database) as session:
            yield session


@contextmanager
def _errors_translated() -> Iterator[None]:
    try:
        yield
    except (Neo4jError, DriverError, OSError) as error:
        log.warning("graph_failed", error=type(error).__name__)
        raise IndexUnavailable from error


# -- statements


def _put_nodes(
    transaction: ManagedTransaction, user_id: UUID, label: str, rows: Sequence[dict[str, Any]]
) -> None:
    for start in range(0, len(rows), BATCH):
        _run(
            transaction,
            f"UNWIND $rows AS row MERGE (n:{ENTITY} {{user_id: $user, id: row.id}})"
            f" SET n:{label} SET n.name = row.name, n.node_type = row.node_type,"
            " n.universe_id = row.universe_id, n.trust = row.trust",
            user=str(user_id),
            rows=rows[start : start + BATCH],
        )


def _put_edges(
    transaction: ManagedTransaction, user_id: UUID, relation: str, rows: Sequence[dict[str, Any]]
) -> None:
    source = BLOCK if relation == "MENTIONS" else ENTITY
    find = "MERGE" if source == BLOCK else "MATCH"
    for start in range(0, len(rows), BATCH):
        _run(
            transaction,
            f"UNWIND $rows AS row MATCH (z:{ENTITY} {{user_id: $user, id: row.target}})"
            f" {find} (a:{source} {{user_id: $user, id: row.source}})"
            f" CREATE (a)-[r:{relation} {{user_id: $user, id: row.id}}]->(z)"
            " SET r.edge_type = row.edge_type, r.confidence = row.confidence,"
            " r.trust = row.trust, r.valid_from = row.valid_from, r.valid_to = row.valid_to,"
            " r.held_from = row.held_from, r.held_to = row.held_to,"
            " r.superseded = row.superseded, r.universe_id = row.universe_id",
            user=str(user_id),
            rows=rows[start : start + BATCH],
        )


def _drop_edges(transaction: ManagedTransaction, user_id: UUID, ids: Sequence[UUID]) -> None:
    if ids:
        _run(
            transaction,
            "MATCH ()-[r]->() WHERE r.user_id = $user AND r.id IN $ids DELETE r",
            user=str(user_id),
            ids=_strings(ids),
        )


def _run(transaction: ManagedTransaction, query: str, **values: Any) -> None:
    transaction.run(_ours(query), values).consume()


def _ours(query: str) -> LiteralString:
    """The driver wants proof that a query was written by a programmer: see the module's text."""
    return query


def _holds(scope: Scope) -> str:
    return _HOLDS + (_NOW if scope.as_of is None else _THEN)


def _scope_values(scope: Scope) -> dict[str, Any]:
    return {
        "user": str(scope.user_id),
        "trust": int(scope.min_trust),
        "universes": _strings(scope.universe_ids) or None,
        "as_of": scope.as_of.timestamp() if scope.as_of else None,
    }


# -- rows


def _node_row(node: Node) -> dict[str, Any]:
    return {
        "id": str(node.id),
        "node_type": node.node_type,
        "name": node.name.encode(errors="replace").decode(),
        "universe_id": str(node.universe_id),
        "trust": int(node.trust),
    }


def _edge_row(edge: GraphEdge) -> dict[str, Any]:
    ends = edge.valid_to
    if ends is None:
        ends = -FOR_EVER if edge.superseded else FOR_EVER  # what was retracted never held
    return {
        "id": str(edge.id),
        "edge_type": edge.edge_type,
        "source": str(edge.source_id),
        "target": str(edge.target_id),
        "confidence": float(edge.confidence),
        "trust": int(edge.trust),
        "valid_from": edge.valid_from,
        "valid_to": edge.valid_to,
        "held_from": -FOR_EVER if edge.valid_from is None else float(edge.valid_from),
        "held_to": float(ends),
        "superseded": edge.superseded,
        "universe_id": str(edge.universe_id),
    }


def _strings(ids: Iterable[UUID]) -> list[str]:
    return [str(id_) for id_ in ids]
