"""GET /api/journal/search: the days in which something was said."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from journal.models import Journal
from journal.services import append_messages
from journal.types import MessageDraft
from tests.factories import JournalFactory, MessageFactory

SignIn = Callable[[User], Client]


@pytest.fixture
def journal(alice: User) -> Journal:
    """Alice's fourteenth of January."""
    return JournalFactory(user=alice)


def found(client: Client, text: str, **query: str) -> list[str]:
    """The references of the days found, in the answer's order."""
    answer = client.get("/api/journal/search", {"q": text, **query})
    assert answer.status_code == 200
    return [entry["reference"] for entry in answer.json()]


def test_a_day_is_found_by_what_was_said(journal: Journal, as_user: SignIn) -> None:
    """A part of a message is enough, and other days stay out."""
    MessageFactory(journal=journal, content="The new project starts on Monday")
    MessageFactory(journal=JournalFactory(user=journal.user, reference="2025/01/15"))

    assert found(as_user(journal.user), "w proj") == ["2025/01/14"]


@pytest.mark.parametrize("text", ["2025/01", "/14", "2025/01/14", "01"])
def test_a_day_is_found_by_its_reference(journal: Journal, as_user: SignIn, text: str) -> None:
    """A part of the date is enough, with or without messages."""
    assert found(as_user(journal.user), text) == ["2025/01/14"]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("PROJECT", "project"),
        ("project", "PrOjEcT"),
        ("Grüße aus der Straße", "straße"),
        ("ÉCOLE", "école"),
        ("Привет, мир", "ПРИВЕТ"),
        ("ΟΔΟΣ", "οδος"),
        ("日本語のメモ", "本語"),
        ("party 🎉 time", "🎉"),
    ],
)
def test_case_does_not_matter(journal: Journal, as_user: SignIn, said: str, text: str) -> None:
    """Upper and lower case match in every script."""
    MessageFactory(journal=journal, content=said)

    assert found(as_user(journal.user), text) == ["2025/01/14"]


@pytest.mark.parametrize(
    ("said", "text", "matches"),
    [
        ("100 % sure", "%", True),
        ("quite sure", "%", False),
        ("snake_case", "e_c", True),
        ("snakescase", "e_c", False),
        ("C:\\temp", "\\", True),
        ("C:/temp", "\\", False),
        ("it's", "'", True),
        ("a * b", "*", True),
    ],
)
def test_signs_are_text(
    journal: Journal, as_user: SignIn, said: str, text: str, matches: bool
) -> None:
    """Characters that mean something to a database mean themselves here."""
    MessageFactory(journal=journal, content=said)

    assert bool(found(as_user(journal.user), text)) == matches


def test_counts_are_those_of_the_day(journal: Journal, as_user: SignIn) -> None:
    """A found day counts all its messages, not only those that match."""
    MessageFactory(journal=journal, content="needle")
    last = MessageFactory(journal=journal, content="hay")

    [entry] = as_user(journal.user).get("/api/journal/search?q=needle").json()

    assert entry["message_count"] == 2
    assert entry["last_message_at"] == last.created_at.isoformat().replace("+00:00", "Z")


def test_newest_day_comes_first_and_once(journal: Journal, as_user: SignIn) -> None:
    """Days are in descending order; one with two matches is one day."""
    other = JournalFactory(user=journal.user, reference="2025/01/15")
    for day in (journal, other, journal):
        MessageFactory(journal=day, content="needle")

    assert found(as_user(journal.user), "needle") == ["2025/01/15", "2025/01/14"]


def test_a_page_holds_twenty_unless_told(alice: User, as_user: SignIn) -> None:
    """The limit counts days; without one it is twenty."""
    for day in range(1, 24):
        JournalFactory(user=alice, reference=f"2025/01/{day:02}")
    client = as_user(alice)

    assert len(found(client, "2025")) == 20
    assert found(client, "2025", limit="1") == ["2025/01/23"]


@pytest.mark.parametrize("query", ["", "q=", "q=a%00b", "q=a&limit=0", "q=a&limit=101"])
def test_a_question_that_makes_no_sense_is_refused(
    alice: User, as_user: SignIn, query: str
) -> None:
    """A missing, empty or impossible text and a limit out of range are a 422."""
    assert as_user(alice).get(f"/api/journal/search?{query}").status_code == 422


def test_what_was_just_said_is_found(journal: Journal, as_user: SignIn) -> None:
    """An answer without matches is not remembered beyond the next message."""
    client = as_user(journal.user)
    assert found(client, "needle") == []

    append_messages(
        user_id=journal.user_id,
        reference="2025/01/14",
        drafts=[MessageDraft(role="user", content="a needle")],
    )

    assert found(client, "needle") == ["2025/01/14"]


def test_a_stranger_finds_nothing(journal: Journal, charlie: User, as_user: SignIn) -> None:
    """Other users' messages and days are not searched."""
    MessageFactory(journal=journal, content="needle")
    client = as_user(charlie)

    assert found(client, "needle") == found(client, "2025") == []


def test_a_stranger_finds_only_their_own(journal: Journal, charlie: User, as_user: SignIn) -> None:
    """A word that two users said leads each to their own days."""
    MessageFactory(journal=journal, content="needle")
    own = JournalFactory(user=charlie, reference="2025/03/03")
    MessageFactory(journal=own, content="Needle")

    assert found(as_user(charlie), "needle") == ["2025/03/03"]


def test_an_anonymous_caller_is_refused(db: None) -> None:
    """Without signing in nothing is searched."""
    assert Client().get("/api/journal/search?q=a").status_code == 401
    assert Client().get("/api/journal/search").status_code == 401
