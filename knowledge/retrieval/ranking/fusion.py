"""One order out of what all arms say of a pool of blocks.

Arms are compared by how far a block stands out among the pool (z-scores), not by rank: that keeps
how *much* better the best is. A block that an arm did not bring gets the lowest score it brought.
An arm that brought nothing, or the same for all, changes nothing: so any may be late or missing.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
import numpy.typing as npt

from knowledge.retrieval.ranking import tokens
from knowledge.retrieval.ranking.question import Question, person_asked_about
from knowledge.retrieval.ranking.tokens import Places, TokenTable, TokenVectors
from knowledge.retrieval.ranking.weights import (
    NEIGHBOUR_TOKENS,
    SESSION_BEST,
    WITH_TOKENS,
    WITH_VECTORS,
    WITH_WORDS,
    Weights,
)
from knowledge.stores.vectors.port import TermStatistics
from knowledge.types import Place

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Candidate:
    """A block of the pool, and what each arm said of it; None where an arm did not bring it."""

    block_id: UUID
    text: str
    said_at: datetime
    session: Hashable  # what it was said in: a day's journal, a chat
    place: Place  # of its tokens; those of messages beside it stand in for them
    speaker: str = ""
    lexical: float | None = None  # BM25 of its index row
    dense: float | None = None  # cosine of its blended vector
    fact: float | None = None  # best cosine of a fact that was made from it
    graph: float | None = None


@dataclass(frozen=True)
class TokenArm:
    """What the token by token arm needs: the question's tokens, and those of the candidates.

    The tokens of neighbours belong to it too; a block without any is like nothing.
    """

    question: TokenVectors
    table: TokenTable


@dataclass(frozen=True)
class Ranked:
    """A block's place is that in the list; the parts add up to its score."""

    block_id: UUID
    score: float
    parts: Mapping[str, float]


def rank(
    question: Question,
    pool: Sequence[Candidate],
    *,
    statistics: TermStatistics,
    token_arm: TokenArm | None = None,
    asker: str = "",
    weights: Weights | None = None,
) -> list[Ranked]:
    """The pool, best first; equals stay in the order they came in."""
    if not pool:
        return []
    arms = _raw_arms(pool)
    if token_arm is not None:
        arms["tokens"], arms["tokens_near"] = _token_scores(pool, token_arm, statistics)
    chosen = weights or _weights_for(arms)
    parts = {name: getattr(chosen, name) * _standardised(raw) for name, raw in arms.items()}
    parts["session"] = chosen.session * _standardised(_session_scores(pool, _main(arms)))
    parts |= _added(question, pool, chosen, asker=asker)
    total = sum(parts.values(), start=np.zeros(len(pool)))
    order = np.argsort(-total, kind="stable")
    shown = [name for name in parts if np.any(parts[name])]
    return [
        Ranked(
            block_id=pool[at].block_id,
            score=float(total[at]),
            parts={name: float(parts[name][at]) for name in shown},
        )
        for at in order
    ]


def _raw_arms(pool: Sequence[Candidate]) -> dict[str, Scores]:
    arms: dict[str, Scores] = {}
    for name in ("lexical", "dense", "fact", "graph"):
        brought = [getattr(candidate, name) for candidate in pool]
        found = [score for score in brought if score is not None]
        if found:
            lowest = min(found)
            arms[name] = np.array([lowest if score is None else score for score in brought])
    return arms


def _weights_for(arms: Mapping[str, Scores]) -> Weights:
    if "tokens" in arms:
        return WITH_TOKENS
    return WITH_VECTORS if "dense" in arms else WITH_WORDS


def _main(arms: Mapping[str, Scores]) -> Scores | None:
    """The best arm there is, by which sessions are compared."""
    for name in ("tokens_near", "lexical", "dense"):
        if name in arms:
            return arms[name]
    return None


def _standardised(raw: Scores) -> Scores:
    spread = float(raw.std())
    # Scores that differ by rounding alone do not differ.
    return np.zeros_like(raw) if spread < 1e-9 else (raw - raw.mean()) / spread


def _session_scores(pool: Sequence[Candidate], raw: Scores | None) -> Scores:
    if raw is None:
        return np.zeros(len(pool))
    members: dict[Hashable, list[int]] = {}
    for at, candidate in enumerate(pool):
        members.setdefault(candidate.session, []).append(at)
    scores = np.zeros(len(pool))
    values = raw.tolist()  # most sessions have one or two members: too few for numpy
    for places in members.values():
        best = sorted((values[at] for at in places), reverse=True)[:SESSION_BEST]
        scores[places] = sum(best) / len(best)
    return scores


def _added(
    question: Question, pool: Sequence[Candidate], weights: Weights, *, asker: str
) -> dict[str, Scores]:
    """What is known without comparing the pool: whose words, when, how long, a question or not."""
    speakers = {candidate.speaker for candidate in pool}
    person = person_asked_about(question.text, speakers | {asker}, asker=asker)
    values = {
        "date": [question.time_fit(candidate.said_at) for candidate in pool],
        "speaker": [float(candidate.speaker == person) for candidate in pool],
        "length": [math.log1p(len(candidate.text.split())) for candidate in pool],
        "asks": [float(candidate.text.rstrip().endswith("?")) for candidate in pool],
    }
    return {name: getattr(weights, name) * np.array(value) for name, value in values.items()}


def _token_scores(
    pool: Sequence[Candidate], arm: TokenArm, statistics: TermStatistics
) -> tuple[Scores, Scores]:
    """Likeness of every candidate's tokens alone, and with its neighbours' standing in."""
    matches = tokens.best_matches(arm.question, arm.table)
    alone = matches[:, _columns(pool, arm.table, step=0)]
    near = alone.copy()
    for step, discount in NEIGHBOUR_TOKENS.items():
        beside = _columns(pool, arm.table, step=step)
        near = np.maximum(near, np.where(beside >= 0, discount * matches[:, beside], -1.0))
    weights = tokens.token_weights(arm.question, statistics.idf)
    return (
        tokens.likeness(alone, weights).astype(np.float64),
        tokens.likeness(near, weights).astype(np.float64),
    )


def _columns(pool: Sequence[Candidate], table: TokenTable, *, step: int) -> Places:
    """The column of what is so many places after each candidate; -1 where nothing is."""
    places = ((candidate.place[0], candidate.place[1] + step) for candidate in pool)
    return np.array([table.columns.get(place, -1) for place in places], dtype=np.intp)
