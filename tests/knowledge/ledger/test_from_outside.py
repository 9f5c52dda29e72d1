"""Nothing is learned from an answer that was made from what others wrote."""

from dataclasses import replace

import pytest

from journal.models import Message
from journal.selectors import messages_by_ids
from knowledge.models import Block, Decision, Entity
from knowledge.services.learning import learner
from knowledge.services.learning.learner import message_to_learn
from knowledge.services.learning.schema_context import schema_view
from knowledge.types import SourceMessage, Trust, Verdict
from tests.knowledge.ledger.scribe import Scribe, Teller
from tests.knowledge.validity import faults

pytestmark = pytest.mark.django_db


def answer(teller: Teller, text: str, *, is_from_outside: bool) -> SourceMessage:
    """The assistant has said it, and the memory has learned the message."""
    message = teller.say(text, role="assistant")
    Message.objects.filter(id=message.id).update(is_from_outside=is_from_outside)
    (stored,) = messages_by_ids(user_id=teller.user.pk, ids=[message.id])
    learned = replace(message_to_learn(stored), said_at=message.said_at)
    teller.learn(learned)
    return learned


def test_the_user_is_not_what_a_page_says(teller: Teller) -> None:
    """A page says that the user is allergic to nuts, and the assistant repeats it."""
    answer(teller, "You are allergic to nuts: #allergy=nuts", is_from_outside=True)

    (episode,) = Block.objects.all()
    assert (episode.kind, episode.trust) == ("episode", Trust.WEB)


def test_nor_is_anybody_else(teller: Teller) -> None:
    """Neither a statement of them nor they themselves; of other answers they are concluded."""
    answer(teller, "@Ann#home=lyon", is_from_outside=True)
    from_a_page = Entity.objects.exists() or Block.objects.filter(kind="fact").exists()

    answer(teller, "@Ben#home=rome", is_from_outside=False)

    assert not from_a_page
    assert Block.objects.get(kind="fact").trust == Trust.INFERRED
    assert not faults(teller.user.pk)


def test_an_extractor_that_reads_it_all_the_same_is_not_believed(teller: Teller) -> None:
    """What it proposes of such a message is dropped, and it is known why."""
    message = teller.say("@Ann#home=lyon", role="assistant")
    seen = replace(message, is_from_outside=True)
    prepared = learner.prepare_learning(user_id=teller.user.pk, messages=[seen])
    extraction = Scribe().extract(messages=[message], schema=schema_view(), known=())

    job = message.id
    learner.apply_learning(
        user_id=teller.user.pk, job_id=job, prepared=replace(prepared, extraction=extraction)
    )

    assert not Block.objects.filter(kind="fact").exists()
    assert Decision.objects.filter(verdict=Verdict.LOW_TRUST).exists()
