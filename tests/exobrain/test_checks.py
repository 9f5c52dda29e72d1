"""`manage.py check` finds what a start would stumble over."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.management import call_command
from pydantic import SecretStr

from chat.tools.web import web_providers
from exobrain.checks import TAG, refuse_weak_secrets
from exobrain.lib.config import ROOT
from exobrain.lib.errors import ConfigError

Configure = Callable[..., Any]


def found() -> list[tuple[str | None, str]]:
    """What the checks have to say."""
    return [(message.id, str(message.msg)) for message in run_checks(tags=[TAG])]


def test_nothing_is_wrong_here() -> None:
    """With the settings of the tests the product can start."""
    assert found() == []


@pytest.mark.parametrize("text", [None, b"", b"--- message ---\n", b"\xff"])
def test_a_mock_without_answers_is_found(
    config: Configure, tmp_path: Path, text: bytes | None
) -> None:
    """The file is missing, empty or not text."""
    file = tmp_path / "answers.md"
    if text is not None:
        file.write_bytes(text)
    config(main_agent_mock_messages_file=file)

    [(code, message)] = found()

    assert code == "exobrain.E002"
    assert message.startswith(f"MAIN_AGENT_MOCK_MESSAGES_FILE: {file}")


def test_a_mock_that_does_not_answer_needs_no_file(config: Configure) -> None:
    """Where a provider answers nobody reads the file."""
    config(main_agent_use_mock=False, main_agent_mock_messages_file=Path("nowhere.md"))

    assert found() == []


@pytest.mark.parametrize("folder", ["mock-data", "mock_data"])
def test_the_mock_file_is_found_by_both_spellings(config: Configure, folder: str) -> None:
    """Settings of the original, which spells the folder with a hyphen, work."""
    config(main_agent_mock_messages_file=Path(folder) / "main-agent-messages.md")

    assert found() == []
    assert settings.EXOBRAIN.mock_messages_path == ROOT / "mock_data" / "main-agent-messages.md"


def test_a_data_directory_that_is_none_is_found(config: Configure, tmp_path: Path) -> None:
    """Where a file is in the way nothing can be kept."""
    (tmp_path / "file").touch()
    config(exobrain_data=tmp_path / "file" / "data")

    assert found() == [("exobrain.E001", f"EXOBRAIN_DATA: {tmp_path / 'file'} is not a directory.")]


def test_a_missing_certificate_is_found(config: Configure, tmp_path: Path) -> None:
    """The orchestrator could not start, or nobody could call it."""
    config(job_orchestrator_tls_ca_file=tmp_path / "ca.pem")

    [(code, message)] = found()

    assert code == "exobrain.E003"
    assert message.startswith("JOB_ORCHESTRATOR_TLS_CA_FILE: ")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]", "localhost", "127.8.8.8"])
def test_on_this_machine_any_secret_will_do(config: Configure, host: str) -> None:
    """A secret that an operator has set wins, where only they can come."""
    config(auth_jwt_secret=SecretStr("dev-secret-change-me"))

    refuse_weak_secrets(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1", "exobrain.example.org"])
@pytest.mark.parametrize("secret", ["dev-secret-change-me", "dev-django-secret-change-me", "short"])
def test_where_others_can_come_a_weak_secret_is_refused(
    config: Configure, host: str, secret: str
) -> None:
    """The error names the setting and the way out, and not the secret."""
    config(django_secret_key=SecretStr(secret))

    with pytest.raises(ConfigError, match=r"DJANGO_SECRET_KEY .*unset") as error:
        refuse_weak_secrets(host)

    assert secret not in error.value.message


def test_a_server_is_not_started_with_one(config: Configure) -> None:
    """`serve` looks before it listens."""
    config(django_secret_key=SecretStr("dev-secret-change-me"))

    with pytest.raises(ConfigError, match="DJANGO_SECRET_KEY"):
        call_command("serve", host="0.0.0.0")


def test_a_mock_of_the_web_without_an_object_is_found(config: Configure, tmp_path: Path) -> None:
    """Where it is used; a start refuses it as well."""
    file = tmp_path / "web.json"
    file.write_text("[]")

    config(web_tools_use_mock=False, web_tools_mock_data_file=file)
    assert found() == []
    config(web_tools_use_mock=True)
    [(code, message)] = found()
    with pytest.raises(ConfigError, match="WEB_TOOLS_MOCK_DATA_FILE"):
        web_providers(settings.EXOBRAIN)

    assert code == "exobrain.E004"
    assert message.startswith(f"WEB_TOOLS_MOCK_DATA_FILE: {file} must hold a JSON object")


@pytest.mark.parametrize("file", [None, Path("mock_data/web-tools.json")])
def test_a_mock_of_the_web_is_found_below_the_project(config: Configure, file: Path | None) -> None:
    """Or it is built in."""
    config(web_tools_use_mock=True, web_tools_mock_data_file=file)

    assert found() == []
    assert web_providers(settings.EXOBRAIN).search is not None
