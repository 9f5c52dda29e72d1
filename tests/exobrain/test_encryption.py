"""What the database keeps encrypted."""

from typing import Any

import pytest

from exobrain.lib.encryption import CannotDecrypt, decrypted, encrypted

SECRET = "sk-of-the-provider"


def test_what_is_encrypted_can_be_read_again() -> None:
    """With the same secret and for the same purpose."""
    assert decrypted(encrypted(SECRET, bound_to="here"), bound_to="here") == SECRET


def test_the_ciphertext_tells_nothing() -> None:
    """It has no piece of the text, and is another each time."""
    data = encrypted(SECRET, bound_to="here")

    assert SECRET.encode() not in data
    assert data != encrypted(SECRET, bound_to="here")


def test_another_purpose_cannot_read_it() -> None:
    """A row that was moved to another address gives no key."""
    data = encrypted(SECRET, bound_to="here")

    with pytest.raises(CannotDecrypt):
        decrypted(data, bound_to="there")


def test_another_secret_cannot_read_it(settings: Any) -> None:
    """Whoever has the database alone has no key."""
    data = encrypted(SECRET, bound_to="here")
    settings.SECRET_KEY = "another secret, of more than thirty-two bytes"

    with pytest.raises(CannotDecrypt):
        decrypted(data, bound_to="here")


def test_a_former_secret_can_while_it_is_a_fallback(settings: Any) -> None:
    """A secret can be replaced without entering keys anew."""
    data = encrypted(SECRET, bound_to="here")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret, of more than thirty-two bytes"

    assert decrypted(data, bound_to="here") == SECRET


@pytest.mark.parametrize("data", [b"", b"short", b"\x00" * 40])
def test_what_is_damaged_cannot_be_read(data: bytes) -> None:
    """It is no crash of another kind."""
    with pytest.raises(CannotDecrypt):
        decrypted(data, bound_to="here")
