"""The model provider that staff set, and what of it is in force."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from accounts.errors import InvalidProvider
from accounts.models import ProviderKey, ProviderSettings, User
from accounts.selectors import provider_key_state
from accounts.services.provider import forget_former_keys, load_provider, save_provider
from accounts.types import KeyState, ProviderValues
from exobrain.lib.effective_config import effective_config, key_for

URL = "http://127.0.0.1:11434/v1"
OTHER = "https://models.example.org/v1"
KEY = "sk-entered-by-staff"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_environment(config: Callable[..., None]) -> None:
    """Nothing is set but what a test sets."""
    config(main_agent_use_mock=None, embedding_provider=None)


def save(by: User, url: str = URL, key: str = "", **values: Any) -> None:
    """Staff set it."""
    chosen = ProviderValues(model_provider_base_url=url, **values)
    save_provider(values=chosen, key=key, by=by.pk)


def key() -> str | None:
    """The key in force."""
    found = effective_config().openai_api_key
    return found.get_secret_value() if found else None


def test_what_is_set_is_in_force(alice: User) -> None:
    """At once in the process that saves it."""
    save(alice, key=KEY, main_agent_model="llama")

    config = effective_config()
    assert (config.model_provider_base_url, config.effective_model) == (URL, "llama")
    assert key() == KEY
    assert not config.uses_mock_model


def test_another_process_reads_it(alice: User) -> None:
    """From the database, when it looks."""
    save(alice)
    ProviderSettings.objects.update(main_agent_model="qwen")

    load_provider()

    assert effective_config().effective_model == "qwen"


def test_the_environment_wins(alice: User, config: Callable[..., None]) -> None:
    """A variable that is set decides, whatever is stored."""
    save(alice, main_agent_model="llama", main_agent_fallback_model="small")

    config(main_agent_model="of-the-environment")

    assert effective_config().effective_model == "of-the-environment"
    assert effective_config().main_agent_fallback_model == "small"


def test_saving_leaves_what_the_environment_decides(
    alice: User, config: Callable[..., None]
) -> None:
    """What was stored before comes back when the variable goes."""
    save(alice, main_agent_model="llama")
    config(main_agent_model="of-the-environment")

    save(alice, main_agent_model="forged")

    assert ProviderSettings.objects.get().main_agent_model == "llama"


def test_a_key_of_the_environment_is_sent_to_no_address_that_staff_set(
    alice: User, config: Callable[..., None]
) -> None:
    """OPENAI_API_KEY alone is for OpenAI, so the address is not theirs to choose."""
    config(openai_api_key=SecretStr("sk-of-the-operator"))

    save(alice, url=OTHER)

    assert effective_config().model_provider_base_url is None
    assert key_for(OTHER) is None


def test_a_key_stays_with_its_address(alice: User) -> None:
    """Staff who point the address to a server of theirs do not get the key."""
    save(alice, key=KEY)

    save(alice, url=OTHER)

    assert key() is None
    assert key_for(URL) == SecretStr(KEY)


def test_an_empty_key_leaves_the_one_that_is_kept(alice: User) -> None:
    """Whoever changes a model need not know it."""
    save(alice, key=KEY)

    save(alice, main_agent_model="llama")

    assert key() == KEY


def test_a_removed_key_is_gone(alice: User) -> None:
    """From the database, too."""
    save(alice, key=KEY)

    values = ProviderValues(model_provider_base_url=URL)
    save_provider(values=values, removes_key=True, by=alice.pk)

    assert key() is None
    assert not ProviderKey.objects.exists()


def test_former_keys_are_forgotten(alice: User) -> None:
    """Once nothing needs the former provider."""
    save(alice, key=KEY)
    save(alice, url=OTHER, key="sk-other")

    assert forget_former_keys() == 1
    load_provider()

    assert (key_for(URL), key()) == (None, "sk-other")


def test_the_database_has_no_key_in_the_clear(alice: User) -> None:
    """Nor has what is printed of the settings."""
    save(alice, key=KEY)

    assert KEY.encode() not in bytes(ProviderKey.objects.get().encrypted)
    assert KEY not in repr(effective_config())


def test_a_key_that_cannot_be_read_counts_as_none(alice: User, settings: Any) -> None:
    """With another secret the server runs on and says so."""
    save(alice, key=KEY)
    settings.SECRET_KEY = "another secret, of more than thirty-two bytes"

    load_provider()

    assert (key(), provider_key_state()) == (None, KeyState.UNREADABLE)
    assert effective_config().model_provider_base_url == URL


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/v1",
        "file:///etc/passwd",
        "127.0.0.1:8000",
        "http://",
        "http://user:password@host/v1",
        "http://host:port/v1",
        "http://host/v1?key=1",
        "http://host /v1",
        "http://[::1/v1",
    ],
)
def test_what_is_no_address_of_an_api_is_refused(alice: User, url: str) -> None:
    """And nothing is stored."""
    with pytest.raises(InvalidProvider):
        save(alice, url=url)

    assert not ProviderSettings.objects.exists()


@pytest.mark.parametrize("bad", ["two words", "line\nbreak", "schlüssel", "x" * 1001])
def test_what_cannot_be_sent_as_a_key_is_refused(alice: User, bad: str) -> None:
    """It would break every request."""
    with pytest.raises(InvalidProvider):
        save(alice, key=bad)


def test_a_key_needs_an_address(alice: User) -> None:
    """It is for somewhere."""
    with pytest.raises(InvalidProvider):
        save(alice, url="", key=KEY)


def test_embeddings_by_the_provider_need_one(alice: User) -> None:
    """Else nothing could be found by meaning."""
    with pytest.raises(InvalidProvider):
        save(alice, url="", embedding_provider="provider")


def test_openai_by_its_address_is_openai(alice: User) -> None:
    """Its model is named as OpenAI names it."""
    save(alice, url="https://api.openai.com/v1/")

    assert effective_config().effective_model == "gpt-5.2"
    assert effective_config().model_is_elsewhere
