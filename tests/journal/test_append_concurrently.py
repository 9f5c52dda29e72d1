"""Many writers on one day."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import User
from journal.models import Journal, Message
from journal.services import append_messages
from journal.types import MessageDraft

WRITERS = 8
APPENDS = 50
DAY = "2025/01/14"


@pytest.mark.django_db(transaction=True)
def test_sequences_have_no_gap_and_no_duplicate(alice: User) -> None:
    """Eight writers at once on a day that has no journal yet leave 1 to 400."""

    def write(writer: int) -> None:
        try:
            for number in range(APPENDS):
                append_messages(
                    user_id=alice.id,
                    reference=DAY,
                    drafts=[MessageDraft(role="user", content=f"{writer} {number}")],
                )
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))

    sequences = Message.objects.order_by("sequence").values_list("sequence", flat=True)
    journal = Journal.objects.get()
    alice.refresh_from_db()
    assert list(sequences) == list(range(1, WRITERS * APPENDS + 1))
    assert (journal.message_count, journal.last_sequence) == (400, 400)
    assert alice.revision == 400
