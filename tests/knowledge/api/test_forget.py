"""DELETE below /api/knowledge: a fact, an entity, a message, a day, everything."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from journal.models import Journal, Message
from knowledge.models import Block, Entity
from knowledge.models.indexes import OutboxEntry
from tests.factories import JournalFactory
from tests.knowledge.api import rows

SignIn = Callable[[User], Client]
ROOT = "/api/knowledge"


class World:
    """What Alice's memory holds, and where each of its parts is forgotten."""

    def __init__(self, alice: User) -> None:
        self.message = rows.said(JournalFactory(user=alice), "Ann lives in Lyon.")
        self.ann = rows.entity(alice, "Ann")
        self.fact = rows.fact(alice, self.ann, "Ann lives in Lyon.", message=self.message)
        self.episode = rows.episode(self.message)
        rows.mention(self.episode, self.ann)

    def path(self, kind: str) -> str:
        """The address that forgets it."""
        return {
            "fact": f"{ROOT}/block/{self.fact.id}",
            "entity": f"{ROOT}/page/{self.ann.id}",
            "message": f"{ROOT}/messages/{self.message.id}",
            "journal": f"{ROOT}/journals/2025/01/14",
            "everything": ROOT,
        }[kind]

    def page(self, kind: str) -> str:
        """The page that asks first."""
        return {
            "fact": reverse("memory-forget-fact", args=[self.ann.id, self.fact.id]),
            "entity": reverse("memory-forget-entity", args=[self.ann.id]),
            "message": reverse("memory-forget-message", args=[self.message.id]),
            "journal": reverse("memory-forget-journal", args=["2025/01/14"]),
            "everything": reverse("memory-forget-everything"),
        }[kind]


KINDS = ("fact", "entity", "message", "journal", "everything")


@pytest.fixture
def world(alice: User) -> World:
    """Alice's memory."""
    return World(alice)


def state() -> list[Any]:
    """Everything that could go."""
    return [
        sorted(model.objects.values_list("id", flat=True))
        for model in (Journal, Message, Entity, Block)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_preview_changes_nothing(alice: User, as_user: SignIn, world: World, kind: str) -> None:
    """It tells what would go; asking needs no confirmation."""
    before = state()

    answer = as_user(alice).delete(f"{world.path(kind)}?preview=true")

    assert answer.status_code == 200
    body = answer.json()
    assert (body["preview"], body["target"]["kind"]) == (True, kind)
    assert sum(body["counts"].values()) > 0
    assert body["items"]
    assert state() == before


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        ("fact", (False, True, True)),
        ("entity", (False, False, True)),
        ("message", (False, False, False)),
        ("journal", (False, False, False)),
        ("everything", (False, False, False)),
    ],
)
def test_what_is_forgotten_is_gone(
    alice: User, as_user: SignIn, world: World, kind: str, left: tuple[bool, bool, bool]
) -> None:
    """With what is known from it alone; a fact leaves the journal as it is."""
    answer = as_user(alice).delete(f"{world.path(kind)}?confirm=everything")

    assert answer.status_code == 200
    assert answer.json()["preview"] is False
    assert answer.json()["changeset_id"]
    assert left == (
        Block.objects.filter(id=world.fact.id).exists(),
        Entity.objects.filter(id=world.ann.id).exists(),
        Message.objects.filter(id=world.message.id).exists(),
    )


def test_a_forgotten_fact_is_found_no_more(alice: User, as_user: SignIn, world: World) -> None:
    """Neither on its page nor in what recall reads."""
    client = as_user(alice)

    client.delete(world.path("fact"))

    page = client.get(world.path("entity")).json()
    assert page["content_blocks"] == []
    assert "Lyon" not in " ".join(Block.objects.values_list("text", flat=True))


