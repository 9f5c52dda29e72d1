"""Recall: what the memory has for a question. Reads only, and asks no language model."""

import time
from collections.abc import Callable, Collection, Mapping
from functools import partial

import structlog
from django.conf import settings

from accounts.selectors import zone_of
from exobrain.lib import clock
from exobrain.lib.threads import side_by_side
from knowledge.retrieval import retrievers
from knowledge.retrieval.candidates import CandidatePool, gather_candidates
from knowledge.retrieval.ordering import order_memories, within_budget
from knowledge.retrieval.ranking.late_interaction import LateInteractionScorer, TokenTable
from knowledge.retrieval.ranking.question import parse_question
from knowledge.retrieval.ranking.weights import TOKEN_REACH
from knowledge.retrieval.retrievers import RetrievalQuery, Retrieved
from knowledge.selectors.recalling import has_memory
from knowledge.stores.embedders.port import Embedder
from knowledge.stores.graph import configured_graph
from knowledge.stores.spaces import searched_embedder
from knowledge.stores.tokens import configured_token_store
from knowledge.stores.vectors import configured_index
from knowledge.stores.vectors.port import TermStatistics
from knowledge.types import Recall, Scope

log = structlog.get_logger(__name__)

RETRIEVERS_SHARE = 0.7  # of the deadline is the retrievers'; the rest is for ranking
MAX_QUERY_CHARS = 4000  # a pasted page is searched by its beginning

Retriever = Callable[[], Retrieved]


def recall(
    *,
    scope: Scope,
    query: str,
    budget_tokens: int,
    limit: int = 300,
    deadline_ms: int | None = None,
    drop_weak: bool = False,
    without: Collection[str] = (),
) -> Recall:
    """The memories that help with the query, best first, at most so many tokens of text.

    A retriever that fails or is late is left out and named in `dropped`; it is never an error.
    With `drop_weak`, memories that are far behind the best one are left out, too.
    `without` names what to do without: words, meaning, tokens, time, graph, facts.
    """
    if not has_memory(user_id=scope.user_id):
        return Recall(
            items=[], tokens=0, retriever_ms={}
        )  # without loading a model to look for nothing
    milliseconds = deadline_ms or settings.EXOBRAIN.memory_recall_deadline_ms
    now = (scope.as_of or clock.now()).astimezone(zone_of(user_id=scope.user_id))
    question = parse_question(query[:MAX_QUERY_CHARS], now=now)
    embedder = searched_embedder()
    asked = RetrievalQuery(scope, question, now)
    wanted = {
        name: retriever
        for name, retriever in _configured_retrievers(asked, embedder).items()
        if name not in without
    }
    retrieved, took = _run_retrievers(wanted, seconds=milliseconds * RETRIEVERS_SHARE / 1000)
    pool = gather_candidates(scope, retrieved, question, with_facts="facts" not in without)
    ordered = order_memories(
        question,
        pool,
        statistics=retrieved.get("words", Retrieved()).statistics or TermStatistics(0, {}),
        scorer=None if "tokens" in without else _load_scorer(scope, pool, retrieved, embedder),
    )
    items, tokens = within_budget(
        ordered, budget_tokens=budget_tokens, limit=limit, drop_weak=drop_weak
    )
    dropped = [name for name in wanted if name not in retrieved]
    return Recall(items=items, tokens=tokens, retriever_ms=took, dropped=dropped)


def _configured_retrievers(
    query: RetrievalQuery, embedder: Embedder | None
) -> dict[str, Retriever]:
    """The slowest first: it begins first."""
    index = configured_index(embedder)
    found: dict[str, Retriever] = {}
    if embedder is not None:
        found["meaning"] = partial(retrievers.by_meaning, query, index=index, embedder=embedder)
    found["words"] = partial(retrievers.by_words, query, index=index)
    found["graph"] = partial(retrievers.by_graph, query, graph=configured_graph())
    if query.question.times:
        found["time"] = partial(retrievers.by_time, query)
    return found


def _run_retrievers(
    wanted: Mapping[str, Retriever], *, seconds: float
) -> tuple[dict[str, Retrieved], dict[str, float]]:
    """What was retrieved in time, and the milliseconds that each retriever took."""

    def timed(retriever: Retriever) -> tuple[Retrieved, float]:
        began = time.perf_counter()
        found = retriever()
        return found, round((time.perf_counter() - began) * 1000, 2)

    work = {name: partial(timed, retriever) for name, retriever in wanted.items()}
    retrieved: dict[str, Retrieved] = {}
    took: dict[str, float] = {}
    for name, future in side_by_side(work, seconds=seconds).items():
        if (error := future.exception()) is not None:
            log.warning("retriever_failed", retriever=name, error=type(error).__name__)
        else:
            retrieved[name], took[name] = future.result()
    return retrieved, took


def _load_scorer(
    scope: Scope,
    pool: CandidatePool,
    retrieved: Mapping[str, Retrieved],
    embedder: Embedder | None,
) -> LateInteractionScorer | None:
    """None where the question or the memory has no token vectors of the embedder's space.

    Nor where nothing is found by vectors: words decide.
    """
    meaning = retrieved.get("meaning", Retrieved())
    question = meaning.question_tokens
    if question is None or not len(question.vectors) or not meaning.scores or embedder is None:
        return None
    packed = configured_token_store().with_neighbours(
        user_id=scope.user_id,
        space=embedder.space,
        passage_ids=[candidate.block_id for candidate in pool.candidates],
        reach=TOKEN_REACH,
    )
    if not packed:
        return None
    table = TokenTable.of_packed(packed, dimensions=embedder.dimensions)
    return LateInteractionScorer(question=question, table=table)
