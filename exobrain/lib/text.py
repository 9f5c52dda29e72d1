"""Text that PostgreSQL can hold."""

from typing import Annotated

from pydantic import AfterValidator


def _storable_only(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not contain NUL characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("must not contain halves of characters") from None
    return value


STORABLE = AfterValidator(_storable_only)  # stands behind other constraints, so that they see text
Text = Annotated[str, STORABLE]


def storable(text: str) -> str:
    """The text without NUL characters, and with `?` for each lone surrogate."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text.encode(errors="replace").decode()
