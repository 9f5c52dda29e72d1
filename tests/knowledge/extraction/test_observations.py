"""The extractor that stands in for a model in measurements."""

from knowledge.extraction.gate import judge
from tests.knowledge.extraction.observations import ObservationExtractor
from tests.knowledge.extraction.support import SCHEMA, faults, message, names, texts

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

    found = judge(extractor.extract(messages=messages, schema=SCHEMA), messages)

    assert texts(found) == ["Nora adopted a greyhound.", "Nora walks it daily."]
    assert {fact.span.message_id for fact in found.facts} == {messages[1].id}
    assert names(found) == {"Nora"}
    assert not faults(found, messages)
