"""English words as data: small words by kind."""

from functools import cache
from pathlib import Path

from knowledge.extraction.words import word_kinds

HERE = Path(__file__).parent


@cache
def small_words(kind: str) -> frozenset[str]:
    """The words of a kind: modal, particle, mark, ..."""
    return word_kinds(HERE / "small_words.txt")[kind]
