"""PATCH /api/knowledge/page/{id}: the user's own words for blocks."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts.models import User
from knowledge.models import Block, Changeset, Entity
from knowledge.types import MAX_TEXT_CHARS
from tests.factories import JournalFactory
from tests.knowledge.api import rows

SignIn = Callable[[User], Client]


def edit(client: Client, page: Entity, *blocks: tuple[object, str]) -> Any:
    """The answer to an edit."""
    body = {
        "content_blocks": [
            {"block_id": str(block_id), "markdown_content": text} for block_id, text in blocks
        ]
    }
    return client.patch(f"/api/knowledge/page/{page.id}", body, content_type="application/json")


def texts(client: Client, page: Entity) -> list[str]:
    """What the page says."""
    blocks = client.get(f"/api/knowledge/page/{page.id}").json()["content_blocks"]
    return sorted(block["markdown"] for block in blocks)


def test_a_block_gets_another_text(alice: User, as_user: SignIn) -> None:
    """The page says it from now on, and what was there is kept."""
    ann = rows.entity(alice, "Ann")
    block = rows.fact(alice, ann, "Ann lives in Rome.")
    client = as_user(alice)

    answer = edit(client, ann, (block.id, "Ann lives in **Lyon**."))

    assert answer.status_code == 200
    body = answer.json()
    assert body == {
        "page_id": str(ann.id),
        "updated_block_ids": [str(block.id)],
        "updated_block_count": 1,
        "status": "updated",
        "successors": {str(block.id): body["successors"][str(block.id)]},
    }
    assert texts(client, ann) == ["Ann lives in **Lyon**."]
    assert Block.objects.get(id=block.id).text == "Ann lives in Rome."
    assert Changeset.objects.filter(user=alice, kind="edit").count() == 1


def test_an_old_id_leads_to_the_present_block(alice: User, as_user: SignIn) -> None:
    """A client that knows a block by its first id may go on editing it."""
    ann = rows.entity(alice, "Ann")
    block = rows.fact(alice, ann, "Ann lives in Rome.")
    client = as_user(alice)
    edit(client, ann, (block.id, "Ann lives in Lyon."))

    answer = edit(client, ann, (block.id, "Ann lives in Paris."))

    assert answer.status_code == 200
    assert texts(client, ann) == ["Ann lives in Paris."]


def test_an_empty_text_takes_a_block_off(alice: User, as_user: SignIn) -> None:
    """It is wrong then, by the user's word."""
    ann = rows.entity(alice, "Ann")
    gone = rows.fact(alice, ann, "Ann is a spy.")
    rows.fact(alice, ann, "Ann is tall.")
    client = as_user(alice)

    answer = edit(client, ann, (gone.id, ""))

    assert answer.status_code == 200
    assert texts(client, ann) == ["Ann is tall."]


def test_several_blocks_are_one_change(alice: User, as_user: SignIn) -> None:
    """All of them in one changeset."""
    ann = rows.entity(alice, "Ann")
    blocks = [rows.fact(alice, ann, f"Fact {number}.") for number in range(3)]
    client = as_user(alice)

    edit(client, ann, *[(block.id, f"New {block.text}") for block in blocks])

    assert texts(client, ann) == ["New Fact 0.", "New Fact 1.", "New Fact 2."]
    assert Changeset.objects.filter(user=alice).count() == 1


@pytest.mark.parametrize("block_id", ["", "  ", "nonsense", str(UUID(int=1))])
def test_one_bad_block_spoils_all(alice: User, as_user: SignIn, block_id: str) -> None:
    """400 or 422, and nothing is written."""
    ann = rows.entity(alice, "Ann")
    block = rows.fact(alice, ann, "Ann lives in Rome.")
    client = as_user(alice)

    answer = edit(client, ann, (block.id, "Ann lives in Lyon."), (block_id, "x"))

    assert answer.status_code == (400 if block_id else 422)
    assert texts(client, ann) == ["Ann lives in Rome."]
    assert not Changeset.objects.exists()


def test_the_same_block_twice_is_refused(alice: User, as_user: SignIn) -> None:
    """400 and nothing is written, however the id is spelled."""
    ann = rows.entity(alice, "Ann")
    block = rows.fact(alice, ann, "Ann lives in Rome.")
    client = as_user(alice)

    answer = edit(client, ann, (block.id, "In Lyon."), (str(block.id).upper(), "In Paris."))

    assert answer.status_code == 400
    assert texts(client, ann) == ["Ann lives in Rome."]


