"""A model behind an OpenAI-compatible provider, over real connections."""

import asyncio
import contextlib
import json
import os
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from chat.agent import PromptMessage, Usage, chat_model
from chat.agent.provider import ProviderModel
from exobrain.lib.config import Config
from exobrain.lib.model_errors import (
    ModelBroken,
    ModelBrokeOff,
    ModelBusy,
    ModelContextTooLong,
    ModelFailed,
    ModelNotUnderstood,
    ModelRefusedKey,
    ModelRefusedQuestion,
    ModelTooSlow,
    ModelUnknown,
    ModelUnreachable,
)
from tests.model_server import (
    DONE,
    END,
    OLD_STREAM,
    STOP,
    STREAM,
    ModelServer,
    Step,
    Tear,
    answer,
    chunked,
    refusal,
    running,
    text,
)

pytestmark = pytest.mark.xdist_group("provider")  # importing LangChain takes seconds: once

HANG_SECONDS = 10


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    """A provider that does what the test says."""
    with running() as serving:
        yield serving


PROMPT = [PromptMessage("system", "You are an owl."), PromptMessage("user", "Who?")]


def _model(server: ModelServer, **values: Any) -> ProviderModel:
    server.script.requests.clear()
    fields = {"model_provider_base_url": server.url, "main_agent_timeout_seconds": 5.0, **values}
    return ProviderModel(Config.model_construct(**fields))


async def _heard(model: ProviderModel) -> tuple[str, type[ModelFailed] | None]:
    """The text, and how it failed if it did."""
    words = ""
    try:
        async for part in model.answer(PROMPT):
            words += part if isinstance(part, str) else ""
    except ModelFailed as error:
        return words, type(error)
    return words, None


# -- what is asked and answered


async def test_an_answer_is_streamed(server: ModelServer) -> None:
    """Word for word, as the provider sent it."""
    server.says(answer("Grüße ", "vom ", "🦉\n\n", " "))

    assert await _heard(_model(server)) == ("Grüße vom 🦉\n\n ", None)


async def test_the_first_word_does_not_wait_for_the_last(server: ModelServer) -> None:
    """Parts come as they are sent."""
    gate = threading.Event()
    server.says([STREAM, chunked(text("First")), gate, *answer(" last")[1:]])

    parts = _model(server).answer(PROMPT)
    first = await anext(parts)
    gate.set()
    rest = [part async for part in parts]

    assert (first, rest) == ("First", [" last"])


async def test_the_question_is_asked_as_configured(server: ModelServer) -> None:
    """Model, temperature, messages and key; streamed."""
    server.says(answer("Hoo."))
    model = _model(
        server,
        main_agent_model="night-owl",
        main_agent_temperature=0.5,
        openai_api_key=SecretStr("sk-mine"),
    )

    await _heard(model)

    (request,) = server.script.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer sk-mine"
    assert request.body["model"] == model.name == "night-owl"
    assert request.body["temperature"] == 0.5
    assert request.body["stream"] is True
    assert request.body["messages"] == [
        {"role": "system", "content": "You are an owl."},
        {"role": "user", "content": "Who?"},
    ]


async def test_a_provider_without_a_key_gets_a_dummy(server: ModelServer) -> None:
    """The key of nobody, and the alias that providers serve."""
    server.says(answer("Hoo."))

    await _heard(_model(server))

    (request,) = server.script.requests
    assert request.headers["authorization"] == "Bearer not-needed"
    assert request.body["model"] == "agent"


def test_a_key_alone_means_openai() -> None:
    """No base URL: OpenAI itself, with its model."""
    config = Config.model_construct(openai_api_key=SecretStr("sk-mine"))

    model = ProviderModel(config)

    assert model.client.openai_api_base == "https://api.openai.com/v1"
    assert model.name == "gpt-5.2"


