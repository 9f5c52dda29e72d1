"""Search reads an index, not every message."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from journal.models import Message
from journal.selectors import search_journals
from tests.factories import JournalFactory

MESSAGES = 3000
INDEX = "journal_message_content_trgm"


@pytest.fixture
def _many_messages(alice: User) -> None:
    """A day with so many messages that an index pays."""
    journal = JournalFactory(user=alice)
    Message.objects.bulk_create(
        Message(
            journal=journal,
            user=alice,
            role="user",
            content=f"Message {number}, сообщение {number}",
            sequence=number,
            created_at=journal.created_at,
        )
        for number in range(1, MESSAGES + 1)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list(%s)", [INDEX])  # as autovacuum does
        cursor.execute("ANALYZE journal_message")
        cursor.execute("SET LOCAL enable_seqscan = off")


def plan_of_search(user: User, text: str) -> str:
    """How PostgreSQL goes about the search."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        search_journals(user_id=user.id, query=text, limit=20)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + queries[-1]["sql"])
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.usefixtures("_many_messages")
@pytest.mark.parametrize(
    "text", ["essage 2999", "MESSAGE 2999", "ОБЩЕНИЕ 299", "100% essage", "2999"]
)
def test_the_trigram_index_is_used(alice: User, text: str) -> None:
    """A part of a message of three letters or more, in any script, is looked up."""
    assert INDEX in plan_of_search(alice, text)


@pytest.mark.django_db
def test_other_scripts_have_trigrams() -> None:
    """The embedded PostgreSQL knows letters beyond ASCII, or their index would hold nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT show_trgm('привет') <> '{}', UPPER('é')")
        assert cursor.fetchone() == (True, "É")
