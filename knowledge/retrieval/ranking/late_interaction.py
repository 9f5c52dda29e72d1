"""Late interaction of a question and messages (ColBERT; Khattab and Zaharia, 2020).

The embedding model gives a vector for every token; only the signs of its numbers are kept, one
bit each, 48 bytes a token. Each token of the question looks for its best match among a message's
tokens (MaxSim), and counts by how rare its word is. A mean of all tokens, the usual vector of a
text, blurs just that: on chats it has 48 % of the evidence among its first ten, this 79 %, and the
signs alone do as well as the numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.retrieval.ranking.terms import STOP_WORDS, stem
from knowledge.retrieval.ranking.weights import NEIGHBOUR_TOKENS, STOP_WORD_WEIGHT
from knowledge.stores.embedders.port import TokenVectors
from knowledge.types import MessagePosition

Floats = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]
Signs = npt.NDArray[np.uint64]  # (tokens, dimensions / 64): a row of packed signs for each token
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class TokenTable:
    """The tokens of many texts, one after the other; all at once is quick, one by one is not."""

    columns: Mapping[MessagePosition, int]  # the index of each text, of those that have tokens
    starts: Indices  # (texts,): the row in `signs` where each text's tokens begin
    signs: Signs

    @classmethod
    def of_packed(cls, packed: Mapping[MessagePosition, bytes], *, dimensions: int) -> "TokenTable":
        """From what is stored of each. Dimensions are a multiple of 64, as such models' are."""
        filled = {position: each for position, each in packed.items() if each}
        sizes = [len(each) * 8 // dimensions for each in filled.values()]
        return cls(
            columns={position: column for column, position in enumerate(filled)},
            starts=np.cumsum([0, *sizes[:-1]]),
            signs=_signs(b"".join(filled.values()), dimensions),
        )


@dataclass(frozen=True)
class LateInteractionScorer:
    """Compares a question with texts by their tokens; a text without any is like nothing."""

    question: TokenVectors
    table: TokenTable

    def score(self, positions: Sequence[MessagePosition], idf: Callable[[str], float]) -> Scores:
        """The similarity of the text at each position, neighbours standing in.

        (positions,), from -1 to 1. A neighbour's token stands in where its similarity, discounted
        by `NEIGHBOUR_TOKENS`, is higher. `idf` tells how rare a term is.
        """
        matches = max_similarities(self.question, self.table)
        near = matches[:, self._columns(positions, step=0)]
        for step, discount in NEIGHBOUR_TOKENS.items():
            beside = self._columns(positions, step=step)
            near = np.maximum(near, np.where(beside >= 0, discount * matches[:, beside], -1.0))
        weights = token_weights(self.question, idf)
        return weighted_mean(near, weights).astype(np.float64)

    def has_tokens(self, positions: Sequence[MessagePosition]) -> Flags:
        """Which of the texts at these positions have tokens of their own."""
        return self._columns(positions, step=0) >= 0

    def _columns(self, positions: Sequence[MessagePosition], *, step: int) -> Indices:
        """The column of the text so many sequences after each position; -1 where none is."""
        after = ((reference, sequence + step) for reference, sequence in positions)
        return np.array([self.table.columns.get(each, -1) for each in after], dtype=np.intp)


def pack(vectors: Floats) -> bytes:
    """The signs of token vectors, to be stored with their block. Takes (tokens, dimensions)."""
    return np.packbits(vectors > 0, axis=1).tobytes()


def _signs(packed: bytes, dimensions: int) -> Signs:
    return np.frombuffer(packed, dtype=np.uint64).reshape(-1, dimensions // 64)


def token_weights(question: TokenVectors, idf: Callable[[str], float]) -> Floats:
    """What each token of a question counts: its word's rarity, shared among the word's parts.

    Returns (tokens,).
    """
    parts = np.bincount(np.asarray(question.owners, dtype=np.intp), minlength=len(question.words))
    weights = np.empty(len(question.owners), dtype=np.float32)
    for token, owner in enumerate(question.owners):
        word = question.words[owner]
        is_plain = word in STOP_WORDS or len(word) == 1
        weights[token] = STOP_WORD_WEIGHT if is_plain else idf(stem(word)) / parts[owner]
    return weights


def max_similarities(question: TokenVectors, table: TokenTable) -> Floats:
    """MaxSim: for every token of the question the similarity of the nearest token of every text.

    Returns (tokens of the question, texts + 1), from -1 to 1 as a cosine. The last column is that
    of what has no tokens: like nothing.
    """
    dimensions = question.vectors.shape[1]
    asked = _signs(pack(question.vectors), dimensions)
    matches = np.full((len(asked), len(table.columns) + 1), -1.0, dtype=np.float32)
    if not table.columns:
        return matches
    # A row for each word of 64 signs: sums over few long rows are quick, over many short ones not.
    tokens = np.ascontiguousarray(table.signs.T)
    for row, signs in enumerate(asked):
        # One token at a time keeps what lies between in the processor's cache.
        differing = np.bitwise_count(tokens ^ signs[:, None]).sum(axis=0, dtype=np.uint16)
        matches[row, :-1] = np.minimum.reduceat(differing, table.starts)
    matches[:, :-1] = 1 - 2 * matches[:, :-1] / dimensions
    return matches


def weighted_mean(matches: Floats, weights: Floats) -> Floats:
    """One number a text: the mean of the question's tokens' matches, by their weights.

    Takes (tokens, texts) and (tokens,), returns (texts,); zeros where nothing has a weight.
    """
    total = float(weights.sum())
    if not total:
        return np.zeros(matches.shape[1], dtype=np.float32)
    return (weights @ matches / np.float32(total)).astype(np.float32)
