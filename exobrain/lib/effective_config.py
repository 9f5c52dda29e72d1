"""The settings in force: the environment's, and below them what staff set on a page.

A process reads this from memory, on an event loop as well as in a transaction that has failed.
`accounts.services.provider` brings it what the database holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from pydantic import SecretStr

from exobrain.lib.config import OPENAI_BASE_URL, Config

# What staff may set, by the names of Config.
STORABLE = (
    "model_provider_base_url",
    "model_provider_is_local",
    "main_agent_model",
    "main_agent_fallback_model",
    "knowledge_update_extraction_model",
    "embedding_provider",
    "embedding_model",
    "embedding_dimensions",
)


@dataclass(frozen=True)
class StoredSettings:
    """What staff have set; a value of None is not set."""

    values: Mapping[str, Any] = field(default_factory=dict)  # by the names of STORABLE
    keys: Mapping[str, SecretStr] = field(default_factory=dict)  # by the provider's address


_stored = StoredSettings()
_made: tuple[Config, StoredSettings, Config] | None = None


def effective_config() -> Config:
    """Every setting as it is in force now; the same object until one changes."""
    global _made
    environment: Config = settings.EXOBRAIN
    stored = _stored
    if _made is not None and _made[0] is environment and _made[1] is stored:
        return _made[2]
    config = _laid_under(environment, stored)
    _made = (environment, stored, config)
    return config


def use_stored(stored: StoredSettings) -> None:
    """From now on this is what staff have set, in this process."""
    global _stored
    _stored = stored


def is_from_environment(name: str) -> bool:
    """True for a setting that the environment decides, so that nobody can set it on a page."""
    environment: Config = settings.EXOBRAIN
    if name == "model_provider_base_url" and environment.openai_api_key is not None:
        return True  # a key goes to the address that it is for: without one, OpenAI's
    return name in environment.model_fields_set and getattr(environment, name) is not None


def provider_address() -> str:
    """Where the model provider is; OpenAI's own address where none is named."""
    return effective_config().model_provider_base_url or OPENAI_BASE_URL


def key_for(address: str) -> SecretStr | None:
    """The key of the provider at this address, and of no other."""
    if address == provider_address():
        return effective_config().openai_api_key
    return _stored.keys.get(address)


def _laid_under(environment: Config, stored: StoredSettings) -> Config:
    values = {
        name: value
        for name, value in stored.values.items()
        if value is not None and not is_from_environment(name)
    }
    address = str(environment.model_provider_base_url or values.get("model_provider_base_url"))
    if environment.openai_api_key is None and address in stored.keys:
        values["openai_api_key"] = stored.keys[address]
    return environment.model_copy(update=values) if values else environment
