"""Word lists: what is a name, a place or a trade, and what only looks like one."""

from collections.abc import Mapping
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


@cache
def word_kinds(path: Path) -> Mapping[str, frozenset[str]]:
    """Kind -> its words, of a file whose lines are a kind and words of it; "#" begins a comment."""
    kinds: dict[str, set[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, *words = line.split()
            kinds.setdefault(kind, set()).update(words)
    return {kind: frozenset(words) for kind, words in kinds.items()}
