"""The index of blocks in Qdrant: a projection, told after the ledger and made again from it.

Talks to EXOBRAIN_QDRANT_URL through qdrant-client; whatever fails is an IndexUnavailable. One
collection for each embedding space, `blocks_<space>`; the alias `blocks` names the searched one.
A point is a block, with a dense vector `meaning` and a sparse one `words`. How common a word is,
is counted over the user's own points, but there neighbours' words count, too, and every length is
measured against a fixed average: what PostgreSQL answers is the truer score.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
import structlog
from qdrant_client import QdrantClient
from qdrant_client import models as q
from qdrant_client.http.exceptions import ApiException

from knowledge.errors import IndexUnavailable
from knowledge.stores.vectors.bm25 import Statistics, Tuning, saturation
from knowledge.stores.vectors.port import Point, Vector, WordHits
from knowledge.stores.vectors.postings import clean
from knowledge.types import Hit, Scope, Status

log = structlog.get_logger(__name__)

T = TypeVar("T")

ALIAS = "blocks"
MEANING = "meaning"
WORDS = "words"
AVERAGE_LENGTH = 30.0  # weighted terms of a usual block
PRIVATE = 1  # visibility
FOR_EVER = 4e11  # seconds since 1970: later than any date there is
PAGE = 1000

KEYWORDS = ("user_id", "universe_id", "status")
NUMBERS = ("trust", "held_from", "held_to")


class QdrantVectorIndex:
    """Blocks in a Qdrant server, or in the client itself."""

    def __init__(
        self, client: QdrantClient, *, space: str, dimensions: int, tuning: Tuning | None = None
    ) -> None:
        self.client = client
        self.dimensions = dimensions
        self.collection = f"{ALIAS}_{re.sub(r'[^a-z0-9]+', '_', space.lower()).strip('_')}"
        self.tuning = tuning or Tuning()
        self.is_ready = False

    # -- writing

    def upsert(self, *, user_id: UUID, points: Sequence[Point]) -> None:
        """The points are found from now on; those of the same block are replaced."""
        latest = {point.block_id: point for point in points}
        if not latest:
            return
        self._make_ready()
        known = self._known(list(latest))
        ours = [
            self._struct(user_id, point, known.get(id_))
            for id_, point in latest.items()
            if id_ not in known or (known[id_].payload or {}).get("user_id") == str(user_id)
        ]
        if ours:
            self._ask(lambda: self.client.upsert(self.collection, ours, wait=True))

    def remove(self, *, user_id: UUID, block_ids: Sequence[UUID]) -> None:
        """No trace of these blocks is left."""
        if block_ids:
            ids: list[Any] = [str(id_) for id_ in block_ids]
            self._delete(
                q.Filter(must=[_is("user_id", str(user_id)), q.HasIdCondition(has_id=ids)])
            )

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""
        self._delete(q.Filter(must=[_is("user_id", str(user_id))]))

    def activate(self) -> None:
        """Our collection is the one that is searched; the others are gone."""
        self._make_ready()
        mine = q.CreateAlias(collection_name=self.collection, alias_name=ALIAS)
        changes: list[Any] = [q.CreateAliasOperation(create_alias=mine)]
        if self._aliased():
            changes.insert(0, q.DeleteAliasOperation(delete_alias=q.DeleteAlias(alias_name=ALIAS)))
        self._ask(lambda: self.client.update_collection_aliases(change_aliases_operations=changes))
        for other in self._collections() - {self.collection}:
            self._ask(lambda name=other: self.client.delete_collection(name))  # type: ignore[misc]

    def _delete(self, wanted: q.Filter) -> None:
        """From every collection: also from those that are being filled or not yet gone."""
        selector = q.FilterSelector(filter=wanted)
        for name in self._collections():
            self._ask(lambda at=name: self.client.delete(at, selector, wait=True))  # type: ignore[misc]

    def _known(self, ids: Sequence[UUID]) -> dict[UUID, q.Record]:
        found = self._ask(
            lambda: self.client.retrieve(
                self.collection,
                [str(id_) for id_ in ids],
                with_payload=["user_id", "digest"],
                with_vectors=[MEANING],
            )
        )
        return {UUID(str(record.id)): record for record in found}

    def _struct(self, user_id: UUID, point: Point, known: q.Record | None) -> q.PointStruct:
        vectors: dict[str, Any] = {WORDS: self._sparse(point)}
        if point.vector is not None:
            vectors[MEANING] = point.vector.tolist()
        elif known is not None and (known.payload or {}).get("digest") == point.digest.hex():
            vectors |= {k: v for k, v in _named(known.vector).items() if k == MEANING}
        return q.PointStruct(
            id=str(point.block_id), vector=vectors, payload=_payload(user_id, point)
        )

    def _sparse(self, point: Point) -> q.SparseVector:
        counts: dict[int, float] = {}
        for term, weight in point.terms.items():
            if (name := clean(term)) and weight > 0:
                counts[_number(name)] = counts.get(_number(name), 0.0) + weight
        values = saturation(
            weights=np.array(list(counts.values())),
            lengths=np.full(len(counts), point.length),
            statistics=Statistics(1, AVERAGE_LENGTH),
            tuning=self.tuning,
        )
        return q.SparseVector(indices=list(counts), values=values.tolist())

    # -- searching

    def search_words(self, *, scope: Scope, terms: Mapping[str, float], limit: int) -> WordHits:
        """Blocks by BM25 over the user's own statistics; `terms` are weighted."""
        weights: dict[int, float] = {}
        for term, weight in terms.items():
            if name := clean(term):
                weights[_number(name)] = weights.get(_number(name), 0.0) + weight
        if not weights:
            return WordHits([])
        query = q.SparseVector(indices=list(weights), values=list(weights.values()))
        corpus = q.Filter(must=[_is("user_id", str(scope.user_id))])
        idf = q.SearchParams(idf=q.IdfCorpusParams(corpus=corpus))
        return WordHits(self._search(scope, query, WORDS, limit, idf))

    def search_meaning(self, *, scope: Scope, vector: Vector, limit: int) -> Sequence[Hit]:
        """Blocks by the cosine of their vectors. Best first."""
        return self._search(scope, vector.tolist(), MEANING, limit, None)

    def _search(
        self, scope: Scope, query: Any, using: str, limit: int, params: q.SearchParams | None
    ) -> list[Hit]:
        if self._aliased() != self.collection:
            return []  # our space is not filled yet
        answer = self._ask(
            lambda: self.client.query_points(
                self.collection,
                query=query,
                using=using,
                query_filter=_in_scope(scope),
                search_params=params,
                limit=limit,
                with_payload=False,
            )
        )
        hits = [Hit(UUID(str(point.id)), float(point.score)) for point in answer.points]
        return sorted(hits, key=lambda hit: (-hit.score, str(hit.block_id)))

    # -- collections

    def _make_ready(self) -> None:
        """Our collection is there; the first one there ever is is searched at once."""
        if self.is_ready:
            return
        if not self._ask(lambda: self.client.collection_exists(self.collection)):
            self._ask(self._create)
        self.is_ready = True
        if not self._aliased():
            self.activate()

    def _create(self) -> None:
        self.client.create_collection(
            self.collection,
            vectors_config={
                MEANING: q.VectorParams(size=self.dimensions, distance=q.Distance.COSINE)
            },
            sparse_vectors_config={WORDS: q.SparseVectorParams(modifier=q.Modifier.IDF)},
        )
        for name in KEYWORDS:
            schema = q.KeywordIndexParams(
                type=q.KeywordIndexType.KEYWORD, is_tenant=name == "user_id"
            )
            self.client.create_payload_index(self.collection, name, schema)
        for name in NUMBERS:
            self.client.create_payload_index(self.collection, name, q.PayloadSchemaType.FLOAT)

    def _aliased(self) -> str:
        """The collection that is searched; empty when there is none."""
        aliases = self._ask(self.client.get_aliases).aliases
        return next((a.collection_name for a in aliases if a.alias_name == ALIAS), "")

    def _collections(self) -> set[str]:
        found = self._ask(self.client.get_collections).collections
        return {each.name for each in found if each.name.startswith(f"{ALIAS}_")}

    def _ask(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except (ApiException, OSError) as error:
            log.warning("qdrant_failed", error=type(error).__name__)
            raise IndexUnavailable from error


def _payload(user_id: UUID, point: Point) -> dict[str, Any]:
    start = point.valid_from or point.said_at
    return {
        "block_id": str(point.block_id),
        "user_id": str(user_id),
        "visibility": PRIVATE,
        "universe_id": str(point.universe_id),
        "root_entity_id": str(point.entity_id) if point.entity_id else None,
        "block_level": point.level,
        "text": str((point.payload or {}).get("text", "")),
        "kind": point.kind.value,
        "trust": int(point.trust),
        "status": point.status.value,
        "superseded": point.superseded,
        "held_from": start.timestamp(),
        "held_to": _held_to(point),
        "said_at": point.said_at.timestamp(),
        "length": point.length,
        "digest": point.digest.hex(),
    }


def _held_to(point: Point) -> float:
    if point.valid_to is not None:
        return point.valid_to.timestamp()
    return -FOR_EVER if point.superseded else FOR_EVER  # what was taken back never held


def _in_scope(scope: Scope) -> q.Filter:
    """The rule of VectorIndex, as Qdrant filters."""
    must: list[Any] = [
        _is("user_id", str(scope.user_id)),
        q.FieldCondition(key="trust", range=q.Range(gte=int(scope.min_trust))),
    ]
    if scope.universe_ids:
        names = [str(id_) for id_ in scope.universe_ids]
        must.append(q.FieldCondition(key="universe_id", match=q.MatchAny(any=names)))
    must += _held(scope.as_of)
    return q.Filter(must=must, must_not=[_is("status", Status.FALSIFIED.value)])


def _held(when: datetime | None) -> list[Any]:
    if when is None:
        return [_is("superseded", False)]
    moment = when.timestamp()
    return [
        q.FieldCondition(key="held_from", range=q.Range(lte=moment)),
        q.FieldCondition(key="held_to", range=q.Range(gt=moment)),
    ]


def _is(key: str, value: str | int | bool) -> q.FieldCondition:
    return q.FieldCondition(key=key, match=q.MatchValue(value=value))


def _named(vector: Any) -> dict[str, Any]:
    return vector if isinstance(vector, dict) else {}


def _number(term: str) -> int:
    """The term's place in sparse vectors: 32 bits of its hash."""
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=4).digest())
