"""The index of blocks in Qdrant: a projection of the ledger, updated after it.

Talks to EXOBRAIN_QDRANT_URL through qdrant-client; whatever fails is an IndexUnavailable. One
collection for each embedding space, `blocks_<space>`; the alias `blocks` names the searched one.
A point is a block, with a dense vector `meaning` and a sparse one `words`. How common a word is,
is counted over the user's own points, but there neighbours' words count, too, and every length is
measured against a fixed average: what PostgreSQL answers is the truer score.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import numpy as np
import structlog
from qdrant_client import QdrantClient
from qdrant_client import models as q
from qdrant_client.http.exceptions import ApiException

from knowledge.errors import IndexUnavailable
from knowledge.stores.vectors.bm25 import Bm25Parameters, CorpusStatistics, saturated_frequency
from knowledge.stores.vectors.port import Point, Vector, WordMatches
from knowledge.stores.vectors.postings import clean
from knowledge.types import Scope, ScoredBlock, Status

log = structlog.get_logger(__name__)

ALIAS = "blocks"
MEANING = "meaning"
WORDS = "words"
AVERAGE_LENGTH = 30.0  # weighted terms of a usual block
PRIVATE = 1  # visibility: the only one there is so far
FOR_EVER = 4e11  # seconds since 1970: later than any date there is

KEYWORDS = ("user_id", "universe_id", "status")
NUMBERS = ("trust", "held_from", "held_to")


class QdrantVectorIndex:
    """Blocks in a Qdrant server, or in the client itself."""

    def __init__(
        self,
        client: QdrantClient,
        *,
        space: str,
        dimensions: int,
        parameters: Bm25Parameters | None = None,
    ) -> None:
        self.client = client
        self.dimensions = dimensions
        self.collection = f"{ALIAS}_{re.sub(r'[^a-z0-9]+', '_', space.lower()).strip('_')}"
        self.parameters = parameters or Bm25Parameters()

    # -- writing

    def upsert(self, *, user_id: UUID, points: Sequence[Point]) -> None:
        """The points are found from now on; those of the same block are replaced."""
        latest = {point.block_id: point for point in points}
        if not latest:
            return
        self._make_ready()
        with _errors_translated():
            records = self.client.retrieve(
                self.collection,
                [str(id_) for id_ in latest],
                with_payload=["user_id", "digest"],
                with_vectors=[MEANING],
            )
            known = {UUID(str(record.id)): record for record in records}
            # Ids are the caller's: a point of somebody else's is not touched.
            ours = [
                self._struct(user_id, point, known.get(id_))
                for id_, point in latest.items()
                if id_ not in known or (known[id_].payload or {}).get("user_id") == str(user_id)
            ]
            if ours:
                self.client.upsert(self.collection, ours, wait=True)

    def remove(self, *, user_id: UUID, block_ids: Sequence[UUID]) -> None:
        """No trace of these blocks is left."""
        if block_ids:
            ids: list[Any] = [str(id_) for id_ in block_ids]
            self._delete([_is("user_id", str(user_id)), q.HasIdCondition(has_id=ids)])

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""
        self._delete([_is("user_id", str(user_id))])

    def activate(self) -> None:
        """Our collection is the one that is searched; the others are gone."""
        self._make_ready()
        with _errors_translated():
            if self._searched_collection() != self.collection:
                self._set_alias()
            for name in self._collections() - {self.collection}:
                self.client.delete_collection(name)

    def _delete(self, conditions: list[Any]) -> None:
        """From every collection: also from those that are being filled or not yet gone."""
        selector = q.FilterSelector(filter=q.Filter(must=conditions))
        with _errors_translated():
            for name in self._collections():
                self.client.delete(name, selector, wait=True)

    def _struct(self, user_id: UUID, point: Point, known: q.Record | None) -> q.PointStruct:
        weights = _by_number(point.terms)
        frequencies = saturated_frequency(
            weights=np.array(list(weights.values())),
            lengths=np.full(len(weights), point.length),
            corpus=CorpusStatistics(1, AVERAGE_LENGTH),
            parameters=self.parameters,
        )
        vectors: dict[str, Any] = {
            WORDS: q.SparseVector(indices=list(weights), values=frequencies.tolist())
        }
        if point.vector is not None:
            vectors[MEANING] = point.vector.tolist()
        elif known is not None and (known.payload or {}).get("digest") == point.digest.hex():
            named = known.vector if isinstance(known.vector, dict) else {}
            vectors |= {name: each for name, each in named.items() if name == MEANING}
        return q.PointStruct(
            id=str(point.block_id), vector=vectors, payload=_payload(user_id, point)
        )

    # -- searching

    def search_words(self, *, scope: Scope, terms: Mapping[str, float], limit: int) -> WordMatches:
        """Blocks by BM25 over the user's own statistics; `terms` are weighted."""
        weights = _by_number(terms)
        if not weights:
            return WordMatches([])
        query = q.SparseVector(indices=list(weights), values=list(weights.values()))
        corpus = q.Filter(must=[_is("user_id", str(scope.user_id))])
        idf = q.SearchParams(idf=q.IdfCorpusParams(corpus=corpus))
        return WordMatches(self._search(scope, query, WORDS, limit, idf))

    def search_meaning(self, *, scope: Scope, vector: Vector, limit: int) -> Sequence[ScoredBlock]:
        """Blocks by the cosine of their vectors. Best first."""
        return self._search(scope, vector.tolist(), MEANING, limit, None)

    def _search(
        self, scope: Scope, query: Any, using: str, limit: int, params: q.SearchParams | None
    ) -> list[ScoredBlock]:
        with _errors_translated():
            if self._searched_collection() != self.collection:
                return []  # our space is not filled yet
            answer = self.client.query_points(
                self.collection,
                query=query,
                using=using,
                query_filter=_in_scope(scope),
                search_params=params,
                limit=limit,
                with_payload=["trust"],
            )
        blocks = [
            ScoredBlock(UUID(str(point.id)), float(point.score), (point.payload or {})["trust"])
            for point in answer.points
        ]
        return sorted(blocks, key=lambda block: (-block.score, str(block.block_id)))

    # -- collections

    def _make_ready(self) -> None:
        """Our collection is there; the first one there ever is is searched at once.

        Asked each time: another process may have deleted it when another space was searched.
        """
        with _errors_translated():
            if not self.client.collection_exists(self.collection):
                self.client.create_collection(
                    self.collection,
                    vectors_config={
                        MEANING: q.VectorParams(size=self.dimensions, distance=q.Distance.COSINE)
                    },
                    sparse_vectors_config={WORDS: q.SparseVectorParams(modifier=q.Modifier.IDF)},
                )
                for name in KEYWORDS:
                    keyword = q.KeywordIndexParams(
                        type=q.KeywordIndexType.KEYWORD, is_tenant=name == "user_id"
                    )
                    self.client.create_payload_index(self.collection, name, keyword)
                for name in NUMBERS:
                    number = q.PayloadSchemaType.FLOAT
                    self.client.create_payload_index(self.collection, name, number)
            if not self._searched_collection():
                self._set_alias()

    def _set_alias(self) -> None:
        """The alias names our collection."""
        mine = q.CreateAlias(collection_name=self.collection, alias_name=ALIAS)
        changes: list[Any] = [q.CreateAliasOperation(create_alias=mine)]
        if self._searched_collection():
            old = q.DeleteAlias(alias_name=ALIAS)
            changes.insert(0, q.DeleteAliasOperation(delete_alias=old))
        self.client.update_collection_aliases(change_aliases_operations=changes)

    def _searched_collection(self) -> str:
        """The collection that the alias names; empty when there is none."""
        aliases = self.client.get_aliases().aliases
        return next((a.collection_name for a in aliases if a.alias_name == ALIAS), "")

    def _collections(self) -> set[str]:
        found = self.client.get_collections().collections
        return {each.name for each in found if each.name.startswith(f"{ALIAS}_")}


