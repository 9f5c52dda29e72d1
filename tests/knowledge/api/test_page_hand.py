"""POST /api/knowledge/page/{id}/name, /notes, /merge, /different, /split, /move, /type."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from knowledge.models import CannotLink, Changeset, Entity
from tests.knowledge.api import rows

SignIn = Callable[[User], Client]


@pytest.fixture
def pair(alice: User) -> tuple[Entity, Entity]:
    """Two of whom something is known."""
    ann, anne = rows.entity(alice, "Ann"), rows.entity(alice, "Anne")
    rows.mention(rows.fact(alice, anne, "Anne plays chess."), anne)
    return ann, anne


def post(client: Client, page: Any, what: str, body: Any) -> Any:
    """The answer to a change of the page."""
    path = f"/api/knowledge/page/{page}/{what}"
    return client.post(path, body, content_type="application/json")


def bodies(other: Any) -> dict[str, dict[str, Any]]:
    """A body for each of the changes."""
    return {
        "name": {"name": "Annabel"},
        "notes": {"markdown_content": "Birthday in May."},
        "merge": {"page_id": str(other)},
        "different": {"page_id": str(other)},
        "split": {"block_ids": [str(other)], "name": "Annabel"},
        "move": {"block_ids": [str(other)], "page_id": str(other)},
        "type": {"category_id": "node.city"},
    }


def page_of(client: Client, page: Entity) -> Any:
    """What the page says."""
    return client.get(f"/api/knowledge/page/{page.id}").json()


def test_a_page_gets_another_name(
    alice: User, as_user: SignIn, pair: tuple[Entity, Entity]
) -> None:
    """And the change can be rolled back like any other."""
    client = as_user(alice)

    answer = post(client, pair[0].id, "name", {"name": " Annabel "})

    assert answer.status_code == 200
    assert str(Changeset.objects.get().id) == answer.json()["changeset_id"]
    assert page_of(client, pair[0])["title"] == "Annabel"


def test_a_note_is_on_the_page(alice: User, as_user: SignIn, pair: tuple[Entity, Entity]) -> None:
    """Under the id that the answer tells."""
    client = as_user(alice)

    answer = post(client, pair[0].id, "notes", {"markdown_content": "Birthday in *May*."})

    assert page_of(client, pair[0])["content_blocks"] == [
        {"block_id": answer.json()["block_id"], "markdown": "Birthday in *May*."}
    ]


def test_two_pages_become_one(alice: User, as_user: SignIn, pair: tuple[Entity, Entity]) -> None:
    """The other's address leads to the one that was kept, which can be named by either."""
    client = as_user(alice)

    answer = post(client, pair[0].id, "merge", {"page_id": str(pair[1].id)})
    renamed = post(client, pair[1].id, "name", {"name": "Annabel"})

    assert (answer.status_code, renamed.status_code) == (200, 200)
    page = page_of(client, pair[1])
    assert (page["id"], page["title"]) == (str(pair[0].id), "Annabel")
    assert [block["markdown"] for block in page["content_blocks"]] == ["Anne plays chess."]


def test_who_is_different_is_not_merged(
    alice: User, as_user: SignIn, pair: tuple[Entity, Entity]
) -> None:
    """409 from then on; so is one and the same."""
    client = as_user(alice)
    apart = post(client, pair[0].id, "different", {"page_id": str(pair[1].id)})

    merged = post(client, pair[0].id, "merge", {"page_id": str(pair[1].id)})
    itself = post(client, pair[0].id, "different", {"page_id": str(pair[0].id)})

    assert [a.status_code for a in (apart, merged, itself)] == [200, 409, 409]
    assert CannotLink.objects.count() == 1


def test_your_own_page_is_not_merged_away(
    alice: User, as_user: SignIn, pair: tuple[Entity, Entity]
) -> None:
    """The other way round it can be done: somebody was you."""
    own = rows.entity(alice, "Alice", is_self=True)
    client = as_user(alice)

    away = post(client, pair[0].id, "merge", {"page_id": str(own.id)})
    kept = post(client, own.id, "merge", {"page_id": str(pair[0].id)})

    assert [away.status_code, kept.status_code] == [409, 200]


