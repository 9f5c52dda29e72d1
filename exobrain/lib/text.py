"""Text that PostgreSQL can hold."""

from typing import Annotated

from pydantic import AfterValidator


def _without_nul(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not contain NUL characters")
    return value


# Lone surrogates are refused by pydantic itself (string_unicode).
Text = Annotated[str, AfterValidator(_without_nul)]
