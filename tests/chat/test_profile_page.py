"""The profile as its user sees it, and the slots that are switched off."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from knowledge.services.pages.editing import set_private
from tests.knowledge.api import rows

AsUser = Callable[[User], Client]


@pytest.fixture
def known(alice: User) -> None:
    """Two things that hold of Alice."""
    me = rows.entity(alice, "Alice", is_self=True)
    rows.fact(alice, me, "I am allergic to <cashews>.", topic="allergy:cashews")
    home = rows.fact(alice, me, "I live in Ghent.", topic="home")
    set_private(user_id=alice.id, block_id=home.id, is_private=True)


@pytest.mark.usefixtures("known")
def test_it_is_shown_as_it_is_sent(
    alice: User, as_user: AsUser, config: Callable[..., None]
) -> None:
    """Text, budget, and what is left out of it and why."""
    config(model_provider_base_url="https://models.example.com/v1")
    client = as_user(alice)

    got = client.get("/api/knowledge/profile").json()
    page = client.get("/memory/profile").content.decode()

    assert "I am allergic to &lt;cashews&gt;." in got["text"]
    assert "Ghent" not in got["text"]
    assert got["tokens"] <= got["budget_tokens"] == 300
    assert got["is_model_elsewhere"]
    lines: list[Any] = got["lines"]
    assert [(line["slot"], line["is_sent"], line["is_private"]) for line in lines] == [
        ("allergies", True, False),
        ("home", False, True),
    ]
    assert "&amp;lt;cashews&amp;gt;" in page
    assert "not sent" in page


@pytest.mark.usefixtures("known")
def test_a_slot_is_switched_off(alice: User, as_user: AsUser) -> None:
    """By the API and by the page; what is ticked is told again."""
    client = as_user(alice)

    off = client.put(
        "/api/knowledge/profile/slots", {"hidden_slots": ["allergies"]}, "application/json"
    ).json()
    page = client.get("/memory/profile").content.decode()
    client.post("/memory/profile/slots", {"slot": ["allergies"]})
    on = client.get("/api/knowledge/profile").json()

    assert (off["hidden_slots"], "cashews" in off["text"]) == (["allergies"], False)
    assert 'value="allergies">' in page
    assert 'value="home" checked>' in page
    assert ("cashews" in on["text"], "Ghent" in on["text"]) == (True, False)


def test_an_unknown_slot_is_refused(alice: User, as_user: AsUser) -> None:
    """There are those that there are."""
    answer = as_user(alice).put(
        "/api/knowledge/profile/slots", {"hidden_slots": ["mood"]}, "application/json"
    )

    assert answer.status_code == 422


@pytest.mark.usefixtures("known")
def test_a_stranger_sees_their_own(charlie: User, as_user: AsUser) -> None:
    """Which is empty."""
    got = as_user(charlie).get("/api/knowledge/profile").json()

    assert (got["text"], got["lines"]) == ("", [])
