"""What every index of the graph can do."""

import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from neo4j import Driver, GraphDatabase

from accounts.models import User
from knowledge.errors import UnknownType
from knowledge.models import Block, Edge, EdgeType, Entity, Mention, NodeType
from knowledge.stores.graph.bolt import BoltGraphIndex
from knowledge.stores.graph.memory import InMemoryGraphIndex
from knowledge.stores.graph.port import MENTIONS, GraphEdge, GraphIndex, Node
from knowledge.stores.graph.sql import SqlGraph
from knowledge.types import REAL_WORLD, Scope, Trust
from tests.knowledge.stores.bolt_server import DATABASE, PASSWORD
from tests.knowledge.stores.points import DAY, NOON

# One Bolt server is enough for a run.
pytestmark = pytest.mark.xdist_group("bolt")

OTHER_WORLD = uuid.UUID(int=7)
TYPES = ("node.person", "node.place", "edge.knows", "edge.lies_in")


class Ledger(SqlGraph):
    """The SQL traversal, whose rows are written for it as the ledger's services would."""

    def upsert(
        self, *, user_id: uuid.UUID, nodes: Sequence[Node], edges: Sequence[GraphEdge]
    ) -> None:
        """Rows of these nodes and edges are in the ledger."""
        for node in nodes:
            NodeType.objects.get_or_create(id=node.node_type, defaults={"name": node.node_type})
            values = {
                "node_type_id": node.node_type,
                "name": node.name,
                "normal_name": node.name.lower(),
            }
            _put(Entity, node.id, user_id, node.trust, node.universe_id, **values)
        for edge in edges:
            times = {
                "valid_from": _moment(edge.valid_from),
                "valid_to": _moment(edge.valid_to),
                "superseded_at": NOON if edge.superseded else None,
                "confidence": edge.confidence,
            }
            if edge.edge_type == MENTIONS:
                said = {"said_at": times.pop("valid_from"), "kind": "episode", "text": "x"}
                note = {**times, **said, "kind": "note"}
                _put(Block, edge.source_id, user_id, edge.trust, edge.universe_id, **note)
                ends = {"block_id": edge.source_id, "entity_id": edge.target_id}
                _put(Mention, edge.id, user_id, edge.trust, edge.universe_id, **ends)
                continue
            EdgeType.objects.get_or_create(id=edge.edge_type, defaults={"name": edge.edge_type})
            ends = {"source_id": edge.source_id, "target_id": edge.target_id}
            kind = {"edge_type_id": edge.edge_type, **ends}
            _put(Edge, edge.id, user_id, edge.trust, edge.universe_id, **kind, **times)

    def remove(self, *, user_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> None:
        """No rows of these are in the user's ledger."""
        for model in (Mention, Edge, Block, Entity):
            model.objects.filter(user_id=user_id, id__in=ids).delete()

    def clear(self, *, user_id: uuid.UUID) -> None:
        """The user's ledger is empty."""
        for model in (Mention, Edge, Block, Entity):
            model.objects.filter(user_id=user_id).delete()


def _put(
    model: type[Any],
    id_: uuid.UUID,
    user_id: uuid.UUID,
    trust: int,
    universe_id: uuid.UUID,
    **values: Any,
) -> None:
    if model.objects.filter(id=id_).exclude(user_id=user_id).exists():
        return  # ids are made from the user, so the ledger never has this
    world = None if universe_id == REAL_WORLD else universe_id
    record = {"user_id": user_id, "trust": trust, "recorded_at": NOON, "universe_id": universe_id}
    if world:
        _world(model, world, user_id)
    model.objects.update_or_create(id=id_, defaults={**record, **values})


def _world(model: type[Any], id_: uuid.UUID, user_id: uuid.UUID) -> None:
    universe = model._meta.get_field("universe").related_model
    universe.objects.get_or_create(id=id_, defaults={"user_id": user_id, "name": "A novel"})


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


@pytest.fixture(scope="session")
def bolt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """A driver of a real server."""
    port, http_port = _free_port(), _free_port()
    folder = tmp_path_factory.mktemp("bolt")
    script = Path(__file__).with_name("bolt_server.py")
    command = [sys.executable, str(script), str(folder), str(port), str(http_port)]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert server.stdout is not None
    assert server.stdin is not None
    assert any("READY" in line for line in server.stdout), "it did not start"
    with GraphDatabase.driver(f"bolt://127.0.0.1:{port}", auth=("root", PASSWORD)) as driver:
        yield driver
    server.stdin.close()
    server.wait(timeout=20)
    server.stdout.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def bolt_index(bolt: Driver) -> BoltGraphIndex:
    """An empty graph on a real server."""
    with bolt.session(database=DATABASE) as session:
        session.run("MATCH (n) DETACH DELETE n").consume()
    return BoltGraphIndex(bolt, types=TYPES, database=DATABASE)


@pytest.fixture(params=["memory", "sql", "bolt"])
def graph(request: pytest.FixtureRequest, db: None) -> GraphIndex:
    """Each implementation, empty."""
    if request.param == "memory":
        return InMemoryGraphIndex()
    if request.param == "sql":
        return Ledger()
    index: GraphIndex = request.getfixturevalue("bolt_index")
    return index


def node(name: str = "Ann", **changes: Any) -> Node:
    """A person."""
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "node_type": "node.person",
        "name": name,
        "universe_id": REAL_WORLD,
        "trust": int(Trust.USER_SAID),
    }
    return Node(**{**values, **changes})


