"""The stand-in for a model that the benchmark of the memory asks, over real connections."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from benchmarks.memory.locomo import Conversation, Observation, Turn
from benchmarks.memory.standin import StandIn, serving
from knowledge.extraction.model import ModelExtractor
from knowledge.extraction.prompts import entities, facts
from knowledge.extraction.provider import ChatProvider, Reply
from knowledge.extraction.relevance import filter_extraction
from tests.knowledge.extraction.support import SCHEMA, faults, message, names, texts

SAID = "Nora: Hello there! We have a «greyhound» now."
LINE = "[{number}] user, {day} (Wednesday): «{text}»"
SHOWN = SAID.replace("«", '"').replace("»", '"')  # as an extractor shows it
OBSERVED = "Nora has a greyhound."


@pytest.fixture
def server() -> Iterator[StandIn]:
    """A stand-in that knows one turn."""
    said_at = datetime(2023, 6, 14, 15, 30, tzinfo=UTC)
    turn = Turn(id="D1:1", speaker="Nora", text=SAID.removeprefix("Nora: "), said_at=said_at)
    later = Turn(id="D1:2", speaker="Ben", text="Lovely!", said_at=said_at)
    conversation = Conversation(
        id="one",
        sessions=[[turn, later]],
        questions=[],
        observations=[Observation("Nora", OBSERVED, "D1:1")],
    )
    with serving([conversation]) as server:
        yield server


def _provider(server: StandIn) -> ChatProvider:
    return ChatProvider(
        base_url=server.environment["MODEL_PROVIDER_BASE_URL"],
        api_key=SecretStr("unused"),
        model="observations",
        timeout_seconds=5.0,
    )


def _asked(server: StandIn, data: str, *, name: str = "facts") -> Reply:
    return _provider(server).ask(system="Do.", data=data, name=name, schema={"type": "object"})


def _line(number: int, text: str, *, day: str = "2023-06-14") -> str:
    return LINE.format(number=number, day=day, text=text)


def test_observations_of_the_messages_are_told(server: StandIn) -> None:
    """The answer is of the schema, about the message that has the turn's words."""
    data = "\n".join([_line(1, "Ben: Lovely!"), _line(2, SHOWN)])

    answer = facts.Answer.model_validate_json(_asked(server, data).text)

    (fact,) = answer.facts
    assert (fact.message, fact.subject, fact.text) == (2, "Nora", OBSERVED)


def test_the_speaker_is_the_only_entity(server: StandIn) -> None:
    """A person, by the name that the message carries."""
    answer = entities.Answer.model_validate_json(
        _asked(server, _line(1, SHOWN), name="entities").text
    )

    assert [(one.quote, one.type) for one in answer.entities] == [("Nora", "node.person")]


@pytest.mark.parametrize(
    "data",
    ["", "Who has a greyhound?", _line(1, "Nora: Goodbye."), _line(1, SHOWN, day="2023-06-15")],
)
@pytest.mark.parametrize("name", ["facts", "entities"])
def test_an_unknown_prompt_gets_an_empty_answer(server: StandIn, data: str, name: str) -> None:
    """Whatever is no known turn on its own day tells nothing."""
    reply = _asked(server, data, name=name)

    assert reply.text == f'{{"{name}": []}}'
    assert not server.told


def test_the_model_extractor_reads_them(server: StandIn) -> None:
    """What is told of a turn is a fact of its message, in two questions."""
    messages = [message(SAID, number=1), message("Ben: Lovely!", number=2)]

    found = ModelExtractor(_provider(server)).extract(messages=messages, schema=SCHEMA)

    filtered = filter_extraction(found, messages)
    assert any("greyhound" in text for text in texts(filtered))
    assert {fact.span.message_id for fact in filtered.facts} == {messages[0].id}
    assert "Nora" in names(filtered)
    assert not faults(filtered, messages)
    assert (server.questions, len(server.told)) == (2, 1)
