"""What a call of a tool may do, whatever the model says.

Filters that look for evil text do not work (arXiv 2605.08442: 88 % of attacks pass them); limits on
what a call can do work. So nothing here reads what a text says. Text from the web, from another
program's tool or pasted by the user never widens what is allowed, and narrows it:

- only addresses that the user typed or a tool of this turn returned are fetched, so that no
  address can carry what the model knows to whoever reads that server's log;
- once there is text from outside, a search may have only words that are public already: the
  user's question and what tools returned;
- writing to the memory is done at once only when the user's own message asks for it, and is
  otherwise proposed on the page.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from chat.tools.base import TurnContext

PASTED_CHARACTERS = 1_200  # a longer question is taken to hold what somebody else wrote
_ADDRESS = re.compile(
    r"(?i)\b(?:https?://|www\.)[^\s<>\"'`]+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>\"'`]*"
)
_BARE_HOST = re.compile(r"(?i)(?<![@\w.-])(?:[a-z0-9-]+\.)+[a-z]{2,24}(?![\w@-])")
_WORD = re.compile(r"\w+")
# Words that any search may have: they say nothing of anybody.
_USUAL_WORDS = frozenset(
    """a an and are as at best by can current date details did do does documentation explained facts
    for from guide help history how in info information is it latest list meaning near new news
    now of official on online or price prices recent review reviews site source sources that the
    time to today tomorrow tutorial update updates url us version vs was weather web what when where
    which who why wiki wikipedia with work world year yesterday
    aktuell am das der die ein eine heute im ist mit morgen neu neueste und von was wer wie wo zu
    """.split()  # noqa: SIM905  words read best as words
)


def addresses_in(text: str) -> set[str]:
    """The web addresses that a text names, in the form in which they are compared."""
    found = [*_ADDRESS.findall(text), *_BARE_HOST.findall(text)]
    return {normal for each in found if (normal := normal_address(each.rstrip(".,;:!?)]}»”’")))}


def normal_address(address: str) -> str:
    """Scheme and host in lower case, without a fragment; empty when it is no web address."""
    address = address.strip()
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return ""
    scheme, host_and_port = parts.scheme.lower(), parts.netloc.lower()
    return urlunsplit((scheme, host_and_port, parts.path or "/", parts.query, ""))


def looks_pasted(question: str) -> bool:
    """True when the question is so long that it may hold somebody else's words."""
    return len(question) > PASTED_CHARACTERS


def may_fetch(address: str, turn: TurnContext) -> bool:
    """True when the user or a tool named just this address; http and https are one."""
    wanted = normal_address(address).partition("://")[2].rstrip("/")
    known = {each.partition("://")[2].rstrip("/") for each in turn.addresses}
    return bool(wanted) and wanted in known


def private_words_of(query: str, turn: TurnContext) -> set[str]:
    """Words of a search that nobody may be told while text from outside is in the turn.

    Empty while there is none: then the user's own question is all that the model obeys.
    """
    if not turn.has_outside_text:
        return set()
    public = _words(turn.question).union(*(_words(text) for text in turn.outside_text))
    return _words(query) - public - _USUAL_WORDS


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def asks_for(question: str, wish: re.Pattern[str]) -> bool:
    """True when the user's own message, typed and not pasted, asks for it."""
    return not looks_pasted(question) and wish.search(question) is not None


def strings_of(arguments: Mapping[str, Any]) -> str:
    """All text in the arguments, joined; for a tool of another program."""
    found: list[str] = []
    pending: list[Any] = [dict(arguments)]
    while pending:
        match pending.pop():
            case dict() as fields:
                pending.extend(fields.keys())
                pending.extend(fields.values())
            case list() as items:
                pending.extend(items)
            case str() as text:
                found.append(text)
    return " ".join(found)
