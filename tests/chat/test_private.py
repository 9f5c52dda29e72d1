"""What a model elsewhere is not told, and what nobody is told any more."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from chat.agent.scripted import ScriptedModel
from exobrain.lib.config import Config
from journal.models import Message
from knowledge.models import Block, Redaction, Source
from knowledge.services.pages.editing import set_private
from knowledge.services.recall import giving
from knowledge.services.withholding import asks_for, given_of, withheld_from
from knowledge.types import EndedStatement, Scope
from tests.factories import JournalFactory
from tests.knowledge.api import rows
from tests.knowledge.remembering import Remembering
from tests.live import Caller

Callers = Callable[..., Caller]
ELSEWHERE, HERE = "https://models.example.com/v1", "http://127.0.0.1:8010/v1"


@pytest.fixture(autouse=True)
def _patience(config: Callable[..., None]) -> None:
    """A slow machine has its memory too."""
    config(memory_recall_deadline_ms=20_000)


@pytest.mark.parametrize(
    ("fields", "is_elsewhere"),
    [
        ({}, False),
        ({"openai_api_key": "k"}, True),
        ({"model_provider_base_url": ELSEWHERE}, True),
        ({"model_provider_base_url": HERE}, False),
        ({"model_provider_base_url": "http://localhost:1/v1"}, False),
        ({"model_provider_base_url": "http://localhost.example.com/v1"}, True),
        ({"model_provider_base_url": "http://[::1]:1/v1"}, False),
        ({"model_provider_base_url": ELSEWHERE, "model_provider_is_local": True}, False),
        ({"model_provider_base_url": HERE, "model_provider_is_local": False}, True),
    ],
)
def test_where_a_model_is(fields: dict[str, Any], is_elsewhere: bool) -> None:
    """By its address, or by the operator's word."""
    assert Config(_env_file=None, **fields).model_is_elsewhere is is_elsewhere


@pytest.fixture
def told(
    alice: User, caller: Callers, script: Any, config: Callable[..., None]
) -> Callable[..., str]:
    """Asks, and returns all that the model was told."""

    def ask(question: str, *, at: str, answer: str = "Well.") -> str:
        config(model_provider_base_url=at, main_agent_use_mock=False)
        model = script(ScriptedModel(answer))
        client = caller(alice)
        client.read(client.ask(question))
        return "\n".join(message.content for message in model.asked[-1])

    return ask


def a_private_fact(alice: User, message: Message, text: str, words: str, **fields: Any) -> Block:
    """A statement from these words of the message, which the user has marked as private."""
    me = rows.entity(alice, "Alice", is_self=True)
    block = rows.fact(alice, me, text, message=message, **fields)
    start = (message.content or "").index(words)
    source = Source.objects.get(record_id=block.id)
    source.start, source.end = start, start + len(words)
    source.save()
    set_private(user_id=alice.id, block_id=block.id, is_private=True)
    block.refresh_from_db()
    return block


