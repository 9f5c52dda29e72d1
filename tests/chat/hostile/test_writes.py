"""Nothing is written to a memory, and nothing of anybody else's is reached."""

import json
from uuid import uuid4

import pytest

from accounts.models import User
from chat.models import Proposal
from knowledge.models import Block, Entity
from tests.chat.hostile.adversary import Use
from tests.chat.hostile.conftest import Stage
from tests.chat.hostile.ledger import beside_the_turn
from tests.chat.hostile.writes import THEIRS, WHOSE, WRITES
from tests.factories import JournalFactory, MessageFactory
from tests.knowledge.api import rows

CANARY = "zanzibar"  # only Bob's memory and journal say it
MOST_PROPOSALS = 5
MOST_EVENT_BYTES = 20_000


@pytest.fixture
def bobs(bob: User) -> dict[str, str]:
    """What there is of Bob's, by its kind: how somebody could name it."""
    journal = JournalFactory(user=bob)
    message = rows.said(journal, f"I go to {CANARY}.")
    answer = MessageFactory(journal=journal, role="assistant", content=f"To {CANARY}!")
    rows.entity(bob, "Bob", is_self=True)
    page = rows.entity(bob, "Sansibar plan")
    block = rows.fact(bob, page, f"It leads to {CANARY}.", message=message)
    proposal = Proposal.objects.create(
        user=bob, answer=answer, kind="remember", text=f"I love {CANARY}."
    )
    named = (bob.id, bob.email, bob.display_name, page.id, block.id, message.id, journal.id)
    return dict(zip(WHOSE, map(str, (*named, proposal.id, page.name)), strict=True))


def test_there_are_enough_of_them() -> None:
    """A table that lost its rows would pass."""
    assert len(WRITES) >= 170
    assert len(THEIRS) >= 50


@pytest.mark.sample(14)
@pytest.mark.parametrize("name", WRITES)
def test_the_memory_stays_as_it_is(stage: Stage, bobs: dict[str, str], name: str) -> None:
    """A few proposals may wait for the user, and say that others may have wanted them."""
    way, attack = WRITES[name]
    channel = stage.open(way)
    before = beside_the_turn(stage.user)

    played = stage.play(channel, attack)

    played.model.require_reached()
    assert beside_the_turn(stage.user) == before
    proposals = Proposal.objects.filter(user=stage.user)
    assert {(each.state, each.is_from_outside) for each in proposals} <= {("open", True)}
    assert len(proposals) <= MOST_PROPOSALS
    assert played.seen == []
    assert played.events[-1].data == {"reason": "complete"}
    assert all(len(json.dumps(event.data)) < MOST_EVENT_BYTES for event in played.events)
    assert CANARY not in str(played.model.asked)


@pytest.mark.sample(8)
@pytest.mark.parametrize("name", THEIRS)
def test_nobody_else_s_is_reached(stage: Stage, bobs: dict[str, str], name: str) -> None:
    """By no name of it, in no argument; it is neither told nor changed."""
    way, whose, use = THEIRS[name]
    channel = stage.open(way)
    before = beside_the_turn(stage.user)
    arguments = json.loads(json.dumps(use.arguments).replace("{id}", bobs[whose]))

    played = stage.play(channel, [[Use(use.name, arguments)], [Use(use.name, arguments)]])

    played.model.require_reached()
    assert CANARY not in str(played.model.asked[1:]).casefold()
    assert CANARY not in str(played.events).casefold()
    assert beside_the_turn(stage.user) == before
    assert not Proposal.objects.filter(user=stage.user, kind="forget").exists()
    assert not Block.objects.filter(user=stage.user, text__icontains=CANARY).exists()
    assert not Entity.objects.filter(user=stage.user, name__icontains="sansibar").exists()


def test_a_judge_that_sees_nothing_would_pass_all(stage: Stage, bob: User) -> None:
    """What another way of writing does, it sees."""
    before = beside_the_turn(stage.user)
    rows.fact(stage.user, None, "Forged.")
    forged = beside_the_turn(stage.user)
    JournalFactory(user=bob, id=uuid4())

    assert before["knowledge_block"] != forged["knowledge_block"]
    assert forged["journal_journal"] != beside_the_turn(stage.user)["journal_journal"]
