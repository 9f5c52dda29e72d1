"""GET /api/knowledge/changesets, one of them, and rolling it back."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from knowledge.models import Entity
from knowledge.services.pages import editing
from tests.factories import JournalFactory
from tests.knowledge.api import rows

SignIn = Callable[[User], Client]
PATH = "/api/knowledge/changesets"


def note(entity: Entity, text: str) -> None:
    """A change of the memory."""
    editing.add_note(user_id=entity.user_id, entity_id=entity.id, text=text)


def read(client: Client, path: str = PATH) -> dict[str, Any]:
    """The answer."""
    answer = client.get(path)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def texts(client: Client, entity: Entity) -> list[str]:
    """What the page says."""
    blocks = read(client, f"/api/knowledge/page/{entity.id}")["content_blocks"]
    return [block["markdown"] for block in blocks]


def test_a_changeset_has_its_fields(alice: User, as_user: SignIn) -> None:
    """Who made it, when, how much it changed, and that in a sentence."""
    note(rows.entity(alice, "Ann"), "Birthday in May.")

    body = read(as_user(alice))

    entry = body["changesets"][0]
    assert (entry["kind"], entry["state"], entry["can_roll_back"]) == ("edit", "applied", True)
    assert (entry["job_id"], entry["reverts_id"]) == (None, None)
    assert entry["created_at"].endswith("Z")
    assert entry["summary"]["block"] == {"added": 1}
    assert entry["sentences"] == ["You noted on the page Ann: “Birthday in May.”"]
    assert body["next_page_token"] is None


def test_the_pages_follow_one_another(alice: User, as_user: SignIn) -> None:
    """Each changeset comes once, the latest first."""
    ann = rows.entity(alice, "Ann")
    for number in range(3):
        note(ann, f"Note {number}.")
    client = as_user(alice)

    first = read(client, f"{PATH}?page_size=2")
    second = read(client, f"{PATH}?page_size=2&page_token={first['next_page_token']}")

    found = [entry["created_at"] for entry in first["changesets"] + second["changesets"]]
    assert (len(found), sorted(found, reverse=True)) == (3, found)
    assert second["next_page_token"] is None


def test_one_tells_its_operations(alice: User, as_user: SignIn) -> None:
    """Rows before and after."""
    note(rows.entity(alice, "Ann"), "Birthday in May.")
    client = as_user(alice)
    changeset_id = read(client)["changesets"][0]["id"]

    body = read(client, f"{PATH}/{changeset_id}")

    assert body["id"] == changeset_id
    added = [each for each in body["operations"] if each["table"] == "block"]
    assert [each["before"] for each in added] == [None]
    assert added[0]["after"]["text"] == "Birthday in May."
    assert [each["position"] for each in body["operations"]] == sorted(
        each["position"] for each in body["operations"]
    )


def test_operations_are_paged(alice: User, as_user: SignIn) -> None:
    """By their position."""
    ann = rows.entity(alice, "Ann")
    blocks = [rows.fact(alice, ann, f"Fact {number}.") for number in range(3)]
    editing.edit_blocks(user_id=alice.id, texts={block.id: f"New {block.text}" for block in blocks})
    client = as_user(alice)
    path = f"{PATH}/{read(client)['changesets'][0]['id']}"
    everything = read(client, f"{path}?page_size=100")["operations"]

    first = read(client, f"{path}?page_size=2")
    rest = read(client, f"{path}?page_size=100&page_token={first['next_page_token']}")

    assert first["operations"] + rest["operations"] == everything
    assert rest["next_page_token"] is None


def test_rolling_back_makes_it_undone(alice: User, as_user: SignIn) -> None:
    """Previewed first, then done, by a changeset that says so; not twice."""
    ann = rows.entity(alice, "Ann")
    rows.mention(rows.episode(rows.said(JournalFactory(user=alice), "I met Ann.")), ann)
    note(ann, "Birthday in May.")
    client = as_user(alice)
    path = f"{PATH}/{read(client)['changesets'][0]['id']}"

    preview = read(client, f"{path}/rollback")
    before = texts(client, ann)
    answer = client.post(f"{path}/rollback")
    again = client.post(f"{path}/rollback")

    assert (preview["conflicts"], before) == ([], ["Birthday in May."])
    assert (answer.status_code, texts(client, ann)) == (200, [])
    undone = read(client, f"{PATH}/{answer.json()['changeset_id']}")
    assert (undone["kind"], undone["reverts_id"]) == ("rollback", path.rpartition("/")[2])
    assert read(client, path)["state"] == "rolled_back"
    assert again.status_code == 409


@pytest.mark.parametrize("query", ["page_size=0", "page_size=101", "page_token=x"])
def test_a_malformed_query_is_refused(alice: User, as_user: SignIn, query: str) -> None:
    """422."""
    assert as_user(alice).get(f"{PATH}?{query}").status_code == 422


def test_what_is_not_there_is_not_found(alice: User, as_user: SignIn) -> None:
    """404, for every way to ask."""
    client, path = as_user(alice), f"{PATH}/{uuid4()}"

    answers = [
        client.get(path),
        client.get(f"{path}/rollback"),
        client.post(f"{path}/rollback"),
        client.get(f"{PATH}?page_token={uuid4()}"),
        client.get(f"{PATH}/nonsense"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5


def test_a_stranger_finds_nothing(alice: User, charlie: User, as_user: SignIn) -> None:
    """Neither listed, nor shown, nor rolled back."""
    ann = rows.entity(alice, "Ann")
    note(ann, "Birthday in May.")
    owner, stranger = as_user(alice), as_user(charlie)
    changeset_id = read(owner)["changesets"][0]["id"]
    path = f"{PATH}/{changeset_id}"

    answers = [
        stranger.get(path),
        stranger.get(f"{path}/rollback"),
        stranger.post(f"{path}/rollback"),
        stranger.get(f"{PATH}?page_token={changeset_id}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert read(stranger)["changesets"] == []
    assert texts(owner, ann) == ["Birthday in May."]


def test_an_anonymous_caller_is_refused(db: None) -> None:
    """401."""
    assert Client().get(PATH).status_code == 401
