"""An answer that no model made is no part of the memory."""

import pytest

from journal.models import Message
from journal.selectors import messages_by_ids
from knowledge.models import Block
from knowledge.services.learning.learner import message_to_learn
from knowledge.types import SourceMessage
from tests.knowledge.ledger.scribe import Teller

pytestmark = pytest.mark.django_db


def stored(teller: Teller, message: SourceMessage) -> SourceMessage:
    """The message as it is read from the journal to be learned."""
    (found,) = messages_by_ids(user_id=teller.user.pk, ids=[message.id])
    return message_to_learn(found)


def test_it_is_neither_an_episode_nor_read(teller: Teller) -> None:
    """What it says becomes nothing, while what the user said beside it is learned."""
    said = teller.say("I moved: #home=leeds")
    answer = teller.say("@Ann#home=lyon", role="assistant")
    Message.objects.filter(id=answer.id).update(is_without_model=True)

    teller.learn(stored(teller, said), stored(teller, answer))

    blocks = Block.objects.values_list("kind", "text")
    assert {kind for kind, _ in blocks} == {"episode", "fact"}
    assert not [text for _, text in blocks if "lyon" in text or "Ann" in text]


def test_another_answer_is_an_episode(teller: Teller) -> None:
    """A model's answer is found again later."""
    answer = teller.say("Lyon is in France.", role="assistant")

    teller.learn(stored(teller, answer))

    assert [block.text for block in Block.objects.all()] == ["Lyon is in France."]