@contextmanager
def _errors_translated() -> Iterator[None]:
    try:
        yield
    except (ApiException, OSError) as error:
        log.warning("qdrant_failed", error=type(error).__name__)
        raise IndexUnavailable from error


def _payload(user_id: UUID, point: Point) -> dict[str, Any]:
    start = point.valid_from or point.said_at
    end = -FOR_EVER if point.superseded else FOR_EVER  # what was retracted never held
    if point.valid_to is not None:
        end = point.valid_to.timestamp()
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
        "held_to": end,
        "said_at": point.said_at.timestamp(),
        "length": point.length,
        "digest": point.digest.hex(),
    }


def _in_scope(scope: Scope) -> q.Filter:
    """The rule of VectorIndex, as Qdrant filters."""
    must: list[Any] = [
        _is("user_id", str(scope.user_id)),
        q.FieldCondition(key="trust", range=q.Range(gte=int(scope.min_trust))),
    ]
    if scope.universe_ids:
        names = [str(id_) for id_ in scope.universe_ids]
        must.append(q.FieldCondition(key="universe_id", match=q.MatchAny(any=names)))
    if scope.as_of is None:
        must.append(_is("superseded", False))
    else:
        moment = scope.as_of.timestamp()
        must += [
            q.FieldCondition(key="held_from", range=q.Range(lte=moment)),
            q.FieldCondition(key="held_to", range=q.Range(gt=moment)),
        ]
    return q.Filter(must=must, must_not=[_is("status", Status.FALSIFIED.value)])


def _is(key: str, value: str | int | bool) -> q.FieldCondition:
    return q.FieldCondition(key=key, match=q.MatchValue(value=value))


def _by_number(terms: Mapping[str, float]) -> dict[int, float]:
    """Weights of terms by their index in sparse vectors: 32 bits of the term's hash."""
    weights: dict[int, float] = {}
    for term, weight in terms.items():
        if (name := clean(term)) and weight > 0:
            digest = hashlib.blake2b(name.encode(), digest_size=4).digest()
            number = int.from_bytes(digest)
            weights[number] = weights.get(number, 0.0) + weight
    return weights
