"""A model behind the native contract, over real connections."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chat.agent import PromptMessage, Usage, accepted
from chat.agent.endings import CUT_BY_LENGTH
from chat.agent.model import Ending, ModelPart, ToolUse
from chat.agent.native import NativeModel
from exobrain.lib.config import Config
from exobrain.lib.model_errors import (
    ModelBroken,
    ModelBrokeOff,
    ModelBusy,
    ModelFailed,
    ModelFiltered,
    ModelMoved,
    ModelNotUnderstood,
    ModelRefusedKey,
    ModelTooSlow,
    ModelUnknown,
    ModelUnreachable,
)
from tests.model_server import (
    DONE,
    STREAM,
    ModelServer,
    Step,
    Tear,
    chunked,
    document,
    error,
    frame,
    native,
    running,
    said,
)

HALF = frame("text_delta", text="Half ")
FAILED = b'data: {"error": {"message": "sk-x", "type": "provider_error", "code": "%s"}}\n'
PROMPT = [PromptMessage("system", "You are an owl."), PromptMessage("user", "Who?")]
TOOL = {"type": "function", "function": {"name": "count", "parameters": {"type": "object"}}}


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    """A provider that does what the test says."""
    with running() as serving:
        yield serving


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    accepted.forget_all()
    monkeypatch.setattr("chat.agent.attempts.RETRY_SECONDS", 0.01)


def model_at(server: ModelServer, **values: Any) -> NativeModel:
    """The model, for one test."""
    server.script.requests.clear()
    fields = {"model_provider_base_url": server.url, "main_agent_timeout_seconds": 2.0, **values}
    return NativeModel(Config.model_construct(**fields))


async def heard(
    model: NativeModel, prompt: list[PromptMessage] = PROMPT, **options: Any
) -> tuple[list[ModelPart], type[ModelFailed] | None]:
    """The parts, and how it failed if it did."""
    parts: list[ModelPart] = []
    try:
        async for part in model.answer(prompt, **options):
            parts += [part]
    except ModelFailed as failure:
        return parts, type(failure)
    return parts, None


async def test_the_question_is_asked_as_the_contract_says(server: ModelServer) -> None:
    """Blocks, tools without their wrapping, and no temperature that nobody has set."""
    server.says(native("Hoo."))

    await heard(
        model_at(server, model_provider_base_url=server.url.removesuffix("/v1")), tools=[TOOL]
    )

    (request,) = server.script.requests
    assert request.path == "/v1/internal/chat/messages"
    assert request.body == {
        "model": "agent",
        "messages": [
            {"role": "system", "content": [{"type": "text", "text": "You are an owl."}]},
            {"role": "user", "content": [{"type": "text", "text": "Who?"}]},
        ],
        "stream": True,
        "tools": [{"type": "function", "name": "count", "parameters": {"type": "object"}}],
        "tool_choice": {"type": "auto"},
    }


async def test_what_tools_answered_is_one_message(server: ModelServer) -> None:
    """Every tool that was asked for is answered by a block of the next message."""
    server.says(native("Four."))
    uses = [ToolUse("a", "count", '{"what": "owls"}'), ToolUse("b", "count", "{}")]
    answers = [PromptMessage("tool", "4", tool_call_id=each.id) for each in uses]

    await heard(
        model_at(server), [*PROMPT, PromptMessage("assistant", "", tool_uses=uses), *answers]
    )

    messages = server.script.requests[0].body["messages"]
    assert [each["role"] for each in messages] == ["system", "user", "assistant", "user"]
    assert messages[2]["content"][0] == {
        "type": "tool_call",
        "id": "a",
        "name": "count",
        "arguments": {"what": "owls"},
    }
    assert [each["tool_call_id"] for each in messages[3]["content"]] == ["a", "b"]
    assert messages[3]["content"][0]["type"] == "tool_result"


async def test_tools_and_usage_are_passed_on(server: ModelServer) -> None:
    """With the arguments as JSON."""
    usage = {"input_tokens": 7, "output_tokens": 2, "total_tokens": 9}
    call = frame("tool_call", id="a", name="count", index=0, arguments={"what": "owls"})
    end = frame("completion", finish_reason="tool_calls")
    server.says(said(call, end, frame("usage", usage=usage), DONE))

    assert await heard(model_at(server)) == (
        [Usage(usage), ToolUse("a", "count", '{"what": "owls"}')],
        None,
    )


async def test_an_answer_that_is_no_stream(server: ModelServer) -> None:
    """Whole, with its usage."""
    content = [{"type": "text", "text": "Hoo."}]
    server.says(document({"message": {"role": "assistant", "content": content}}))

    assert await heard(model_at(server)) == (["Hoo."], None)


async def test_an_answer_that_was_cut(server: ModelServer) -> None:
    """It says so."""
    server.says(said(HALF, frame("completion", finish_reason="length"), DONE))

    assert await heard(model_at(server)) == (["Half ", Ending("length", CUT_BY_LENGTH)], None)


CASES: dict[str, tuple[list[Step], list[str], type[ModelFailed]]] = {
    "an error's frame": (said(FAILED % b"x", DONE), [], ModelBroken),
    "an error's frame after text": (said(HALF, FAILED % b"x", DONE), ["Half "], ModelBroken),
    "an error's frame with a code": (said(FAILED % b"429", DONE), [], ModelBusy),
    "404": (error(404), [], ModelUnknown),
    "401": (error(401), [], ModelRefusedKey),
    "502": (error(502), [], ModelBroken),
    "a redirect": (document({}, "307 Moved", location="http://x.invalid/"), [], ModelMoved),
    "hangs up": ([Tear()], [], ModelUnreachable),
    "torn": ([STREAM, chunked(HALF), Tear()], ["Half "], ModelBrokeOff),
    "no end": (said(HALF), ["Half "], ModelBrokeOff),
    "nonsense": (said(b"data: {x\n\n"), [], ModelNotUnderstood),
    "filtered": (
        said(frame("completion", finish_reason="content_filter"), DONE),
        [],
        ModelFiltered,
    ),
    "silent": ([STREAM, chunked(HALF), 3.0], ["Half "], ModelTooSlow),
}


@pytest.mark.parametrize("name", CASES)
async def test_a_failure_has_its_name_and_keeps_the_text(server: ModelServer, name: str) -> None:
    """Each way to fail is told apart; an error within the stream is one of them."""
    steps, words, failure = CASES[name]
    server.says(steps)
    model = model_at(server, main_agent_timeout_seconds=0.5 if name == "silent" else 5.0)

    assert await heard(model) == (words, failure)


async def test_a_refused_option_is_left_out(server: ModelServer) -> None:
    """Here, too."""
    server.says(error(422, "temperature: extra inputs are not permitted"), native("Hoo."))

    assert await heard(model_at(server, main_agent_temperature=0.5)) == (["Hoo."], None)
    assert [json.dumps("temperature" in each.body) for each in server.script.requests] == [
        "true",
        "false",
    ]
