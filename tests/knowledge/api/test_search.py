"""GET /api/knowledge/search: what the memory has for a question."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from knowledge.services.pages import editing
from knowledge.services.recall import searching
from tests.factories import JournalFactory
from tests.knowledge.api import rows
from tests.knowledge.ledger.scribe import Teller
from tests.knowledge.remembering import Remembering

SignIn = Callable[[User], Client]
PATH = "/api/knowledge/search"


@pytest.fixture
def told(alice: User) -> Teller:
    """Alice has moved."""
    teller = Teller(alice)
    teller.tell("I live in Rome.", day=13)
    teller.tell("I live in Lyon now.", day=72)
    return teller


def read(client: Client, **query: str) -> dict[str, Any]:
    """The answer."""
    answer = client.get(PATH, {"q": "Where do I live?", **query})
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def texts(body: dict[str, Any]) -> str:
    """Everything that was found, as one text."""
    return " | ".join(item["text"] for item in body["items"])


def test_a_memory_has_its_fields(alice: User, as_user: SignIn, told: Teller) -> None:
    """What it says, why it was found, and the messages that it is from."""
    body = read(as_user(alice))

    assert "Lyon" in texts(body)
    item = body["items"][0]
    assert set(item) == {
        *("block_id", "kind", "text", "score", "parts", "trust", "status", "confidence"),
        *("message_ids", "reference", "said_at", "valid_from", "valid_to", "entity_ids"),
        *("topic", "starts_at", "ended"),
    }
    assert item["trust"] == "user_said"
    assert item["parts"]
    assert item["message_ids"]
    assert set(body["retriever_ms"]) >= {"words"}
    assert body["dropped"] == []


def test_the_past_can_be_asked(alice: User, as_user: SignIn, told: Teller) -> None:
    """As of a date, what was known to hold then."""
    body = read(as_user(alice), as_of="2025-02-01T00:00:00Z")

    assert "Rome" in texts(body)
    assert "Lyon" not in texts(body)


def test_there_are_no_more_than_asked_for(alice: User, as_user: SignIn, told: Teller) -> None:
    """The best one."""
    assert len(read(as_user(alice), limit="1")["items"]) == 1


def test_little_trusted_memory_can_be_left_out(alice: User, as_user: SignIn, told: Teller) -> None:
    """Nothing here was confirmed."""
    assert read(as_user(alice), min_trust="confirmed")["items"] == []


def test_an_empty_memory_has_nothing(alice: User, as_user: SignIn) -> None:
    """And says so at once."""
    assert read(as_user(alice)) == {
        "items": [],
        "is_known": False,
        "retriever_ms": {},
        "dropped": [],
    }


@pytest.mark.parametrize(
    "query",
    [
        {"q": ""},
        {"q": "x" * 4001},
        {"q": "a\x00b"},
        {"limit": "0"},
        {"limit": "101"},
        {"as_of": "yesterday"},
        {"as_of": "2025-01-01T00:00:00"},
        {"min_trust": "total"},
    ],
)
def test_a_malformed_query_is_refused(alice: User, as_user: SignIn, query: dict[str, str]) -> None:
    """422 names the parameter."""
    answer = as_user(alice).get(PATH, {"q": "x", **query})

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "query"


@pytest.mark.parametrize("query", ["'; DROP TABLE x; --", "%", "🦉", "((((", "a" * 4000, "\u202e"])
def test_any_question_may_be_asked(alice: User, as_user: SignIn, told: Teller, query: str) -> None:
    """Nothing in it is an operator of anything."""
    assert as_user(alice).get(PATH, {"q": query}).status_code == 200


def test_a_stranger_finds_nothing(
    alice: User, charlie: User, as_user: SignIn, told: Teller
) -> None:
    """Neither with a memory of his own nor without."""
    client = as_user(charlie)
    before = read(client)

    Teller(charlie).tell("I live in Oslo.")

    assert before["items"] == []
    assert "Oslo" in texts(read(client))
    assert not {"Rome", "Lyon"} & set(texts(read(client)).replace(".", "").split())


def test_the_page_shows_what_was_found(alice: User, as_user: SignIn, told: Teller) -> None:
    """With the way to the message, and no number of the machine's."""
    page = as_user(alice).get("/memory", {"q": "Where do I live?"}).content.decode()

    assert "Lyon" in page
    assert "/memory/messages/" in page
    assert "score" not in page


def test_facts_come_before_passages(
    alice: User, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However well a passage fits, over the API and on the page."""
    message = rows.said(JournalFactory(user=alice), "Ann and I went to Lyon, where she lives.")
    found = [rows.episode(message), rows.fact(alice, None, "Ann lives in Lyon.")]
    monkeypatch.setattr(searching, "search", Remembering(found))
    client = as_user(alice)

    page = client.get("/memory", {"q": "Ann"}).content.decode()

    assert [item["kind"] for item in read(client)["items"]] == ["fact", "episode"]
    known, _, said = page.partition("What was said")
    assert ("Ann lives in Lyon." in known, "where she lives" in said) == (True, True)
    assert "where she lives" not in known


def test_nothing_is_known_is_said(
    alice: User, as_user: SignIn, told: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one sentence."""
    monkeypatch.setattr(searching, "search", Remembering([]))
    client = as_user(alice)

    page = client.get("/memory", {"q": "What is my shoe size?"}).content.decode()

    assert "Nothing is known of that." in page
    assert read(client)["is_known"] is False


def test_a_page_that_is_named_is_offered(
    alice: User, charlie: User, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if nothing else is known; to nobody else."""
    ann = rows.entity(alice, "Ann Miller")
    monkeypatch.setattr(searching, "search", Remembering([]))

    page = as_user(alice).get("/memory", {"q": "Who is ann miller?"}).content.decode()
    theirs = as_user(charlie).get("/memory", {"q": "Who is ann miller?"}).content.decode()

    assert f"/memory/pages/{ann.id}" in page
    assert "Nothing is known of that beyond the name." in page
    assert f"/memory/pages/{ann.id}" not in theirs


def test_the_page_can_be_asked_of_a_day(alice: User, as_user: SignIn, told: Teller) -> None:
    """What held then; a day that is none is today."""
    client = as_user(alice)

    then = client.get("/memory", {"q": "Where do I live?", "as_of": "2025-02-01"})
    now = client.get("/memory", {"q": "Where do I live?", "as_of": "some day"})

    assert ("Rome" in then.content.decode(), "Lyon" in then.content.decode()) == (True, False)
    assert "What held on 1 Feb 2025" in then.content.decode()
    assert "Lyon" in now.content.decode()


def test_the_page_shows_notes(alice: User, as_user: SignIn) -> None:
    """Which come from no message."""
    found = rows.entity(alice, "Ann")
    editing.add_note(user_id=alice.id, entity_id=found.id, text="Ann likes liquorice.")

    page = as_user(alice).get("/memory", {"q": "What does Ann like?"}).content.decode()

    assert "Ann likes liquorice." in page


def test_an_anonymous_caller_is_refused(db: None) -> None:
    """401."""
    assert Client().get(PATH, {"q": "x"}).status_code == 401