def edge_between(source: Node, target: Node, **changes: Any) -> GraphEdge:
    """One knows the other since noon."""
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "edge_type": "edge.knows",
        "source_id": source.id,
        "target_id": target.id,
        "confidence": 0.5,
        "trust": int(Trust.USER_SAID),
        "valid_from": NOON.timestamp(),
    }
    return GraphEdge(**{**values, **changes})


def mention(target: Node, **changes: Any) -> GraphEdge:
    """A block of its own that speaks of somebody."""
    return edge_between(
        target, target, **{"source_id": uuid.uuid4(), **changes, "edge_type": MENTIONS}
    )


def names(
    graph: GraphIndex, user: User, start: Sequence[Node], hops: int = 1, **scope: Any
) -> set[str]:
    """Who is found around these."""
    found = graph.neighbourhood(
        scope=Scope(user_id=user.id, **scope),
        entity_ids=[each.id for each in start],
        hops=hops,
        limit=100,
    )
    return {each.name for each in found.nodes}


def blocks(graph: GraphIndex, user: User, *entities: Node, **scope: Any) -> list[uuid.UUID]:
    """The blocks that mention these."""
    pairs = graph.mentioning(
        scope=Scope(user_id=user.id, **scope), entity_ids=[each.id for each in entities], limit=10
    )
    return [block for block, _ in pairs]


def test_neighbours_are_found_both_ways(graph: GraphIndex, alice: User) -> None:
    """An edge leads from its source to its target and back."""
    ann, ben, cy = node("Ann"), node("Ben"), node("Cy")
    edges = [edge_between(ann, ben), edge_between(cy, ann)]

    graph.upsert(user_id=alice.id, nodes=[ann, ben, cy], edges=edges)

    assert names(graph, alice, [ann]) == {"Ann", "Ben", "Cy"}


@pytest.mark.parametrize(("hops", "expected"), [(0, "a"), (1, "ab"), (2, "abc"), (3, "abcd")])
def test_only_so_many_hops_are_walked(
    graph: GraphIndex, alice: User, hops: int, expected: str
) -> None:
    """What is farther away stays out."""
    chain = [node(name) for name in "abcd"]
    edges = [edge_between(chain[n], chain[n + 1]) for n in range(3)]
    graph.upsert(user_id=alice.id, nodes=chain, edges=edges)

    assert names(graph, alice, chain[:1], hops) == set(expected)


def test_an_edge_comes_back_as_it_went_in(graph: GraphIndex, alice: User) -> None:
    """Nothing of a edge is lost."""
    ann, ben = node("Ann"), node("Ben")
    edge = edge_between(ann, ben, valid_to=(NOON + DAY).timestamp(), confidence=0.75)
    graph.upsert(user_id=alice.id, nodes=[ann, ben], edges=[edge])

    found = graph.neighbourhood(scope=Scope(alice.id), entity_ids=[ann.id], hops=1, limit=10)

    assert list(found.edges) == [edge]
    assert list(found.nodes) == [ann, ben]


