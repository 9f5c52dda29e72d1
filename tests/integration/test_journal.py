"""The seeded journal on a running server."""

import httpx
import pytest

pytestmark = [pytest.mark.integration, pytest.mark.xdist_group("integration")]
SEEDED = "/api/journal/2025/02/18/messages"


def test_the_list_has_today_and_the_seeded_days(client: httpx.Client) -> None:
    """Once today is made, it is listed beside the seeded days."""
    today = client.get("/api/journal/today", params={"create": "true"}).json()

    answer = client.get("/api/journal", params={"limit": 100})

    assert answer.status_code == 200
    assert {today["reference"], "2025/01/14"} <= {entry["reference"] for entry in answer.json()}


def test_seeded_days_have_both_roles(client: httpx.Client) -> None:
    """The user and the assistant both spoke on a seeded day."""
    messages = client.get("/api/journal/2025/01/14/messages").json()

    assert {message["role"] for message in messages} == {"user", "assistant"}


def test_every_message_has_tool_calls(client: httpx.Client) -> None:
    """The key is there even when no tool was used."""
    messages = client.get(SEEDED, params={"limit": 500}).json()

    assert messages
    assert all("tool_calls" in message for message in messages)


def test_a_page_of_one_has_one(client: httpx.Client) -> None:
    """`limit=1` returns exactly the newest message."""
    [message] = client.get(SEEDED, params={"limit": 1}).json()

    assert message["sequence"] == 70


def test_the_cursor_leads_backwards(client: httpx.Client) -> None:
    """The page after a cursor holds the messages before it, newest first."""
    answer = client.get(SEEDED, params={"limit": 2, "cursor": 70})

    assert answer.status_code == 200
    assert [message["sequence"] for message in answer.json()] == [69, 68]


def test_search_finds_the_day(client: httpx.Client) -> None:
    """A word of a seeded message leads to its day, whatever its case."""
    answer = client.get("/api/journal/search", params={"q": "PROJECT"})

    assert answer.status_code == 200
    assert "2025/02/18" in {entry["reference"] for entry in answer.json()}


def test_a_seeded_day_counts_its_messages(client: httpx.Client) -> None:
    """An entry says how many messages it has."""
    assert client.get("/api/journal/2025/02/18").json()["message_count"] == 70


def test_a_stranger_sees_nothing(anonymous: httpx.Client) -> None:
    """Without signing in there is no journal."""
    assert anonymous.get("/api/journal").status_code == 401
