"""Text that PostgreSQL can hold, that shows all it has, and how long it is to a model."""

import unicodedata
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


CHARACTERS_PER_TOKEN = 4  # a common estimate; exact counting would need each model's vocabulary

STORABLE = AfterValidator(_storable_only)  # stands behind other constraints, so that they see text
Text = Annotated[str, STORABLE]

UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # among them what hides text or turns it around


def storable(text: str) -> str:
    """The text without NUL characters, and with `?` for each lone surrogate."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text.encode(errors="replace").decode()


def on_one_line(text: str) -> str:
    """The text on one line, with a space for each character that is not seen."""
    seen = "".join(" " if unicodedata.category(each) in UNSEEN else each for each in text)
    return " ".join(seen.split())


def estimate_tokens(text: str) -> int:
    """About how many tokens a model makes of the text: a fourth of its characters, rounded.

    Halves go to the even number, as KNOWLEDGE_UPDATE_MAX_TOKENS has always been counted. English
    prose is met within some 20 %; code, numbers and most other languages have up to twice as many
    tokens, Chinese or Japanese up to four times. One or two characters count as none.
    """
    return round(len(text) / CHARACTERS_PER_TOKEN)
