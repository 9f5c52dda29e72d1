"""Tool calls are stored while they happen, and what an answer was made from is known at once."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from accounts.models import User
from chat.agent.model import ToolUse
from chat.agent.scripted import Gate, ScriptedModel
from chat.models import Turn
from chat.services import generation, runtime
from chat.services.reconciler import Reconciler
from chat.tools.base import ToolAnswer, ToolArguments, TurnContext
from exobrain.lib import clock
from journal.models import Message, ToolCall
from journal.services import save_partial
from journal.types import ToolCallDraft
from knowledge.services.recall import giving
from knowledge.types import Trust
from tests.factories import TurnFactory
from tests.knowledge.api import rows
from tests.knowledge.remembering import Remembering
from tests.live import Caller, LiveServer

Callers = Callable[..., Caller]


class PageArguments(ToolArguments):
    """None."""


class Page:
    """A page of the web, that opens when its gate does."""

    name = "page"
    title = "Page"
    description = "Reads a page."
    arguments: Any = PageArguments
    seconds = 30.0

    def __init__(self, gate: Gate | None = None, *, is_from_outside: bool = True) -> None:
        self.gate = gate
        self.is_from_outside = is_from_outside

    def progress(self, arguments: Mapping[str, Any]) -> str:
        return "Reading"

    def failure(self, arguments: Mapping[str, Any], reason: str) -> str:
        return reason

    async def run(self, arguments: PageArguments, turn: TurnContext) -> ToolAnswer:
        if self.gate:
            await self.gate.passed()
        return ToolAnswer("The user is allergic to nuts.", "Read")


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """These tools are offered, and no others."""

    def offered(*tools: Any) -> None:
        async def those(*_: Any) -> Any:
            return tools

        monkeypatch.setattr(generation, "offered_tools", those)

    return offered


@pytest.fixture
def quick_saves(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written is kept almost at once."""
    monkeypatch.setattr(runtime, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(runtime, "SAVE_SECONDS", 0.05)


def wait_for(check: Callable[[], bool]) -> None:
    """It becomes true within ten seconds."""
    import time

    until = time.monotonic() + 10
    while not check():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def _patience(config: Callable[..., None]) -> None:
    """A slow machine has its memory too."""
    config(memory_recall_deadline_ms=20_000)


def answer() -> Message:
    """The only one."""
    return Message.objects.get(role="assistant")


# -- as they happen


@pytest.mark.usefixtures("quick_saves")
def test_a_call_is_stored_before_it_is_answered(
    alice: User, caller: Callers, script: Any, offer: Callable[..., None]
) -> None:
    """Also where the answer has no text yet; then what came of it."""
    page, rest = Gate(), Gate()
    offer(Page(page))
    script(ScriptedModel(ToolUse("a", "page", "{}"), then=[[rest, "Done."]]))
    client = caller(alice)
    stream_id = client.ask()

    wait_for(ToolCall.objects.exists)
    running = client.journal()[-1]
    page.open()
    wait_for(lambda: ToolCall.objects.get().response is not None)
    done = client.journal()[-1]
    rest.open()
    client.read(stream_id)

    assert (running["status"], running["content"]) == ("streaming", "")
    assert running["tool_calls"][0]["title"] == "Page"
    assert running["tool_calls"][0]["response"] is None
    assert done["tool_calls"][0]["response"] == "Read"
    assert client.journal()[-1]["tool_calls"] == done["tool_calls"]


@pytest.mark.usefixtures("quick_saves")
def test_the_page_shows_how_far_a_call_is(
    alice: User,
    caller: Callers,
    script: Any,
    offer: Callable[..., None],
    as_user: Callable[[User], Client],
) -> None:
    """Running while it is written; the script finds the card by its id."""
    gate = Gate()
    offer(Page(gate))
    script(ScriptedModel(ToolUse("a", "page", "{}"), then=[["Done."]]))
    client, browser = caller(alice), as_user(alice)
    stream_id = client.ask()
    wait_for(ToolCall.objects.exists)

    running = browser.get("/").content.decode()
    gate.open()
    client.read(stream_id)
    done = browser.get("/").content.decode()

    assert 'data-tool-call-id="a"' in running
    assert "running…" in running.split('class="tool-call"')[1].split("</details>")[0]
    assert '<span class="state">done</span>' in done


def test_a_saved_call_is_filled_in(alice: User) -> None:
    """Its words stay as they were first, in the order in which they were asked for."""
    turn = TurnFactory(user=alice)

    def save(*calls: ToolCallDraft) -> list[tuple[str, str, str | None, str | None]]:
        save_partial(message_id=turn.answer_id, content="So", tool_calls=calls)
        columns = ("tool_call_id", "title", "response", "error")
        return list(turn.answer.tool_calls.values_list(*columns))

    first = save(ToolCallDraft("b", "B", "d"))
    second = save(ToolCallDraft("b", "X", "d", response="Yes"), ToolCallDraft("a", "A", "d"))
    third = save(ToolCallDraft("b", "B", "d"), ToolCallDraft("a", "A", "d", error="No"))

    assert first == [("b", "B", None, None)]
    assert second == [("b", "B", "Yes", None), ("a", "A", None, None)]
    assert third == [("b", "B", "Yes", None), ("a", "A", None, "No")]


def test_a_message_that_is_final_takes_no_more_calls(alice: User) -> None:
    """A late save changes nothing."""
    turn = TurnFactory(user=alice)
    Message.objects.filter(id=turn.answer_id).update(status="complete")

    save_partial(message_id=turn.answer_id, content="x", tool_calls=[ToolCallDraft("a", "A", "d")])

    assert not ToolCall.objects.exists()


def test_a_process_that_dies_leaves_its_calls(
    alice: User, live: LiveServer, as_user: Callable[[User], Client]
) -> None:
    """Even when the log is lost with it; the page says that the call was interrupted."""
    turn = TurnFactory(user=alice, heartbeat_at=clock.now() - timedelta(hours=1))
    calls = [ToolCallDraft("a", "A", "d", response="Yes"), ToolCallDraft("b", "B", "d")]
    save_partial(message_id=turn.answer_id, content="", tool_calls=calls)
    reconciler = Reconciler()

    for _ in range(2):
        live.run(reconciler.check())

    turn.refresh_from_db()
    states = ["done", "interrupted"]
    page = as_user(alice).get("/journal/2025/01/14").content.decode()
    assert turn.state == "interrupted"
    assert [call.response for call in turn.answer.tool_calls.all()] == ["Yes", None]
    assert [f'<span class="state">{state}</span>' in page for state in states] == [True, True]


# -- what others wrote


def test_an_answer_is_marked_before_the_model_reads_it(
    alice: User, caller: Callers, script: Any, offer: Callable[..., None]
) -> None:
    """So a process that dies then leaves a marked answer."""
    gate = Gate()
    offer(Page())
    model = script(ScriptedModel(ToolUse("a", "page", "{}"), then=[[gate, "Nuts."]]))
    client = caller(alice)
    stream_id = client.ask()

    wait_for(lambda: len(model.asked) == 2)
    was_marked = answer().is_from_outside
    gate.open()
    client.read(stream_id)

    assert was_marked
    assert answer().is_from_outside


def test_an_answer_from_a_tool_of_ours_is_not_marked(
    alice: User, caller: Callers, script: Any, offer: Callable[..., None]
) -> None:
    """Its words are the user's own."""
    offer(Page(is_from_outside=False))
    script(ScriptedModel(ToolUse("a", "page", "{}"), then=[["Nuts."]]))
    client = caller(alice)

    client.read(client.ask())

    assert not answer().is_from_outside


def contexts(monkeypatch: pytest.MonkeyPatch) -> list[TurnContext]:
    """The turns that follow, as their tools see them."""
    seen: list[TurnContext] = []

    async def offered(turn: TurnContext, _: Any) -> list[Any]:
        seen.append(turn)
        return []

    monkeypatch.setattr(generation, "offered_tools", offered)
    return seen


@pytest.mark.parametrize(
    "change",
    [
        ({}, False),
        ({"is_from_outside": True}, True),
        ({"role": "user", "content": "page " * 400}, True),
        ({"role": "user", "content": "page " * 100}, False),
    ],
    ids=["plain", "from a page", "a long paste", "a short message"],
)
def test_a_day_with_others_words_taints_later_turns(
    alice: User,
    caller: Callers,
    script: Any,
    monkeypatch: pytest.MonkeyPatch,
    change: tuple[dict[str, Any], bool],
) -> None:
    """And what they answer is marked, too."""
    changed, is_tainted = change
    script(ScriptedModel("Hello."))
    client = caller(alice)
    client.read(client.ask("Hello!"))
    Message.objects.filter(role="assistant").update(**changed)
    seen = contexts(monkeypatch)

    client.read(client.ask("And now?"))

    latest = Message.objects.filter(role="assistant").latest("sequence")
    assert seen[0].has_outside_text == latest.is_from_outside == is_tainted


@pytest.mark.parametrize("trust", [Trust.WEB, Trust.INFERRED])
def test_a_memory_from_elsewhere_marks_the_answer(
    alice: User, caller: Callers, script: Any, monkeypatch: pytest.MonkeyPatch, trust: Trust
) -> None:
    """So what a page said does not become the assistant's word by being said again."""
    fact = rows.fact(alice, None, "Ann likes Eve's shop.", trust=trust)
    monkeypatch.setattr(giving, "recall", Remembering([fact]))
    script(ScriptedModel("She does [m1]."))
    client = caller(alice)

    client.read(client.ask("What does Ann like?"))

    assert answer().is_from_outside == (trust == Trust.WEB)


def test_a_turn_knows_its_answer_and_whether_to_use_the_memory(
    alice: User, caller: Callers, script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the request said."""
    script(ScriptedModel("Hello."))
    seen = contexts(monkeypatch)
    client = caller(alice)

    client.read(client.ask("One?"))
    client.read(client.ask("Two?", memory="none"))

    assert [turn.uses_memory for turn in seen] == [True, False]
    assert seen[1].answer_id == UUID(client.journal()[-1]["id"])
    assert Turn.objects.filter(answer_id=seen[0].answer_id).exists()
