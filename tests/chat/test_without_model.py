"""Answers that no model makes: the memory's own, and that none of them is ever learned."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from chat.models import Proposal, TokenUsage
from journal.models import Message
from knowledge.models import Block
from knowledge.services.recall import giving
from knowledge.types import Trust
from tests.knowledge.api import rows
from tests.knowledge.remembering import Remembering
from tests.live import Caller, text_of
from tests.model_server import answer as model_answer
from tests.model_server import running

Callers = Callable[..., Caller]

SCRIPT = Path("mock_data/main-agent-web-script.json")


def is_marked() -> bool:
    """Whether the one answer there is has the mark."""
    return Message.objects.get(role="assistant").is_without_model


@pytest.mark.parametrize(
    "values",
    [
        {"main_agent_use_mock": True},
        {"main_agent_use_mock": True, "openai_api_key": "sk-test"},
        {"main_agent_use_mock": True, "main_agent_mock_script_file": SCRIPT},
        {"main_agent_use_mock": None},
        {"main_agent_use_mock": False},
    ],
    ids=["mock", "mock beside a key", "mock with a script", "no provider", "no mock, no provider"],
)
def test_an_answer_without_a_model_is_marked(
    alice: User, caller: Callers, config: Callable[..., None], values: dict[str, Any]
) -> None:
    """A mock's, also one that uses tools, and one from the memory alone."""
    config(**values)
    client = caller(alice)

    stream_id = client.ask("Hello")
    was_marked = is_marked()
    client.read(stream_id)

    assert was_marked
    assert is_marked()


def test_a_models_answer_is_not(alice: User, caller: Callers, config: Callable[..., None]) -> None:
    """It is learned as it always was."""
    with running() as server:
        server.script.answers = [model_answer("Hello.")]
        config(main_agent_use_mock=None, model_provider_base_url=server.url)
        client = caller(alice)
        client.read(client.ask("Hello"))

        assert not is_marked()


def test_the_question_is_not(alice: User, caller: Callers) -> None:
    """What the user said is theirs, whoever answers."""
    client = caller(alice)

    client.read(client.ask("Hello"))

    assert not Message.objects.get(role="user").is_without_model


# -- the memory's own


@pytest.fixture
def no_model(config: Callable[..., None]) -> None:
    """No provider is configured, and no mock."""
    config(main_agent_use_mock=None)


def recalls(monkeypatch: pytest.MonkeyPatch, *blocks: Block) -> Remembering:
    """The memory finds these blocks, whatever is asked."""
    recall = Remembering(blocks, score=5.0)
    monkeypatch.setattr(giving, "recall", recall)
    return recall


def text_of_answer(client: Caller, question: str, **fields: Any) -> str:
    """What is answered."""
    return text_of(client.read(client.ask(question, **fields)))


