"""A day begins where its user is, and keeps the name it had when it was written."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from chat.services.turns import start_turn
from exobrain.lib import clock
from exobrain.lib.zones import zone_named
from journal.models import Journal, Message
from journal.services import today_reference
from tests.factories import JournalFactory, MessageFactory

AsUser = Callable[[User], Client]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the clock."""

    def set_clock(moment: str) -> None:
        now = datetime.fromisoformat(moment).astimezone(UTC)
        monkeypatch.setattr(clock, "now", lambda: now)

    return set_clock


def in_zone(user: User, name: str) -> None:
    """The user's days begin there."""
    User.objects.filter(id=user.id).update(time_zone=name)


@pytest.mark.parametrize(
    ("moment", "zone", "reference"),
    [
        ("2026-03-28T23:30+00:00", "UTC", "2026/03/28"),
        ("2026-03-28T23:30+00:00", "Europe/Berlin", "2026/03/29"),
        ("2026-03-29T21:59+00:00", "Europe/Berlin", "2026/03/29"),  # 23:59 of the short day
        ("2026-03-29T22:00+00:00", "Europe/Berlin", "2026/03/30"),
        ("2026-10-25T22:59+00:00", "Europe/Berlin", "2026/10/25"),  # 23:59 of the long day
        ("2026-10-25T23:00+00:00", "Europe/Berlin", "2026/10/26"),
        ("2026-01-01T09:59+00:00", "Pacific/Kiritimati", "2026/01/01"),
        ("2026-01-01T10:00+00:00", "Pacific/Kiritimati", "2026/01/02"),
        ("2026-01-01T11:30+00:00", "Pacific/Niue", "2026/01/01"),
        ("2026-01-01T10:30+00:00", "Pacific/Niue", "2025/12/31"),
    ],
)
def test_today_is_the_zones(
    at: Callable[[str], None], moment: str, zone: str, reference: str
) -> None:
    """Through both changes of the clock, and at both ends of the world."""
    at(moment)

    assert today_reference(zone_named(zone)) == reference


@pytest.mark.django_db(transaction=True)
def test_a_question_is_written_on_the_users_day(
    alice: User, bob: User, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bob has set nothing and keeps UTC days."""
    monkeypatch.setattr("chat.services.turns.begin_answer", lambda request: None)
    at("2026-06-30T22:30+00:00")
    in_zone(alice, "Europe/Berlin")

    for user in (alice, bob):
        start_turn(user_id=user.id, message="Hello", client_message_id=uuid4())

    days = dict(Journal.objects.values_list("user__email", "reference"))
    assert days == {alice.email: "2026/07/01", bob.email: "2026/06/30"}


@pytest.mark.django_db(transaction=True)
def test_another_zone_in_the_middle_of_a_day(
    alice: User, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written keeps its day; going west, the day before goes on without a gap."""
    monkeypatch.setattr("chat.services.turns.begin_answer", lambda request: None)
    at("2026-06-30T22:30+00:00")
    for zone in ("UTC", "Europe/Berlin", "America/New_York"):
        in_zone(alice, zone)
        start_turn(user_id=alice.id, message=zone, client_message_id=uuid4())

    said = Message.objects.filter(role="user").order_by("journal__reference", "sequence")
    assert list(said.values_list("journal__reference", "sequence", "content")) == [
        ("2026/06/30", 1, "UTC"),
        ("2026/06/30", 3, "America/New_York"),
        ("2026/07/01", 1, "Europe/Berlin"),
    ]


@pytest.mark.django_db
def test_the_api_and_the_pages_have_the_users_today(
    alice: User, as_user: AsUser, at: Callable[[str], None]
) -> None:
    """Also for a day that UTC has not reached."""
    at("2026-06-30T22:30+00:00")
    in_zone(alice, "Europe/Berlin")
    journal = JournalFactory(user=alice, reference="2026/07/01")
    MessageFactory(
        journal=journal, content="Good night.", created_at=datetime(2026, 6, 30, 22, 10, tzinfo=UTC)
    )
    client = as_user(alice)

    entry: Any = client.get("/api/journal/today").json()
    said = client.get("/api/journal/today/messages").json()
    page = client.get("/").content.decode()

    assert entry["reference"] == "2026/07/01"
    assert [message["content"] for message in said] == ["Good night."]
    assert 'data-reference="2026/07/01" data-zone="Europe/Berlin"' in page
    assert "00:10 CEST" in page
    assert client.get("/journal/2026/07/01")["Location"] == "/"
