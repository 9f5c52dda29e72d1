"""What the rules have read while the model was not well, the model reads later."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from exobrain.lib import clock
from knowledge.extraction.model import ModelExtractor
from knowledge.models import Block, Changeset, Entity, Mention, PendingReading
from knowledge.services import rereading
from knowledge.services.forgetting.erasure import forget
from knowledge.services.ledger.rollback import roll_back
from knowledge.services.pages.editing import edit_blocks
from knowledge.types import Target, TargetKind
from tests.knowledge import validity
from tests.knowledge.ledger.traces import tables_with
from tests.knowledge.updates.conftest import said
from tests.knowledge.updates.model_reading import facts, is_well, learn, read_again
from tests.model_server import ModelServer, refusal
from tests.orchestrator.harness import Harness, eventually

TEXT = "I live in Lyon and I collect stamps."
COLLECTS = {
    "quote": "I collect stamps",
    "text": "The user collects stamps.",
    "topic": "hobby",
    "value": "stamps",
}


def test_a_refusing_model_does_not_keep_messages_from_being_learned(
    db: None, alice: User, server: ModelServer, model: ModelExtractor
) -> None:
    """The rules read them in the same job, and the changeset says why."""
    server.says(refusal(404))
    (message,) = said(alice, TEXT)

    learn(alice, message)

    assert any("Lyon" in fact for fact in facts(alice))
    made = Changeset.objects.get()
    assert (made.extractor, made.fallback) == ("model-2:worker", "unknown_model")
    waiting = PendingReading.objects.get()
    assert (waiting.message_id, waiting.reason, waiting.attempts) == (
        message.pk,
        "unknown_model",
        1,
    )


def test_what_the_rules_read_is_replaced_by_what_the_model_reads(
    db: None, alice: User, server: ModelServer, model: ModelExtractor
) -> None:
    """What is only in the user's own words stays if the model lists it; nothing waits any more."""
    server.says(refusal(404))
    (message,) = said(alice, "Last week I painted the fence green. I washed my old car by hand.")
    learn(alice, message)
    before = Block.objects.get(kind="episode")
    is_well(server, model, {"quote": "I painted the fence green", "text": "I painted the fence."})
    assert any("car" in fact for fact in facts(alice))

    assert read_again(alice)

    assert ["fence" in fact for fact in facts(alice)] == [True]
    assert not PendingReading.objects.exists()
    after = Block.objects.get(kind="episode")
    assert (after.pk, after.recorded_at) == (before.pk, before.recorded_at)
    newest = Changeset.objects.order_by("-number").first()
    assert newest is not None
    assert (newest.extractor, newest.fallback) == ("model-2:worker", "")
    assert validity.faults(alice.id) == []


def test_names_that_only_the_rules_saw_are_gone(
    db: None, alice: User, server: ModelServer, model: ModelExtractor
) -> None:
    """An entity that nothing speaks of any more leaves with what the rules made."""
    server.says(refusal(404))
    learn(alice, *said(alice, TEXT))
    ghost = Entity.objects.create(
        id=uuid4(), user=alice, name="Ghost", normal_name="ghost", node_type_id="node.person",
        trust=4, valid_from=clock.now(), recorded_at=clock.now(),
    )  # fmt: skip
    episode = Block.objects.get(kind="episode")
    Mention.objects.create(
        id=uuid4(), user=alice, block=episode, entity=ghost, trust=4,
        valid_from=clock.now(), recorded_at=clock.now(),
    )  # fmt: skip
    is_well(server, model, COLLECTS)

    assert read_again(alice)

    assert not Entity.objects.filter(name="Ghost").exists()
    assert validity.faults(alice.id) == []


