""" "Yesterday" in a question is the user's yesterday."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from journal.models import Message
from knowledge.retrieval.ranking.question import parse_question
from knowledge.retrieval.retrievers import RetrievalQuery, by_time
from knowledge.types import Scope
from tests.factories import JournalFactory
from tests.knowledge.api import rows

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 2, 10, tzinfo=UTC)
SAID = {
    "the evening before": datetime(2026, 6, 30, 21, 30, tzinfo=UTC),
    "just after midnight in Berlin": datetime(2026, 6, 30, 22, 30, tzinfo=UTC),
    "in the afternoon": datetime(2026, 7, 1, 14, tzinfo=UTC),
    "just before midnight in UTC": datetime(2026, 7, 1, 23, 30, tzinfo=UTC),
}


@pytest.mark.parametrize(
    ("zone", "found"),
    [
        ("UTC", {"in the afternoon", "just before midnight in UTC"}),
        ("Europe/Berlin", {"just after midnight in Berlin", "in the afternoon"}),
    ],
)
def test_yesterday_is_the_users(alice: User, zone: str, found: set[str]) -> None:
    """What is searched, and how well it fits."""
    journal = JournalFactory(user=alice, reference="2026/06/30")
    blocks = {}
    for text, at in SAID.items():
        message = rows.said(journal, text)
        Message.objects.filter(id=message.id).update(created_at=at)
        message.refresh_from_db()
        blocks[rows.episode(message).id] = text
    now = NOW.astimezone(ZoneInfo(zone))
    question = parse_question("What did I say yesterday?", now=now)

    scores = by_time(RetrievalQuery(Scope(user_id=alice.id), question, now)).scores

    assert {blocks[id_] for id_ in scores} == found
    assert {text for text, at in SAID.items() if question.time_fit(at)} == found


@pytest.mark.parametrize("asked", ["1 January 0001", "0001-01-02"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_no_day_is_too_far_to_ask_for(alice: User, asked: str, zone: str) -> None:
    """Nothing was said then, and nothing fails."""
    now = NOW.astimezone(ZoneInfo(zone))
    question = parse_question(f"What was on {asked}?", now=now)
    assert question.times

    assert not by_time(RetrievalQuery(Scope(user_id=alice.id), question, now)).scores
