"""GET /api/knowledge/pages: every page of every kind, by name."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from knowledge.models import Alias, Entity
from knowledge.types import Status
from tests.factories import JournalFactory
from tests.knowledge.api import rows

SignIn = Callable[[User], Client]
PATH = "/api/knowledge/pages"


def read(client: Client, **query: Any) -> dict[str, Any]:
    """Some of the index."""
    answer = client.get(PATH, query)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def titles(body: dict[str, Any]) -> list[str]:
    """The pages' titles, in their order."""
    return [page["title"] for page in body["pages"]]


@pytest.fixture
def four(alice: User) -> list[Entity]:
    """One person, two cities, and a thing of which nobody knows what it is."""
    made = [
        rows.entity(alice, "Berta"),
        rows.entity(alice, "Lyon", type_id="node.city"),
        rows.entity(alice, "Aachen", type_id="node.city"),
        rows.entity(alice, "Zorp"),
    ]
    Entity.objects.filter(pk=made[3].pk).update(node_type="node.entity")
    return made


@pytest.mark.usefixtures("four")
def test_every_page_is_listed_by_name(alice: User, as_user: SignIn) -> None:
    """Also one of no certain kind."""
    body = read(as_user(alice))

    assert titles(body) == ["Aachen", "Berta", "Lyon", "Zorp"]
    assert body["pages"][0]["category_id"] == "node.city"
    assert (body["total_count"], body["next_page_token"]) == (4, None)


@pytest.mark.usefixtures("four")
def test_types_are_counted(alice: User, as_user: SignIn) -> None:
    """Whichever type is asked for; what has none comes last."""
    body = read(as_user(alice), category_id="node.city")

    assert titles(body) == ["Aachen", "Lyon"]
    assert [(each["display_name"], each["page_count"]) for each in body["types"]] == [
        ("City", 2),
        ("Person", 1),
        ("Other", 1),
    ]


def test_pages_are_found_by_any_name(alice: User, as_user: SignIn, four: list[Entity]) -> None:
    """A part is enough; case and accents do not matter."""
    Alias.objects.create(id=uuid4(), user=alice, entity=four[0], name="Bébé", normal_name="bebe")
    client = as_user(alice)

    assert titles(read(client, name="BEB")) == ["Berta"]
    assert titles(read(client, name="ach")) == ["Aachen"]
    assert titles(read(client, name="--")) == []


@pytest.mark.usefixtures("four")
def test_the_pages_follow_one_another(alice: User, as_user: SignIn) -> None:
    """Each comes once."""
    client = as_user(alice)

    first = read(client, page_size=3)
    rest = read(client, page_size=3, page_token=first["next_page_token"])

    assert titles(first) + titles(rest) == ["Aachen", "Berta", "Lyon", "Zorp"]
    assert rest["next_page_token"] is None


def test_what_was_spoken_of_later_is_left_out_as_of_a_day(
    alice: User, as_user: SignIn, four: list[Entity]
) -> None:
    """The index as it would have been."""
    message = rows.said(JournalFactory(user=alice), "Lyon is fine.")
    rows.mention(rows.episode(message), four[1])
    after = (rows.SAID_AT + timedelta(days=1)).isoformat()
    before = (rows.SAID_AT - timedelta(days=1)).isoformat()
    client = as_user(alice)

    assert titles(read(client, as_of=after)) == ["Lyon"]
    assert titles(read(client, as_of=before)) == []


def test_what_has_no_page_is_not_listed(alice: User, as_user: SignIn) -> None:
    """Merged, retired and wrong ones."""
    ann = rows.entity(alice, "Ann")
    rows.entity(alice, "Annie", merged_into=ann)
    rows.entity(alice, "Old", superseded_at=rows.SAID_AT)
    rows.entity(alice, "Wrong", status=Status.FALSIFIED)

    assert titles(read(as_user(alice))) == ["Ann"]


@pytest.mark.usefixtures("four")
def test_the_page_lists_filters_and_goes_on(alice: User, as_user: SignIn) -> None:
    """With a link for each kind."""
    client = as_user(alice)

    everything = client.get(reverse("memory-pages")).content.decode()
    cities = client.get(reverse("memory-pages"), {"type": "node.city"}).content.decode()
    named = client.get(reverse("memory-pages"), {"name": "zo"}).content.decode()

    assert all(name in everything for name in ("Aachen", "Berta", "Lyon", "Zorp", "Other"))
    assert ("Aachen" in cities, "Berta" in cities) == (True, False)
    assert ("Zorp" in named, "Lyon" in named) == (True, False)


def test_a_long_index_goes_on(alice: User, as_user: SignIn) -> None:
    """The rest keeps the filter."""
    for number in range(51):
        rows.entity(alice, f"Person {number:02}")
    client = as_user(alice)

    page = client.get(reverse("memory-pages"), {"name": "person"}).content.decode()
    rest = client.get(reverse("memory-pages"), {"name": "person", "after": "50"}).content.decode()

    assert "name=person&amp;after=50" in page
    assert ("Person 50" in rest, "Person 00" in rest) == (True, False)


@pytest.mark.parametrize(
    "query", [{"page_size": 0}, {"as_of": "x"}, {"name": "x" * 201}, {"category_id": "a\x00"}]
)
def test_a_malformed_query_is_refused(alice: User, as_user: SignIn, query: dict[str, Any]) -> None:
    """422."""
    assert as_user(alice).get(PATH, query).status_code == 422


@pytest.mark.usefixtures("four")
def test_a_stranger_finds_nothing(charlie: User, as_user: SignIn) -> None:
    """No page, and no count."""
    client = as_user(charlie)

    body = read(client)

    assert (body["pages"], body["types"], body["total_count"]) == ([], [], 0)
    assert "Lyon" not in client.get(reverse("memory-pages")).content.decode()
