"""What a model is told of the day so far."""

import pytest

from accounts.models import User
from journal.models import Journal
from journal.selectors import CONTEXT_MESSAGES, messages_by_ids, recent_messages
from tests.factories import JournalFactory, MessageFactory


@pytest.fixture
def journal(alice: User) -> Journal:
    """Alice's day."""
    return JournalFactory(user=alice)


def contents(journal: Journal, *, before: int = 100, max_chars: int = 1000) -> list[str]:
    """The texts of the journal's recent messages."""
    messages = recent_messages(
        user_id=journal.user_id,
        journal_id=journal.id,
        before_sequence=before,
        max_chars=max_chars,
    )
    return [message.content for message in messages]


def test_messages_come_oldest_first(journal: Journal) -> None:
    """The context reads in the order it was said."""
    for text in ("one", "two", "three"):
        MessageFactory(journal=journal, content=text)

    assert contents(journal) == ["one", "two", "three"]


def test_only_what_was_said_before(journal: Journal) -> None:
    """The question itself and what follows it are left out."""
    for text in ("one", "two", "three"):
        MessageFactory(journal=journal, content=text)

    assert contents(journal, before=3) == ["one", "two"]


def test_the_newest_that_fit(journal: Journal) -> None:
    """Within the budget the newest messages win, without a gap."""
    for text in ("1", "22222", "333", "44"):
        MessageFactory(journal=journal, content=text)

    assert contents(journal, max_chars=7) == ["333", "44"]


def test_unfinished_and_empty_messages_are_left_out(journal: Journal) -> None:
    """An answer that is being written, or that has no text, tells the model nothing."""
    MessageFactory(journal=journal, content="said")
    MessageFactory(journal=journal, content="half", status="streaming")
    MessageFactory(journal=journal, content="", status="failed")
    MessageFactory(journal=journal, content=None)

    assert contents(journal) == ["said"]


def test_the_read_is_bounded(journal: Journal) -> None:
    """However long the day, only so many messages are looked at."""
    for sequence in (1, 2, CONTEXT_MESSAGES + 1):
        MessageFactory(journal=journal, content=str(sequence), sequence=sequence)

    assert contents(journal, before=CONTEXT_MESSAGES + 2) == ["2", str(CONTEXT_MESSAGES + 1)]


def test_a_stranger_is_told_nothing(journal: Journal, charlie: User) -> None:
    """Another user's journal has no recent messages."""
    MessageFactory(journal=journal)

    told = recent_messages(
        user_id=charlie.id, journal_id=journal.id, before_sequence=9, max_chars=99
    )

    assert told == []


def test_messages_are_found_by_id(journal: Journal) -> None:
    """The asked-for messages come back in the order they were said."""
    one, _two, three = (MessageFactory(journal=journal, content=text) for text in "abc")

    found = messages_by_ids(user_id=journal.user_id, ids=[three.id, one.id])

    assert [(m.id, m.reference, m.content) for m in found] == [
        (one.id, journal.reference, "a"),
        (three.id, journal.reference, "c"),
    ]


def test_a_strangers_messages_are_not_found_by_id(journal: Journal, charlie: User) -> None:
    """An id alone opens nothing."""
    message = MessageFactory(journal=journal)

    assert messages_by_ids(user_id=charlie.id, ids=[message.id]) == []
