"""What is sent suits strict models, and what a model refuses is left out from then on."""

from collections.abc import Iterator
from typing import Any

import pytest

from chat.agent import PromptMessage, accepted
from chat.agent.conversation import alternating, shortened
from chat.agent.fallback import FallbackModel
from chat.agent.model import AnsweredBy, ModelPart, Notice, ToolUse
from chat.agent.provider import ProviderModel
from chat.agent.scripted import ScriptedModel
from exobrain.lib.config import Config
from exobrain.lib.model_errors import ModelBusy, ModelContextTooLong, ModelFailed, ModelFiltered
from tests.model_server import ModelServer, answer, error, running

pytestmark = pytest.mark.xdist_group("provider")  # importing LangChain takes seconds: once

SYSTEM, QUESTION = PromptMessage("system", "Rules."), PromptMessage("user", "Now?")


def user(words: str) -> PromptMessage:
    """The user said."""
    return PromptMessage("user", words)


def model(words: str) -> PromptMessage:
    """The model said."""
    return PromptMessage("assistant", words)


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    """A provider that does what the test says."""
    with running() as serving:
        yield serving


@pytest.fixture(autouse=True)
def _nothing_is_known() -> None:
    accepted.forget_all()


def provider(server: ModelServer) -> ProviderModel:
    """The model, asked for the first time in a test."""
    return ProviderModel(Config.model_construct(model_provider_base_url=server.url))


async def said_by(answering: Any, *prompt: PromptMessage) -> list[ModelPart]:
    """All parts."""
    return [part async for part in answering.answer([*prompt])]


def sent(server: ModelServer) -> list[list[str]]:
    """The contents of each request's messages."""
    return [[m["content"] for m in each.body["messages"]] for each in server.script.requests]


# -- roles

DAYS: dict[str, tuple[list[PromptMessage], list[tuple[str, str]]]] = {
    "a failed answer": ([user("A"), model(""), user("B")], [("user", "A\n\nB")]),
    "a stopped answer": (
        [user("A"), model("Half"), user("B")],
        [("user", "A"), ("assistant", "Half"), ("user", "B")],
    ),
    "two failures": ([user("A"), user("B"), user("C")], [("user", "A\n\nB\n\nC")]),
    "blanks": ([user("A"), model(" \n"), user("B")], [("user", "A\n\nB")]),
    "an answer first": ([model("Old"), user("A")], [("user", "A")]),
    "two answers": (
        [user("A"), model("1"), model("2"), user("B")],
        [("user", "A"), ("assistant", "1\n\n2"), ("user", "B")],
    ),
    "rules later": ([user("A"), SYSTEM], [("system", "Rules."), ("user", "A")]),
}


@pytest.mark.parametrize("name", DAYS)
def test_user_and_assistant_take_turns(name: str) -> None:
    """Whatever the day was like."""
    messages, expected = DAYS[name]

    assert [(each.role, each.content) for each in alternating(messages)] == expected


def test_tools_keep_their_answers() -> None:
    """Each is a message of its own, after the message that asked for them."""
    asking = PromptMessage("assistant", "", tool_uses=[ToolUse("a", "x", "{}")])
    answers = [PromptMessage("tool", "", tool_call_id="a"), PromptMessage("tool", "2")]

    assert alternating([QUESTION, asking, *answers]) == [QUESTION, asking, *answers]


def test_rules_can_go_with_the_first_question() -> None:
    """For a model that knows no system."""
    (only,) = alternating([SYSTEM, QUESTION], without_system=True)

    assert (only.role, only.content) == ("user", "Rules.\n\nNow?")


# -- length


async def test_a_day_that_is_too_long_is_shortened(server: ModelServer) -> None:
    """The older half goes, and again; the rules and the question stay."""
    too_long = error(400, "x", code="context_length_exceeded")
    server.says(too_long, too_long, answer("Yes."))
    server.script.requests.clear()
    day = [each for n in range(4) for each in (user(f"Q{n}"), model(f"A{n}"))]

    parts = await said_by(provider(server), SYSTEM, *day, QUESTION)

    assert parts == ["Yes."]
    assert [len(each) for each in sent(server)] == [10, 6, 4]
    assert sent(server)[-1] == ["Rules.", "Q3", "A3", "Now?"]


async def test_what_was_too_long_is_not_sent_again(server: ModelServer) -> None:
    """The next question of the day does not begin with a refusal."""
    server.says(error(413), answer("Yes."))
    day = [each for n in range(4) for each in (user(f"Q{n}"), model(f"A{n}"))]
    asked = provider(server)
    await said_by(asked, SYSTEM, *day, QUESTION)
    server.script.requests.clear()

    await said_by(asked, SYSTEM, *day, QUESTION)

    assert len(server.script.requests) == 1


