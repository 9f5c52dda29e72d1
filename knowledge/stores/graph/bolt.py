"""The graph in Memgraph or Neo4j: a projection, told after the ledger and made again from it.

Talks Bolt to EXOBRAIN_MEMGRAPH_URL through the neo4j driver; whatever fails is an
IndexUnavailable. Entities are nodes `Entity` with a second label of their type, blocks are nodes
`Block`, relations carry their type's name in capitals. Labels and relation types cannot be
parameters of a query: they are made from ids of the schema, given on construction, and an id
that is not among these is refused. Everything else, names above all, is a parameter.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, LiteralString, TypeVar
from uuid import UUID

import structlog
from neo4j import Driver, ManagedTransaction
from neo4j.exceptions import DriverError, Neo4jError

from knowledge.errors import IndexUnavailable, UnknownType
from knowledge.stores.graph.port import MAX_FRONT, MENTIONS, Link, Neighbourhood, Node
from knowledge.types import REAL_WORLD, Scope

log = structlog.get_logger(__name__)

T = TypeVar("T")

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

    def upsert(self, *, user_id: UUID, nodes: Sequence[Node], links: Sequence[Link]) -> None:
        """Nodes and links are there from now on; those of the same id are replaced."""
        by_label = _grouped((self._label(node.node_type), _node_row(node)) for node in nodes)
        by_type = _grouped((self._relation(link.edge_type), _link_row(link)) for link in links)
        self._make_ready()

        def write(transaction: ManagedTransaction) -> None:
            for label, rows in by_label.items():
                _put_nodes(transaction, user_id, label, rows)
            _drop_links(transaction, user_id, [link.id for link in links])
            for relation, rows in by_type.items():
                _put_links(transaction, user_id, relation, rows)

        self._write(write)

    def remove(self, *, user_id: UUID, ids: Sequence[UUID]) -> None:
        """No trace of these nodes, links and blocks is left, nor of a link that ends at one."""

        def write(transaction: ManagedTransaction) -> None:
            _drop_links(transaction, user_id, ids)
            for label in (ENTITY, BLOCK):
                _run(
                    transaction,
                    f"MATCH (n:{label}) WHERE n.user_id = $user AND n.id IN $ids DETACH DELETE n",
                    user=str(user_id),
                    ids=_strings(ids),
                )
            _drop_lone_blocks(transaction, user_id)

        self._write(write)

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""

        def write(transaction: ManagedTransaction) -> None:
            for label in (ENTITY, BLOCK):
                _run(
                    transaction,
                    f"MATCH (n:{label}) WHERE n.user_id = $user DETACH DELETE n",
                    user=str(user_id),
                )

        self._write(write)

    # -- reading

    def around(
        self, *, scope: Scope, entity_ids: Sequence[UUID], hops: int, limit: int
    ) -> Neighbourhood:
        """Entities within so many hops over edges that hold in the scope, and those edges."""
        nodes = {node.id: node for node in self._nodes(scope, entity_ids)}
        links: dict[UUID, Link] = {}
        front = list(nodes)
        for _ in range(hops):
            if not front or len(links) >= limit:
                break
            found = self._links(scope, front, limit + len(links))
            ends = dict.fromkeys(id_ for link in found for id_ in (link.source_id, link.target_id))
            new = [id_ for id_ in ends if id_ not in nodes]
            reached = {node.id: node for node in self._nodes(scope, new)}
            nodes |= reached
            for link in found:
                if len(links) < limit and link.source_id in nodes and link.target_id in nodes:
                    links.setdefault(link.id, link)
            front = list(reached)[:MAX_FRONT]
        used = {id_ for link in links.values() for id_ in (link.source_id, link.target_id)}
        return Neighbourhood(
            [node for id_, node in nodes.items() if id_ in used or id_ in entity_ids],
            list(links.values()),
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
            **_values(scope),
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
            **_values(scope),
            ids=_strings(ids),
        )
        found = {UUID(row["id"]): _node(row) for row in rows}
        return [found[id_] for id_ in dict.fromkeys(ids) if id_ in found]

    def _links(self, scope: Scope, front: Sequence[UUID], limit: int) -> list[Link]:
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
                **_values(scope),
                ids=_strings(front),
                limit=limit,
            )
        links = {row["id"]: _link(row) for row in rows}
        return sorted(
            links.values(), key=lambda link: (-link.confidence, -link.trust, str(link.id))
        )

    # -- labels

    def _label(self, node_type: str) -> str:
        """`node.chat_message` as the label ChatMessage; raises UnknownType."""
        return "".join(word.capitalize() for word in self._name(node_type, "node").split("_"))

    def _relation(self, edge_type: str) -> str:
        """`edge.part_of` as the relation type PART_OF; raises UnknownType."""
        return self._name(edge_type, "edge").upper()

    def _name(self, type_id: str, kind: str) -> str:
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
        agent = self._ask(self.driver.get_server_info).agent
        for statement in _index_statements("memgraph" in str(agent).lower()):
            try:
                with self.driver.session(database=self.database) as session:
                    session.run(_ours(statement)).consume()
            except (Neo4jError, DriverError) as error:
                # It is there already, or this server has none: slower, and not wrong.
                log.info("graph_index_not_made", error=type(error).__name__)
        self.is_ready = True

    def _write(self, work: Callable[[ManagedTransaction], None]) -> None:
        def ask() -> None:
            with self.driver.session(database=self.database) as session:
                session.execute_write(work)

        self._ask(ask)

    def _read(self, query: str, **values: Any) -> list[Mapping[str, Any]]:
        def work(transaction: ManagedTransaction) -> list[Mapping[str, Any]]:
            return [record.data() for record in transaction.run(_ours(query), values)]

        def ask() -> list[Mapping[str, Any]]:
            with self.driver.session(database=self.database) as session:
                return session.execute_read(work)

        return self._ask(ask)

    def _ask(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except (Neo4jError, DriverError, OSError) as error:
            log.warning("graph_failed", error=type(error).__name__)
            raise IndexUnavailable from error


# -- statements


def _put_nodes(
    transaction: ManagedTransaction, user_id: UUID, label: str, rows: Sequence[dict[str, Any]]
) -> None:
    for batch in _batches(rows):
        _run(
            transaction,
            f"UNWIND $rows AS row MERGE (n:{ENTITY} {{user_id: $user, id: row.id}})"
            f" SET n:{label} SET n.name = row.name, n.node_type = row.node_type,"
            " n.universe_id = row.universe_id, n.trust = row.trust",
            user=str(user_id),
            rows=batch,
        )


def _put_links(
    transaction: ManagedTransaction, user_id: UUID, relation: str, rows: Sequence[dict[str, Any]]
) -> None:
    source = BLOCK if relation == "MENTIONS" else ENTITY
    find = "MERGE" if source == BLOCK else "MATCH"
    for batch in _batches(rows):
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
            rows=batch,
        )


def _drop_links(transaction: ManagedTransaction, user_id: UUID, ids: Sequence[UUID]) -> None:
    if ids:
        _run(
            transaction,
            "MATCH ()-[r]->() WHERE r.user_id = $user AND r.id IN $ids DELETE r",
            user=str(user_id),
            ids=_strings(ids),
        )


def _drop_lone_blocks(transaction: ManagedTransaction, user_id: UUID) -> None:
    """A block is there for what it mentions."""
    _run(
        transaction,
        f"MATCH (b:{BLOCK}) WHERE b.user_id = $user AND NOT (b)-->() DETACH DELETE b",
        user=str(user_id),
    )


def _index_statements(is_memgraph: bool) -> list[str]:
    if is_memgraph:
        return [
            f"CREATE INDEX ON :{label}({name})"
            for label in (ENTITY, BLOCK)
            for name in ("id", "user_id")
        ]
    return [
        f"CREATE INDEX {label.lower()}_of_user IF NOT EXISTS FOR (n:{label}) ON (n.user_id, n.id)"
        for label in (ENTITY, BLOCK)
    ]


def _run(transaction: ManagedTransaction, query: str, **values: Any) -> None:
    transaction.run(_ours(query), values).consume()


def _ours(query: str) -> LiteralString:
    """The driver wants proof that a query was written by a programmer: see the module's text."""
    return query