async def test_usage_is_passed_on(server: ModelServer) -> None:
    """What the provider counted."""
    usage = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
    chunk = {"id": "a", "object": "chat.completion.chunk", "created": 0, "model": "agent"}
    line = b"data: " + json.dumps({**chunk, "choices": [], "usage": usage}).encode() + b"\n\n"
    server.says([STREAM, chunked(text("Hoo.")), chunked(STOP), chunked(line), chunked(DONE), END])

    parts = [part async for part in _model(server).answer(PROMPT)]

    (counted,) = [part for part in parts if isinstance(part, Usage)]
    assert counted.details["total_tokens"] == 9


@pytest.mark.parametrize(
    "ending", [[STOP, DONE], [STOP], [DONE]], ids=["both", "finish reason", "[DONE]"]
)
async def test_either_mark_is_a_proper_end(server: ModelServer, ending: list[bytes]) -> None:
    """Providers differ in how they say that they have finished."""
    server.says([STREAM, chunked(text("Hoo.")), *map(chunked, ending), END])

    assert await _heard(_model(server)) == ("Hoo.", None)


async def test_an_empty_answer_is_an_answer(server: ModelServer) -> None:
    """A model may have nothing to say."""
    server.says([STREAM, chunked(STOP), chunked(DONE), END])

    assert await _heard(_model(server)) == ("", None)


# -- what goes wrong

CASES: dict[str, tuple[list[Step], str, type[ModelFailed]]] = {
    "401": (refusal(401), "", ModelRefusedKey),
    "403": (refusal(403), "", ModelRefusedKey),
    "404": (refusal(404), "", ModelUnknown),
    "400": (refusal(400), "", ModelRefusedQuestion),
    "413": (refusal(413), "", ModelContextTooLong),
    "429": (refusal(429), "", ModelBusy),
    "500": (refusal(500), "", ModelBroken),
    "503 without JSON": (refusal(503, b"<html>down</html>"), "", ModelBroken),
    "hangs up at once": ([Tear()], "", ModelUnreachable),
    "torn in the middle": (
        [STREAM, chunked(text("Half an ")), Tear()],
        "Half an ",
        ModelBrokeOff,
    ),
    "closed in the middle": ([STREAM, chunked(text("Half an "))], "Half an ", ModelBrokeOff),
    "ended without a mark": (
        [STREAM, chunked(text("Half an ")), END],
        "Half an ",
        ModelBrokeOff,
    ),
    "closed, and nobody could tell": ([OLD_STREAM, text("Half an ")], "Half an ", ModelBrokeOff),
    "an error in the stream": (
        [STREAM, chunked(text("Half ")), chunked(b'data: {"error": {"message": "sk-x"}}\n\n'), END],
        "Half ",
        ModelBroken,
    ),
    "not JSON": (
        [STREAM, chunked(text("Half ")), chunked(b"data: {nonsense\n\n"), END],
        "Half ",
        ModelNotUnderstood,
    ),
    "other JSON": (
        [STREAM, chunked(b'data: {"choices": [{"delta": 7}]}\n\n'), END],
        "",
        ModelNotUnderstood,
    ),
    "a web page": (
        [b"HTTP/1.0 200 OK\r\ncontent-type: text/html\r\n\r\n<h1>It works</h1>"],
        "",
        ModelNotUnderstood,
    ),
    "no HTTP": ([b"SSH-2.0-OpenSSH_9.6\r\n\r\n"], "", ModelUnreachable),
}


@pytest.mark.parametrize("name", CASES)
async def test_a_failure_has_its_name_and_keeps_the_text(server: ModelServer, name: str) -> None:
    """Each way to fail is told apart, after the words that came before it."""
    steps, words, failure = CASES[name]
    server.says(steps)

    assert await _heard(_model(server)) == (words, failure)
    assert server.script.requests, "the provider was not even asked"


async def test_nobody_there_is_unreachable() -> None:
    """Connection refused."""
    with running() as server:
        model = _model(server)

    assert await _heard(model) == ("", ModelUnreachable)


