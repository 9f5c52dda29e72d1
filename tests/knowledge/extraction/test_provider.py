"""The provider over real connections: what is asked, and which failures may pass."""

import json
import socket
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from exobrain.lib.errors import Unavailable
from knowledge.extraction.model import ModelExtractor
from knowledge.extraction.provider import ChatProvider, ModelRefused, ModelUnavailable, Reply
from tests.knowledge.extraction.support import read, reasons, stated_facts
from tests.model_server import ModelServer, Step, Tear, refusal, running


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A provider of bytes."""
    with running() as server:
        yield server


def model_answers(words: str) -> list[Step]:
    choice = {
        "index": 0,
        "finish_reason": "stop",
        "message": {"role": "assistant", "content": words},
    }
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    body = json.dumps(
        {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "worker",
            "choices": [choice],
            "usage": usage,
        }
    ).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return [f"{head}connection: close\r\n\r\n".encode() + body]


def provider_at(url: str, *, seconds: float = 5.0) -> ChatProvider:
    return ChatProvider(
        base_url=url, api_key=SecretStr("sk-key"), model="worker", timeout_seconds=seconds
    )


def _asked(provider: ChatProvider) -> Reply:
    return provider.ask(system="Do.", data="[1] Hello", name="facts", schema={"type": "object"})


def test_the_answer_is_held_to_the_schema(server: ModelServer) -> None:
    """The request carries the schema, the model and both prompts; the reply its cost."""
    server.says(model_answers('{"facts": []}'))

    reply = _asked(provider_at(server.url))

    (request,) = server.script.requests
    assert request.body["model"] == "worker"
    assert request.body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert [prompt["content"] for prompt in request.body["messages"]] == ["Do.", "[1] Hello"]
    assert reply.text == '{"facts": []}'
    assert reply.usage["total_tokens"] == 10


def test_a_provider_without_schemas_is_asked_without(server: ModelServer) -> None:
    """A refusal of the schema is answered by asking in words alone."""
    server.says(refusal(400), model_answers('{"facts": []}'))

    reply = _asked(provider_at(server.url))

    assert reply.text == '{"facts": []}'
    assert "response_format" not in server.script.requests[1].body


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (408, "timeout"),
        (409, "provider_failed"),
        (429, "busy"),
        (500, "provider_failed"),
        (502, "provider_failed"),
        (503, "provider_failed"),
    ],
)
def test_what_may_pass_is_unavailable(server: ModelServer, status: int, reason: str) -> None:
    """The same question may be answered in a moment."""
    server.says(refusal(status))

    with pytest.raises(ModelUnavailable) as caught:
        _asked(provider_at(server.url))
    assert caught.value.reason == reason
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "request_refused"),
        (401, "key_refused"),
        (403, "key_refused"),
        (404, "unknown_model"),
        (413, "request_refused"),
        (422, "request_refused"),
    ],
)
def test_what_stays_is_not(server: ModelServer, status: int, reason: str) -> None:
    """Asking again would not help; and nothing of the provider's words is repeated."""
    server.says(refusal(status))

    with pytest.raises(ModelRefused) as caught:
        _asked(provider_at(server.url))
    assert caught.value.reason == reason
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize("status", [400, 401, 404, 422, 429, 500])
def test_whatever_is_refused_the_rules_read_at_once(server: ModelServer, status: int) -> None:
    """One request or two, and the messages are read all the same."""
    server.says(refusal(status))

    found = read("I live in Lyon.", extractor=ModelExtractor(provider_at(server.url)))

    assert ("user", "home", "lyon") in stated_facts(found)
    assert len(server.script.requests) <= 2
    assert len(found.fallbacks) == 1


def test_a_slow_model_is_waited_for_once(server: ModelServer) -> None:
    """Its time-out is not paid for again by the next messages."""
    server.says([3.0, *model_answers("{}")])
    extractor = ModelExtractor(provider_at(server.url, seconds=1))

    for text in ("I live in Lyon.", "I live in Rome."):
        assert stated_facts(read(text, extractor=extractor))

    assert len(server.script.requests) == 1


def test_a_torn_connection_is_unavailable(server: ModelServer) -> None:
    """So is one that breaks."""
    server.says([b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", Tear()])

    with pytest.raises(Unavailable):
        _asked(provider_at(server.url))


def test_a_silent_provider_is_unavailable(server: ModelServer) -> None:
    """So is one that takes too long."""
    server.says([3.0, *model_answers("{}")])

    with pytest.raises(Unavailable):
        _asked(provider_at(server.url, seconds=1))


def test_a_provider_that_is_not_there_is_unavailable() -> None:
    """So is a closed port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(Unavailable):
        _asked(provider_at(f"http://127.0.0.1:{port}/v1"))


def test_nonsense_instead_of_json_is_read_by_the_rules(server: ModelServer) -> None:
    """A provider that answers HTML costs nothing but the model's part."""
    server.says([b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\n<html>"])

    found = read("I live in Lyon.", extractor=ModelExtractor(provider_at(server.url)))

    assert ("user", "home", "lyon") in stated_facts(found)
    assert reasons(found) == {"unusable_answer"}
