"""Whether a text outside the memory tells what is forgotten: in its words, cut short, or in others.

Such texts are what the assistant has thought, what it called tools with, what it proposed, and
answers that the memory itself gave.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge import identity
from knowledge.retrieval.ranking.terms import terms
from knowledge.services.forgetting.tellings import MIN_TERMS, SENTENCE, longest_stem

MIN_WORDS_CHARS = 3  # shorter ones would be found everywhere
_QUOTE = re.compile(r"[“„\"]([^“”„\"\n]+)")  # its end may be cut off


@dataclass(frozen=True)
class Wording:
    """How something forgotten was said."""

    said: frozenset[str]  # normal forms
    statements: tuple[tuple[str, frozenset[str]], ...]  # terms of each, and a part they all have

    @classmethod
    def of(cls, *, said: Iterable[str], statements: Iterable[str]) -> "Wording":
        """What has these normal forms, and makes these statements in whichever words."""
        known = [(text, frozenset(terms(text))) for text in statements]
        return cls(
            frozenset(words for words in said if len(words) >= MIN_WORDS_CHARS),
            tuple((longest_stem(text), found) for text, found in known if len(found) >= MIN_TERMS),
        )

    def is_repeated_by(self, text: str) -> bool:
        """True for a text that has the very words."""
        normal = f" {identity.normal_text(text)} "
        return any(f" {said} " in normal for said in self.said)

    def is_told_by(self, text: str) -> bool:
        """True also for a text that quotes some of the words, or has all that a statement needs in
        one sentence."""
        text = text.replace("\\", "")  # of Markdown, in which answers are
        return self.is_repeated_by(text) or self._is_quoted_by(text) or self._is_stated_by(text)

    def _is_quoted_by(self, text: str) -> bool:
        quotes = [quote for quote in _QUOTE.findall(text) if terms(quote)]
        parts = {normal for quote in quotes if (normal := identity.normal_text(quote))}
        return any(
            f" {part}" in f" {said}"  # the last word of a quote may be cut
            for part in parts
            if len(part) >= MIN_WORDS_CHARS
            for said in self.said
        )

    def _is_stated_by(self, text: str) -> bool:
        folded = text.casefold()
        wanted = [found for part, found in self.statements if part in folded]
        return bool(wanted) and any(
            found <= there
            for sentence in SENTENCE.findall(text)
            for there in [set(terms(sentence))]
            for found in wanted
        )
