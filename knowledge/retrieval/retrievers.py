"""The ways by which memories are looked for. Each asks one index, and may be late or missing.

A retriever takes a query and returns what it found; none changes anything.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from exobrain.lib.moments import EARLIEST
from knowledge import identity
from knowledge.retrieval.ranking.question import ParsedQuestion
from knowledge.retrieval.ranking.terms import STOP_WORDS, words
from knowledge.retrieval.ranking.weights import CANDIDATES_PER_RETRIEVER
from knowledge.selectors import recalling
from knowledge.stores.embedders.port import Embedder, TokenVectors
from knowledge.stores.graph.port import GraphReader
from knowledge.stores.vectors.port import TermStatistics, VectorSearch, WordMatches
from knowledge.types import Scope, ScoredBlock, Trust

DAY = timedelta(days=1)
FIRST_DAY = EARLIEST.date()
LAST_DAY = date.max - 2 * DAY  # that has a midnight behind it in every zone
NAME_WORDS = 4  # the longest name that is looked for
MAX_NAMES = 200  # of a question; a pasted page is not looked up word by word
MAX_ENTITIES = 12
FEW_EDGES = 10  # around what is named: then a second hop is looked at, too
EDGE_LIMIT = 40  # the surest edges around what is named; a hub's many would say little
MAX_NEAR = 12  # entities whose blocks are looked for, the nearest ones
MENTION_LIMIT = 100
GRAPH_CANDIDATES = 50  # blocks; the graph is the weakest retriever
HOP_DECAY = 0.5  # of an entity's weight, for each step away from what the question names


@dataclass(frozen=True)
class RetrievalQuery:
    """What is asked of the memory, and of whose."""

    scope: Scope
    question: ParsedQuestion
    now: datetime


@dataclass(frozen=True)
class Retrieved:
    """The blocks that a retriever found, and what ranking needs from it besides."""

    scores: Mapping[UUID, float] = field(default_factory=dict)  # by block
    statistics: TermStatistics | None = None  # from the words: how common the question's terms are
    question_tokens: TokenVectors | None = None  # from the meaning, where the model gives them


def by_words(query: RetrievalQuery, *, index: VectorSearch) -> Retrieved:
    """Passages that share words with the question, by BM25."""
    terms = query.question.terms
    if not terms:
        return Retrieved()
    found: list[WordMatches] = []

    def search(scope: Scope) -> Sequence[ScoredBlock]:
        found.append(index.search_words(scope=scope, terms=terms, limit=CANDIDATES_PER_RETRIEVER))
        return found[-1].blocks

    scores = _with_the_users_own(query.scope, search)
    return Retrieved(scores=scores, statistics=found[0].statistics)


def by_meaning(query: RetrievalQuery, *, index: VectorSearch, embedder: Embedder) -> Retrieved:
    """Passages whose vectors are near the question's, by their cosine."""
    embedded = embedder.embed([query.question.topic])

    def search(scope: Scope) -> Sequence[ScoredBlock]:
        return index.search_meaning(
            scope=scope, vector=embedded.vectors[0], limit=CANDIDATES_PER_RETRIEVER
        )

    return Retrieved(
        scores=_with_the_users_own(query.scope, search),
        question_tokens=embedded.tokens[0] if embedded.tokens else None,
    )


def _with_the_users_own(
    scope: Scope, search: Callable[[Scope], Sequence[ScoredBlock]]
) -> dict[UUID, float]:
    """The scores of what the search finds, and of what it finds among what the user said.

    The latter is looked for where others' words fill the list: an assistant says ten times as much.
    """
    found = search(scope)
    own = sum(block.trust >= Trust.USER_SAID for block in found)
    if len(found) >= CANDIDATES_PER_RETRIEVER and own < len(found) / 2:
        found = [*search(replace(scope, min_trust=Trust.USER_SAID)), *found]
    return {block.block_id: block.score for block in found}


def by_time(query: RetrievalQuery) -> Retrieved:
    """What was said, began or takes place at the times that the question names; all score 0.

    Being found is all: how well a time fits is for ranking to say.
    """
    days = [period.search_range(query.now.date()) for period in query.question.times]
    ranges = [
        (
            _midnight(max(first, FIRST_DAY), query.now),
            _midnight(min(last, LAST_DAY) + DAY, query.now),
        )
        for first, last in days
    ]
    if not ranges:
        return Retrieved()
    said, begun = (
        find(scope=query.scope, ranges=ranges, limit=CANDIDATES_PER_RETRIEVER)
        for find in (recalling.episodes_between, recalling.statements_between)
    )
    found = [*said, *begun]
    return Retrieved(scores=dict.fromkeys(found, 0.0))


def _midnight(day: date, now: datetime) -> datetime:
    """When that day begins in the zone of now, which is the user's."""
    return datetime.combine(day, time(), tzinfo=now.tzinfo)


def by_graph(query: RetrievalQuery, *, graph: GraphReader) -> Retrieved:
    """Blocks that mention what the question names, or what is near that in the graph.

    Spreading activation over two hops at most: each hop halves an entity's weight, and an entity
    that everything mentions gives little of it to any one block.
    """
    named = recalling.entities_named(
        user_id=query.scope.user_id,
        names=_possible_names(query.question.text),
        limit=MAX_ENTITIES,
    )
    if not named:
        return Retrieved()
    weights = _weights_within_reach(query.scope, named, graph)
    nearest = sorted(weights, key=lambda entity: (-weights[entity], str(entity)))[:MAX_NEAR]
    mentions = graph.mentioning(scope=query.scope, entity_ids=nearest, limit=MENTION_LIMIT)
    mention_counts = Counter(entity for _, entity in mentions)
    scores: dict[UUID, float] = {}
    for block, entity in mentions:
        part = weights.get(entity, 0.0) / math.log2(1 + mention_counts[entity])
        scores[block] = scores.get(block, 0.0) + part
    best = sorted(scores, key=lambda block: (-scores[block], str(block)))[:GRAPH_CANDIDATES]
    return Retrieved(scores={block: scores[block] for block in best})


def _possible_names(text: str) -> list[str]:
    """Every run of words that could be a name, normalised as names are stored; longest first."""
    said = words(text)
    runs = (
        said[start : start + length]
        for length in range(NAME_WORDS, 0, -1)
        for start in range(len(said) - length + 1)
    )
    names = (identity.normal_name(" ".join(run)) for run in runs if not STOP_WORDS.issuperset(run))
    return list(dict.fromkeys(name for name in names if name))[:MAX_NAMES]


def _weights_within_reach(
    scope: Scope, named: Sequence[UUID], graph: GraphReader
) -> dict[UUID, float]:
    """1 for what the question names, less with each hop and each unsure edge."""
    near = graph.neighbourhood(scope=scope, entity_ids=named, hops=1, limit=EDGE_LIMIT)
    if 0 < len(near.edges) < FEW_EDGES:
        near = graph.neighbourhood(scope=scope, entity_ids=named, hops=2, limit=EDGE_LIMIT)
    weights = dict.fromkeys(named, 1.0)
    front = set(named)
    for hop in (1, 2):
        reached: set[UUID] = set()
        for edge in near.edges:
            for here, there in ((edge.source_id, edge.target_id), (edge.target_id, edge.source_id)):
                if here in front and there not in weights:
                    weights[there] = HOP_DECAY**hop * edge.confidence
                    reached.add(there)
        front = reached
    return weights
