"""Rank fusion: one order out of what all retrievers say of a pool of blocks.

Features are compared by how far a block stands out among the pool (z-scores, summed with fixed
weights), not by rank as in reciprocal rank fusion: that keeps how *much* better the best is. A
block that a retriever did not find gets the lowest score it gave. A feature that is missing, or the
same for all, changes nothing: so any retriever may be late or absent.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
import numpy.typing as npt

from knowledge.retrieval.ranking.late_interaction import LateInteractionScorer
from knowledge.retrieval.ranking.question import ParsedQuestion, person_asked_about
from knowledge.retrieval.ranking.weights import (
    SESSION_BEST,
    WITH_TOKENS,
    WITH_VECTORS,
    WITH_WORDS,
    Weights,
)
from knowledge.stores.vectors.port import TermStatistics
from knowledge.types import MessagePosition

Scores = npt.NDArray[np.float64]  # (candidates,)


@dataclass(frozen=True)
class Candidate:
    """A block of the pool, and its score by each retriever; None where one did not find it."""

    block_id: UUID
    text: str
    said_at: datetime
    session: Hashable  # what it was said in: a day's journal, a chat
    position: MessagePosition  # of its tokens; those of messages beside it stand in for them
    speaker: str = ""
    lexical: float | None = None  # BM25 of its index row
    dense: float | None = None  # cosine of its contextual vector
    fact: float | None = None  # best cosine of a fact that was made from it
    graph: float | None = None


@dataclass(frozen=True)
class Ranked:
    """A block's rank is its index in the list; the parts add up to its score."""

    block_id: UUID
    score: float
    parts: Mapping[str, float]


def fuse(
    question: ParsedQuestion,
    pool: Sequence[Candidate],
    *,
    statistics: TermStatistics,
    scorer: LateInteractionScorer | None = None,
    first_person: str = "",
) -> list[Ranked]:
    """The pool, best first; equals stay in the order they came in."""
    if not pool:
        return []
    features = _retrieved_features(pool)
    if scorer is not None:
        positions = [candidate.position for candidate in pool]
        features["tokens"], features["tokens_near"] = scorer.score(positions, statistics.idf)
    weights = WITH_WORDS
    if "tokens" in features:
        weights = WITH_TOKENS
    elif "dense" in features:
        weights = WITH_VECTORS
    # Sessions are compared by the best feature there is.
    best = next((n for n in ("tokens_near", "lexical", "dense") if n in features), None)
    parts = {name: getattr(weights, name) * _z_scores(raw) for name, raw in features.items()}
    session = _session_scores(pool, features[best]) if best else np.zeros(len(pool))
    parts["session"] = weights.session * _z_scores(session)
    parts |= _absolute_parts(question, pool, weights, first_person=first_person)
    total = sum(parts.values(), start=np.zeros(len(pool)))
    order = np.argsort(-total, kind="stable")
    shown = [name for name in parts if np.any(parts[name])]
    return [
        Ranked(
            block_id=pool[index].block_id,
            score=float(total[index]),
            parts={name: float(parts[name][index]) for name in shown},
        )
        for index in order
    ]


def _retrieved_features(pool: Sequence[Candidate]) -> dict[str, Scores]:
    """The score of every candidate by each retriever that found any of them."""
    features: dict[str, Scores] = {}
    for name in ("lexical", "dense", "fact", "graph"):
        scores = [getattr(candidate, name) for candidate in pool]
        found = [score for score in scores if score is not None]
        if found:
            lowest = min(found)
            features[name] = np.array([lowest if score is None else score for score in scores])
    return features


def _z_scores(raw: Scores) -> Scores:
    spread = float(raw.std())
    # Scores that differ by rounding alone do not differ.
    return np.zeros_like(raw) if spread < 1e-9 else (raw - raw.mean()) / spread


def _session_scores(pool: Sequence[Candidate], raw: Scores) -> Scores:
    """For each candidate the mean of the best in its session."""
    members: dict[Hashable, list[int]] = {}
    for index, candidate in enumerate(pool):
        members.setdefault(candidate.session, []).append(index)
    scores = np.zeros(len(pool))
    values = raw.tolist()  # most sessions have one or two members: too few for numpy
    for indices in members.values():
        best = sorted((values[index] for index in indices), reverse=True)[:SESSION_BEST]
        scores[indices] = sum(best) / len(best)
    return scores


def _absolute_parts(
    question: ParsedQuestion, pool: Sequence[Candidate], weights: Weights, *, first_person: str
) -> dict[str, Scores]:
    """What is known without comparing the pool: whose words, when, how long, a question or not."""
    speakers = {candidate.speaker for candidate in pool}
    person = person_asked_about(question.text, speakers | {first_person}, first_person=first_person)
    values = {
        "date": [question.time_fit(candidate.said_at) for candidate in pool],
        "speaker": [float(candidate.speaker == person) for candidate in pool],
        "length": [math.log1p(len(candidate.text.split())) for candidate in pool],
        "asks": [float(candidate.text.rstrip().endswith("?")) for candidate in pool],
    }
    return {name: getattr(weights, name) * np.array(value) for name, value in values.items()}
