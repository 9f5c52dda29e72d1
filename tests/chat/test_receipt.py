"""GET /api/chat/messages/{id}/receipt: what an answer was given of the memory."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from accounts.models import User
from chat.agent.scripted import ScriptedModel
from chat.events import Done
from chat.models import Receipt
from chat.services.forgetting import forget_turns_and_receipts, prune_receipts
from chat.services.runtime import current_runtime
from knowledge.models import Block
from knowledge.services.recall import giving
from tests.factories import JournalFactory
from tests.knowledge.api import rows
from tests.knowledge.remembering import Remembering
from tests.live import Caller

Callers = Callable[..., Caller]
Ask = Callable[..., str]


@pytest.fixture
def ask(
    caller: Callers,
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
    config: Callable[..., None],
) -> Ask:
    """Alice asks, these blocks are recalled, and the id of her answer is returned."""
    config(memory_recall_deadline_ms=20_000)

    def asked(*blocks: Block, **fields: Any) -> str:
        monkeypatch.setattr(giving, "recall", Remembering(blocks))
        client = caller(alice)
        client.read(client.ask("Where does Ann live?", **fields))
        answer: str = client.journal()[-1]["id"]
        return answer

    return asked


def receipt_of(client: Caller, answer: str) -> dict[str, Any]:
    """The receipt."""
    got = client.get(f"/api/chat/messages/{answer}/receipt")
    assert got.status_code == 200
    receipt: dict[str, Any] = got.json()
    return receipt


def test_a_receipt_has_its_fields(alice: User, caller: Callers, script: Any, ask: Ask) -> None:
    """What was recalled, why, from where, and whether it is cited."""
    script(ScriptedModel("In Lyon [m1]."))
    ann = rows.entity(alice, "Ann")
    said = rows.said(JournalFactory(user=alice), "Ann lives in Lyon.")
    lyon = rows.fact(
        alice, ann, "Ann lives in Lyon.", message=said, reference="2025/01/14", sequence=1
    )
    Block.objects.filter(id=lyon.id).update(message=said)
    lyon.refresh_from_db()
    chess = rows.fact(alice, ann, "Ann plays chess.")

    receipt = receipt_of(caller(alice), answer := ask(lyon, chess))

    assert receipt["created_at"].endswith("Z")
    assert receipt | {"created_at": "", "items": []} == {
        "message_id": answer,
        "items": [],
        "slots": [],
        "tokens": 41,
        "retriever_ms": {"words": 1.5},
        "dropped": ["graph"],
        "created_at": "",
    }
    assert receipt["items"][0] == {
        "mark": "m1",
        "block_id": str(lyon.id),
        "page_id": str(ann.id),
        "kind": "fact",
        "text": "Ann lives in Lyon.",
        "score": 0.75,
        "parts": {"words": 0.5, "meaning": 0.25},
        "trust": "user_said",
        "status": "asserted",
        "confidence": 1.0,
        "is_cited": True,
        "is_current": True,
        "message_ids": [str(said.id)],
        "reference": "2025/01/14",
        "said_at": "2025-01-14T09:30:00Z",
    }
    assert [(item["mark"], item["is_cited"]) for item in receipt["items"]] == [
        ("m1", True),
        ("m2", False),
    ]


def test_a_receipt_is_a_page(alice: User, as_user: Any, script: Any, ask: Ask) -> None:
    """Below the answer for htmx, by itself otherwise; with hostile text as text."""
    script(ScriptedModel("In Lyon [m1]."))
    said = rows.said(JournalFactory(user=alice), "Ann lives in Lyon.")
    answer = ask(rows.episode(said), rows.fact(alice, None, "<img src=x onerror=alert(1)>"))
    client = as_user(alice)

    part = client.get(f"/receipts/{answer}", headers={"HX-Request": "true"}).content.decode()
    page = client.get(f"/receipts/{answer}").content.decode()

    assert ("<html" in part, "<html" in page) == (False, True)
    assert f"/memory/messages/{said.id}" in part
    assert "&lt;img src=x" in part
    assert "<img" not in part
    assert "cited" in part


def test_a_stranger_finds_no_page(
    alice: User, charlie: User, as_user: Any, caller: Callers, ask: Ask
) -> None:
    """404 there, too."""
    answer = ask(rows.fact(alice, None, "Ann lives in Lyon."))

    assert as_user(charlie).get(f"/receipts/{answer}").status_code == 404


def test_the_mock_has_a_receipt_too(alice: User, caller: Callers, ask: Ask) -> None:
    """The whole path is there without a model."""
    answer = ask(rows.fact(alice, None, "Ann lives in Lyon."))

    assert [item["mark"] for item in receipt_of(caller(alice), answer)["items"]] == ["m1"]


def test_the_message_tells_that_there_is_one(
    alice: User, caller: Callers, script: Any, ask: Ask
) -> None:
    """Figures in its metadata, no text."""
    script(ScriptedModel("In Lyon [m1]."))
    ask(rows.fact(alice, None, "Ann lives in Lyon."), rows.fact(alice, None, "Ann plays chess."))

    assert caller(alice).journal()[-1]["metadata"] == {"memory": {"recalled": 2, "cited": 1}}


@pytest.mark.parametrize("fields", [{}, {"memory": "none"}])
def test_an_answer_without_memory_has_an_empty_receipt(
    alice: User, caller: Callers, ask: Ask, fields: dict[str, str]
) -> None:
    """Nothing was given to it, and that is what is said."""
    blocks = [rows.fact(alice, None, "Ann lives in Lyon.")] if fields else []
    answer = ask(*blocks, **fields)

    receipt = receipt_of(caller(alice), answer)

    assert (receipt["items"], receipt["created_at"]) == ([], None)
    assert caller(alice).journal()[-1]["metadata"] is None
    assert not Receipt.objects.exists()


def test_a_receipt_holds_no_text(alice: User, ask: Ask) -> None:
    """It names blocks; what they say is read from the memory."""
    ask(rows.fact(alice, None, "Ann lives in Lyon."))

    assert "Lyon" not in str(Receipt.objects.values().get())


def test_a_receipt_knows_what_is_out_of_date(alice: User, caller: Callers, ask: Ask) -> None:
    """What was superseded since is still what the answer was given."""
    fact = rows.fact(alice, None, "Ann lives in Rome.")
    answer = ask(fact)
    Block.objects.filter(id=fact.id).update(superseded_at=rows.SAID_AT)

    assert receipt_of(caller(alice), answer)["items"][0]["is_current"] is False


def test_what_is_forgotten_is_on_no_receipt(alice: User, caller: Callers, ask: Ask) -> None:
    """Neither shown nor, after pruning, stored."""
    gone, kept = rows.fact(alice, None, "Ann is a spy."), rows.fact(alice, None, "Ann is tall.")
    answer = ask(gone, kept)
    gone_id = str(gone.id)
    gone.delete()

    shown = receipt_of(caller(alice), answer)["items"]
    prune_receipts(user_id=alice.id)

    assert [item["text"] for item in shown] == ["Ann is tall."]
    assert gone_id not in str(Receipt.objects.values().get())


def test_forgetting_a_message_forgets_its_receipts_and_streams(
    alice: User, caller: Callers, live: Any, ask: Ask
) -> None:
    """What cites it is pruned, and of its stream's log only an end is left."""
    message = rows.said(JournalFactory(user=alice), "Ann lives in Lyon.")
    answer = ask(rows.episode(message))
    stream = caller(alice)
    stream_id = UUID(stream.ask("Once more?"))
    stream.read(str(stream_id))
    question = UUID(stream.journal()[-2]["id"])

    with transaction.atomic():
        forget_turns_and_receipts(
            user_id=alice.id,
            message_ids=[message.id, question],
            tells_forgotten=lambda text: False,
        )

    assert receipt_of(caller(alice), answer)["items"] == []
    assert live.run(_left_of(stream_id)) == [Done("cancelled")]


