"""GET /api/journal: the days, newest first."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import User
from tests.factories import JournalFactory, MessageFactory

SignIn = Callable[[User], Client]
DAYS = ["2025/01/31", "2025/02/01", "2024/12/31"]


def references(client: Client, query: str = "") -> list[str]:
    """The references in the answer, in its order."""
    answer = client.get(f"/api/journal{query}")
    assert answer.status_code == 200
    return [entry["reference"] for entry in answer.json()]


def test_newest_day_comes_first(alice: User, as_user: SignIn) -> None:
    """Journals are in the descending order of their days."""
    for day in DAYS:
        JournalFactory(user=alice, reference=day)

    assert references(as_user(alice)) == ["2025/02/01", "2025/01/31", "2024/12/31"]


def test_an_entry_has_the_fields_of_the_contract(alice: User, as_user: SignIn) -> None:
    """Nothing is missing, nothing is added, times end in Z."""
    journal = JournalFactory(user=alice)
    message = MessageFactory(journal=journal, created_at=datetime(2025, 1, 14, 9, tzinfo=UTC))
    journal.refresh_from_db()

    [entry] = as_user(alice).get("/api/journal").json()

    assert entry == {
        "id": str(journal.id),
        "reference": "2025/01/14",
        "created_at": journal.created_at.isoformat().replace("+00:00", "Z"),
        "updated_at": journal.updated_at.isoformat().replace("+00:00", "Z"),
        "last_message_at": "2025-01-14T09:00:00Z",
        "message_count": 1,
        "status": "open",
    }
    assert message.sequence == 1


def test_a_day_without_messages_has_no_last_one(alice: User, as_user: SignIn) -> None:
    """An empty journal counts zero and has no time of a last message."""
    JournalFactory(user=alice)

    [entry] = as_user(alice).get("/api/journal").json()

    assert (entry["message_count"], entry["last_message_at"]) == (0, None)


def test_nobody_has_journals_at_first(alice: User, as_user: SignIn) -> None:
    """A user without journals gets an empty list."""
    assert references(as_user(alice)) == []


def test_a_page_holds_twenty(alice: User, as_user: SignIn) -> None:
    """Without a limit the twenty newest days are listed."""
    for day in range(1, 24):
        JournalFactory(user=alice, reference=f"2025/01/{day:02}")

    listed = references(as_user(alice))

    assert (len(listed), listed[0], listed[-1]) == (20, "2025/01/23", "2025/01/04")


@pytest.mark.parametrize(("limit", "count"), [("1", 1), ("100", 3)])
def test_a_page_holds_as_many_as_asked_for(
    alice: User, as_user: SignIn, limit: str, count: int
) -> None:
    """From one to a hundred days fit on a page."""
    for day in DAYS:
        JournalFactory(user=alice, reference=day)

    assert len(references(as_user(alice), f"?limit={limit}")) == count


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "1.5", ""])
def test_a_page_of_another_size_is_refused(alice: User, as_user: SignIn, limit: str) -> None:
    """A limit outside 1 to 100 is a 422 that names it."""
    answer = as_user(alice).get(f"/api/journal?limit={limit}")

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", "limit"]


def test_the_cursor_is_exclusive(alice: User, as_user: SignIn) -> None:
    """The page after a cursor starts with the day before it."""
    for day in DAYS:
        JournalFactory(user=alice, reference=day)

    assert references(as_user(alice), "?cursor=2025/01/31") == ["2024/12/31"]


@pytest.mark.parametrize(
    ("cursor", "count"), [("zzz", 3), ("2025", 1), ("2025/02", 2), ("%F0%9F%90%99", 3), ("", 0)]
)
def test_any_text_is_a_cursor(alice: User, as_user: SignIn, cursor: str, count: int) -> None:
    """References are compared with the cursor as texts, whatever it is."""
    for day in DAYS:
        JournalFactory(user=alice, reference=day)

    assert len(references(as_user(alice), f"?cursor={cursor}")) == count


def test_a_nul_character_is_refused(alice: User, as_user: SignIn) -> None:
    """A cursor that PostgreSQL cannot compare is a 422, not an error of the server."""
    answer = as_user(alice).get("/api/journal?cursor=2025%00")

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", "cursor"]


def test_a_stranger_sees_nothing(alice: User, charlie: User, as_user: SignIn) -> None:
    """Other users' days are not listed, with or without a cursor."""
    JournalFactory(user=alice)

    assert references(as_user(charlie)) == references(as_user(charlie), "?cursor=zzz") == []


def test_an_anonymous_caller_is_refused(db: None) -> None:
    """Without signing in there is no list, and no word about a wrong limit either."""
    assert Client().get("/api/journal").status_code == 401
    assert Client().get("/api/journal?limit=0").status_code == 401


def test_a_bearer_token_opens_it(alice: User, bearer: Callable[[User], dict[str, str]]) -> None:
    """The list is served to an access token as to a session."""
    JournalFactory(user=alice)

    answer = Client().get("/api/journal", headers=bearer(alice))

    assert len(answer.json()) == 1
