"""The settings: documented, checked, and safe outside local."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from exobrain.lib.config import PROCESS_ONLY, Config, load_config
from exobrain.lib.errors import ConfigError
from exobrain.lib.signing_secrets import own_secrets

EXAMPLE = (Path(__file__).resolve().parents[2] / ".env.example").read_text()
GOOD_SECRET = "x" * 32


def _default(name: str) -> str:
    value = Config.model_fields[name].default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, list):
        return ",".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


@pytest.mark.parametrize("name", sorted(set(Config.model_fields) - set(PROCESS_ONLY)))
def test_every_setting_is_in_the_example(name: str) -> None:
    """.env.example names each variable with its default."""
    assert f"\n# {name.upper()}={_default(name)}\n" in EXAMPLE


def test_the_example_names_nothing_else() -> None:
    """Every variable of .env.example is one that is read."""
    named = {
        line[2:].partition("=")[0].lower()
        for line in EXAMPLE.splitlines()
        if line.startswith("# ") and "=" in line and line[2].isupper()
    }

    assert named <= set(Config.model_fields)


@pytest.mark.parametrize("name", PROCESS_ONLY)
def test_a_provider_key_is_not_read_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It comes from the process environment only."""
    (tmp_path / ".env").write_text(f"{name.upper()}=sk-file\nMAIN_AGENT_MODEL=from-file\n")
    monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)

    config = load_config()

    assert (getattr(config, name), config.main_agent_model) == (None, "from-file")


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("LOG_LEVEL", "loud", "DEBUG"),
        ("AUTH_ACCESS_TOKEN_TTL_SECONDS", "soon", "integer"),
        ("AUTH_JWT_ALGORITHM", "none", "HS256"),
        ("CHAT_ALLOW_ANONYMOUS", "perhaps", "boolean"),
        ("CHAT_TURN_MAX_SECONDS", "0", "greater than 0"),
        ("WEB_SEARCH_SEARXNG_URL", "searx.example", "http://"),
        ("WEB_FETCH_PORTS", "80,web", "integer"),
    ],
)
def test_a_wrong_value_names_the_variable_and_what_it_accepts(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, accepted: str
) -> None:
    """Start-up fails with one readable line."""
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigError) as error:
        load_config()

    assert name in error.value.message
    assert accepted in error.value.message


def test_a_wrong_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message about a secret does not contain it."""
    monkeypatch.setenv("APP_ENV", "cluster")
    monkeypatch.setenv("DJANGO_SECRET_KEY", GOOD_SECRET)
    monkeypatch.setenv("AUTH_JWT_SECRET", "too-short-secret")

    with pytest.raises(ConfigError) as error:
        load_config()

    assert "AUTH_JWT_SECRET" in error.value.message
    assert "too-short-secret" not in error.value.message


@pytest.mark.parametrize("kept", ["DJANGO_SECRET_KEY", "AUTH_JWT_SECRET"])
def test_a_default_secret_is_refused_outside_local(
    monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    """A deployment must bring secrets of its own."""
    monkeypatch.setenv("APP_ENV", "cluster")
    for name in {"DJANGO_SECRET_KEY", "AUTH_JWT_SECRET"} - {kept}:
        monkeypatch.setenv(name, GOOD_SECRET)
    monkeypatch.delenv(kept, raising=False)

    with pytest.raises(ConfigError, match=kept):
        load_config()


def test_a_secret_that_everybody_knows_is_refused_outside_local(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The default of an earlier version is no secret."""
    monkeypatch.setenv("APP_ENV", "cluster")
    monkeypatch.setenv("DJANGO_SECRET_KEY", GOOD_SECRET)
    monkeypatch.setenv("AUTH_JWT_SECRET", "dev-secret-change-me")

    with pytest.raises(ConfigError, match="AUTH_JWT_SECRET is one that everybody knows"):
        load_config()


