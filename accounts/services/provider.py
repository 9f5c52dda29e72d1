"""Writes: the model provider that staff set, and how each process comes to know of it.

A process keeps what is set in memory (`exobrain.lib.effective_config`) and reads it again every
WATCH_SECONDS: no notice that could be lost, and one small query. The process that saves knows at
once.
"""

import asyncio
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db import transaction
from pydantic import SecretStr

from accounts import selectors
from accounts.errors import InvalidProvider
from accounts.models import ProviderKey, ProviderSettings
from accounts.types import ProviderValues
from exobrain.lib.config import OPENAI_BASE_URL
from exobrain.lib.effective_config import (
    StoredSettings,
    is_from_environment,
    provider_address,
    use_stored,
)
from exobrain.lib.encryption import CannotDecrypt, decrypted, encrypted
from exobrain.lib.threads import in_thread

log = structlog.get_logger(__name__)

WATCH_SECONDS = 2.0
MAX_KEY_CHARS = 1000

_loaded: tuple[ProviderValues, dict[str, bytes], str] | None = None


def load_provider() -> None:
    """This process knows the provider that is set now; a key that cannot be read counts as none."""
    global _loaded
    values = selectors.provider_values()
    rows = {key.address: bytes(key.encrypted) for key in ProviderKey.objects.all()}
    if _loaded == (found := (values, rows, settings.SECRET_KEY)):
        return
    keys: dict[str, SecretStr] = {}
    for address, data in rows.items():
        try:
            keys[address] = SecretStr(decrypted(data, bound_to=address))
        except CannotDecrypt:
            log.warning("provider_key_unreadable")
    laid = {name: value if value != "" else None for name, value in asdict(values).items()}
    use_stored(StoredSettings(values=laid, keys=keys))
    _loaded = found


def forget_loaded() -> None:
    """This process knows nothing of what is set, until it reads it again; for tests."""
    global _loaded
    _loaded = None
    use_stored(StoredSettings())


async def watch_provider() -> None:
    """This process learns of each change within WATCH_SECONDS, until it is cancelled."""
    while True:
        try:
            await in_thread(load_provider)
        except DatabaseFailure as error:
            log.warning("provider_not_read", error=type(error).__name__)
        await asyncio.sleep(WATCH_SECONDS)


def save_provider(
    *, values: ProviderValues, key: str = "", removes_key: bool = False, by: UUID
) -> None:
    """The provider is as in `values`, but for what the environment decides; raises InvalidProvider.

    An empty key leaves the one that the address has. Another address has none: a key goes to the
    address that it was entered for.
    """
    before = asdict(selectors.provider_values())
    chosen: dict[str, Any] = {
        name: before[name] if is_from_environment(name) else value
        for name, value in asdict(values).items()
    }
    chosen["model_provider_base_url"] = _address(chosen["model_provider_base_url"])
    address = _address_in_force(chosen)
    if chosen["embedding_provider"] == "provider" and not address:
        raise InvalidProvider("Embeddings by the provider need the provider's address.")
    if key and not address:
        raise InvalidProvider(f"A key needs the address that it is for, such as {OPENAI_BASE_URL}.")
    if key and settings.EXOBRAIN.openai_api_key is not None:
        raise InvalidProvider("The key is set by OPENAI_API_KEY in the environment.")
    if len(key) > MAX_KEY_CHARS or not key.isascii() or any(each.isspace() for each in key):
        raise InvalidProvider("A key has only letters, digits and signs, and no spaces.")
    with transaction.atomic():
        ProviderSettings.objects.update_or_create(id=1, defaults={**chosen, "changed_by_id": by})
        if removes_key:
            ProviderKey.objects.filter(address=address).delete()
        elif key:
            ProviderKey.objects.update_or_create(
                address=address, defaults={"encrypted": encrypted(key, bound_to=address)}
            )
    load_provider()
    log.info("provider_changed", user_id=str(by), key_changed=bool(key or removes_key))


def forget_former_keys() -> int:
    """Only the keys of the present provider and of the one that staff have set are left."""
    kept = {provider_address(), selectors.provider_values().model_provider_base_url}
    return ProviderKey.objects.exclude(address__in=kept).delete()[0]


def _address_in_force(chosen: dict[str, Any]) -> str:
    """Where the provider is, once this is stored; empty where there is none."""
    if is_from_environment("model_provider_base_url"):
        return provider_address()
    address: str = chosen["model_provider_base_url"]
    return address


def _address(text: str) -> str:
    """An address of an API in one spelling; loopback and private ones are where many models run."""
    text = text.strip().rstrip("/")
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        is_sound = parts.scheme in ("http", "https") and bool(parts.hostname)
        is_sound = is_sound and (parts.port is None or parts.port > 0)
    except ValueError:
        is_sound = False
    if not is_sound or any(each.isspace() for each in text):
        raise InvalidProvider("The address must begin with http:// or https:// and name a host.")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise InvalidProvider("The address must have no password, no ? and no #.")
    return text
