"""BM25 over weighted term counts.

A term counts as held by a block where its weight is at least 1: it is the block's own then, or
several neighbours have it. Counting every neighbour's terms would make a word that was said once
look seven times as common.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.retrieval.ranking.weights import HELD_FROM, K1, B


@dataclass(frozen=True)
class Statistics:
    """What BM25 has to know of one user's blocks, and of the question's terms in them."""

    blocks: int
    average_length: float
    frequencies: Mapping[str, int]  # how many blocks hold a term; see `held_terms`

    def idf(self, term: str) -> float:
        """How much it says that a block holds the term; never negative."""
        held = self.frequencies.get(term, 0)
        return math.log(1 + (max(self.blocks - held, 0) + 0.5) / (held + 0.5))


def held_terms(terms: Mapping[str, float]) -> frozenset[str]:
    """The terms of an index row that count for how common a term is."""
    return frozenset(term for term, count in terms.items() if count >= HELD_FROM)


def bm25(
    terms: Mapping[str, float],
    length: float,
    *,
    question: Mapping[str, float],
    statistics: Statistics,
) -> float:
    """The score of one index row: its weighted term counts, and their sum as its length."""
    relative = length / statistics.average_length if statistics.average_length else 1.0
    norm = K1 * (1 - B + B * relative)
    score = 0.0
    for term, weight in question.items():
        count = terms.get(term, 0.0)
        if count:
            score += weight * statistics.idf(term) * count * (K1 + 1) / (count + norm)
    return score
