"""Answers that use the web, through the running product."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from chat.agent.model import ToolUse
from chat.agent.scripted import ScriptedModel
from chat.tools import web
from chat.tools.web.direct import DirectPages
from exobrain.lib.config import ROOT
from exobrain.lib.outbound import PublicWeb
from journal.models import Message
from tests.live import Caller, Event, text_of
from tests.web_server import PUBLIC, Internet, WebServer, page, redirect, serving

Callers = Callable[..., Caller]
Configure = Callable[..., None]

SCRIPT = Path("mock_data/main-agent-web-script.json")
DATA = Path("mock_data/web-tools.json")


def others(events: list[Event]) -> list[tuple[str, dict[str, Any]]]:
    """The events that are no text."""
    return [(event.type, event.data) for event in events if event.type != "message_chunk"]


def web_tools_of(model: ScriptedModel) -> list[str]:
    """The tools of the web that the model was offered first."""
    names = [tool["function"]["name"] for tool in model.offered[0]]
    return [name for name in names if name.startswith("web_")]


def test_the_shipped_script_shows_the_web_tools(
    alice: User, caller: Callers, config: Configure
) -> None:
    """A search, a page that it found, and one that nobody named, in their order."""
    config(
        main_agent_mock_script_file=SCRIPT,
        web_tools_use_mock=True,
        web_tools_mock_data_file=DATA,
    )
    client = caller(alice)

    events = client.read(client.ask("When can I see northern lights?"))

    calls = {data["tool_call_id"]: data for kind, data in others(events) if kind == "tool_call"}
    assert [(data["title"], data["description"]) for data in calls.values()] == [
        ("Web search", "Searching the web for “northern lights best time”"),
        ("Web page", "Reading https://aurora.example.org/guide"),
        ("Web page", "Reading https://nobody-named.example.org/"),
    ]
    found, read, refused = calls
    told = {
        data["tool_call_id"]: (kind, data["message"])
        for kind, data in others(events)
        if kind in ("tool_response", "error")
    }
    assert told[found] == ("tool_response", "Found 2 candidate sources")
    assert told[read] == ("tool_response", "Read Northern lights: when and where to see them")
    assert told[refused][0] == "error"
    assert told[refused][1].startswith("Reading https://nobody-named.example.org/ failed: Only")
    kinds = [kind for kind, _ in others(events)]
    assert kinds[:2] == ["tool_call", "tool_response"]
    assert kinds[2:4] == ["tool_call", "tool_call"]
    assert sorted(kinds[4:6]) == ["error", "tool_response"]
    assert others(events)[-1] == ("done", {"reason": "complete"})
    assert text_of(events).startswith("Let me look that up. Go between **September")
    # What was shown is there again when the day is read.
    [answer] = [each for each in client.journal() if each["role"] == "assistant"]
    assert [each["tool_call_id"] for each in answer["tool_calls"]] == [found, read, refused]


def test_the_model_is_told_what_was_found(
    alice: User, caller: Callers, config: Configure, script: Any
) -> None:
    """With the rules of the web in its prompt, and results in the shape of the contract."""
    config(web_tools_use_mock=True)
    model = ScriptedModel(
        ToolUse("a", "web_search", '{"query": "owls"}'),
        ToolUse("b", "web_fetch", '{"url": "https://example.com"}'),
        then=[[ToolUse("c", "web_fetch", '{"url": "https://example.com"}')], ["Done."]],
    )
    script(model)
    client = caller(alice)

    events = client.read(client.ask("owls?"))

    assert "How to use the web:" in model.asked[0][0].content
    assert web_tools_of(model) == ["web_search", "web_fetch"]
    searched, refused = model.asked[1][-2:]
    assert [set(each) for each in json.loads(searched.content)] == [
        {"title", "url", "snippet", "score", "published_at"}
    ]
    # Side by side with the search nobody had named the page yet.
    assert "Only addresses" in json.loads(refused.content)["error"]
    read = json.loads(model.asked[2][-1].content)
    assert set(read) == {"url", "title", "content_text", "extracted_at", "content_truncated"}
    assert text_of(events) == "Done."


@pytest.mark.parametrize("who", ["user", "visitor"])
def test_nothing_is_offered_unasked(
    alice: User, caller: Callers, config: Configure, script: Any, who: str
) -> None:
    """To nobody where nothing is configured, and never to a visitor; the prompt says nothing."""
    config(web_tools_use_mock=who == "visitor", chat_allow_anonymous=True)
    model = ScriptedModel(ToolUse("a", "web_search", '{"query": "owls"}'), then=[["Done."]])
    script(model)
    client = caller(alice if who == "user" else None)

    events = client.read(client.ask("owls?"))

    assert web.WEB_RULES not in model.asked[0][0].content
    assert web_tools_of(model) == []
    assert others(events) == [("done", {"reason": "complete"})]


# -- pages that are fetched directly


@pytest.fixture
def server() -> Iterator[WebServer]:
    """The web."""
    with serving() as server:
        yield server


@pytest.fixture
def fetching(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> Internet:
    """Pages are fetched from an internet where every name leads to the server."""
    internet = Internet(server, otherwise=[PUBLIC])
    pages = DirectPages(PublicWeb(resolve=internet.resolve, dial=internet.dial))
    monkeypatch.setattr(web, "web_providers", lambda config: web.WebProviders(pages=pages))
    return internet


def test_a_page_that_the_user_named_is_read(
    alice: User, caller: Callers, fetching: Internet, script: Any
) -> None:
    """Over a real connection; its links may be read afterwards."""
    fetching.server.pages["/owls"] = [
        page(
            b"<html><title>Owls</title><p>They fly at night.</p><a href='more'>more</a></html>",
            media_type="text/html",
        )
    ]
    fetching.server.pages["/more"] = [page(b"They eat mice.")]
    model = ScriptedModel(
        ToolUse("a", "web_fetch", '{"url": "http://owls.example.com/owls"}'),
        then=[[ToolUse("b", "web_fetch", '{"url": "http://owls.example.com/more"}')], ["Mice."]],
    )
    script(model)
    client = caller(alice)

    events = client.read(client.ask("Read http://owls.example.com/owls"))

    assert "They fly at night." in json.loads(model.asked[1][-1].content)["content_text"]
    assert [data.get("message") for kind, data in others(events) if kind == "tool_response"] == [
        "Read Owls",
        "Read http://owls.example.com/more",
    ]
    assert text_of(events) == "Mice."


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/meta-data/", "http://127.0.0.1/", "http://[::1]/"]
)
def test_a_page_cannot_lead_inside(
    alice: User, caller: Callers, fetching: Internet, script: Any, target: str
) -> None:
    """By a redirect; the user is told, and the answer goes on."""
    fetching.server.pages["/"] = [redirect(target)]
    script(
        ScriptedModel(
            ToolUse("a", "web_fetch", '{"url": "http://evil.example.com"}'), then=[["I could not."]]
        )
    )
    client = caller(alice)

    events = client.read(client.ask("Read evil.example.com http://evil.example.com"))

    assert (
        "error",
        {
            "tool_call_id": "a",
            "message": "Reading http://evil.example.com failed: "
            "This is not an address of the public web.",
        },
    ) in others(events)
    assert fetching.dialled == [(PUBLIC, 80)]
    assert text_of(events) == "I could not."
    assert Message.objects.get(role="assistant").status == "complete"


def test_the_shipped_files_are_there() -> None:
    """As the documentation says."""
    assert (ROOT / SCRIPT).is_file()
    assert (ROOT / DATA).is_file()
