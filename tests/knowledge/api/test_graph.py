"""GET /api/knowledge/graph: what is around an entity."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from tests.knowledge.api import rows

SignIn = Callable[[User], Client]


def read(client: Client, entity: Any, query: str = "") -> dict[str, Any]:
    """The neighbourhood."""
    answer = client.get(f"/api/knowledge/graph?entity={entity.id}&{query}")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def names(body: dict[str, Any]) -> set[str]:
    """Who is there."""
    return {node["name"] for node in body["nodes"]}


def test_neighbours_and_edges_have_their_fields(alice: User, as_user: SignIn) -> None:
    """Types, names, ends, and how far they are believed."""
    ann, ben = rows.entity(alice, "Ann"), rows.entity(alice, "Ben")
    knows = rows.edge(alice, ann, ben)

    body = read(as_user(alice), ann)

    assert names(body) == {"Ann", "Ben"}
    assert body["nodes"][0] == {
        "id": str(ann.id),
        "type": "node.person",
        "name": "Ann",
        "trust": "user_said",
    }
    assert body["edges"] == [
        {
            "id": str(knows.id),
            "type": "edge.knows",
            "source": str(ann.id),
            "target": str(ben.id),
            "confidence": 1.0,
            "trust": "user_said",
            "valid_from": "2025-01-14T09:30:00Z",
            "valid_to": None,
        }
    ]
    assert body["is_cut"] is False


@pytest.mark.parametrize(("hops", "expected"), [(1, {"A", "B"}), (2, {"A", "B", "C"})])
def test_it_goes_as_far_as_asked(
    alice: User, as_user: SignIn, hops: int, expected: set[str]
) -> None:
    """A chain is followed for so many hops."""
    chain = [rows.entity(alice, name) for name in "ABCD"]
    for left, right in pairwise(chain):
        rows.edge(alice, left, right)

    assert names(read(as_user(alice), chain[0], f"hops={hops}")) == expected


def test_it_is_bounded_and_says_so(alice: User, as_user: SignIn) -> None:
    """No more edges than asked for."""
    ann = rows.entity(alice, "Ann")
    for number in range(5):
        rows.edge(alice, ann, rows.entity(alice, f"Friend {number}"))

    body = read(as_user(alice), ann, "limit=3")

    assert (len(body["edges"]), len(body["nodes"]), body["is_cut"]) == (3, 4, True)


def test_an_entity_alone_is_a_graph(alice: User, as_user: SignIn) -> None:
    """One node and no edge."""
    body = read(as_user(alice), rows.entity(alice, "Ann"))

    assert (names(body), body["edges"]) == ({"Ann"}, [])


@pytest.mark.parametrize("query", ["hops=0", "hops=4", "limit=0", "limit=501", "entity=x"])
def test_a_malformed_query_is_refused(alice: User, as_user: SignIn, query: str) -> None:
    """422 names the parameter."""
    ann = rows.entity(alice, "Ann")
    given = query if query.startswith("entity") else f"entity={ann.id}&{query}"

    assert as_user(alice).get(f"/api/knowledge/graph?{given}").status_code == 422


def test_an_unknown_entity_is_not_found(alice: User, as_user: SignIn) -> None:
    """404."""
    assert as_user(alice).get(f"/api/knowledge/graph?entity={uuid4()}").status_code == 404


def test_a_stranger_does_not_find_it(alice: User, charlie: User, as_user: SignIn) -> None:
    """Another user's entity is absent, not forbidden."""
    ann = rows.entity(alice, "Ann")

    assert as_user(charlie).get(f"/api/knowledge/graph?entity={ann.id}").status_code == 404


def test_an_anonymous_caller_is_refused(db: None) -> None:
    """Whatever is asked."""
    assert Client().get(f"/api/knowledge/graph?entity={uuid4()}").status_code == 401