def test_a_merge_is_undone_by_its_changeset(
    alice: User, as_user: SignIn, pair: tuple[Entity, Entity]
) -> None:
    """The page names it until then."""
    rows.mention(rows.fact(alice, pair[0], "Ann swims."), pair[0])
    client = as_user(alice)
    done = post(client, pair[0].id, "merge", {"page_id": str(pair[1].id)}).json()["changeset_id"]

    (merged,) = page_of(client, pair[0])["merged"]
    client.post(f"/api/knowledge/changesets/{merged['changeset_id']}/rollback")

    assert (merged["title"], merged["changeset_id"]) == ("Anne", done)
    assert page_of(client, pair[0])["merged"] == []
    assert page_of(client, pair[1])["title"] == "Anne"


def test_a_page_is_split(alice: User, as_user: SignIn, pair: tuple[Entity, Entity]) -> None:
    """What was named is on a page of its own, and rolling back brings it home."""
    client = as_user(alice)
    block = page_of(client, pair[1])["content_blocks"][0]

    body = {"block_ids": [block["block_id"]], "name": "Annabel"}
    done = post(client, pair[1].id, "split", body).json()

    new = client.get(f"/api/knowledge/page/{done['page_id']}").json()
    assert (new["title"], new["content_blocks"]) == ("Annabel", [block])
    client.post(f"/api/knowledge/changesets/{done['changeset_id']}/rollback")
    assert client.get(f"/api/knowledge/page/{done['page_id']}").status_code == 404
    assert page_of(client, pair[1])["content_blocks"] == [block]


def test_a_text_moves_to_another_page(
    alice: User, as_user: SignIn, pair: tuple[Entity, Entity]
) -> None:
    """But not to the one on which it is."""
    client = as_user(alice)
    block = page_of(client, pair[1])["content_blocks"][0]
    there = {"block_ids": [block["block_id"]], "page_id": str(pair[0].id)}

    moved = post(client, pair[1].id, "move", there)
    again = post(client, pair[0].id, "move", there)

    assert (moved.status_code, again.status_code) == (200, 409)
    assert page_of(client, pair[0])["content_blocks"] == [block]


def test_a_page_gets_another_type(
    alice: User, as_user: SignIn, pair: tuple[Entity, Entity]
) -> None:
    """One of the schema; your own stays a person."""
    own = rows.entity(alice, "Alice", is_self=True)
    client = as_user(alice)

    answers = [
        post(client, pair[0].id, "type", {"category_id": "node.city"}),
        post(client, pair[0].id, "type", {"category_id": "node.unicorn"}),
        post(client, own.id, "type", {"category_id": "node.city"}),
    ]

    assert [answer.status_code for answer in answers] == [200, 400, 409]
    assert page_of(client, pair[0])["category_id"] == "node.city"


@pytest.mark.parametrize("what", ["name", "notes", "merge", "different", "split", "move", "type"])
def test_a_stranger_finds_nothing(
    alice: User, charlie: User, as_user: SignIn, pair: tuple[Entity, Entity], what: str
) -> None:
    """404, with Alice's page and with Alice's as the other one; and 401 for nobody."""
    own = rows.entity(charlie, "Own")
    client = as_user(charlie)

    answers = [
        post(client, pair[0].id, what, bodies(pair[1].id)[what]),
        post(client, pair[0].id, what, bodies(own.id)[what]),
        post(client, uuid4(), what, bodies(own.id)[what]),
        *(
            [post(client, own.id, what, bodies(pair[0].id)[what])]
            if what in {"merge", "different", "move"}
            else []
        ),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert post(Client(), pair[0].id, what, bodies(pair[1].id)[what]).status_code == 401
    assert not Changeset.objects.exists()


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("name", {"name": ""}, 422),
        ("name", {"name": "x" * 201}, 422),
        ("name", {"name": " -- "}, 400),
        ("name", {"name": "a\x00"}, 422),
        ("notes", {"markdown_content": "x" * 20_001}, 422),
        ("notes", {"markdown_content": "  "}, 400),
        ("merge", {"page_id": "x"}, 422),
        ("different", {}, 422),
        ("split", {"block_ids": [], "name": "x"}, 422),
        ("split", {"block_ids": [str(uuid4())], "name": "x"}, 400),
        ("split", {"block_ids": ["x"], "name": "x"}, 422),
        ("move", {"block_ids": [str(uuid4())]}, 422),
        ("type", {"category_id": "node.block"}, 400),
        ("type", {"category_id": "a\x00"}, 422),
    ],
)
def test_what_makes_no_sense_is_refused(
    alice: User, as_user: SignIn, what: str, body: Any, status: int
) -> None:
    """And nothing is written."""
    ann = rows.entity(alice, "Ann")

    assert post(as_user(alice), ann.id, what, body).status_code == status
    assert not Changeset.objects.exists()