def test_two_ids_of_one_place_are_refused(alice: User, as_user: SignIn) -> None:
    """What a block replaced and the block itself: only one of two texts could stand there."""
    ann = rows.entity(alice, "Ann")
    block = rows.fact(alice, ann, "Ann lives in Rome.")
    client = as_user(alice)
    newer = edit(client, ann, (block.id, "In Lyon.")).json()["successors"][str(block.id)]

    answer = edit(client, ann, (block.id, "In Paris."), (newer, "In Oslo."))

    assert answer.status_code == 400
    assert texts(client, ann) == ["In Lyon."]


def test_a_text_has_a_bound(alice: User, as_user: SignIn) -> None:
    """422 above it, and no part of the text is kept."""
    ann = rows.entity(alice, "Ann")
    block = rows.fact(alice, ann, "Ann lives in Rome.")
    client = as_user(alice)

    answers = [edit(client, ann, (block.id, "x" * (MAX_TEXT_CHARS + extra))) for extra in (1, 0)]

    assert [answer.status_code for answer in answers] == [422, 200]
    assert texts(client, ann) == ["x" * MAX_TEXT_CHARS]


def test_a_block_of_another_page_is_refused(alice: User, as_user: SignIn) -> None:
    """400, and neither page has changed."""
    ann, ben = rows.entity(alice, "Ann"), rows.entity(alice, "Ben")
    bens = rows.fact(alice, ben, "Ben plays chess.")

    assert edit(as_user(alice), ann, (bens.id, "x")).status_code == 400
    assert texts(as_user(alice), ben) == ["Ben plays chess."]


def test_a_block_too_deep_is_refused(alice: User, as_user: SignIn) -> None:
    """What is below the second level is not on the page."""
    ann = rows.entity(alice, "Ann")
    deep = rows.fact(alice, ann, "deep", level=3)

    assert edit(as_user(alice), ann, (deep.id, "x")).status_code == 400


def test_what_was_said_cannot_be_edited(alice: User, as_user: SignIn) -> None:
    """A message is no block of a page."""
    ann = rows.entity(alice, "Ann")
    episode = rows.episode(rows.said(JournalFactory(user=alice), "I met Ann."))
    Block.objects.filter(id=episode.id).update(entity=ann)

    assert edit(as_user(alice), ann, (episode.id, "x")).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content_blocks": []},
        {"content_blocks": [{}]},
        {"content_blocks": [{"block_id": "x"}]},
        {"content_blocks": [{"block_id": "x", "markdown_content": None}]},
        {"content_blocks": [{"block_id": "x", "markdown_content": "a\x00b"}]},
        {"content_blocks": "x"},
    ],
)
def test_a_malformed_body_is_refused(alice: User, as_user: SignIn, body: Any) -> None:
    """422 before anything is looked for."""
    ann = rows.entity(alice, "Ann")
    path = f"/api/knowledge/page/{ann.id}"

    assert as_user(alice).patch(path, body, content_type="application/json").status_code == 422


def test_an_unknown_page_is_not_found(alice: User, as_user: SignIn) -> None:
    """404."""
    path = f"/api/knowledge/page/{uuid4()}"
    body = {"content_blocks": [{"block_id": str(uuid4()), "markdown_content": "x"}]}

    assert as_user(alice).patch(path, body, content_type="application/json").status_code == 404


def test_a_stranger_changes_nothing(alice: User, charlie: User, as_user: SignIn) -> None:
    """Neither on Alice's page, nor through a page of his own."""
    ann = rows.entity(alice, "Ann")
    block = rows.fact(alice, ann, "Ann lives in Rome.")
    own = rows.entity(charlie, "Own")
    client = as_user(charlie)

    answers = [edit(client, ann, (block.id, "x")), edit(client, own, (block.id, "x"))]

    assert [answer.status_code for answer in answers] == [404, 400]
    assert texts(as_user(alice), ann) == ["Ann lives in Rome."]


def test_an_anonymous_caller_is_refused(alice: User) -> None:
    """401."""
    ann = rows.entity(alice, "Ann")

    assert edit(Client(), ann, (UUID(int=1), "x")).status_code == 401