def test_a_model_that_is_still_not_well_changes_nothing(
    db: None, alice: User, server: ModelServer, model: ModelExtractor
) -> None:
    """The messages wait longer each time."""
    server.says(refusal(404))
    learn(alice, *said(alice, TEXT))
    before, first = facts(alice), PendingReading.objects.get()
    model.rests_until = 0.0

    assert not read_again(alice)

    waiting = PendingReading.objects.get()
    assert facts(alice) == before
    assert waiting.attempts == 2
    assert waiting.due_at > first.due_at
    assert Changeset.objects.count() == 1


def test_the_user_s_correction_stands(
    db: None, alice: User, server: ModelServer, model: ModelExtractor
) -> None:
    """What they rewrote or called wrong is not learned again from the same words."""
    server.says(refusal(404))
    learn(alice, *said(alice, "I live in Lyon."))
    home = Block.objects.get(user=alice, topic="home")
    edit_blocks(user_id=alice.id, texts={home.pk: "I live in Nantes."})
    is_well(
        server,
        model,
        {"quote": "I live in Lyon", "text": "I live in Lyon.", "topic": "home", "value": "lyon"},
    )

    assert read_again(alice)

    holding = Block.objects.filter(user=alice, topic="home", superseded_at=None)
    assert [block.text for block in holding] == ["I live in Nantes."]
    assert validity.faults(alice.id) == []


def test_what_was_called_wrong_is_not_learned_again(
    db: None, alice: User, server: ModelServer, model: ModelExtractor
) -> None:
    """Whatever the model reads there."""
    server.says(refusal(404))
    learn(alice, *said(alice, "I live in Lyon."))
    home = Block.objects.get(user=alice, topic="home")
    edit_blocks(user_id=alice.id, texts={home.pk: ""})
    is_well(
        server,
        model,
        {"quote": "I live in Lyon", "text": "The user lives in Lyon.", "topic": "", "value": ""},
    )

    assert read_again(alice)

    left = Block.objects.filter(user=alice).exclude(kind="episode")
    assert set(left.values_list("status", flat=True)) == {"falsified"}


def test_what_was_forgotten_is_not_learned_again(
    db: None, alice: User, server: ModelServer, model: ModelExtractor
) -> None:
    """The model is not even shown it."""
    server.says(refusal(404))
    learn(alice, *said(alice, "I live in Lyon."))
    home = Block.objects.get(user=alice, topic="home")
    forget(user_id=alice.id, target=Target(TargetKind.FACT, id=home.pk))
    is_well(server, model, {"quote": "I live in Lyon", "text": "I live in Lyon."})

    assert read_again(alice)

    assert not any("Lyon" in fact for fact in facts(alice))
    assert "Lyon" not in json.dumps(server.script.requests[-1].body)


@pytest.mark.parametrize("kind", ["fact", "entity", "message", "everything"])
def test_what_was_forgotten_while_the_model_read_stays_out(
    db: None, alice: User, server: ModelServer, model: ModelExtractor, kind: str
) -> None:
    """The job was prepared before, and is completed after."""
    server.says(refusal(404))
    (message,) = said(alice, "I live in Lyon with Ann.")
    learn(alice, message)
    ids = {
        "fact": Block.objects.get(user=alice, topic="home").pk,
        "entity": Entity.objects.get(user=alice, name="Lyon").pk,
        "message": message.id,
    }
    is_well(server, model, {"quote": "I live in Lyon", "text": "The user's home is Lyon."})
    prepared = rereading.prepare(user_id=alice.id)
    assert "Lyon" in json.dumps(server.script.requests[-1].body)

    forget(user_id=alice.id, target=Target(TargetKind(kind), id=ids.get(kind)))
    rereading.complete(prepared)

    assert tables_with("Lyon").keys() <= {"journal_message"}
    assert kind in {"fact", "entity"} or not tables_with("Lyon")
    assert not PendingReading.objects.exists()


