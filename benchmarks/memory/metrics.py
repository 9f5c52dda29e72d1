"""Figures of retrieval, each with what it is sure of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.memory.locomo import Question, session_of

DEPTHS = (5, 10, 20, 50)
SESSION_DEPTH = 5
BUDGET_TOKENS = 2000
RESAMPLES = 2000
SEED = 20260101


@dataclass(frozen=True)
class Outcome:
    """What was found for one question: turn ids, best first, and those that a model is given."""

    question: Question
    ranking: Sequence[str]
    given: Sequence[str]


@dataclass(frozen=True)
class Figure:
    """A mean over questions, with its bootstrap interval of 95 %."""

    mean: float
    low: float
    high: float


def recall_at(depth: int) -> Callable[[Outcome], float]:
    """The share of the evidence among the first so many turns."""

    def measure(outcome: Outcome) -> float:
        found = outcome.question.evidence & set(outcome.ranking[:depth])
        return len(found) / len(outcome.question.evidence)

    return measure


def reciprocal_rank(outcome: Outcome) -> float:
    """One over the place of the first turn of the evidence."""
    for place, turn_id in enumerate(outcome.ranking, 1):
        if turn_id in outcome.question.evidence:
            return 1 / place
    return 0.0


def session_hit(outcome: Outcome) -> float:
    """One when a session of the evidence is among the first five sessions named."""
    sessions = list(dict.fromkeys(session_of(turn_id) for turn_id in outcome.ranking))
    wanted = {session_of(turn_id) for turn_id in outcome.question.evidence}
    return float(bool(wanted & set(sessions[:SESSION_DEPTH])))


def given_recall(outcome: Outcome) -> float:
    """The share of the evidence in what a model is given within the budget of tokens."""
    return len(outcome.question.evidence & set(outcome.given)) / len(outcome.question.evidence)


MEASURES: dict[str, Callable[[Outcome], float]] = {
    **{f"R@{depth}": recall_at(depth) for depth in DEPTHS},
    "MRR": reciprocal_rank,
    f"given@{BUDGET_TOKENS}": given_recall,
    f"session hit@{SESSION_DEPTH}": session_hit,
}


def figures(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """Every measure over the outcomes."""
    return {
        name: _with_interval([measure(outcome) for outcome in outcomes])
        for name, measure in MEASURES.items()
    }


def difference(ours: Sequence[Outcome], theirs: Sequence[Outcome], measure: str) -> Figure:
    """How much better the first are than the second on the same questions, in pairs."""
    one, two = ([MEASURES[measure](outcome) for outcome in side] for side in (ours, theirs))
    return _with_interval([a - b for a, b in zip(one, two, strict=True)])


def _with_interval(values: Sequence[float]) -> Figure:
    sample = np.asarray(values)
    rng = np.random.default_rng(SEED)
    means = sample[rng.integers(0, len(sample), (RESAMPLES, len(sample)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Figure(mean=float(sample.mean()), low=float(low), high=float(high))
