"""GET /api/knowledge/category/{id}/pages: the entities of a kind."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from knowledge.models import Entity
from knowledge.types import BlockKind, Status
from tests.knowledge.api import rows

SignIn = Callable[[User], Client]
PATH = "/api/knowledge/category/node.person/pages"


def read(client: Client, query: str = "", *, path: str = PATH) -> dict[str, Any]:
    """One page of the list."""
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def titles(body: dict[str, Any]) -> list[str]:
    """The pages' titles."""
    return [page["title"] for page in body["knowledge_pages"]]


def test_a_page_has_its_fields(alice: User, as_user: SignIn) -> None:
    """Id, title, what it begins with, and when it changed."""
    ann = rows.entity(alice, "Ann")
    rows.fact(alice, ann, "  Ann is Alice's sister.  ")

    body = read(as_user(alice))

    entry = body["knowledge_pages"][0]
    assert entry["metadata"].pop("updated_at").endswith("Z")
    assert entry == {
        "id": str(ann.id),
        "title": "Ann",
        "summary": "Ann is Alice's sister.",
        "metadata": {"created_at": ""},
    }
    assert (body["total_count"], body["next_page_token"], body["page_size"]) == (1, None, 50)


def test_an_empty_category_is_an_empty_list(alice: User, as_user: SignIn) -> None:
    """A category that exists has pages to list, even when there are none."""
    rows.node_type("node.person", parent="node.entity")

    body = read(as_user(alice))

    assert (body["knowledge_pages"], body["total_count"]) == ([], 0)


def test_subtypes_are_included(alice: User, as_user: SignIn) -> None:
    """A city is a place."""
    rows.entity(alice, "France", type_id="node.place")
    rows.node_type("node.city", parent="node.place")
    city = rows.entity(alice, "Lyon", type_id="node.place")
    Entity.objects.filter(id=city.id).update(node_type="node.city")

    body = read(as_user(alice), path="/api/knowledge/category/node.place/pages")

    assert sorted(titles(body)) == ["France", "Lyon"]


def test_the_pages_follow_one_another(alice: User, as_user: SignIn) -> None:
    """By the token every page comes once, and the total stays what it is."""
    for number in range(5):
        rows.entity(alice, f"Person {number}")
    client = as_user(alice)

    first = read(client, "page_size=2")
    second = read(client, f"page_size=2&page_token={first['next_page_token']}")
    third = read(client, f"page_size=2&page_token={second['next_page_token']}")

    assert len({*titles(first), *titles(second), *titles(third)}) == 5
    assert [body["total_count"] for body in (first, second, third)] == [5, 5, 5]
    assert (first["next_page_token"], third["next_page_token"]) == ("2", None)


def test_a_large_page_size_is_told_as_it_is(alice: User, as_user: SignIn) -> None:
    """No more than 200 are given at once, and the answer says so."""
    rows.entity(alice, "Ann")

    assert read(as_user(alice), "page_size=100000")["page_size"] == 200


def test_a_token_beyond_the_end_gives_nothing(alice: User, as_user: SignIn) -> None:
    """The total is true even there."""
    rows.entity(alice, "Ann")

    body = read(as_user(alice), "page_token=7")

    assert (body["knowledge_pages"], body["total_count"], body["next_page_token"]) == ([], 1, None)


def test_the_best_known_come_first(alice: User, as_user: SignIn) -> None:
    """Who has more blocks and neighbours is before who has fewer."""
    rows.entity(alice, "Stranger")
    ann = rows.entity(alice, "Ann")
    rows.fact(alice, ann, "Ann lives in Lyon.")
    ben = rows.entity(alice, "Ben")
    rows.fact(alice, ben, "Ben lives in Rome.")
    rows.fact(alice, ben, "Ben plays chess.")

    assert titles(read(as_user(alice))) == ["Ben", "Ann", "Stranger"]


def test_a_summary_is_what_a_page_begins_with(alice: User, as_user: SignIn) -> None:
    """A summary goes before the facts."""
    ann = rows.entity(alice, "Ann")
    rows.fact(alice, ann, "Ann lives in Lyon.")
    rows.fact(alice, ann, "Alice's sister.", kind=BlockKind.SUMMARY)

    assert read(as_user(alice))["knowledge_pages"][0]["summary"] == "Alice's sister."


def test_what_has_no_page_is_not_listed(alice: User, as_user: SignIn) -> None:
    """Neither what was merged into another, nor what was retired or found wrong."""
    ann = rows.entity(alice, "Ann")
    rows.entity(alice, "Annie", merged_into=ann)
    rows.entity(alice, "Old", superseded_at=rows.SAID_AT)
    rows.entity(alice, "Wrong", status=Status.FALSIFIED)

    body = read(as_user(alice))

    assert (titles(body), body["total_count"]) == (["Ann"], 1)


@pytest.mark.parametrize(
    "category", ["node.unicorn", "node.block", "node", "edge.knows", "x", "%00"]
)
def test_an_unknown_category_is_not_found(alice: User, as_user: SignIn, category: str) -> None:
    """Also what is in the schema but no category."""
    rows.node_type("node.block", parent="node.entity")

    answer = as_user(alice).get(f"/api/knowledge/category/{category}/pages")

    assert answer.status_code == 404
    assert set(answer.json()) == {"detail"}


@pytest.mark.parametrize("token", ["x", "-1", "1.5", "٣", "9" * 30, "0x10"])
def test_a_token_of_somebody_else_is_refused(alice: User, as_user: SignIn, token: str) -> None:
    """A token is a decimal offset; anything else is a 400."""
    rows.entity(alice, "Ann")

    assert as_user(alice).get(f"{PATH}?page_token={token}").status_code == 400


@pytest.mark.parametrize("query", ["page_size=0", "page_size=-1", "page_size=x", "page_token="])
def test_a_malformed_query_is_refused(alice: User, as_user: SignIn, query: str) -> None:
    """422 names the parameter."""
    answer = as_user(alice).get(f"{PATH}?{query}")

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "query"


def test_a_stranger_finds_nothing(alice: User, charlie: User, as_user: SignIn) -> None:
    """Another user's pages are neither listed nor counted."""
    rows.entity(alice, "Ann")

    body = read(as_user(charlie))

    assert (body["knowledge_pages"], body["total_count"]) == ([], 0)


def test_an_anonymous_caller_is_refused(db: None) -> None:
    """Without signing in nobody learns what there is."""
    assert Client().get(PATH).status_code == 401
