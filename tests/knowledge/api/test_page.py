"""GET /api/knowledge/page/{id}: all that is known of an entity."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts.models import User
from knowledge.models import Alias, Block, Entity
from knowledge.types import BlockKind, Status
from tests.factories import JournalFactory
from tests.knowledge.api import rows

SignIn = Callable[[User], Client]


def read(client: Client, entity: Entity) -> dict[str, Any]:
    """The page of an entity."""
    answer = client.get(f"/api/knowledge/page/{entity.id}")
    assert answer.status_code == 200
    page: dict[str, Any] = answer.json()
    return page


def texts(page: dict[str, Any]) -> list[str]:
    """The blocks' texts, in their order."""
    return [block["markdown"] for block in page["content_blocks"]]


def below(parent: Block, text: str) -> Block:
    """A block one level deeper."""
    return rows.fact(parent.user, parent.entity, text, parent=parent, level=parent.level + 1)


def test_a_page_has_its_fields(alice: User, as_user: SignIn) -> None:
    """Who it is, what is known, how it is connected."""
    ann, ben = rows.entity(alice, "Ann"), rows.entity(alice, "Ben")
    Entity.objects.filter(id=ann.id).update(properties={"email": "ann@example.org", "id": "no"})
    block = rows.fact(alice, ann, " Ann lives in Lyon. ")
    rows.fact(alice, ben, "Ben plays chess.")
    rows.edge(alice, ann, ben)
    Alias.objects.create(id=uuid4(), user=alice, entity=ann, name="Annie", normal_name="annie")

    page = read(as_user(alice), ann)

    times = page.pop("metadata")
    assert page.pop("now")[0]["statements"][0]["markdown"] == "Ann lives in Lyon."
    assert page.pop("relations")[0]["text"] == "Ann knows Ben"
    assert times["created_at"] == "2025-01-14T09:30:00Z"
    assert times["updated_at"].endswith("Z")
    assert page == {
        "id": str(ann.id),
        "category_id": "node.person",
        "title": "Ann",
        "summary": "Ann lives in Lyon.",
        "properties": {"name": "Ann", "email": "ann@example.org", "aliases": '["Annie"]'},
        "links": [
            {
                "page_id": str(ben.id),
                "title": "Ben",
                "summary": "Ben plays chess.",
                "relation": "",
                "text": "Ann knows Ben",
            }
        ],
        "content_blocks": [{"block_id": str(block.id), "markdown": "Ann lives in Lyon."}],
        "category_name": "Person",
        "aliases": ["Annie"],
        "as_of": None,
        **{key: [] for key in ["to_user", "coming", "past", "past_relations", "merged"]},
    }


def test_blocks_come_depth_first(alice: User, as_user: SignIn) -> None:
    """What is below a block follows it, down to the second level."""
    ann = rows.entity(alice, "Ann")
    root = rows.fact(alice, ann, "root", kind=BlockKind.SUMMARY)
    rows.fact(alice, ann, "another")
    child = below(root, "child")
    grandchild = below(child, "grandchild")
    below(grandchild, "too deep")

    assert texts(read(as_user(alice), ann)) == ["root", "child", "grandchild", "another"]


def test_siblings_are_in_the_order_of_their_ids(alice: User, as_user: SignIn) -> None:
    """The order of a page is the same every time."""
    ann = rows.entity(alice, "Ann")
    blocks = [rows.fact(alice, ann, f"fact {number}") for number in range(5)]

    ids = [block["block_id"] for block in read(as_user(alice), ann)["content_blocks"]]

    assert ids == sorted(str(block.id) for block in blocks)


def test_blank_blocks_are_skipped(alice: User, as_user: SignIn) -> None:
    """A page is what can be read."""
    ann = rows.entity(alice, "Ann")
    rows.fact(alice, ann, "  ", kind=BlockKind.SUMMARY)
    rows.fact(alice, ann, "Ann plays chess.")

    page = read(as_user(alice), ann)

    assert (texts(page), page["summary"]) == (["Ann plays chess."], "Ann plays chess.")


def test_an_entity_of_which_nothing_is_known_has_a_page(alice: User, as_user: SignIn) -> None:
    """An empty one."""
    page = read(as_user(alice), rows.entity(alice, "Ann"))

    assert (page["summary"], page["content_blocks"], page["links"]) == (None, [], [])


def test_what_holds_no_longer_is_left_out(alice: User, as_user: SignIn) -> None:
    """Superseded facts and those found wrong are not on the page."""
    ann = rows.entity(alice, "Ann")
    rows.fact(alice, ann, "Ann lives in Rome.", superseded_at=rows.SAID_AT)
    rows.fact(alice, ann, "Ann is a spy.", status=Status.FALSIFIED)
    rows.fact(alice, ann, "Ann lives in Lyon.")

    assert texts(read(as_user(alice), ann)) == ["Ann lives in Lyon."]


def test_messages_are_not_blocks_of_the_page(alice: User, as_user: SignIn) -> None:
    """A page tells facts; the journal keeps what was said."""
    ann = rows.entity(alice, "Ann")
    episode = rows.episode(rows.said(JournalFactory(user=alice), "I met Ann."))
    Block.objects.filter(id=episode.id).update(entity=ann)

    assert texts(read(as_user(alice), ann)) == []


def test_a_neighbour_is_linked_once(alice: User, as_user: SignIn) -> None:
    """However many relations there are, in whatever direction."""
    ann, ben = rows.entity(alice, "Ann"), rows.entity(alice, "Ben")
    rows.edge(alice, ann, ben)
    rows.edge(alice, ben, ann, type_id="edge.related_to")

    assert [link["title"] for link in read(as_user(alice), ann)["links"]] == ["Ben"]


def test_what_was_merged_is_one_page(alice: User, as_user: SignIn) -> None:
    """Both ids lead to it, with the facts and the neighbours of both."""
    ann, ben = rows.entity(alice, "Ann"), rows.entity(alice, "Ben")
    annie = rows.entity(alice, "Annie", merged_into=ann)
    rows.fact(alice, annie, "Annie plays chess.")
    rows.edge(alice, annie, ben)
    client = as_user(alice)

    page = read(client, annie)

    assert page == read(client, ann)
    assert (page["id"], texts(page)) == (str(ann.id), ["Annie plays chess."])
    assert [link["title"] for link in page["links"]] == ["Ben"]


@pytest.mark.parametrize("page_id", [str(UUID(int=1)), "1", "not-an-id", "%00", "node.person"])
def test_an_unknown_page_is_not_found(alice: User, as_user: SignIn, page_id: str) -> None:
    """404, whatever the id looks like."""
    answer = as_user(alice).get(f"/api/knowledge/page/{page_id}")

    assert answer.status_code == 404
    assert set(answer.json()) == {"detail"}


def test_a_stranger_does_not_find_it(alice: User, charlie: User, as_user: SignIn) -> None:
    """Another user's page is absent, not forbidden."""
    ann = rows.entity(alice, "Ann")

    assert as_user(charlie).get(f"/api/knowledge/page/{ann.id}").status_code == 404


def test_an_anonymous_caller_is_refused(alice: User) -> None:
    """Without signing in nobody learns whether a page exists."""
    ann = rows.entity(alice, "Ann")

    assert Client().get(f"/api/knowledge/page/{ann.id}").status_code == 401
