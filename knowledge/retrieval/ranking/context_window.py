"""What of a message and its neighbours goes into the indexes (document expansion).

A message is indexed with the messages around it in its session, at a discount by distance: an
answer is found by the words of its question.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from knowledge.retrieval.ranking.terms import terms
from knowledge.retrieval.ranking.weights import (
    LEAST_NEIGHBOUR,
    MIN_COUNTED_WEIGHT,
    NEIGHBOUR_SIZE,
    NEIGHBOUR_TERMS,
    PREVIOUS_VECTOR,
)
from knowledge.stores.vectors.port import Vector

# So many messages before and after a message are in its row, which changes with them.
TERM_REACH = max(NEIGHBOUR_TERMS)


@dataclass(frozen=True)
class Utterance:
    """A message as it was said: by whom, what, and what a picture sent with it shows."""

    text: str
    speaker: str = ""
    caption: str = ""


@dataclass(frozen=True)
class IndexRow:
    """A block's row in the lexical index."""

    terms: Mapping[str, float]  # weighted counts
    length: float  # their sum


def index_row(utterance: Utterance, neighbours: Mapping[int, Utterance] | None = None) -> IndexRow:
    """The row of a message among its neighbours of the same session, by their distance to it.

    Only its own speaker's name goes in: a neighbour's would make everybody the speaker. A long
    neighbour's terms weigh less, so that it adds no more than a short one.
    """
    own = terms(f"{utterance.speaker} {utterance.text} {utterance.caption}")
    weighted: dict[str, float] = dict(Counter(own))
    for distance, neighbour in (neighbours or {}).items():
        beside = terms(f"{neighbour.text} {neighbour.caption}")
        weight = NEIGHBOUR_TERMS.get(distance, 0.0) * min(1.0, NEIGHBOUR_SIZE / max(1, len(beside)))
        if weight < LEAST_NEIGHBOUR:
            continue
        for term in beside:
            weighted[term] = weighted.get(term, 0.0) + weight
    return IndexRow(terms=weighted, length=sum(weighted.values()))


def counted_terms(terms: Mapping[str, float]) -> frozenset[str]:
    """The terms of an index row that add to their document frequency.

    A term does where its weight is at least 1: it is the block's own then, or several neighbours
    have it. Counting every neighbour's terms would make a word that was said once look seven times
    as common.
    """
    return frozenset(term for term, weight in terms.items() if weight >= MIN_COUNTED_WEIGHT)


def embedded_text(utterance: Utterance) -> str:
    """The text that the embedder is given for a message. It names who speaks."""
    said = f"{utterance.speaker}: {utterance.text}" if utterance.speaker else utterance.text
    return f"{said} [shares {utterance.caption}]" if utterance.caption else said


def contextual_vector(own: Vector, previous: Vector | None) -> Vector:
    """The vector to index for a message: its own plus a share of the previous message's.

    All are (dimensions,) and of length one, but for a zero vector, which stays one.
    """
    vector = own if previous is None else own + np.float32(PREVIOUS_VECTOR) * previous
    size = float(np.linalg.norm(vector))
    return vector if size == 0 else (vector / np.float32(size)).astype(np.float32)
