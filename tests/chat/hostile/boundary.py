"""What leaves the process, seen from outside of the code that is to keep it in.

A web in memory writes down what it is asked, and Python's audit hook sees every connection and
every name that is looked up, whoever does it and on whichever thread.
"""

import re
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from chat.tools.web.port import Found, SearchQuery

_seen: list[list[str]] = []
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if not _seen or not event.startswith("socket."):
        return
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        connected, address = arguments[0], arguments[-1]
        if connected.family in (socket.AF_INET, socket.AF_INET6) and address:
            _add("connects to", str(address[0]))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        _add("looks up", str(arguments[0]))


def _add(what: str, host: str) -> None:
    if host not in LOOPBACK:
        for each in _seen:
            each.append(f"{what} {host}")


sys.addaudithook(_note)


@contextmanager
def outside() -> Iterator[list[str]]:
    """Every host beside this machine that the process meets while the block runs."""
    seen: list[str] = []
    _seen.append(seen)
    try:
        yield seen
    finally:
        _seen.remove(seen)


class WebInMemory:
    """Gives every search the same results and knows its pages; keeps what it was asked."""

    def __init__(self) -> None:
        self.results: list[Found] = []
        self.pages: dict[str, Found] = {}
        self.searches: list[SearchQuery] = []
        self.reads: list[str] = []

    async def search(self, wanted: SearchQuery) -> Sequence[Found]:
        """The results."""
        self.searches.append(wanted)
        return self.results

    async def read(self, address: str) -> Found | None:
        """The page of that address."""
        self.reads.append(address)
        return self.pages.get(address)


def words_of(*texts: str) -> set[str]:
    """The words of the texts, in small letters."""
    return {word for text in texts for word in re.findall(r"[^\W_]+", text.casefold())}


def told_too_much(wanted: SearchQuery, public: set[str], hosts: set[str]) -> list[str]:
    """What of a search is no public word written plainly, and so may carry something.

    Public are whole words of three letters and more. Their spelling, how often they come, the marks
    between them, and numbers could say anything.
    """
    words = wanted.query.split(" ")
    found = [f"word {word!r}" for word in words if word not in public or words.count(word) > 1]
    domains = [*wanted.include_domains, *wanted.exclude_domains]
    found += [f"domain {each!r}" for each in domains if each not in hosts]
    if wanted.recency_days not in (None, 1, 7, 31, 365):
        found.append(f"days {wanted.recency_days}")
    return found
