"""The extractor that stands in for a model, alone and on the way into the ledger."""

import pytest

from accounts.models import User
from knowledge.extraction.relevance import filter_extraction
from knowledge.models import Block
from knowledge.services.learning import learner
from tests.knowledge import validity
from tests.knowledge.extraction.observations import ObservationExtractor
from tests.knowledge.extraction.support import SCHEMA, faults, message, names, texts
from tests.knowledge.ledger.scribe import Teller

CONVERSATION = {
    "observation": {
        "session_1_observation": {
            "Nora": [
                ["Nora adopted a greyhound.", "D1:2"],
                ["Nora walks it daily.", ["D1:2", "D1:4"]],
                ["Nora is kind.", "D"],
            ]
        }
    }
}


def test_observations_are_facts_of_their_turn() -> None:
    """Each is a fact of the message that is its first turn; without a turn it is left out."""
    messages = [message("Nora: Hello!", number=1), message("Nora: We have a dog now!", number=2)]
    turns = {messages[0].id: "D1:1", messages[1].id: "D1:2"}
    extractor = ObservationExtractor(CONVERSATION, turns)

    found = filter_extraction(extractor.extract(messages=messages, schema=SCHEMA), messages)

    assert texts(found) == ["Nora adopted a greyhound.", "Nora walks it daily."]
    assert {fact.span.message_id for fact in found.facts} == {messages[1].id}
    assert names(found) == {"Nora", "Nora's dog"}  # who has no name yet is somebody as well
    assert not faults(found, messages)


@pytest.mark.django_db
def test_observations_are_learned(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody else wrote of a turn is a fact of that message, once, in a sound ledger."""
    teller = Teller(alice)
    said = [teller.say("Nora: Hello!"), teller.say("Nora: We have a dog now!")]
    extractor = ObservationExtractor(CONVERSATION, {said[0].id: "D1:1", said[1].id: "D1:2"})
    monkeypatch.setattr(learner, "configured_extractor", lambda: extractor)

    teller.learn(*said)
    teller.learn(*said)

    facts = Block.objects.filter(kind="fact")
    assert {fact.text for fact in facts} == {"Nora adopted a greyhound.", "Nora walks it daily."}
    assert {fact.message_id for fact in facts} == {said[1].id}
    assert validity.faults(alice.id) == []