def test_what_was_rolled_back_stays_out(
    db: None, alice: User, server: ModelServer, model: ModelExtractor
) -> None:
    """The user did not want what the job had learned."""
    server.says(refusal(404))
    learn(alice, *said(alice, TEXT))
    roll_back(user_id=alice.id, changeset_id=Changeset.objects.get().pk)
    is_well(server, model, COLLECTS)

    assert read_again(alice)

    assert not Block.objects.exists()
    assert not PendingReading.objects.exists()


def test_a_fact_that_another_message_says_stays(
    db: None, alice: User, server: ModelServer, model: ModelExtractor
) -> None:
    """It is not the rules' alone."""
    server.says(refusal(404))
    first, second = said(alice, "I live in Lyon.", "I live in Lyon.")
    learn(alice, first)
    PendingReading.objects.all().delete()
    model.rests_until = 0.0
    learn(alice, second)
    is_well(server, model)

    assert read_again(alice)

    assert any("Lyon" in fact for fact in facts(alice))
    assert validity.faults(alice.id) == []


def test_it_can_be_rolled_back(
    db: None, alice: User, server: ModelServer, model: ModelExtractor
) -> None:
    """First what the model read, then what took the rules' facts away."""
    server.says(refusal(404))
    learn(alice, *said(alice, TEXT))
    before = facts(alice)
    is_well(server, model, COLLECTS)
    read_again(alice)

    for changeset in Changeset.objects.order_by("-number")[:2]:
        roll_back(user_id=alice.id, changeset_id=changeset.pk)

    assert facts(alice) == before
    assert validity.faults(alice.id) == []


def test_nobody_else_s_messages_are_read(
    db: None, alice: User, charlie: User, server: ModelServer, model: ModelExtractor
) -> None:
    """Charlie's job leaves Alice's alone."""
    server.says(refusal(404))
    learn(alice, *said(alice, TEXT))
    is_well(server, model, COLLECTS)
    before = len(server.script.requests)

    assert read_again(charlie)

    assert PendingReading.objects.count() == 1
    assert len(server.script.requests) == before


def test_the_command_reads_what_waits(
    db: None, alice: User, server: ModelServer, model: ModelExtractor, capsys: Any
) -> None:
    """At once, and it says when the model does not answer."""
    server.says(refusal(404))
    learn(alice, *said(alice, TEXT))
    model.rests_until = 0.0
    with pytest.raises(CommandError, match="unknown_model"):
        call_command("read_again")
    is_well(server, model, COLLECTS)

    call_command("read_again", user=alice.email)

    assert "1 messages read again" in capsys.readouterr().out
    assert "The user collects stamps." in facts(alice)


def test_the_changes_page_and_the_api_say_why(
    db: None,
    alice: User,
    server: ModelServer,
    model: ModelExtractor,
    as_user: Callable[[User], Client],
) -> None:
    """In one of a few words, and nothing of what the provider said."""
    server.says(refusal(401))
    (message,) = said(alice, TEXT)
    learn(alice, message)
    client = as_user(alice)
    changeset = Changeset.objects.get()

    listed = client.get("/api/knowledge/changesets").json()["changesets"]
    page = client.get(f"/memory/changes/{changeset.pk}").content.decode()

    assert [row["fallback"] for row in listed] == ["key_refused"]
    assert "refused the key" in page
    assert "sk-secret" not in page


@pytest.mark.xdist_group("jobs")
def test_it_happens_by_itself(
    jobs: Harness, alice: User, server: ModelServer, model: ModelExtractor
) -> None:
    """What is due is asked for by the reconciler and read by a worker, once."""
    jobs.start_server()
    jobs.start_worker()
    server.says(refusal(404))
    learn(alice, *said(alice, TEXT))
    assert rereading.request_due() == 0
    is_well(server, model, COLLECTS)
    PendingReading.objects.update(due_at=clock.now())

    assert rereading.request_due() == 1
    assert rereading.request_due() == 0

    eventually(lambda: not PendingReading.objects.exists())
    assert "The user collects stamps." in facts(alice)