def test_upserting_twice_changes_nothing(graph: GraphIndex, alice: User) -> None:
    """The same nodes and edges again are the same graph."""
    ann, ben = node("Ann"), node("Ben")
    edge = edge_between(ann, ben)

    for _ in range(2):
        graph.upsert(user_id=alice.id, nodes=[ann, ben], edges=[edge])

    found = graph.neighbourhood(scope=Scope(alice.id), entity_ids=[ann.id], hops=1, limit=10)
    assert list(found.edges) == [edge]


def test_a_renamed_node_has_its_new_name(graph: GraphIndex, alice: User) -> None:
    """A node of the same id is replaced."""
    ann = node("Ann")
    graph.upsert(user_id=alice.id, nodes=[ann], edges=[])

    graph.upsert(user_id=alice.id, nodes=[node("Anna", id=ann.id)], edges=[])

    assert names(graph, alice, [ann]) == {"Anna"}


def test_a_moved_edge_has_its_new_ends(graph: GraphIndex, alice: User) -> None:
    """A edge of the same id is replaced, also when it leads elsewhere."""
    ann, ben, cy = node("Ann"), node("Ben"), node("Cy")
    edge = edge_between(ann, ben)
    graph.upsert(user_id=alice.id, nodes=[ann, ben, cy], edges=[edge])

    graph.upsert(user_id=alice.id, nodes=[], edges=[edge_between(ann, cy, id=edge.id)])

    assert names(graph, alice, [ann]) == {"Ann", "Cy"}


def test_the_limit_is_kept(graph: GraphIndex, alice: User) -> None:
    """Of many edges the surest ones come back."""
    ann, others = node("Ann"), [node(f"n{n}") for n in range(9)]
    edges = [edge_between(ann, other, confidence=n / 10) for n, other in enumerate(others)]
    graph.upsert(user_id=alice.id, nodes=[ann, *others], edges=edges)

    found = graph.neighbourhood(scope=Scope(alice.id), entity_ids=[ann.id], hops=2, limit=3)

    assert {each.name for each in found.nodes} == {"Ann", "n8", "n7", "n6"}


def test_a_removed_node_takes_its_edges_along(graph: GraphIndex, alice: User) -> None:
    """Nothing leads to what is gone."""
    ann, ben, cy = node("Ann"), node("Ben"), node("Cy")
    edges = [edge_between(ann, ben), edge_between(ben, cy)]
    graph.upsert(user_id=alice.id, nodes=[ann, ben, cy], edges=edges)

    graph.remove(user_id=alice.id, ids=[ben.id, uuid.uuid4()])

    assert names(graph, alice, [ann, ben, cy], hops=3) == {"Ann", "Cy"}


def test_a_removed_edge_is_not_walked(graph: GraphIndex, alice: User) -> None:
    """Its ends stay."""
    ann, ben = node("Ann"), node("Ben")
    edge = edge_between(ann, ben)
    graph.upsert(user_id=alice.id, nodes=[ann, ben], edges=[edge])

    graph.remove(user_id=alice.id, ids=[edge.id])

    assert names(graph, alice, [ann]) == {"Ann"}
    assert names(graph, alice, [ben]) == {"Ben"}


def test_the_latest_mentions_come_first(graph: GraphIndex, alice: User) -> None:
    """Blocks come in the order they were said, the last one first."""
    ann = node("Ann")
    early = mention(ann, valid_from=(NOON - DAY).timestamp())
    late = mention(ann)
    graph.upsert(user_id=alice.id, nodes=[ann], edges=[early, late])

    assert blocks(graph, alice, ann) == [late.source_id, early.source_id]


def test_a_removed_block_mentions_nobody(graph: GraphIndex, alice: User) -> None:
    """Removing a block by its id removes what it mentions."""
    ann = node("Ann")
    gone, kept = mention(ann), mention(ann)
    graph.upsert(user_id=alice.id, nodes=[ann], edges=[gone, kept])

    graph.remove(user_id=alice.id, ids=[gone.source_id])

    assert blocks(graph, alice, ann) == [kept.source_id]


