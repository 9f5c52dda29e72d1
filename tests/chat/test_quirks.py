"""Every provider: what it sends ends as a person would expect, and is so after a reload."""

import time
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest

from accounts.models import User
from chat.agent import accepted
from tests.chat.quirks import QUIRKS
from tests.live import Caller, text_of
from tests.model_server import ModelServer, running

pytestmark = pytest.mark.xdist_group("provider")  # importing LangChain takes seconds: once

STATUSES = {"complete": "complete", "interrupted": "interrupted", "error": "failed"}
LONGEST_SECONDS = 8.0  # a connection that is left open is not waited for


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    """A provider that does what the row says."""
    with running() as serving:
        yield serving


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known of the provider, and waiting is short."""
    accepted.forget_all()
    monkeypatch.setattr("chat.agent.attempts.RETRY_SECONDS", 0.01)
    monkeypatch.setattr("chat.agent.provider.LINGER_SECONDS", 0.1)


def test_there_are_enough_of_them() -> None:
    """A table that lost its rows would pass."""
    assert len(QUIRKS) >= 200


@pytest.mark.sample(4)  # each asks a server, reads a stream, and looks at journal and page
@pytest.mark.parametrize("name", QUIRKS)
def test_it_ends_as_one_would_expect(  # noqa: PLR0917  pytest passes them by name
    name: str,
    alice: User,
    caller: Callable[..., Caller],
    config: Callable[..., None],
    server: ModelServer,
    as_user: Callable[[User], Any],
) -> None:
    """In the stream, in the stream again, in the journal and on the page."""
    quirk = QUIRKS[name]
    config(
        main_agent_use_mock=False,
        model_provider_base_url=server.url,
        main_agent_timeout_seconds=5.0,
        main_agent_max_tokens=500,
        memory_recall_enabled=False,
    )
    server.says(*quirk.answers)
    server.script.requests.clear()
    client = caller(alice)

    began = time.monotonic()
    stream_id = client.ask("Is it so?")
    events = client.read(stream_id)
    seconds = time.monotonic() - began
    again = client.read(stream_id)
    message = client.journal()[-1]
    page = unescape(as_user(alice).get(f"/turns/{stream_id}").content.decode())

    heard = {
        "text": text_of(events),
        "reason": events[-1].data["reason"],
        "message": [e.data["message"] for e in events if e.type == "error"],
        "reasoning": "".join(e.data["text"] for e in events if e.type == "reasoning"),
        "notices": len([e for e in events if e.type == "notice"]),
    }
    assert heard == {
        "text": quirk.text,
        "reason": quirk.reason,
        "message": [quirk.message] if quirk.message else [],
        "reasoning": quirk.reasoning,
        "notices": quirk.notices + bool(quirk.note),
    }
    assert [e for e in again if e.type not in ("message_chunk", "reasoning")] == [
        e for e in events if e.type not in ("message_chunk", "reasoning")
    ]
    metadata = message["metadata"] or {}
    assert (message["content"], message["status"]) == (quirk.text, STATUSES[quirk.reason])
    assert metadata.get("error", "") == quirk.message
    assert metadata.get("note", "") == quirk.note
    assert metadata.get("reasoning", "") == quirk.reasoning
    for words in (quirk.message, quirk.note, quirk.reasoning):
        assert words in page
    assert len(server.script.requests) == (quirk.requests or len(quirk.answers))
    assert quirk.last(server.script.requests[-1].body)
    assert seconds < LONGEST_SECONDS