@pytest.mark.parametrize("query", ["", "?confirm=", "?confirm=yes", "?confirm=Everything"])
def test_everything_needs_the_word(alice: User, as_user: SignIn, world: World, query: str) -> None:
    """400 without it, and nothing goes."""
    before = state()

    answer = as_user(alice).delete(f"{ROOT}{query}")

    assert (answer.status_code, state()) == (400, before)


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_asks_first(alice: User, as_user: SignIn, world: World, kind: str) -> None:
    """It shows what would go, and nothing goes by looking."""
    before = state()

    page = as_user(alice).get(world.page(kind))

    assert page.status_code == 200
    assert "It cannot be brought back." in page.content.decode()
    assert state() == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_forgets(alice: User, as_user: SignIn, world: World, kind: str) -> None:
    """After the button, the fact is gone and the next page says so."""
    client = as_user(alice)

    answer = client.post(world.page(kind), {"confirm": "everything"}, follow=True)

    assert answer.status_code == 200
    assert "Forgotten." in answer.content.decode()
    assert not Block.objects.filter(id=world.fact.id).exists()


def test_the_page_for_everything_needs_the_word(alice: User, as_user: SignIn, world: World) -> None:
    """Another word, and nothing goes."""
    before = state()

    page = as_user(alice).post(world.page("everything"), {"confirm": "yes"}, follow=True)

    assert "Nothing was forgotten" in page.content.decode()
    assert state() == before


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "everything"])
def test_a_stranger_forgets_nothing(
    alice: User, charlie: User, as_user: SignIn, world: World, kind: str
) -> None:
    """404 for preview, deletion and page; all of Alice's is there."""
    client = as_user(charlie)
    before = state()

    answers = [
        client.delete(f"{world.path(kind)}?preview=true"),
        client.delete(world.path(kind)),
        client.get(world.page(kind)),
        client.post(world.page(kind)),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert state() == before


def test_everything_is_one_s_own(alice: User, charlie: User, as_user: SignIn, world: World) -> None:
    """Whoever forgets everything forgets nothing of others."""
    rows.said(JournalFactory(user=charlie), "Mine.")

    answer = as_user(charlie).delete(f"{ROOT}?confirm=everything")

    assert answer.status_code == 200
    assert Message.objects.filter(user=alice).exists()
    assert Block.objects.filter(user=alice).count() == 2
    assert not Message.objects.filter(user=charlie).exists()


@pytest.mark.parametrize(
    "path",
    [
        f"{ROOT}/block/{UUID(int=1)}",
        f"{ROOT}/page/{UUID(int=1)}",
        f"{ROOT}/page/nonsense",
        f"{ROOT}/messages/{UUID(int=1)}",
        f"{ROOT}/journals/2001/01/01",
        f"{ROOT}/journals/nonsense",
        f"{ROOT}/journals/%00",
    ],
)
def test_what_is_not_there_is_not_found(alice: User, as_user: SignIn, path: str) -> None:
    """404."""
    assert as_user(alice).delete(path).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_an_anonymous_caller_is_refused(world: World, kind: str) -> None:
    """401."""
    assert Client().delete(world.path(kind)).status_code == 401


@pytest.mark.parametrize("kind", ["fact", "entity", "message", "journal", "everything"])
def test_indexes_outside_follow_a_moment_later(
    alice: User, as_user: SignIn, config: Callable[..., None], kind: str
) -> None:
    """The preview, the report and the page name those that are configured."""
    config(exobrain_qdrant_url="http://127.0.0.1:9", exobrain_memgraph_url="bolt://127.0.0.1:9")
    world, client = World(alice), as_user(alice)

    page = client.get(world.page(kind)).content.decode()
    shown = client.delete(f"{world.path(kind)}?preview=true").json()
    gone = client.delete(f"{world.path(kind)}?confirm=everything").json()

    assert "the graph outside the database" in page
    assert shown["pending"] == gone["pending"] == ["vectors", "graph"]
    assert set(OutboxEntry.objects.values_list("projection", flat=True)) == {"vectors", "graph"}


def test_nothing_is_pending_without_indexes_outside(alice: User, as_user: SignIn) -> None:
    """What is in PostgreSQL is gone with the facts."""
    world, client = World(alice), as_user(alice)

    page = client.get(world.page("entity")).content.decode()
    answer = client.delete(world.path("entity"))

    assert "A moment later" not in page
    assert answer.json()["pending"] == []