def test_unset_secrets_are_those_of_the_data_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In local nobody has to make a secret, and none is public."""
    monkeypatch.setenv("EXOBRAIN_DATA", str(tmp_path))
    monkeypatch.delenv("DJANGO_SECRET_KEY", raising=False)
    monkeypatch.setenv("AUTH_JWT_SECRET", "")

    config = load_config()

    own = own_secrets(tmp_path)
    assert config.django_secret_key.get_secret_value() == own.django_secret_key
    assert config.auth_jwt_secret.get_secret_value() == own.auth_jwt_secret
    assert config.weak_secrets() == []


def test_a_secret_of_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What an operator sets is used, and where both are set no file is made."""
    monkeypatch.setenv("EXOBRAIN_DATA", str(tmp_path))
    monkeypatch.setenv("DJANGO_SECRET_KEY", GOOD_SECRET)
    monkeypatch.setenv("AUTH_JWT_SECRET", "short")

    config = load_config()

    assert config.django_secret_key.get_secret_value() == GOOD_SECRET
    assert config.auth_jwt_secret.get_secret_value() == "short"
    assert list(tmp_path.iterdir()) == []


def test_own_secrets_are_accepted_outside_local(monkeypatch: pytest.MonkeyPatch) -> None:
    """With secrets set, a deployment starts, at log level INFO."""
    monkeypatch.setenv("APP_ENV", "cluster")
    monkeypatch.setenv("DJANGO_SECRET_KEY", GOOD_SECRET)
    monkeypatch.setenv("AUTH_JWT_SECRET", GOOD_SECRET)
    monkeypatch.delenv("LOG_LEVEL", raising=False)

    assert load_config().effective_log_level == "INFO"


@pytest.mark.parametrize(
    ("environment", "mock", "model"),
    [
        ({}, False, "gpt-5.2"),
        ({"MAIN_AGENT_USE_MOCK": ""}, False, "gpt-5.2"),
        ({"MAIN_AGENT_USE_MOCK": "true"}, True, "gpt-5.2"),
        ({"OPENAI_API_KEY": "sk-test"}, False, "gpt-5.2"),
        ({"MODEL_PROVIDER_BASE_URL": "http://localhost:8010/v1"}, False, "agent"),
        (
            {"MODEL_PROVIDER_BASE_URL": "http://localhost:8010/v1", "MAIN_AGENT_USE_MOCK": "true"},
            True,
            "agent",
        ),
        ({"OPENAI_API_KEY": "sk-test", "MAIN_AGENT_MODEL": "other"}, False, "other"),
    ],
)
def test_the_model_follows_from_what_is_configured(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], mock: bool, model: str
) -> None:
    """Only the switch means the mock; a key alone means OpenAI; a URL means the provider."""
    for name in (
        "OPENAI_API_KEY",
        "MODEL_PROVIDER_BASE_URL",
        "MAIN_AGENT_USE_MOCK",
        "MAIN_AGENT_MODEL",
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    config = load_config()

    assert (config.uses_mock_model, config.effective_model) == (mock, model)


@pytest.mark.parametrize(
    ("environment", "fetches"),
    [
        ({}, False),
        ({"TAVILY_API_KEY": "tvly-test"}, False),
        ({"WEB_SEARCH_SEARXNG_URL": "http://localhost:8888"}, True),
        (
            {"WEB_SEARCH_SEARXNG_URL": "http://localhost:8888", "TAVILY_API_KEY": "tvly-test"},
            False,
        ),
        (
            {"WEB_SEARCH_SEARXNG_URL": "http://localhost:8888", "WEB_FETCH_DIRECT": "false"},
            False,
        ),
        ({"TAVILY_API_KEY": "tvly-test", "WEB_FETCH_DIRECT": "true"}, True),
        ({"WEB_FETCH_DIRECT": "true"}, True),
    ],
)
def test_pages_are_fetched_only_where_that_was_configured(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], fetches: bool
) -> None:
    """By a search of one's own, or by saying so."""
    for name in ("TAVILY_API_KEY", "WEB_SEARCH_SEARXNG_URL", "WEB_FETCH_DIRECT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert load_config().fetches_pages_itself is fetches


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KNOWLEDGE_EXTRACTOR", "model"),
        ("EMBEDDING_PROVIDER", "provider"),
    ],
)
def test_what_asks_a_provider_needs_one(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Without a provider the start fails and says what to set."""
    monkeypatch.setenv(name, value)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    with pytest.raises(ConfigError, match=f"{name} is {value}, so MODEL_PROVIDER_BASE_URL"):
        load_config()
