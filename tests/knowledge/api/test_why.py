"""GET /api/knowledge/messages/{id}/why, and confirming what came of it."""

from collections.abc import Callable
from uuid import uuid4

from django.test import Client

from accounts.models import User
from knowledge.models import Changeset, Decision
from tests.factories import JournalFactory
from tests.knowledge.api import rows

SignIn = Callable[[User], Client]


def test_decisions_have_their_fields(alice: User, as_user: SignIn) -> None:
    """What became of which words, why, and by which change."""
    message = rows.said(JournalFactory(user=alice), "Ann lives in Lyon. Nice day.")
    fact = rows.fact(alice, None, "Ann lives in Lyon.", message=message)
    changeset = Changeset.objects.create(user=alice, kind="job")
    Decision.objects.create(
        user=alice,
        changeset=changeset,
        message=message,
        start=0,
        end=18,
        verdict="remembered",
        reason="stated",
        record_id=fact.id,
    )

    body = as_user(alice).get(f"/api/knowledge/messages/{message.id}/why").json()

    decision = body["decisions"][0]
    assert decision.pop("decided_at").endswith("Z")
    assert decision == {
        "verdict": "remembered",
        "reason": "stated",
        "start": 0,
        "end": 18,
        "record_id": str(fact.id),
        "record_text": "Ann lives in Lyon.",
        "changeset_id": str(changeset.id),
    }
    assert body["message_id"] == str(message.id)


def test_a_message_not_yet_seen_has_no_decisions(alice: User, as_user: SignIn) -> None:
    """That is an answer, not an error."""
    message = rows.said(JournalFactory(user=alice), "Hello.")

    answer = as_user(alice).get(f"/api/knowledge/messages/{message.id}/why")

    assert (answer.status_code, answer.json()["decisions"]) == (200, [])


def test_a_stranger_does_not_learn_why(alice: User, charlie: User, as_user: SignIn) -> None:
    """Another user's message is absent; so is one that nobody has."""
    message = rows.said(JournalFactory(user=alice), "Hello.")
    client = as_user(charlie)

    for message_id in (message.id, uuid4(), "nonsense"):
        assert client.get(f"/api/knowledge/messages/{message_id}/why").status_code == 404


def test_an_anonymous_caller_is_refused(db: None) -> None:
    """401."""
    assert Client().get(f"/api/knowledge/messages/{uuid4()}/why").status_code == 401


def test_a_block_can_be_confirmed(alice: User, as_user: SignIn) -> None:
    """It is believed more from then on."""
    ann = rows.entity(alice, "Ann")
    block = rows.fact(alice, ann, "Ann lives in Lyon.")

    answer = as_user(alice).post(f"/api/knowledge/block/{block.id}/confirm")

    block.refresh_from_db()
    assert (answer.status_code, block.trust) == (200, 5)
    assert Changeset.objects.filter(id=answer.json()["changeset_id"], user=alice).exists()


def test_a_stranger_confirms_nothing(alice: User, charlie: User, as_user: SignIn) -> None:
    """404, and the block is as it was."""
    block = rows.fact(alice, None, "Ann lives in Lyon.")

    answer = as_user(charlie).post(f"/api/knowledge/block/{block.id}/confirm")

    block.refresh_from_db()
    assert (answer.status_code, block.trust) == (404, 4)
