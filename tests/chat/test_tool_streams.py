"""Tools that a model asks for, in every form in which providers send them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chat.agent import PromptMessage, accepted
from chat.agent.model import ToolUse
from chat.agent.provider import ProviderModel
from exobrain.lib.config import Config
from tests.model_server import DONE, ModelServer, delta, document, finish, running, said

pytestmark = pytest.mark.xdist_group("provider")  # importing LangChain takes seconds: once

OWLS, CATS = '{"what": "owls"}', '{"what": "cats"}'
ONE = [ToolUse("a", "count", OWLS)]
TWO = [ToolUse("a", "count", OWLS), ToolUse("b", "count", CATS)]


def call(name: str | None = None, arguments: Any = None, **fields: Any) -> dict[str, Any]:
    """One piece, with the fields that are given."""
    function = {"name": name, "arguments": arguments}
    return {"function": {k: v for k, v in function.items() if v is not None}, **fields}


def pieces(*groups: list[dict[str, Any]]) -> list[bytes]:
    """The events with these pieces, and the end."""
    return [*(delta(tool_calls=group) for group in groups), finish("tool_calls"), DONE]


# What the stream has, and which tools were asked for.
STREAMS: dict[str, tuple[list[bytes], list[ToolUse]]] = {
    "by index": (
        pieces(
            [call("count", "", index=0, id="a", type="function")],
            [call(arguments='{"what": ', index=0)],
            [call(arguments='"owls"}', index=0)],
        ),
        ONE,
    ),
    "two by index, mixed": (
        pieces(
            [call("count", "", index=0, id="a")],
            [call("count", "", index=1, id="b")],
            [call(arguments='{"what": "ca', index=1), call(arguments='{"what": "ow', index=0)],
            [call(arguments='ls"}', index=0), call(arguments='ts"}', index=1)],
        ),
        TWO,
    ),
    "whole in one chunk": (
        pieces([call("count", OWLS, index=0, id="a"), call("count", CATS, index=1, id="b")]),
        TWO,
    ),
    "without an index": (
        pieces(
            [call("count", '{"what": ', id="a")],
            [call(arguments='"owls"}')],
            [call("count", CATS, id="b")],
        ),
        TWO,
    ),
    "without an index, by id": (
        pieces(
            [call("count", '{"what": ', id="a"), call("count", '{"what": ', id="b")],
            [call(arguments='"owls"}', id="a"), call(arguments='"cats"}', id="b")],
        ),
        TWO,
    ),
    "one index for all": (
        pieces([call("count", OWLS, index=0, id="a")], [call("count", CATS, index=0, id="b")]),
        TWO,
    ),
    "a null index": (
        pieces(
            [call("count", OWLS, index=None, id="a")], [call("count", CATS, index=None, id="b")]
        ),
        TWO,
    ),
    "the name in each chunk": (
        pieces(
            [call("count", '{"what": ', index=0, id="a")],
            [call("count", '"owls"}', index=0, id="a")],
        ),
        ONE,
    ),
    "an empty name later": (
        pieces(
            [call("count", '{"what": ', index=0, id="a")], [call("", '"owls"}', index=0, id="")]
        ),
        ONE,
    ),
    "the id later": (
        pieces([call("count", '{"what": ', index=0)], [call(arguments='"owls"}', index=0, id="a")]),
        ONE,
    ),
    "no ids": (
        pieces([call("count", OWLS, index=0), call("count", CATS, index=1)]),
        [ToolUse("", "count", OWLS), ToolUse("", "count", CATS)],
    ),
    "neither ids nor indexes": (
        pieces([call("count", OWLS)], [call("count", CATS)]),
        [ToolUse("", "count", OWLS), ToolUse("", "count", CATS)],
    ),
    "one id for two": (
        pieces([call("count", OWLS, index=0, id="a"), call("count", CATS, index=1, id="a")]),
        [ToolUse("a", "count", OWLS), ToolUse("a", "count", CATS)],
    ),
    "an object as arguments": (
        pieces([call("count", {"what": "owls"}, index=0, id="a")]),
        ONE,
    ),
    "no arguments": (
        pieces([call("count", index=0, id="a")]),
        [ToolUse("a", "count", "")],
    ),
    "null arguments": (
        pieces([{"index": 0, "id": "a", "function": {"name": "count", "arguments": None}}]),
        [ToolUse("a", "count", "")],
    ),
    "a number as id": (pieces([call("count", OWLS, index=0, id=7)]), [ToolUse("7", "count", OWLS)]),
    "without the function around": (
        pieces([{"index": 0, "id": "a", "name": "count", "arguments": OWLS}]),
        ONE,
    ),
    "one that is no list": (
        [delta(tool_calls=call("count", OWLS, index=0, id="a")), finish("stop"), DONE],
        ONE,
    ),
    "an index as a word": (pieces([call("count", OWLS, index="0", id="a")]), ONE),
    "with a stop": (
        [delta(tool_calls=[call("count", OWLS, index=0, id="a")]), finish("stop"), DONE],
        ONE,
    ),
    "in the finish's chunk": (
        [
            b"data: "
            + json.dumps(
                {
                    "choices": [
                        {
                            "finish_reason": "tool_calls",
                            "delta": {"tool_calls": [call("count", OWLS, index=0, id="a")]},
                        }
                    ]
                }
            ).encode()
            + b"\n\n"
        ],
        ONE,
    ),
    "the older form": (
        [
            delta(function_call={"name": "count", "arguments": ""}),
            delta(function_call={"arguments": '{"what": '}),
            delta(function_call={"arguments": '"owls"}'}),
            finish("function_call"),
            DONE,
        ],
        [ToolUse("", "count", OWLS)],
    ),
    "null beside": (
        [delta(content=None, tool_calls=None, function_call=None), finish("stop"), DONE],
        [],
    ),
    "without a name": (pieces([call(arguments=OWLS, index=0, id="a")]), []),
    "nonsense": (pieces([{"index": 0, "function": "count"}]), []),
    "more nonsense": ([delta(tool_calls=["count"]), finish("stop"), DONE], []),
    "broken arguments": (
        pieces([call("count", '{"what', index=0, id="a")]),
        [ToolUse("a", "count", '{"what')],
    ),
}


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    """A provider that does what the test says."""
    with running() as serving:
        yield serving


async def asked_for(server: ModelServer) -> list[ToolUse]:
    """The tools of one answer."""
    accepted.forget_all()
    model = ProviderModel(Config.model_construct(model_provider_base_url=server.url))
    parts = [part async for part in model.answer([PromptMessage("user", "How many?")])]
    return [part for part in parts if isinstance(part, ToolUse)]


@pytest.mark.parametrize("name", STREAMS)
async def test_each_tool_is_asked_for_once_and_whole(server: ModelServer, name: str) -> None:
    """With its own arguments, in its order."""
    sent, expected = STREAMS[name]
    server.says(said(*sent))

    assert await asked_for(server) == expected


async def test_tools_in_an_answer_that_is_no_stream(server: ModelServer) -> None:
    """All at once."""
    calls = [call("count", OWLS, id="a"), call("count", CATS, id="b")]
    message = {"role": "assistant", "content": None, "tool_calls": calls}
    server.says(document({"choices": [{"finish_reason": "tool_calls", "message": message}]}))

    assert await asked_for(server) == TWO
