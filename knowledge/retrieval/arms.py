"""The ways by which memories are looked for. Each asks one index, and may be late or missing.

An arm takes the scope and what is asked, and returns what it brought; none changes anything.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from knowledge import identity
from knowledge.retrieval.ranking.question import Question, time_ranges
from knowledge.retrieval.ranking.terms import STOP_WORDS, words
from knowledge.retrieval.ranking.tokens import TokenVectors
from knowledge.retrieval.ranking.weights import POOL_PER_ARM
from knowledge.selectors import recalling
from knowledge.stores.embedders.minilm import MiniLmEmbedder
from knowledge.stores.embedders.port import Embedder
from knowledge.stores.graph.port import GraphIndex
from knowledge.stores.vectors.port import TermStatistics, VectorIndex
from knowledge.types import Scope

NAME_WORDS = 4  # the longest name that is looked for
MAX_NAMES = 200  # of a question; a pasted page is not looked up word by word
MAX_ENTITIES = 12
FEW_LINKS = 10  # around what is named: then the walk goes on for a second hop
AROUND_LIMIT = 40  # edges of the walk, the surest; a hub's many would say little
MAX_WALKED = 12  # entities whose blocks are looked for, the nearest of the walk
MENTION_LIMIT = 100
GRAPH_POOL = 50  # blocks that the walk brings; it is the weakest arm
HOP_WORTH = 0.5  # of each step away from what the question names


@dataclass(frozen=True)
class Asked:
    """What is asked of the memory, and of whose."""

    scope: Scope
    question: Question
    now: datetime


@dataclass(frozen=True)
class Brought:
    """What an arm found: blocks and their scores, and what ranking wants to know besides."""

    scores: Mapping[UUID, float] = field(default_factory=dict)
    statistics: TermStatistics | None = None  # of the words arm
    question_tokens: TokenVectors | None = None  # of the meaning arm, by the local model


def by_words(asked: Asked, *, index: VectorIndex) -> Brought:
    """Blocks that share words with the question, by BM25."""
    terms = asked.question.terms
    if not terms:
        return Brought()
    found = index.search_words(scope=asked.scope, terms=terms, limit=POOL_PER_ARM)
    scores = {hit.block_id: hit.score for hit in found.hits}
    return Brought(scores=scores, statistics=found.statistics)


def by_meaning(asked: Asked, *, index: VectorIndex, embedder: Embedder) -> Brought:
    """Blocks whose vectors are near the question's."""
    text = asked.question.text
    tokens = None
    if isinstance(embedder, MiniLmEmbedder):
        vectors, pieces = embedder.run([text])
        tokens = TokenVectors.of_word_pieces(*pieces[0])
    else:
        vectors = embedder.embed([text])
    hits = index.search_meaning(scope=asked.scope, vector=vectors[0], limit=POOL_PER_ARM)
    return Brought(scores={hit.block_id: hit.score for hit in hits}, question_tokens=tokens)


def by_time(asked: Asked) -> Brought:
    """What was said at the times that the question names; its scores tell nothing."""
    ranges = time_ranges(asked.question, now=asked.now)
    if not ranges:
        return Brought()
    found = recalling.episodes_between(scope=asked.scope, ranges=ranges, limit=POOL_PER_ARM)
    return Brought(scores=dict.fromkeys(found, 0.0))


def by_graph(asked: Asked, *, graph: GraphIndex) -> Brought:
    """Blocks that speak of what the question names, or of what is near that in the graph.

    A bounded walk: each hop halves an entity's worth, and an entity that everything mentions is
    worth little to any one block.
    """
    named = _entities_asked_about(asked)
    if not named:
        return Brought()
    worth = _walk(asked.scope, named, graph)
    nearest = sorted(worth, key=lambda entity: (-worth[entity], str(entity)))[:MAX_WALKED]
    mentions = graph.mentioning(scope=asked.scope, entity_ids=nearest, limit=MENTION_LIMIT)
    often = Counter(entity for _, entity in mentions)
    scores: dict[UUID, float] = {}
    for block, entity in mentions:
        part = worth.get(entity, 0.0) / math.log2(1 + often[entity])
        scores[block] = scores.get(block, 0.0) + part
    best = sorted(scores, key=lambda block: (-scores[block], str(block)))[:GRAPH_POOL]
    return Brought(scores={block: scores[block] for block in best})


def _entities_asked_about(asked: Asked) -> list[UUID]:
    user_id = asked.scope.user_id
    names = _possible_names(asked.question.text)
    return recalling.entities_named(user_id=user_id, names=names, limit=MAX_ENTITIES)


def _possible_names(text: str) -> list[str]:
    """Every run of words that could be a name, as names compare."""
    said = words(text)
    runs = (
        said[start : start + length]
        for length in range(NAME_WORDS, 0, -1)
        for start in range(len(said) - length + 1)
    )
    names = (identity.normal_name(" ".join(run)) for run in runs if not STOP_WORDS.issuperset(run))
    return list(dict.fromkeys(name for name in names if name))[:MAX_NAMES]


def _walk(scope: Scope, named: Sequence[UUID], graph: GraphIndex) -> dict[UUID, float]:
    """What each entity within reach is worth to the question."""
    near = graph.around(scope=scope, entity_ids=named, hops=1, limit=AROUND_LIMIT)
    if 0 < len(near.links) < FEW_LINKS:
        near = graph.around(scope=scope, entity_ids=named, hops=2, limit=AROUND_LIMIT)
    worth = dict.fromkeys(named, 1.0)
    front = set(named)
    for hop in (1, 2):
        reached: set[UUID] = set()
        for link in near.links:
            for here, there in ((link.source_id, link.target_id), (link.target_id, link.source_id)):
                if here in front and there not in worth:
                    worth[there] = HOP_WORTH**hop * link.confidence
                    reached.add(there)
        front = reached
    return worth