@pytest.mark.parametrize("beginning", [[], [STREAM, chunked(text("Half an "))]])
async def test_a_silent_provider_is_too_slow(server: ModelServer, beginning: list[Step]) -> None:
    """Before the first word and after it."""
    gate = threading.Event()
    server.says([*beginning, gate])

    _, failure = await _heard(_model(server, main_agent_timeout_seconds=0.2))

    gate.set()
    assert failure is ModelTooSlow


async def test_signs_of_life_are_no_words(server: ModelServer) -> None:
    """A provider that sends comments only is silent all the same."""
    gate = threading.Event()
    comments: list[Step] = [chunked(b": ping\n\n")] * 5
    server.says([STREAM, chunked(text("Half an ")), *comments, gate])

    heard = await _heard(_model(server, main_agent_timeout_seconds=0.3))

    gate.set()
    assert heard == ("Half an ", ModelTooSlow)


@pytest.mark.parametrize("first", ["500", "hangs up at once"])
async def test_it_tries_once_more_before_the_first_word(
    server: ModelServer, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hiccup is not worth a failed answer."""
    monkeypatch.setattr("chat.agent.attempts.RETRY_SECONDS", 0)
    server.says(CASES[first][0], answer("Now."))

    assert await _heard(_model(server)) == ("Now.", None)
    assert len(server.script.requests) == 2


@pytest.mark.parametrize("name", ["429", "401", "torn in the middle", "an error in the stream"])
async def test_it_does_not_try_again_where_that_would_harm(server: ModelServer, name: str) -> None:
    """Not when told to stay away, and never after the first word."""
    server.says(CASES[name][0])

    await _heard(_model(server))

    assert len(server.script.requests) == 1


async def test_messages_say_nothing_secret(
    server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the key nor the provider's own words reach the user or the log."""
    server.says(refusal(401))
    model = _model(server, openai_api_key=SecretStr("sk-mine"))

    with pytest.raises(ModelFailed) as failure:
        [part async for part in model.answer(PROMPT)]

    assert "sk-" not in failure.value.message
    assert "sk-" not in caplog.text


async def test_a_cancelled_answer_hangs_up(server: ModelServer) -> None:
    """The provider is not kept writing for nobody."""
    gate = threading.Event()
    server.says([STREAM, chunked(text("One ")), gate])
    parts = _model(server).answer(PROMPT)
    await anext(parts)

    async with asyncio.timeout(HANG_SECONDS):
        await parts.aclose()

    assert not gate.is_set()  # it did not wait for the provider
    gate.set()


async def test_one_connection_serves_one_answer_after_another() -> None:
    """No question pays for a connection, and for its encryption, that is there already."""
    connections = []
    head_of_answer = STREAM.replace(b"connection: close\r\n", b"")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = re.search(rb"(?i)content-length: (\d+)", head)
                assert length is not None
                await reader.readexactly(int(length[1]))
                for piece in (
                    head_of_answer,
                    chunked(text("Who")),
                    chunked(STOP),
                    chunked(DONE),
                    END,
                ):
                    writer.write(piece)
                    await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as serving:
        port = serving.sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}/v1"
        model = ProviderModel(Config.model_construct(model_provider_base_url=url))
        heard = [await _heard(model) for _ in range(3)]
        await model.client.root_async_client.close()
        await asyncio.gather(*(writer.wait_closed() for writer in connections))

    assert heard == [("Who", None)] * 3
    assert len(connections) == 1


def test_nothing_is_traced() -> None:
    """LangSmith stays off whatever the environment said."""
    assert os.environ["LANGSMITH_TRACING"] == "false"
    assert not [name for name in os.environ if name.startswith("LANGCHAIN_")]
    assert not [
        name for name in os.environ if name.startswith("LANGSMITH_") and name != "LANGSMITH_TRACING"
    ]


def test_the_configured_provider_is_used(config: Any, server: ModelServer) -> None:
    """A base URL alone is enough to leave the mock."""
    config(main_agent_use_mock=None, model_provider_base_url=server.url)

    assert isinstance(chat_model(), ProviderModel)