def _holds(scope: Scope) -> str:
    return _HOLDS + (_NOW if scope.as_of is None else _THEN)


def _values(scope: Scope) -> dict[str, Any]:
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


def _link_row(link: Link) -> dict[str, Any]:
    ends = link.valid_to
    if ends is None:
        ends = -FOR_EVER if link.superseded else FOR_EVER  # what was taken back never held
    return {
        "id": str(link.id),
        "edge_type": link.edge_type,
        "source": str(link.source_id),
        "target": str(link.target_id),
        "confidence": float(link.confidence),
        "trust": int(link.trust),
        "valid_from": link.valid_from,
        "valid_to": link.valid_to,
        "held_from": -FOR_EVER if link.valid_from is None else float(link.valid_from),
        "held_to": float(ends),
        "superseded": link.superseded,
        "universe_id": str(link.universe_id),
    }


def _node(row: Mapping[str, Any]) -> Node:
    return Node(
        id=UUID(row["id"]),
        node_type=row["node_type"],
        name=row["name"],
        universe_id=UUID(row["universe"]),
        trust=row["trust"],
    )


def _link(row: Mapping[str, Any]) -> Link:
    return Link(
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


def _grouped(
    pairs: Iterable[tuple[str, dict[str, Any]]],
) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for key, row in pairs:
        groups[key].append(row)
    return groups


def _batches(rows: Sequence[dict[str, Any]]) -> Iterable[Sequence[dict[str, Any]]]:
    return (rows[at : at + BATCH] for at in range(0, len(rows), BATCH))


def _strings(ids: Iterable[UUID]) -> list[str]:
    return [str(id_) for id_ in ids]