def test_tools_answers_are_cut_when_there_is_no_day() -> None:
    """The last thing that can be."""
    asking = PromptMessage("assistant", "", tool_uses=[ToolUse("a", "x", "{}")])
    shorter = shortened([SYSTEM, QUESTION, asking, PromptMessage("tool", "x" * 4000)])

    assert shorter is not None
    assert len(shorter[-1].content) == 2000
    assert shortened([SYSTEM, QUESTION]) is None


# -- what is remembered


async def test_a_refused_option_is_remembered_for_its_model(server: ModelServer) -> None:
    """Also by another object for the same model; another model is asked in full."""
    server.says(error(400, "x", param="temperature"), answer("Yes."))
    await said_by(provider(server), QUESTION)
    server.script.requests.clear()

    await said_by(provider(server), QUESTION)
    other = Config.model_construct(model_provider_base_url=server.url, main_agent_model="other")
    await said_by(ProviderModel(other), QUESTION)

    assert ["temperature" in each.body for each in server.script.requests] == [False, True]


async def test_what_did_not_help_is_not_remembered(server: ModelServer) -> None:
    """A refusal that only mentions a name."""
    server.says(error(400, "no temperature today"))
    with pytest.raises(ModelFailed):
        await said_by(provider(server), QUESTION)
    server.says(answer("Yes."))
    server.script.requests.clear()

    await said_by(provider(server), QUESTION)

    assert "temperature" in server.script.requests[0].body


async def test_tools_are_left_out_for_a_model_without(server: ModelServer) -> None:
    """It answers without them."""
    server.says(error(400, "x does not support tools"), answer("Yes."))
    server.script.requests.clear()
    tool = {"type": "function", "function": {"name": "count", "parameters": {}}}

    parts = [part async for part in provider(server).answer([QUESTION], tools=[tool])]

    assert parts == ["Yes."]
    assert ["tools" in each.body for each in server.script.requests] == [True, False]


async def test_a_temperature_can_be_left_unset(server: ModelServer) -> None:
    """Then the model's own counts."""
    server.says(answer("Yes."))
    server.script.requests.clear()
    config = Config.model_construct(model_provider_base_url=server.url, main_agent_temperature=None)

    await said_by(ProviderModel(config), QUESTION)

    assert "temperature" not in server.script.requests[0].body


# -- the fallback


async def test_another_model_answers_when_the_first_fails() -> None:
    """And the user is told which."""
    second = ScriptedModel("Yes.")
    second.name = "second"

    parts = await said_by(FallbackModel(ScriptedModel(ModelBusy()), second), QUESTION)

    assert [part for part in parts if not isinstance(part, Notice)] == [
        AnsweredBy("second"),
        "Yes.",
    ]


async def test_no_other_model_ends_a_beginning() -> None:
    """Not after the first word, of this step or of one before."""
    second = ScriptedModel("Yes.")

    with pytest.raises(ModelBusy):
        await said_by(FallbackModel(ScriptedModel("Ye", ModelBusy()), second), QUESTION)
    begun = PromptMessage("assistant", "Let me see.", tool_uses=[ToolUse("a", "x", "{}")])
    with pytest.raises(ModelBusy):
        await said_by(FallbackModel(ScriptedModel(ModelBusy()), second), QUESTION, begun)

    assert second.asked == []


async def test_a_model_that_failed_rests() -> None:
    """The next question goes to the other at once, unless the question was at fault."""
    busy, filtered = ScriptedModel(ModelBusy()), ScriptedModel(ModelFiltered())

    for first in (busy, filtered):
        both = FallbackModel(first, ScriptedModel("Yes."))
        await said_by(both, QUESTION)
        await said_by(both, QUESTION)

    assert (len(busy.asked), len(filtered.asked)) == (1, 2)


async def test_the_second_models_failure_is_told() -> None:
    """When neither answers."""
    both = FallbackModel(ScriptedModel(ModelBusy()), ScriptedModel(ModelContextTooLong()))

    with pytest.raises(ModelContextTooLong):
        await said_by(both, QUESTION)


@pytest.mark.parametrize(
    ("fields", "is_elsewhere"),
    [
        ({"main_agent_fallback_model": "x"}, False),
        (
            {
                "main_agent_fallback_model": "x",
                "main_agent_fallback_base_url": "http://127.0.0.1:1/v1",
            },
            False,
        ),
        (
            {
                "main_agent_fallback_model": "x",
                "main_agent_fallback_base_url": "https://models.example/v1",
            },
            True,
        ),
        (
            {
                "model_provider_is_local": True,
                "main_agent_fallback_model": "x",
                "main_agent_fallback_base_url": "https://models.example/v1",
            },
            True,
        ),
    ],
)
def test_a_fallback_elsewhere_makes_the_model_elsewhere(
    fields: dict[str, Any], is_elsewhere: bool
) -> None:
    """Then neither is told what is private."""
    config = Config.model_construct(model_provider_base_url="http://127.0.0.1:1/v1", **fields)

    assert config.model_is_elsewhere is is_elsewhere