@pytest.mark.usefixtures("no_model")
def test_the_memory_answers_and_its_receipt_says_with_what(
    alice: User, caller: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fact is in the answer and counts as cited; who answered is the memory."""
    recalls(monkeypatch, rows.fact(alice, None, "I am allergic to nuts."))
    client = caller(alice)

    text = text_of_answer(client, "What am I allergic to?")

    answer = Message.objects.get(role="assistant")
    receipt = client.get(f"/api/chat/messages/{answer.id}/receipt").json()
    assert "You are allergic to nuts." in text
    assert [item["is_cited"] for item in receipt["items"]] == [True]
    assert (answer.model, answer.content, answer.status) == ("memory", text, "complete")
    assert not TokenUsage.objects.exists()


@pytest.mark.usefixtures("no_model")
def test_charlie_is_told_nothing_of_it(
    alice: User, charlie: User, caller: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The memory is of who asks, and so is the receipt."""
    recalls(monkeypatch, rows.fact(alice, None, "I am allergic to nuts."))
    text_of_answer(caller(alice), "What am I allergic to?")
    answer = Message.objects.get(role="assistant")
    stranger = caller(charlie)

    text = text_of_answer(stranger, "What am I allergic to?")

    assert "nuts" not in text
    assert stranger.get(f"/api/chat/messages/{answer.id}/receipt").status_code == 404


@pytest.mark.usefixtures("no_model")
def test_what_is_private_is_told_as_nothing_leaves(
    alice: User, caller: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No model is shown it."""
    recalls(monkeypatch, rows.fact(alice, None, "I earn 900 euros.", is_private=True))

    assert "900 euros" in text_of_answer(caller(alice), "How much do I earn?")


@pytest.mark.usefixtures("no_model")
@pytest.mark.parametrize(
    ("question", "is_told"), [("What about my bank?", False), ("What is my bank PIN?", True)]
)
def test_a_secret_is_told_only_when_asked_for(
    alice: User, caller: Callers, monkeypatch: pytest.MonkeyPatch, question: str, is_told: bool
) -> None:
    """As a model would be given it."""
    secret = rows.fact(alice, None, "My bank PIN is 4711.", is_secret=True, topic="secret:bank pin")
    recalls(monkeypatch, secret)

    assert ("4711" in text_of_answer(caller(alice), question)) is is_told


@pytest.mark.usefixtures("no_model")
def test_a_typed_wish_is_remembered_at_once(alice: User, caller: Callers) -> None:
    """As by the tool, which the page shows."""
    client = caller(alice)

    events = client.read(client.ask("Remember that I like tea."))

    assert "Remembered: “I like tea”" in text_of(events)
    assert {"tool_call", "tool_response"} <= {event.type for event in events}
    assert [block.text for block in Block.objects.filter(kind="note")] == ["I like tea"]


@pytest.mark.usefixtures("no_model")
def test_forgetting_is_proposed(alice: User, caller: Callers) -> None:
    """Nothing goes before the user agrees."""
    tea = rows.fact(alice, None, "I like tea.")

    text = text_of_answer(caller(alice), "Forget that I like tea")

    proposal = Proposal.objects.get()
    assert "Nothing is forgotten before you agree." in text
    assert (proposal.kind, proposal.state, proposal.target_id) == ("forget", "open", tea.id)
    assert Block.objects.filter(id=tea.id).exists()


@pytest.mark.usefixtures("no_model")
def test_what_was_said_a_moment_ago_is_found(alice: User, caller: Callers) -> None:
    """It is in the journal, though not in the memory yet."""
    client = caller(alice)
    text_of_answer(client, "I'm allergic to nuts.")

    assert "- “I'm allergic to nuts.”" in text_of_answer(client, "What am I allergic to?")


@pytest.mark.usefixtures("no_model")
def test_why_the_memory_answers_is_told_once_a_day(alice: User, caller: Callers) -> None:
    """The page says it below the composer all the time."""
    client = caller(alice)

    answers = [text_of_answer(client, question) for question in ("Hello", "Hi")]

    assert ["No language model" in answer for answer in answers] == [True, False]
    assert all(answer.startswith("Hello. Ask") for answer in answers)


@pytest.mark.usefixtures("no_model")
def test_an_answer_with_a_page_s_words_is_marked_as_from_outside(
    alice: User, caller: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no later answer takes them for more."""
    block = rows.fact(alice, None, "Nuts are healthy.", trust=Trust.WEB)
    recalls(monkeypatch, block)

    text_of_answer(caller(alice), "Are nuts healthy?")

    assert Message.objects.get(role="assistant").is_from_outside


@pytest.mark.usefixtures("no_model")
@pytest.mark.parametrize("values", [{"memory": "none"}, {}])
def test_without_memory_there_is_nothing_to_answer_with(
    alice: User, caller: Callers, config: Callable[..., None], values: dict[str, str]
) -> None:
    """The user or the operator wants none."""
    if not values:
        config(memory_recall_enabled=False)

    text = text_of_answer(caller(alice), "What is coming?", **values)

    assert text.startswith("This answer was to do without your memory")


@pytest.mark.usefixtures("no_model")
def test_a_visitor_gets_a_sentence(caller: Callers, config: Callable[..., None]) -> None:
    """Who has no account has no memory."""
    config(chat_allow_anonymous=True)

    text = text_of_answer(caller(), "What is coming?")

    assert text.startswith("No language model is configured here")
