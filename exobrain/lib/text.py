"""Text: what PostgreSQL can hold, and about how long it is to a model."""

from typing import Annotated

from pydantic import AfterValidator

CHARACTERS_PER_TOKEN = 4  # of English; exact counting would need each model's vocabulary


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


def estimate_tokens(text: str) -> int:
    """About how many tokens a model makes of the text: a fourth of its characters.

    Halves are rounded to the even number; a text of one or two characters counts none.
    """
    return round(len(text) / CHARACTERS_PER_TOKEN)
