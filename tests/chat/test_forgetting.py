"""What the chat has copied of the memory goes with what is forgotten."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from chat.agent.model import ToolUse
from chat.agent.scripted import ScriptedModel
from chat.models import Proposal, Turn
from journal.models import Message, ToolCall
from knowledge.models import Block
from knowledge.services.forgetting.erasure import forget
from knowledge.services.recall import giving
from knowledge.types import Target, TargetKind
from tests.chat.using_tools import turn_of, use_tool
from tests.factories import JournalFactory
from tests.knowledge.api import rows
from tests.knowledge.ledger.traces import keys_with, tables_with
from tests.knowledge.remembering import Remembering
from tests.live import Caller

pytestmark = pytest.mark.django_db(transaction=True)

Callers = Callable[..., Caller]
WORD = "zanzibar"
CODE = f"My locker code is {WORD}."


def forget_fact(block: Block) -> None:
    """The user has it forgotten."""
    forget(user_id=block.user_id, target=Target(TargetKind.FACT, id=block.id))


@pytest.fixture
def no_model(config: Callable[..., None]) -> None:
    """The memory answers."""
    config(main_agent_use_mock=None)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("memory_search", f'{{"query": "{WORD}"}}'),
        ("memory_search", f'{{"query": "locker code {WORD}"}}'),
        ("remember", f'{{"text": "The code of my locker is {WORD}"}}'),
        ("forget", f'{{"what": "my locker code is {WORD}"}}'),
    ],
)
def test_no_tool_call_says_it(
    alice: User, caller: Callers, script: Any, tool: str, arguments: str
) -> None:
    """Neither what was asked, nor what was answered, in the journal and in the stream."""
    block = rows.fact(alice, None, CODE)
    script(ScriptedModel(ToolUse("one", tool, arguments), then=[["Done."]]))
    client = caller(alice)
    stream_id = client.ask("Hello")
    before = client.read(stream_id)
    assert {"journal_toolcall", "chat_turn"} <= tables_with(WORD).keys()

    forget_fact(block)

    after = client.read(stream_id)
    assert tables_with(WORD) == {}
    assert keys_with(WORD) == []
    assert [(e.id, e.type) for e in after] == [(e.id, e.type) for e in before]
    assert ToolCall.objects.get().description == "…"


def test_other_tool_calls_stay(alice: User, caller: Callers, script: Any) -> None:
    """Those that say something else, and another user's."""
    block = rows.fact(alice, None, CODE)
    script(ScriptedModel(ToolUse("one", "memory_search", '{"query": "tea"}'), then=[["Done."]]))
    client = caller(alice)
    client.read(client.ask("Hello"))

    forget_fact(block)

    assert ToolCall.objects.get().description == "Searching the memory for “tea”"
    assert "tea" in str(Turn.objects.get().events)


def test_another_users_tool_calls_stay(
    alice: User, bob: User, caller: Callers, script: Any
) -> None:
    """The same words of somebody else are theirs."""
    block = rows.fact(alice, None, CODE)
    asked = f'{{"query": "{WORD}"}}'
    script(ScriptedModel(ToolUse("one", "memory_search", asked), then=[["Done."]]))
    client = caller(bob)
    client.read(client.ask("Hello"))

    forget_fact(block)

    assert WORD in ToolCall.objects.get().description


def test_a_proposal_in_other_words_goes(alice: User) -> None:
    """It says what is forgotten, though not as the memory had it."""
    block = rows.fact(alice, None, CODE)
    use_tool(turn_of(alice, "Hello."), "remember", text=f"The code of my locker: {WORD}.")
    use_tool(turn_of(alice, "Hello."), "remember", text="My locker has a code.")

    forget_fact(block)

    assert [each.text for each in Proposal.objects.all()] == ["My locker has a code."]


@pytest.mark.usefixtures("no_model")
def test_an_answer_of_the_memory_does_not_quote_it(
    alice: User, caller: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was a copy of the memory; what else it told stays, and so do the stream's positions."""
    block = rows.fact(alice, None, CODE)
    other = rows.fact(alice, None, "My locker has a dent.")
    monkeypatch.setattr(giving, "recall", Remembering([block, other], score=5.0))
    client = caller(alice)
    stream_id = client.ask("What about my locker?")
    before = client.read(stream_id)
    answer = Message.objects.get(role="assistant")
    assert WORD in (answer.content or "")

    forget_fact(block)

    answer.refresh_from_db()
    assert "- …" in (answer.content or "")
    assert "Your locker has a dent." in (answer.content or "")
    assert tables_with(WORD) == {}
    assert keys_with(WORD) == []
    assert client.read(stream_id)[-1].id == before[-1].id


@pytest.mark.usefixtures("no_model")
def test_what_was_to_be_remembered_is_not_told_of_the_day(alice: User, caller: Callers) -> None:
    """The memory has not learned the message that asked for it, and will not know of it."""
    client = caller(alice)
    client.read(client.ask(f"Remember that my locker code is {WORD}. It rains, too."))
    client.read(client.ask("What is my locker code?"))
    before = {message.id for message in Message.objects.all()}

    forget_fact(Block.objects.get(kind="note"))
    client.read(client.ask("What is my locker code?"))

    told = Message.objects.filter(role="assistant").exclude(id__in=before).get().content or ""
    assert WORD not in told
    assert tables_with(WORD).keys() == {"journal_message"}
    assert WORD in (Message.objects.filter(role="user").earliest("sequence").content or "")


@pytest.mark.usefixtures("no_model")
def test_an_answer_of_the_memory_does_not_quote_a_forgotten_message(
    alice: User, caller: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of which it had given a part."""
    said = f"The sun shone. The code for the locker, I think, was {WORD}. I went home."
    message = rows.said(JournalFactory(user=alice, reference="2025/01/14"), said)
    episode = rows.episode(message)
    Block.objects.filter(id=episode.id).update(text=said)
    episode.refresh_from_db()
    monkeypatch.setattr(giving, "recall", Remembering([episode], score=5.0))
    client = caller(alice)
    client.read(client.ask("What did I say about the locker?"))
    assert WORD in (Message.objects.filter(role="assistant").get().content or "")

    forget(user_id=alice.id, target=Target(TargetKind.MESSAGE, id=message.id))

    assert tables_with(WORD) == {}


@pytest.mark.usefixtures("no_model")
@pytest.mark.parametrize("text", ["Hello", "Update memory", "I went home.", "Remember that it is."])
def test_an_answer_of_the_memory_keeps_its_own_words(
    alice: User, caller: Callers, text: str
) -> None:
    """Though a forgotten message, or the answer that goes with it, has some of them."""
    client = caller(alice)
    client.read(client.ask("Hello"))
    client.read(client.ask("I slept well."))
    kept = [message.content for message in Message.objects.order_by("sequence")]
    client.read(client.ask(text))
    forgotten = Message.objects.filter(role="user").latest("sequence")

    forget(user_id=alice.id, target=Target(TargetKind.MESSAGE, id=forgotten.id))

    assert [message.content for message in Message.objects.order_by("sequence")] == kept


def test_a_models_answer_stays(alice: User, caller: Callers, script: Any) -> None:
    """As what the user has said does: the journal keeps it."""
    block = rows.fact(alice, None, CODE)
    script(ScriptedModel(f"It is {WORD}."))
    client = caller(alice)
    client.read(client.ask("Hello"))

    forget_fact(block)

    assert Message.objects.get(role="assistant").content == f"It is {WORD}."
