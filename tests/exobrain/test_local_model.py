"""A model on this machine: when it answers, what is asked of it, and that it can be served."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from chat.agent.prompt import build_prompt
from chat.tools.base import TurnContext
from chat.tools.offering import offered_tools
from chat.types import Given, MarkedMemory
from exobrain import checks
from exobrain.embedded.local_model import LocalModelMissing, bundled_file, model_name
from exobrain.lib.config import LOCAL_MODEL, Config, load_config
from exobrain.management.commands import up
from knowledge.types import IN_ITS_PLACE
from tests.chat.test_from_memory import recalled

Environment = Callable[..., Config]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Environment:
    """The settings of an environment with these variables and no other model's."""

    def load(**variables: str) -> Config:
        for name in ("OPENAI_API_KEY", "MODEL_PROVIDER_BASE_URL", "MAIN_AGENT_USE_MOCK"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return load_config()

    return load


def test_the_local_model_is_asked_as_a_provider_on_loopback(environment: Environment) -> None:
    """What is private may be told to it, the budgets fit into it, and rules read messages."""
    config = environment(LOCAL_MODEL_ENABLED="true", LOCAL_MODEL_PORT="8011")

    assert config.uses_local_model
    assert config.model_provider_base_url == "http://127.0.0.1:8011/v1"
    assert not config.model_is_elsewhere
    assert not config.answers_without_model
    assert (config.effective_model, config.main_agent_is_small) == (LOCAL_MODEL, True)
    budgets = (
        config.main_agent_context_tokens,
        config.memory_recall_tokens,
        config.memory_profile_tokens,
        config.main_agent_max_tokens or 0,
    )
    assert sum(budgets) < config.local_model_context_tokens
    assert not config.uses_model_extractor


@pytest.mark.parametrize(
    "variables",
    [
        {"MODEL_PROVIDER_BASE_URL": "http://localhost:9/v1"},
        {"OPENAI_API_KEY": "sk-test"},
        {"MAIN_AGENT_USE_MOCK": "true"},
        {"LOCAL_MODEL_ENABLED": "false"},
    ],
)
def test_it_is_not_where_something_else_is_configured(
    environment: Environment, variables: dict[str, str]
) -> None:
    """Whoever names a provider or the mock wants that one."""
    assert not environment(**{"LOCAL_MODEL_ENABLED": "true", **variables}).uses_local_model


def test_what_is_set_stays_as_it_is_set(environment: Environment) -> None:
    """Only what is unset follows from the local model."""
    config = environment(
        LOCAL_MODEL_ENABLED="true", MEMORY_RECALL_TOKENS="77", MAIN_AGENT_IS_SMALL="false"
    )

    assert (config.memory_recall_tokens, config.main_agent_is_small) == (77, False)


def test_a_model_of_ones_own_is_not_taken_for_small(environment: Environment) -> None:
    """It has the name of its file, and may use tools."""
    config = environment(LOCAL_MODEL_ENABLED="true", LOCAL_MODEL_FILE="/models/Owl-7B.Q4_K_M.gguf")

    assert (config.main_agent_is_small, config.effective_model) == (False, "Owl-7B.Q4_K_M")


def test_a_model_is_called_by_its_file() -> None:
    """As it is asked for; of the bundled one, without how it was made smaller."""
    assert model_name(Path("/models/SmolLM2-135M-Instruct.Q4_1.gguf")) == LOCAL_MODEL
    assert model_name(Path("/models/Owl-3.2-7B-Q4_K_M.gguf")) == "Owl-3.2-7B-Q4_K_M"


async def test_a_small_model_is_offered_no_tools(
    config: Callable[..., None], settings: Any
) -> None:
    """Not even where the web may be searched."""
    url = "http://127.0.0.1:8010/v1"
    config(main_agent_is_small=True, web_tools_use_mock=True, model_provider_base_url=url)

    assert await offered_tools(TurnContext(uuid4(), "Hello"), settings.EXOBRAIN) == []


def test_a_small_model_is_told_no_rules() -> None:
    """Its system prompt is one sentence; what is known goes with the question all the same."""
    given = Given(memories=[MarkedMemory("m1", recalled(f"Ann has {IN_ITS_PLACE}."))])

    system, asked = build_prompt(
        system="Help.", earlier=(), question="Ann?", given=given, tool_rules=["No."], is_small=True
    )

    assert system.content == "Help."
    assert asked.content.startswith('<memory>\n<item id="m1"')


def test_the_page_says_how_small_it_is(
    client: Client, alice: User, config: Callable[..., None], environment: Environment
) -> None:
    """By the composer, with its name and size."""
    local = environment(LOCAL_MODEL_ENABLED="true")
    names = ("model_provider_base_url", "main_agent_model", "main_agent_is_small")
    config(main_agent_use_mock=False, **{name: getattr(local, name) for name in names})
    client.force_login(alice)

    assert (
        f"{LOCAL_MODEL} (135 million parameters, 98 MB) answers."
        in client.get("/").content.decode()
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"local_model_file": Path("/nowhere.gguf")}, "LOCAL_MODEL_FILE: /nowhere.gguf is no file"),
        ({}, "uv sync --extra local"),
    ],
)
def test_a_start_without_the_model_says_what_is_missing(
    config: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, Any],
    words: str,
) -> None:
    """Before anything is started."""
    monkeypatch.setattr("exobrain.embedded.local_model.MODEL_PACKAGE", "no_such_package")
    monkeypatch.setattr(checks, "require_server", lambda: None)
    config(
        local_model_enabled=True,
        main_agent_use_mock=False,
        model_provider_base_url="http://127.0.0.1:8010/v1",
        **values,
    )

    [error] = checks.check_local_model()

    assert words in error.msg


@pytest.mark.parametrize(
    ("url", "runs", "hint"),
    [
        ("http://127.0.0.1:8010/v1", True, "SmolLM2 at http://127.0.0.1:8010/v1"),
        (
            "http://localhost:9/v1",
            False,
            "SmolLM2 at http://localhost:9/v1; no local model is served, as this one is configured",
        ),
    ],
)
def test_up_runs_the_model_unless_a_provider_is_configured(
    config: Callable[..., None], url: str, runs: bool, hint: str
) -> None:
    """And says so where one is."""
    config(
        local_model_enabled=True,
        main_agent_use_mock=False,
        main_agent_model="SmolLM2",
        model_provider_base_url=url,
    )

    names = [program.name for program in up.programs("127.0.0.1", 8000, None)]

    assert ("model" in names, up.model_hint()) == (runs, hint)


def test_a_used_port_is_found_before_the_model_is_loaded() -> None:
    """With what to choose another by."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(CommandError, match=f"port {port}: .* Choose another with --port"):
            call_command("serve_local_model", "--gguf", __file__, "--port", str(port))


def test_without_the_extra_there_is_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """And whoever wants it is told how to get it."""
    monkeypatch.setattr("exobrain.embedded.local_model.MODEL_PACKAGE", "no_such_package")

    with pytest.raises(LocalModelMissing, match="make run LLM=local"):
        bundled_file()
