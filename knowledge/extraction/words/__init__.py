"""Word lists: what is a name, a place or a trade, and what only looks like one."""

from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@cache
def word_list(name: str) -> frozenset[str]:
    """The lower-case words of a list."""
    return frozenset((HERE / f"{name}.txt").read_text(encoding="utf-8").split())


@cache
def phrase_list(name: str) -> frozenset[str]:
    """The lower-case phrases of a list whose entries may have several words."""
    text = (HERE / f"{name}.txt").read_text(encoding="utf-8")
    return frozenset(text.strip().replace("\n", "|").split("|"))
