"""Text that PostgreSQL can hold."""

from typing import Annotated

from pydantic import AfterValidator


def _without_nul(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not contain NUL characters")
    return value


# Lone surrogates are refused by pydantic itself (string_unicode).
Text = Annotated[str, AfterValidator(_without_nul)]


def storable(text: str) -> str:
    """The text without NUL characters, and with `?` for each lone surrogate."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text.encode(errors="replace").decode()