def test_a_model_elsewhere_is_not_told(
    alice: User, told: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in the profile, nor in what is recalled; a local one is told it all."""
    text = "I am seeing a therapist. My dog is Rex."
    message = rows.said(JournalFactory(user=alice), text)
    fact = a_private_fact(
        alice,
        message,
        "I have a therapist.",
        "I am seeing a therapist.",
        topic="condition:therapist",
        value="therapist",
    )
    others = [
        rows.fact(alice, None, text, message=message, reference="2025/01/14", sequence=1)
        for text in ("Alice sees a therapist.", "Alice has a dog.")
    ]
    for other in others:
        Block.objects.filter(id=other.id).update(message=message)
        other.refresh_from_db()
    recalled = Remembering([fact, *others, rows.episode(message)])
    monkeypatch.setattr(giving, "recall", recalled)

    here = told("How am I?", at=HERE, answer="Fine.")
    elsewhere = told("And now?", at=ELSEWHERE)

    assert '<fact slot="health">I have a therapist.</fact>' in here
    assert "Alice sees a therapist." in here
    assert "therapist" not in elsewhere
    assert "[withheld] My dog is Rex." in elsewhere
    assert "Alice has a dog." in elsewhere
    assert "[withheld] stands for" in elsewhere


def test_what_a_passage_says_of_its_endings_is_withheld_too(alice: User) -> None:
    """The statement that is over may be the private one."""
    message = rows.said(JournalFactory(user=alice), "I smoke. I like tea.")
    fact = a_private_fact(alice, message, "I smoke.", "I smoke.", topic="habit", value="smoking")
    (passage,) = Remembering([rows.episode(message)])(scope=Scope(user_id=alice.id), query="").items
    passage = replace(passage, ended=[EndedStatement(text=fact.text, until=None)])

    withheld = withheld_from(user_id=alice.id, is_elsewhere=True, question="Tea?")
    (given,) = given_of([passage], withheld)

    assert (given.text, given.ended) == ("[withheld] I like tea.", ())


def test_the_day_is_told_without_it(alice: User, told: Callable[..., str]) -> None:
    """With the answer that was made from it; user and assistant still take turns."""
    told("I am seeing a therapist. My dog is Rex.", at=HERE, answer="A therapist can help.")
    message = Message.objects.get(role="user")
    a_private_fact(
        alice,
        message,
        "I have a therapist.",
        "I am seeing a therapist.",
        topic="condition:therapist",
        value="therapist",
    )

    here = told("How am I?", at=HERE, answer="Fine.")
    elsewhere = told("And now?", at=ELSEWHERE)

    assert "A therapist can help." in here
    assert "therapist" not in elsewhere
    assert "[withheld] My dog is Rex.\n[withheld]\nHow am I?\nFine." in elsewhere


def test_what_is_no_longer_private_is_told(alice: User, told: Callable[..., str]) -> None:
    """The mark can be taken off."""
    told("I live in Ghent.", at=HERE)
    message = Message.objects.get(role="user")
    fact = a_private_fact(alice, message, "I live in Ghent.", "I live in Ghent.", topic="home")
    before = told("Where?", at=ELSEWHERE)

    set_private(user_id=alice.id, block_id=fact.id, is_private=False)

    assert "Ghent" not in before
    assert "I live in Ghent." in told("Where?", at=ELSEWHERE)


def test_what_is_forgotten_is_in_no_day(alice: User, told: Callable[..., str]) -> None:
    """Whichever model is asked; with the answer that was made from it."""
    told("My brother is Tim. I like tea.", at=HERE, answer="Tim is a nice name.")
    message = Message.objects.get(role="user")
    Redaction.objects.create(id=message.id, user=alice, message=message, start=0, end=18)

    asked = told("Who is my brother?", at=HERE)

    assert "Tim" not in asked
    assert "[withheld] I like tea." in asked


def test_what_is_forgotten_stays_so_beside_what_is_private(
    alice: User, told: Callable[..., str]
) -> None:
    """The mark of the one does not move the other."""
    told("I am seeing a therapist. My brother is Tim. I like tea.", at=HERE)
    message = Message.objects.get(role="user")
    a_private_fact(
        alice,
        message,
        "I have a therapist.",
        "I am seeing a therapist.",
        topic="condition:therapist",
        value="therapist",
    )
    Redaction.objects.create(id=message.id, user=alice, message=message, start=25, end=43)

    asked = told("Who is my brother?", at=ELSEWHERE)

    assert "Tim" not in asked
    assert "[withheld] [withheld] I like tea." in asked


def test_the_corrected_fact_is_told_beside_its_message(
    alice: User, told: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The day shows what was said; the memory what the user made of it."""
    told("I live in Ghent.", at=HERE)
    message = Message.objects.get(role="user")
    fact = rows.fact(alice, None, "I live in Bruges.", message=message, trust=5)
    Block.objects.filter(id=fact.id).update(message=message)
    fact.refresh_from_db()
    monkeypatch.setattr(giving, "recall", Remembering([fact]))

    assert 'from="the user, confirmed">I live in Bruges.' in told("Where?", at=HERE)


@pytest.mark.parametrize(
    ("question", "is_told"),
    [
        ("What is the code of the garage?", True),
        ("Wie war der Code der Garage?", True),
        ("How do I paint the garage?", False),
        ("Write a poem about codes.", False),
    ],
)
def test_a_secret_is_told_when_it_is_asked_for(
    alice: User,
    told: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    question: str,
    is_told: bool,
) -> None:
    """Neither the statement nor the passage otherwise, and never in the profile."""
    message = rows.said(JournalFactory(user=alice), "The garage opens with 4711. I like tea.")
    me = rows.entity(alice, "Alice", is_self=True)
    fact = rows.fact(
        alice, me, "The garage has the code 4711.", message=message, topic="home", is_secret=True
    )
    Source.objects.filter(record_id=fact.id).update(end=27)
    monkeypatch.setattr(giving, "recall", Remembering([fact, rows.episode(message)]))

    asked = told(question, at=HERE)

    assert ("4711" in asked) is is_told
    assert "<profile today" not in asked
    assert "I like tea." in asked


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("How is the barrier at the marina opened?", True),
        ("Plan a trip to the marina.", False),
        ("What is the code of the barrier?", True),
        ("Draw a barrier.", False),
    ],
)
def test_a_secret_is_asked_for_by_its_name(question: str, asks: bool) -> None:
    """All words of it, or one with a word for secrets."""
    secret = "The barrier at the marina opens with 7788."

    assert asks_for(question, secret=secret, name="barrier at the marina") is asks


