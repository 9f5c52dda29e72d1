"""What the model is told with a question."""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from chat.agent.scripted import ScriptedModel
from tests.live import Caller

Callers = Callable[..., Caller]


def _told(model: ScriptedModel, number: int = -1) -> list[tuple[str, str]]:
    return [(prompt.role, prompt.content) for prompt in model.asked[number][1:]]


def test_the_day_so_far_is_told(alice: User, caller: Callers, script: Any) -> None:
    """Earlier questions and answers of the day, in order, then the question."""
    model = script(ScriptedModel("Hello Alice."))
    client = caller(alice)
    client.read(client.ask("I am Alice."))

    client.read(client.ask("Who am I?"))

    assert _told(model) == [
        ("user", "I am Alice."),
        ("assistant", "Hello Alice."),
        ("user", "Who am I?"),
    ]


def test_the_system_prompt_has_the_formatting_rules(
    alice: User, caller: Callers, script: Any, config: Callable[..., None]
) -> None:
    """The configured words first, then how to write formulas and diagrams."""
    config(main_agent_system_prompt="  You are an owl.  ")
    model = script(ScriptedModel("Hoo."))
    client = caller(alice)

    client.read(client.ask())

    system = model.asked[0][0]
    assert system.role == "system"
    assert system.content.startswith("You are an owl.\n")
    assert all(word in system.content for word in ("$a^2 + b^2$", "$$\nx = 1\n$$", "mermaid"))


def test_the_budget_leaves_out_the_oldest(
    alice: User, caller: Callers, script: Any, config: Callable[..., None]
) -> None:
    """Fifty tokens are some two hundred characters; the question always goes."""
    config(main_agent_context_tokens=50)
    model = script(ScriptedModel("b" * 90))
    client = caller(alice)
    client.read(client.ask("a" * 90))

    client.read(client.ask("c" * 90))
    client.read(client.ask("d" * 900))

    assert _told(model, 1) == [("assistant", "b" * 90), ("user", "c" * 90)]
    assert _told(model, 2) == [("user", "d" * 900)]


def test_nobody_elses_words_are_told(alice: User, bob: User, caller: Callers, script: Any) -> None:
    """The context is the asker's own journal."""
    model = script(ScriptedModel("Yes."))
    bobs, alices = caller(bob), caller(alice)
    bobs.read(bobs.ask("My secret is 42."))

    alices.read(alices.ask("What is the secret?"))

    assert _told(model) == [("user", "What is the secret?")]
