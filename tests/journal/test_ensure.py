"""A day that must be there."""

from datetime import UTC, datetime

import pytest
import time_machine

from accounts.models import User
from journal.errors import NotADay
from journal.models import Journal
from journal.services import ensure_journal, today_reference
from journal.types import JournalEntry

DAY = "2025/01/14"
NOON = datetime(2025, 1, 14, 12, tzinfo=UTC)


@time_machine.travel(NOON, tick=False)
def test_a_missing_day_is_made(alice: User) -> None:
    """The day has an empty journal afterwards, and that is returned."""
    entry = ensure_journal(user_id=alice.id, reference=DAY)

    journal = Journal.objects.get(user=alice)
    assert entry == JournalEntry(
        id=journal.id,
        reference=DAY,
        created_at=NOON,
        updated_at=NOON,
        last_message_at=None,
        message_count=0,
    )


def test_an_existing_day_counts_as_updated(alice: User) -> None:
    """A second call keeps the journal and moves updated_at alone."""
    with time_machine.travel(NOON, tick=False):
        first = ensure_journal(user_id=alice.id, reference=DAY)

    second = ensure_journal(user_id=alice.id, reference=DAY)

    assert (second.id, second.created_at) == (first.id, NOON)
    assert second.updated_at > NOON


def test_the_users_revision_grows(alice: User) -> None:
    """What was cached for the user is not read again."""
    ensure_journal(user_id=alice.id, reference=DAY)

    assert User.objects.get(id=alice.id).revision == alice.revision + 1


def test_a_reference_that_is_no_day_is_refused(alice: User) -> None:
    """No journal is made for a date that does not exist."""
    with pytest.raises(NotADay):
        ensure_journal(user_id=alice.id, reference="today")


@time_machine.travel(datetime(2025, 1, 14, 23, 59, 59, tzinfo=UTC), tick=False)
def test_today_is_the_utc_day() -> None:
    """The day ends at midnight UTC."""
    assert today_reference() == "2025/01/14"