async def _left_of(stream_id: UUID) -> list[Any]:
    import asyncio

    for _ in range(200):
        left = await current_runtime().broker.log.read(stream_id, after=0)
        if len(left) == 1:
            break
        await asyncio.sleep(0.02)
    return [entry.event for entry in left]


def test_forgetting_everything_leaves_no_receipt(alice: User, bob: User, ask: Ask) -> None:
    """Of this user; those of others stay."""
    ask(rows.fact(alice, None, "Ann lives in Lyon."))

    with transaction.atomic():
        forget_turns_and_receipts(
            user_id=bob.id, message_ids=None, tells_forgotten=lambda text: True
        )
        before = Receipt.objects.count()
        forget_turns_and_receipts(
            user_id=alice.id, message_ids=None, tells_forgotten=lambda text: True
        )

    assert (before, Receipt.objects.count()) == (1, 0)


def test_a_question_has_no_receipt(alice: User, caller: Callers, ask: Ask) -> None:
    """Only answers are given something."""
    ask()
    question = caller(alice).journal()[0]["id"]

    assert caller(alice).get(f"/api/chat/messages/{question}/receipt").status_code == 404


def test_an_unknown_message_is_not_found(alice: User, caller: Callers) -> None:
    """404, also for what is no id."""
    client = caller(alice)

    for message_id in (uuid4(), "1", "x"):
        assert client.get(f"/api/chat/messages/{message_id}/receipt").status_code == 404


def test_a_stranger_finds_nothing(alice: User, charlie: User, caller: Callers, ask: Ask) -> None:
    """Another user's answer is absent, not forbidden."""
    answer = ask(rows.fact(alice, None, "Ann lives in Lyon."))

    assert caller(charlie).get(f"/api/chat/messages/{answer}/receipt").status_code == 404


def test_the_anonymous_get_401(caller: Callers) -> None:
    """Receipts are a user's."""
    assert caller().get(f"/api/chat/messages/{uuid4()}/receipt").status_code == 401
