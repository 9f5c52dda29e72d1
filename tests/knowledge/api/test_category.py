"""GET /api/knowledge/category: the kinds of things that the memory knows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from knowledge.models import NodeType
from tests.knowledge.api import rows

SignIn = Callable[[User], Client]
PATH = "/api/knowledge/category"


@pytest.fixture(autouse=True)
def _only_our_types(db: None) -> None:
    """A small schema, beside whatever a migration brought."""
    NodeType.objects.all().delete()


def read(client: Client) -> list[dict[str, Any]]:
    """The tree."""
    answer = client.get(PATH)
    assert answer.status_code == 200
    assert set(answer.json()) == {"categories"}
    tree: list[dict[str, Any]] = answer.json()["categories"]
    return tree


def names(tree: list[dict[str, Any]]) -> list[str]:
    """The display names of one level."""
    return [category["display_name"] for category in tree]


def test_a_category_has_its_fields(alice: User, as_user: SignIn) -> None:
    """An id, a name, and the categories below it."""
    rows.node_type("node.person", parent="node.entity")

    assert read(as_user(alice)) == [
        {"category_id": "node.person", "display_name": "Person", "sub_categories": []}
    ]


def test_siblings_are_in_the_order_of_their_names(alice: User, as_user: SignIn) -> None:
    """Sorted by lower-cased name at every level."""
    for name in ("zebra", "Apple", "mango"):
        rows.node_type(f"node.{name.lower()}", parent="node.entity", name=name)

    assert names(read(as_user(alice))) == ["Apple", "mango", "zebra"]


def test_a_subtype_is_below_each_of_its_parents(alice: User, as_user: SignIn) -> None:
    """A type with two parents is shown twice."""
    rows.node_type("node.place", parent="node.entity")
    rows.node_type("node.object", parent="node.entity")
    rows.node_type("node.house", parent="node.place").parents.add(rows.node_type("node.object"))

    tree = read(as_user(alice))

    assert [names(category["sub_categories"]) for category in tree] == [["House"], ["House"]]


@pytest.mark.parametrize("hidden", ["node.block", "node.universe"])
def test_what_is_no_category_is_left_out(alice: User, as_user: SignIn, hidden: str) -> None:
    """Blocks and universes are not browsed."""
    rows.node_type(hidden, parent="node.entity")

    assert read(as_user(alice)) == []


def test_an_inactive_type_is_left_out(alice: User, as_user: SignIn) -> None:
    """With everything that is only below it."""
    rows.node_type("node.legacy", parent="node.entity", is_active=False)
    rows.node_type("node.older", parent="node.legacy", name="Older")
    NodeType.objects.filter(id="node.legacy").update(is_active=False)

    assert read(as_user(alice)) == []


def test_a_cycle_is_cut(alice: User, as_user: SignIn) -> None:
    """Types that are each other's parents do not hang the server."""
    rows.node_type("node.first", parent="node.entity")
    rows.node_type("node.second", parent="node.first")
    NodeType.objects.get(id="node.first").parents.add(rows.node_type("node.second"))

    first = read(as_user(alice))[0]

    assert names(first["sub_categories"]) == ["Second"]
    assert first["sub_categories"][0]["sub_categories"] == []


def test_a_nameless_type_is_shown_by_its_id(alice: User, as_user: SignIn) -> None:
    """An empty name falls back to the id."""
    rows.node_type("node.blank", parent="node.entity", name="  ")

    assert names(read(as_user(alice))) == ["node.blank"]


def test_an_anonymous_caller_is_refused(db: None) -> None:
    """The schema is for users."""
    assert Client().get(PATH).status_code == 401
