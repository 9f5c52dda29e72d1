"""What providers send, in the shapes that models and users are given."""

import re
from typing import Any

from exobrain.lib.text import storable

_SCHEME_AND_HOST = re.compile(r"(?i)https?://[^/?#]*")


def bounded(text: Any, *, characters: int) -> str:
    """The text on one line; cut with an ellipsis when it is longer."""
    line = " ".join(storable(text).split()) if isinstance(text, str) else ""
    return line if len(line) <= characters else f"{line[: characters - 1]}…"


def shown_address(address: Any) -> str:
    """Scheme and host in lower case, without a fragment; empty when it is no web address."""
    if not isinstance(address, str):
        return ""
    address = storable(address).strip().partition("#")[0]
    named = _SCHEME_AND_HOST.match(address)
    return named[0].lower() + address[named.end() :] if named else ""


def first_text(found: Any, *names: str) -> str | None:
    """The first of the fields that has text."""
    texts = (found.get(name) for name in names)
    return next((text for text in texts if isinstance(text, str) and text.strip()), None)
