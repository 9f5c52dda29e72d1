"""Fusion: one score for each candidate, out of what all retrievers say of it.

The features are sizes that mean the same whatever else the memory holds: the share of the
question's information that a text has, cosines, whose words it is. So is their weighted sum, and
above zero it says that the candidate helps. A retriever that is late or absent is no feature: then
other weights are used. Where it is only some candidates that have no vector or no tokens, theirs
are taken to be what such words usually have: so they are neither dropped nor preferred.
"""

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
import numpy.typing as npt

from knowledge.retrieval.ranking.answers import (
    ASKS,
    denies_knowing,
    repeats_question,
    share_asked,
)
from knowledge.retrieval.ranking.late_interaction import LateInteractionScorer
from knowledge.retrieval.ranking.question import (
    ParsedQuestion,
    asks_for_answer,
    person_asked_about,
)
from knowledge.retrieval.ranking.terms import terms
from knowledge.retrieval.ranking.weights import (
    EXPECTED_DENSE,
    EXPECTED_TOKENS,
    PRIOR_BLOCKS,
    PRIOR_HAVING,
    SESSION_BEST,
    SHORT_QUESTION,
    WITH_TOKENS,
    WITH_VECTORS,
    WITH_WORDS,
)
from knowledge.stores.vectors.bm25 import inverse_document_frequency
from knowledge.stores.vectors.port import TermStatistics
from knowledge.types import MessagePosition

Scores = npt.NDArray[np.float64]  # (candidates,)


@dataclass(frozen=True)
class Candidate:
    """A passage of the pool, and its score by each retriever; None where one did not find it."""

    block_id: UUID  # of the passage
    text: str
    times: Sequence[datetime]  # when it was said, and when what it tells of was
    session: Hashable  # what it was said in: a day's journal, a chat
    position: MessagePosition  # of its tokens; those of messages beside it stand in for them
    speaker: str = ""
    is_users: bool = False  # the user's own words, and no other speaker's
    is_assistants: bool = False
    lexical: float | None = None  # BM25 of its index row
    dense: float | None = None  # cosine of its contextual vector
    has_vector: bool = True  # false: it could not be found by its meaning


@dataclass(frozen=True)
class Ranked:
    """A passage's rank is its index in the list; the parts add up to its score."""

    block_id: UUID
    score: float
    parts: Mapping[str, float]


def fuse(
    question: ParsedQuestion,
    pool: Sequence[Candidate],
    *,
    statistics: TermStatistics,
    scorer: LateInteractionScorer | None = None,
) -> list[Ranked]:
    """The pool, best first; equals stay in the order they came in."""
    if not pool:
        return []
    dense = _found(pool, "dense")
    weights = WITH_WORDS
    if scorer is not None:
        weights = WITH_TOKENS
    elif dense is not None:
        weights = WITH_VECTORS
    features = _features_of_texts(question, pool, statistics, with_cover=weights.cover > 0)
    has_vector = np.array([each.has_vector or each.dense is not None for each in pool])
    if scorer is not None:
        positions = [candidate.position for candidate in pool]
        expected = EXPECTED_DENSE.of(features)
        features["dense"] = expected if dense is None else np.where(has_vector, dense, expected)
        tokens = scorer.score(positions, _idf_with_prior(statistics))
        # What is beside a message stands in for its own tokens: with them it would score more.
        expected = np.maximum(tokens, EXPECTED_TOKENS.of(features))
        features["tokens"] = np.where(scorer.has_tokens(positions), tokens, expected)
    elif dense is not None:
        features["dense"] = np.where(has_vector, dense - dense[has_vector].mean(), 0.0)
    compared = features.get("tokens", features["lexical"])
    features["session"] = _session_scores(pool, compared)
    parts = {name: getattr(weights, name) * values for name, values in features.items()}
    parts["base"] = np.full(len(pool), weights.base)
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


def _features_of_texts(
    question: ParsedQuestion,
    pool: Sequence[Candidate],
    statistics: TermStatistics,
    *,
    with_cover: bool,
) -> dict[str, Scores]:
    """What is known without vectors: words, whose they are, when, how long, whether they answer.

    Reading the terms of a pool's texts costs as much as all else here: only where they count.
    """
    information = {term: statistics.idf(term) for term in question.terms}
    total = sum(information.values()) or 1.0
    lexical = _found(pool, "lexical")
    person = person_asked_about(question.text, {candidate.speaker for candidate in pool})
    wants_answer = asks_for_answer(question.text)
    names = ("date", "speaker", "assistant", "length", "asks", "empty")
    rows: dict[str, list[float]] = {name: [] for name in names}
    if with_cover:
        rows["cover"] = []
    for candidate in pool:
        words = len(candidate.text.split())
        asked = share_asked(candidate.text)
        said = set(terms(candidate.text)) if with_cover or asked > ASKS else set()
        # Asked by the same person: what somebody else asks in a chat leads to the answer.
        is_empty = candidate.is_users and repeats_question(said, asked, question.terms)
        is_empty |= candidate.is_assistants and denies_knowing(candidate.text)
        if with_cover:
            known = sum(information[term] for term in said & information.keys())
            rows["cover"].append(known / total)
        rows["date"].append(max(map(question.time_fit, candidate.times)))
        rows["speaker"].append(float(person is not None and candidate.speaker == person))
        rows["assistant"].append(float(candidate.is_assistants and not wants_answer))
        rows["length"].append(math.log1p(words))
        rows["asks"].append(asked if words <= SHORT_QUESTION else 0.0)
        rows["empty"].append(float(is_empty))
    features = {name: np.array(values) for name, values in rows.items()}
    features["lexical"] = np.zeros(len(pool)) if lexical is None else lexical / total
    return features


def _found(pool: Sequence[Candidate], name: str) -> Scores | None:
    """The candidates' scores by a retriever, the lowest for what it did not find; None if all."""
    scores = [getattr(candidate, name) for candidate in pool]
    found = [score for score in scores if score is not None]
    if not found:
        return None
    lowest = min(found)
    return np.array([lowest if score is None else score for score in scores])


def _idf_with_prior(statistics: TermStatistics) -> Callable[[str], float]:
    def idf(term: str) -> float:
        return inverse_document_frequency(
            blocks=statistics.blocks + PRIOR_BLOCKS,
            having=statistics.frequencies.get(term, 0) + PRIOR_HAVING,
        )

    return idf


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