def test_a_secret_is_asked_for_by_its_initials() -> None:
    """Of three words and more."""
    known = {"secret": "My tax payer number is 5521.", "name": "tax payer number"}

    assert asks_for("what's my tpn again", **known)
    assert not asks_for("Who is the biggest tax payer?", **known)


def test_a_page_and_the_api_set_the_mark(
    alice: User, charlie: User, as_user: Callable[[User], Client]
) -> None:
    """And a stranger cannot."""
    me = rows.entity(alice, "Alice", is_self=True)
    fact = rows.fact(alice, me, "I live in Ghent.", topic="home")
    client = as_user(alice)
    url = f"/api/knowledge/block/{fact.id}/private"

    refused = as_user(charlie).post(url, {"is_private": True}, "application/json")
    client.post(f"/memory/pages/{me.id}/blocks/{fact.id}/private", {"is_private": "yes"})
    by_page = Block.objects.get(id=fact.id).is_private
    shown = client.get(f"/memory/pages/{me.id}").content.decode()
    client.post(url, {"is_private": False}, "application/json")

    assert refused.status_code == 404
    assert by_page
    assert "<strong>private</strong>" in shown
    assert not Block.objects.get(id=fact.id).is_private


def test_other_texts_that_have_the_value_are_no_way_round(
    alice: User, told: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later message, the assistant's words and other lines of the profile say it as well."""
    message = rows.said(JournalFactory(user=alice), "I was diagnosed with gout.")
    fact = a_private_fact(
        alice, message, "I have gout.", message.content or "", topic="condition:gout", value="gout"
    )
    me = Block.objects.get(id=fact.id).entity
    rows.fact(alice, me, "I take a pill for my gout.", topic="medication:pill", value="pill")
    day = JournalFactory(user=alice, reference="2025/03/01")
    messages = [
        rows.said(day, "The GOUT hurts, but the goutweed grows."),
        rows.said(day, "Gout's pain passes, and swimming helps.", role="assistant"),
    ]
    other = rows.fact(alice, me, "The gout hurts.")
    recalled = Remembering([fact, other, *(rows.episode(each) for each in messages)])
    monkeypatch.setattr(giving, "recall", recalled)

    here = told("How am I?", at=HERE, answer="Fine.")
    elsewhere = told("And now?", at=ELSEWHERE)

    assert here.lower().count("gout") > 4
    assert "gout" not in elsewhere.lower().replace("goutweed", "")
    assert "The [withheld] hurts, but the goutweed grows." in elsewhere
    assert "[withheld] pain passes, and swimming helps." in elsewhere


def test_the_day_so_far_does_not_repeat_it(alice: User, told: Callable[..., str]) -> None:
    """Also where nothing was learned from the words that do."""
    message = rows.said(JournalFactory(user=alice), "I was diagnosed with gout.")
    a_private_fact(
        alice, message, "I have gout.", message.content or "", topic="condition:gout", value="gout"
    )
    told("Does cherry juice help with gout?", at=HERE, answer="Gout may get better by it.")

    elsewhere = told("And running?", at=ELSEWHERE)

    assert "Does cherry juice help with [withheld]?" in elsewhere
    assert "gout" not in elsewhere.lower()
