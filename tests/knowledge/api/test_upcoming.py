"""GET /api/knowledge/upcoming and /reminders, and what is done about a reminder."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from exobrain.lib import clock
from knowledge.models import Block, Changeset
from knowledge.selectors.events import due_reminders
from knowledge.services.ledger.rollback import roll_back

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def event(user: User, text: str, starts_at: datetime | None, **more: Any) -> Block:
    """An event of the user's."""
    values: dict[str, Any] = {"time_precision": "moment", "event_state": "planned", **more}
    return Block.objects.create(
        id=uuid4(), user=user, kind="event", text=text, starts_at=starts_at, trust=4,
        topic=f"event:{text}", recorded_at=NOW - DAY, said_at=NOW - DAY, valid_from=NOW - DAY,
        **values,
    )  # fmt: skip


def texts(client: Client, path: str) -> list[str]:
    """What the answer lists."""
    answer = client.get(f"/api/knowledge/{path}")
    assert answer.status_code == 200
    return [item["text"] for item in answer.json()["items"]]


def test_what_is_coming_is_listed_in_its_order(alice: User, as_user: SignIn) -> None:
    """What goes on now is, too; what has passed, is cancelled or far off is not."""
    event(alice, "later", NOW + 3 * DAY)
    event(alice, "soon", NOW + HOUR)
    event(alice, "today", NOW - 12 * HOUR, time_precision="day", is_all_day=True)
    event(alice, "trip", NOW - DAY, ends_at=NOW + DAY)
    event(alice, "over", NOW - HOUR)
    event(alice, "cancelled", NOW + HOUR, event_state="cancelled")
    event(alice, "wrong", NOW + HOUR, status="falsified")
    event(alice, "moved", NOW + HOUR, superseded_at=NOW)
    event(alice, "next year", NOW + 300 * DAY)

    assert texts(as_user(alice), "upcoming") == ["trip", "today", "soon", "later"]


def test_a_recurring_event_is_listed_each_time(alice: User, as_user: SignIn) -> None:
    """On the clock of the user's zone."""
    event(alice, "choir", NOW - 70 * DAY + HOUR, recurrence="FREQ=WEEKLY")

    answer = as_user(alice).get("/api/knowledge/upcoming?days=15")

    starts = [item["starts_at"] for item in answer.json()["items"]]
    assert starts == ["2026-03-02T13:00:00Z", "2026-03-09T13:00:00Z", "2026-03-16T13:00:00Z"]


def test_an_occurrence_has_its_fields(alice: User, as_user: SignIn) -> None:
    """When, how exactly, and whether it comes again."""
    choir = event(alice, "choir", NOW + HOUR, remind_at=NOW)

    (item,) = as_user(alice).get("/api/knowledge/upcoming").json()["items"]

    assert item == {
        "event_id": str(choir.id),
        "text": "choir",
        "topic": "event:choir",
        "starts_at": "2026-03-02T13:00:00Z",
        "ends_at": "2026-03-02T13:00:00Z",
        "precision": "moment",
        "is_all_day": False,
        "recurrence": "",
        "state": "planned",
        "remind_at": "2026-03-02T12:00:00Z",
        "status": "asserted",
    }


def test_due_reminders_wait_to_be_seen_to(alice: User, as_user: SignIn) -> None:
    """Done is an edit, which can be rolled back."""
    call = event(alice, "call", NOW, remind_at=NOW - HOUR)
    event(alice, "not yet", NOW + DAY, remind_at=NOW + HOUR)
    client = as_user(alice)
    assert texts(client, "reminders") == ["call"]

    answer = client.post(f"/api/knowledge/reminders/{call.id}/done")

    assert texts(client, "reminders") == []
    changeset = Changeset.objects.get(pk=answer.json()["changeset_id"])
    roll_back(user_id=alice.pk, changeset_id=changeset.pk)
    assert texts(client, "reminders") == ["call"]


def test_a_recurring_reminder_comes_again(alice: User, as_user: SignIn) -> None:
    """An hour before the next time, as it was before this one."""
    start = NOW - 7 * DAY + HOUR
    bins = event(alice, "bins", start, recurrence="FREQ=WEEKLY", remind_at=start - HOUR)

    as_user(alice).post(f"/api/knowledge/reminders/{bins.id}/done")

    bins.refresh_from_db()
    assert (bins.remind_at, bins.reminded_at) == (NOW + 7 * DAY, None)


def test_a_snoozed_reminder_is_due_later(alice: User, as_user: SignIn) -> None:
    """Not before that, and not in the past."""
    call = event(alice, "call", NOW, remind_at=NOW - HOUR)
    path = f"/api/knowledge/reminders/{call.id}/snooze"
    client = as_user(alice)

    later = {"until": (NOW + HOUR).isoformat()}
    earlier = {"until": (NOW - HOUR).isoformat()}

    assert client.post(path, later, content_type="application/json").status_code == 200
    assert client.post(path, earlier, content_type="application/json").status_code == 400
    assert not due_reminders(user_id=alice.pk, now=NOW)
    assert len(due_reminders(user_id=alice.pk, now=NOW + HOUR)) == 1


def test_a_stranger_reaches_nothing(alice: User, charlie: User, as_user: SignIn) -> None:
    """Neither what is coming nor a reminder."""
    call = event(alice, "call", NOW + HOUR, remind_at=NOW)
    client = as_user(charlie)

    assert texts(client, "upcoming") == texts(client, "reminders") == []
    path = f"/api/knowledge/reminders/{call.id}"
    later = {"until": (NOW + HOUR).isoformat()}
    assert client.post(f"{path}/done").status_code == 404
    assert client.post(f"{path}/snooze", later, content_type="application/json").status_code == 404


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_moments_at_the_ends_of_time_are_refused(alice: User, as_user: SignIn, moment: str) -> None:
    """Wherever a client names a moment: a clear answer, not a failure."""
    client = as_user(alice)
    block = event(alice, "Swim", NOW, remind_at=NOW)
    base = "/api/knowledge"

    queries: list[tuple[str, dict[str, str]]] = [
        ("/upcoming", {"since": moment, "days": "366"}),
        ("/pages", {"as_of": moment}),
        ("/search", {"q": "swim", "as_of": moment}),
        ("/graph", {"entity": str(uuid4()), "as_of": moment}),
        (f"/page/{uuid4()}", {"as_of": moment}),
    ]
    for path, query in queries:
        assert client.get(base + path, query).status_code == 422, path
    snoozed = client.post(
        f"{base}/reminders/{block.id}/snooze", {"until": moment}, content_type="application/json"
    )
    assert snoozed.status_code == 422


def test_a_moment_of_an_odd_zone_is_read(alice: User, as_user: SignIn) -> None:
    """PostgreSQL knows no zone a whole day away."""
    client = as_user(alice)

    for path, name in (("/upcoming", "since"), ("/pages", "as_of")):
        answer = client.get(f"/api/knowledge{path}", {name: "2026-01-01T00:00:00+23:59"})
        assert answer.status_code == 200


def test_an_event_without_end_is_no_reason_to_fail(alice: User, as_user: SignIn) -> None:
    """What lasts for thousands of years is listed like any other."""
    client = as_user(alice)
    first, last = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
    event(alice, "Time", first, ends_at=last, recurrence="FREQ=DAILY;INTERVAL=0")

    answer = client.get("/api/knowledge/upcoming")

    assert answer.status_code == 200
