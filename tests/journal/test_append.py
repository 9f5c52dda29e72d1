"""Appending messages to a day."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction

from accounts.models import User
from journal.errors import NotADay
from journal.models import Journal, Message
from journal.services import append_messages
from journal.types import MessageDraft
from tests.factories import JournalFactory, MessageFactory

NOON = datetime(2025, 1, 14, 12, tzinfo=UTC)
DAY = "2025/01/14"


def exchange() -> list[MessageDraft]:
    """A question and the place of its answer."""
    return [
        MessageDraft(role="user", content="Hello", client_message_id=uuid4()),
        MessageDraft(role="assistant", content="", status="streaming", model="agent"),
    ]


def test_the_first_messages_make_the_journal(alice: User) -> None:
    """A day without a journal has one afterwards."""
    append_messages(user_id=alice.id, reference=DAY, drafts=exchange())

    assert Journal.objects.get(user=alice).reference == DAY


def test_messages_are_stored_as_drafted(alice: User) -> None:
    """Role, content, status, model and client id arrive in the rows."""
    drafts = exchange()

    append_messages(user_id=alice.id, reference=DAY, drafts=drafts)

    rows = Message.objects.filter(user=alice).values_list(
        "id", "role", "content", "status", "client_message_id", "model"
    )
    assert list(rows) == [
        (draft.id, draft.role, draft.content, draft.status, draft.client_message_id, draft.model)
        for draft in drafts
    ]


@time_machine.travel(NOON, tick=False)
def test_the_stored_messages_are_returned(alice: User) -> None:
    """The answer says which journal they are in, where in it, and since when."""
    stored = append_messages(user_id=alice.id, reference=DAY, drafts=exchange())

    journal = Journal.objects.get(user=alice)
    assert [(m.journal_id, m.reference, m.sequence, m.created_at) for m in stored] == [
        (journal.id, DAY, 1, NOON),
        (journal.id, DAY, 2, NOON),
    ]


def test_sequences_count_on(alice: User) -> None:
    """Later messages follow the earlier ones without a gap."""
    append_messages(user_id=alice.id, reference=DAY, drafts=exchange())

    stored = append_messages(user_id=alice.id, reference=DAY, drafts=exchange())

    assert [message.sequence for message in stored] == [3, 4]


def test_each_day_counts_for_itself(alice: User, bob: User) -> None:
    """Neither another day nor another user's same day moves a journal's sequence."""
    append_messages(user_id=alice.id, reference="2025/01/13", drafts=exchange())
    append_messages(user_id=bob.id, reference=DAY, drafts=exchange())

    stored = append_messages(user_id=alice.id, reference=DAY, drafts=exchange())

    assert [message.sequence for message in stored] == [1, 2]


def test_the_journal_counts_its_messages(alice: User) -> None:
    """message_count and last_message_at are those of the rows."""
    with time_machine.travel(NOON, tick=False):
        append_messages(user_id=alice.id, reference=DAY, drafts=exchange())
        append_messages(user_id=alice.id, reference=DAY, drafts=exchange())

    journal = Journal.objects.get(user=alice)
    assert (journal.message_count, journal.last_sequence, journal.last_message_at) == (4, 4, NOON)


def test_the_last_message_is_the_latest(alice: User) -> None:
    """A clock that was set back does not set last_message_at back."""
    journal = JournalFactory(user=alice, reference=DAY)
    later = MessageFactory(journal=journal)

    with time_machine.travel(NOON, tick=False):
        append_messages(user_id=alice.id, reference=DAY, drafts=exchange())

    journal.refresh_from_db()
    assert journal.last_message_at == later.created_at


def test_the_users_revision_grows(alice: User) -> None:
    """What was cached for the user is not read again."""
    append_messages(user_id=alice.id, reference=DAY, drafts=exchange())

    assert User.objects.get(id=alice.id).revision == alice.revision + 1


def test_a_client_id_is_taken_once(alice: User) -> None:
    """The same question cannot be stored twice, on whatever day."""
    drafts = exchange()
    append_messages(user_id=alice.id, reference=DAY, drafts=drafts)
    again = MessageDraft(
        role="user", content="Hello", client_message_id=drafts[0].client_message_id
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        append_messages(user_id=alice.id, reference="2025/01/15", drafts=[again])

    assert Message.objects.filter(user=alice).count() == 2


def test_what_postgresql_cannot_hold_is_left_out(alice: User) -> None:
    """NUL characters and lone surrogates do not lose the message around them."""
    draft = MessageDraft(role="assistant", content="a\x00b\ud800c ✓ \\ ' \"{},")

    append_messages(user_id=alice.id, reference=DAY, drafts=[draft])

    assert Message.objects.get(id=draft.id).content == "ab?c ✓ \\ ' \"{},"


def test_a_reference_that_is_no_day_is_refused(alice: User) -> None:
    """Nothing is stored under a date that does not exist."""
    with pytest.raises(NotADay):
        append_messages(user_id=alice.id, reference="2025/02/30", drafts=exchange())


def test_no_drafts_change_nothing(alice: User) -> None:
    """Appending nothing does not make a journal."""
    assert append_messages(user_id=alice.id, reference=DAY, drafts=[]) == []

    assert not Journal.objects.filter(user=alice).exists()


def test_it_shares_the_callers_transaction(alice: User) -> None:
    """When the caller's transaction fails, neither messages nor journal nor revision remain."""
    with transaction.atomic():
        append_messages(user_id=alice.id, reference=DAY, drafts=exchange())
        transaction.set_rollback(True)

    assert not Journal.objects.exists()
    assert User.objects.get(id=alice.id).revision == alice.revision