def test_a_mention_is_no_relation(graph: GraphIndex, alice: User) -> None:
    """Two entities of one block are not neighbours by that."""
    ann, ben = node("Ann"), node("Ben")
    first = mention(ann)
    second = mention(ben, source_id=first.source_id)
    graph.upsert(user_id=alice.id, nodes=[ann, ben], edges=[first, second])

    assert names(graph, alice, [ann], hops=2) == {"Ann"}


@pytest.mark.parametrize(
    ("changes", "scope", "is_found"),
    [
        ({}, {}, True),
        ({"superseded": True}, {}, False),
        ({"valid_to": (NOON - DAY).timestamp(), "valid_from": 0.0}, {}, True),
        ({"trust": int(Trust.WEB)}, {"min_trust": Trust.USER_SAID}, False),
        ({"universe_id": OTHER_WORLD}, {"universe_ids": [REAL_WORLD]}, False),
        ({}, {"as_of": NOON - DAY}, False),
        ({}, {"as_of": NOON}, True),
        ({"valid_from": 0.0}, {"as_of": NOON - DAY}, True),
        ({"valid_to": (NOON + DAY).timestamp(), "superseded": True}, {"as_of": NOON}, True),
        ({"valid_to": (NOON + DAY).timestamp(), "superseded": True}, {"as_of": NOON + DAY}, False),
        ({"superseded": True}, {"as_of": NOON + DAY}, False),
    ],
)
@pytest.mark.parametrize("by", ["edge", "mention"])
def test_the_scope_filters_links(  # noqa: PLR0917  pytest passes by name
    graph: GraphIndex,
    alice: User,
    by: str,
    changes: dict[str, Any],
    scope: dict[str, Any],
    is_found: bool,
) -> None:
    """Only edges that hold in the scope are walked."""
    ann, ben = node("Ann"), node("Ben")
    told = edge_between(ann, ben, **changes) if by == "edge" else mention(ann, **changes)
    graph.upsert(user_id=alice.id, nodes=[ann, ben], edges=[told])

    if by == "edge":
        assert ("Ben" in names(graph, alice, [ann], **scope)) is is_found
    else:
        assert (blocks(graph, alice, ann, **scope) == [told.source_id]) is is_found


@pytest.mark.parametrize(
    ("changes", "scope"),
    [
        ({"trust": int(Trust.WEB)}, {"min_trust": Trust.USER_SAID}),
        ({"universe_id": OTHER_WORLD}, {"universe_ids": [REAL_WORLD]}),
    ],
)
def test_the_scope_filters_nodes(
    graph: GraphIndex, alice: User, changes: dict[str, Any], scope: dict[str, Any]
) -> None:
    """What the scope keeps out is neither shown nor walked through."""
    ann, ben, cy = node("Ann"), node("Ben", **changes), node("Cy")
    graph.upsert(
        user_id=alice.id,
        nodes=[ann, ben, cy],
        edges=[edge_between(ann, ben), edge_between(ben, cy)],
    )

    assert names(graph, alice, [ann], hops=2, **scope) == {"Ann"}


def test_a_stranger_sees_nothing(graph: GraphIndex, alice: User, charlie: User) -> None:
    """Whoever knows an id of another user's is told nothing by it."""
    ann, ben = node("Ann"), node("Ben")
    told = mention(ann)
    graph.upsert(user_id=alice.id, nodes=[ann, ben], edges=[edge_between(ann, ben), told])

    assert names(graph, charlie, [ann], hops=2) == set()
    assert blocks(graph, charlie, ann) == []


