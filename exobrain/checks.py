"""What a start would stumble over, found by `manage.py check` and before `up` starts anything.

Wrong values of single settings are found even earlier, when the settings are read.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from chat.agent.mock import read_answers
from chat.tools.web.mock import read_mock_data
from exobrain.embedded.local_model import LocalModelMissing, bundled_file, require_server
from exobrain.lib.address import is_loopback
from exobrain.lib.errors import ConfigError, DomainError

TAG = "exobrain"


@register(TAG)
def check_data_directory(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The data directory can be made, or written to where it is there."""
    data: Path = settings.EXOBRAIN.data_dir
    nearest = next(path for path in (data, *data.parents) if path.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return []
    what = "cannot be written to" if nearest.is_dir() else "is not a directory"
    return [
        Error(
            f"EXOBRAIN_DATA: {nearest} {what}.",
            hint="Name a directory of the user who runs this, or give them this one.",
            id="exobrain.E001",
        )
    ]


@register(TAG)
def check_mock_messages(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The mock model has answers, where it is the one that answers."""
    config = settings.EXOBRAIN
    if not config.uses_mock_model:
        return []
    try:
        read_answers(config.mock_messages_path)
    except DomainError as error:
        hint = "Or do without MAIN_AGENT_USE_MOCK: then a provider answers, or the memory."
        return [Error(error.message, hint=hint, id="exobrain.E002")]
    return []


@register(TAG)
def check_web_mock(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The mock of the web tools has its data, where it is used."""
    config = settings.EXOBRAIN
    if not config.web_tools_use_mock or config.web_tools_mock_data_file is None:
        return []
    try:
        read_mock_data(config.project_path(config.web_tools_mock_data_file))
    except DomainError as error:
        hint = "Or leave it unset: then there is one result, whatever is searched for."
        return [Error(error.message, hint=hint, id="exobrain.E004")]
    return []


@register(TAG)
def check_local_model(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The local model can be served, where it is to answer."""
    config = settings.EXOBRAIN
    if not config.uses_local_model:
        return []
    try:
        require_server()
        file = config.local_model_file
        if file is None:
            bundled_file()
        elif not config.project_path(file).is_file():
            raise LocalModelMissing(f"LOCAL_MODEL_FILE: {config.project_path(file)} is no file.")
    except LocalModelMissing as error:
        hint = "Or do without LOCAL_MODEL_ENABLED: then the memory answers by itself."
        return [Error(str(error), hint=hint, id="exobrain.E005")]
    return []


@register(TAG)
def check_certificates(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The files of the orchestrator's TLS can be read."""
    config = settings.EXOBRAIN
    problems: list[CheckMessage] = []
    for name in (
        "job_orchestrator_tls_certificate_file",
        "job_orchestrator_tls_key_file",
        "job_orchestrator_tls_ca_file",
    ):
        if (path := getattr(config, name)) is None:
            continue
        try:
            config.project_path(path).read_bytes()
        except OSError as error:
            problems.append(
                Error(
                    f"{name.upper()}: {path} cannot be read ({error.strerror}).", id="exobrain.E003"
                )
            )
    return problems


def refuse_weak_secrets(host: str) -> None:
    """Raises ConfigError when others can reach the host and somebody may know the secrets."""
    if not is_loopback(host) and (problems := settings.EXOBRAIN.weak_secrets()):
        raise ConfigError(
            f"Others can reach {host or 'this host'}: {'; '.join(problems)}. In APP_ENV=local an "
            "unset one is made and kept in the data directory."
        )
