"""Recall: what the memory has for a question. Reads only, and asks no language model."""

import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from functools import partial

import structlog
from django.conf import settings

from exobrain.lib import clock
from exobrain.lib.threads import side_by_side
from knowledge.retrieval import arms
from knowledge.retrieval.arms import Asked, Brought
from knowledge.retrieval.packing import packed, presented
from knowledge.retrieval.pool import Pool, gather
from knowledge.retrieval.ranking.fusion import Ranked, TokenArm, rank
from knowledge.retrieval.ranking.question import read_question
from knowledge.retrieval.ranking.tokens import TokenTable
from knowledge.retrieval.ranking.weights import NEIGHBOUR_REACH
from knowledge.retrieval.utterances import USER
from knowledge.selectors.recalling import has_memory
from knowledge.stores.embedders import configured_embedder
from knowledge.stores.embedders.minilm import LOCAL_SPACE
from knowledge.stores.graph import configured_graph
from knowledge.stores.tokens import PostgresTokens
from knowledge.stores.vectors import configured_index
from knowledge.stores.vectors.port import TermStatistics
from knowledge.types import Recall, Scope

log = structlog.get_logger(__name__)

ARMS_SHARE = 0.7  # of the deadline is the arms'; the rest is for ranking what they bring
MAX_QUERY_CHARS = 4000  # a pasted page is searched by its beginning

Arm = Callable[[], Brought]


def recall(
    *,
    scope: Scope,
    query: str,
    budget_tokens: int,
    limit: int = 50,
    deadline_ms: int | None = None,
    without: Collection[str] = (),
) -> Recall:
    """The memories that help with the query, best first, at most so many tokens of text.

    An arm that fails or is late is left out and named in `dropped`; it is never an error.
    `without` names arms to leave out: words, meaning, tokens, time, graph.
    """
    if not has_memory(user_id=scope.user_id):
        return Recall(items=[], tokens=0, arms={})  # without loading a model to look for nothing
    milliseconds = deadline_ms or settings.EXOBRAIN.memory_recall_deadline_ms
    now = scope.as_of or clock.now()
    text = query[:MAX_QUERY_CHARS]
    asked = Asked(scope=scope, question=read_question(text, now=now), now=now)
    wanted = {name: arm for name, arm in _arms(asked).items() if name not in without}
    brought, took = _raced(wanted, seconds=milliseconds * ARMS_SHARE / 1000)
    pool = gather(scope, brought)
    ranking = _ranked(asked, pool, brought, with_tokens="tokens" not in without)
    items, tokens = packed(presented(pool, ranking), budget_tokens=budget_tokens, limit=limit)
    dropped = [name for name in wanted if name not in brought]
    return Recall(items=items, tokens=tokens, arms=took, dropped=dropped)


def _arms(asked: Asked) -> dict[str, Arm]:
    """The slowest first: it begins first."""
    index = configured_index()
    found: dict[str, Arm] = {}
    if (embedder := configured_embedder()) is not None:
        found["meaning"] = partial(arms.by_meaning, asked, index=index, embedder=embedder)
    found["words"] = partial(arms.by_words, asked, index=index)
    found["graph"] = partial(arms.by_graph, asked, graph=configured_graph())
    if asked.question.times:
        found["time"] = partial(arms.by_time, asked)
    return found


def _raced(
    wanted: Mapping[str, Arm], *, seconds: float
) -> tuple[dict[str, Brought], dict[str, float]]:
    """What the arms brought in time, and the milliseconds that each of them took."""
    began = {name: partial(_timed, arm) for name, arm in wanted.items()}
    ended = side_by_side(began, seconds=seconds)
    brought = {name: future.result() for name, future in ended.items() if _came(name, future)}
    return (
        {name: each for name, (each, _) in brought.items()},
        {name: took for name, (_, took) in brought.items()},
    )


def _timed(arm: Arm) -> tuple[Brought, float]:
    began = time.perf_counter()
    brought = arm()
    return brought, round((time.perf_counter() - began) * 1000, 2)


def _came(name: str, future: "Future[tuple[Brought, float]]") -> bool:
    error = future.exception()
    if error is not None:
        log.warning("recall_arm_failed", arm=name, error=type(error).__name__)
    return error is None


def _ranked(
    asked: Asked, pool: Pool, brought: Mapping[str, Brought], *, with_tokens: bool
) -> list[Ranked]:
    words = brought.get("words", Brought())
    return rank(
        asked.question,
        pool.candidates,
        statistics=words.statistics or TermStatistics(0, {}),
        token_arm=_token_arm(asked, pool, brought) if with_tokens else None,
        asker=USER,
    )


def _token_arm(asked: Asked, pool: Pool, brought: Mapping[str, Brought]) -> TokenArm | None:
    """None where the question or the memory has no tokens of the local model."""
    question = brought.get("meaning", Brought()).question_tokens
    if question is None or not len(question.vectors):
        return None
    kept = PostgresTokens().around(
        user_id=asked.scope.user_id,
        space=LOCAL_SPACE,
        block_ids=[candidate.block_id for candidate in pool.candidates],
        reach=NEIGHBOUR_REACH,
    )
    if not kept:
        return None
    table = TokenTable.of_packed(kept, dimensions=question.vectors.shape[1])
    return TokenArm(question=question, table=table)
