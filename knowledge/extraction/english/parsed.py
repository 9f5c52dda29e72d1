"""A parsed text and its place in the sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.extraction.english.heads import clause_heads
from knowledge.extraction.parsing import Document, Token


@dataclass(frozen=True)
class ParsedText:
    """A text as said, its parse, and the verbs that each make a clause of it."""

    document: Document
    text: str
    shift: int  # from characters of the parsed text to those of the sentence
    length: int  # of the sentence
    heads: Sequence[Token]
    head_positions: frozenset[int]

    @classmethod
    def of(cls, document: Document, text: str, shift: int, length: int) -> "ParsedText":
        """The text with the heads of its clauses."""
        heads = clause_heads(document)
        return cls(document, text, shift, length, heads, frozenset(head.i for head in heads))

    def is_head(self, token: Token) -> bool:
        """True for the verb of a clause."""
        return token.i in self.head_positions

    def word(self, token: Token) -> str:
        """As it was said, whatever it was parsed as."""
        return self.text[token.idx : token.idx + len(token.text)]

    def joined(self, tokens: Iterable[Token]) -> str:
        """The words as said, with one space where some are left out."""
        pieces: list[str] = []
        previous = None
        for token in tokens:
            if previous is not None:
                pieces.append(previous.whitespace_ if previous.i == token.i - 1 else " ")
            pieces.append(self.word(token))
            previous = token
        return " ".join("".join(pieces).split())

    def start(self, token: Token) -> int:
        """The character of the sentence where the word begins."""
        return self._at(token.idx)

    def end(self, token: Token) -> int:
        """The character of the sentence behind the word."""
        return self._at(token.idx + len(token.text))

    def _at(self, position: int) -> int:
        return min(max(position + self.shift, 0), self.length)