def test_a_stranger_changes_nothing(graph: GraphIndex, alice: User, charlie: User) -> None:
    """Whoever knows ids of another user's neither removes nor renames nor joins them."""
    ann, ben, his = node("Ann"), node("Ben"), node("His")
    edge, told = edge_between(ann, ben), mention(ann)
    graph.upsert(user_id=alice.id, nodes=[ann, ben], edges=[edge, told])

    graph.upsert(user_id=charlie.id, nodes=[node("Mallory", id=ann.id), his], edges=[])
    if not isinstance(graph, Ledger):  # the ledger's keys forbid it by themselves
        graph.upsert(user_id=charlie.id, nodes=[], edges=[edge_between(his, ben)])
    graph.remove(user_id=charlie.id, ids=[ann.id, ben.id, edge.id, told.id, told.source_id])
    graph.clear(user_id=charlie.id)

    assert names(graph, alice, [ann, ben], hops=2) == {"Ann", "Ben"}
    assert blocks(graph, alice, ann) == [told.source_id]


def test_clearing_leaves_the_others(graph: GraphIndex, alice: User, bob: User) -> None:
    """Only the one user's graph is emptied."""
    hers, his = node("Hers"), node("His")
    graph.upsert(user_id=alice.id, nodes=[hers], edges=[mention(hers)])
    graph.upsert(user_id=bob.id, nodes=[his], edges=[])

    graph.clear(user_id=alice.id)

    assert names(graph, alice, [hers]) == set()
    assert blocks(graph, alice, hers) == []
    assert names(graph, bob, [his]) == {"His"}


@pytest.mark.parametrize(
    "name",
    [
        "`}) DETACH DELETE n //",
        "' OR 1=1 --",
        '"); MATCH (n) DETACH DELETE n; //',
        "$user",
        "{name}",
        "Ann\\u0027",
        "名前 🙂",
    ],
)
def test_hostile_names_are_only_names(graph: GraphIndex, alice: User, name: str) -> None:
    """Whatever an entity is called, it is called that, and nothing else happens."""
    ann, odd = node("Ann"), node(name)
    graph.upsert(user_id=alice.id, nodes=[ann, odd], edges=[edge_between(ann, odd)])

    assert names(graph, alice, [ann]) == {"Ann", name}


@pytest.mark.parametrize("name", ["nu\0l", "\ud800 lone", "x" * 100_000])
def test_names_of_any_characters_are_kept(
    bolt_index: BoltGraphIndex, alice: User, name: str
) -> None:
    """What cannot be encoded is replaced, and breaks nothing."""
    ann, odd = node("Ann"), node(name)
    bolt_index.upsert(user_id=alice.id, nodes=[ann, odd], edges=[edge_between(ann, odd)])

    assert len(names(bolt_index, alice, [ann])) == 2


@pytest.mark.parametrize(
    "type_id",
    [
        "node.person`) DETACH DELETE n //",
        "node.Person {x: 1}",
        "node.secret",
        "edge.knows",
        "node.",
        "",
        "node.person\n",
        "node.pers\0on",
    ],
)
def test_a_label_outside_the_schema_is_refused(
    bolt_index: BoltGraphIndex, alice: User, type_id: str
) -> None:
    """No label gets into a query that is not of an active type."""
    with pytest.raises(UnknownType):
        bolt_index.upsert(user_id=alice.id, nodes=[node(node_type=type_id)], edges=[])


@pytest.mark.parametrize(
    "type_id", ["edge.knows]->(x) DETACH DELETE x //", "edge.KNOWS", "edge.loves", "node.person"]
)
def test_a_relation_outside_the_schema_is_refused(
    bolt_index: BoltGraphIndex, alice: User, type_id: str
) -> None:
    """No relation type gets into a query that is not of an active type."""
    ann, ben = node("Ann"), node("Ben")

    with pytest.raises(UnknownType):
        bolt_index.upsert(
            user_id=alice.id, nodes=[ann, ben], edges=[edge_between(ann, ben, edge_type=type_id)]
        )


def test_an_allow_list_with_a_bad_id_makes_no_label(bolt: Driver, alice: User) -> None:
    """Even a type that was given is refused when it could not be a type of the schema."""
    bad = "node.x`) DETACH DELETE n //"
    index = BoltGraphIndex(bolt, types=[bad], database=DATABASE)

    with pytest.raises(UnknownType):
        index.upsert(user_id=alice.id, nodes=[node(node_type=bad)], edges=[])
