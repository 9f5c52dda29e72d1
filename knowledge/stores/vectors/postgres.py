"""The index of blocks in PostgreSQL, written in the transaction of whoever writes the ledger.

Words: posting lists, fetched whole and scored with numpy; see `posting_lists`. Meaning: pgvector.

Statements name no schema, because a memory can be rebuilt in another one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.db.models import QuerySet
from pgvector import HalfVector

from exobrain.lib.sql import all_rows, first_row, pipelined, plain_array, send
from knowledge.models.indexes import EmbeddingSpace
from knowledge.stores.scope import in_scope, scope_values
from knowledge.stores.vectors.bm25 import Bm25Parameters, saturated_frequency
from knowledge.stores.vectors.port import Point, TermStatistics, Vector, WordMatches
from knowledge.stores.vectors.posting_lists import PostingWriter, read_postings
from knowledge.stores.vectors.postings import clean, lengths_of, weights_of
from knowledge.types import Scope, ScoredBlock

Floats = npt.NDArray[np.float64]

_IN_SCOPE = in_scope("b", superseded="b.superseded")

EXACT_BLOCKS = 3000  # up to so many of a user, comparing every vector is as fast as the index
WALK_WIDTH = 2  # neighbours looked at for each block that is wanted
OVERFETCH = 2  # candidates for each block that is wanted, because the scope will take some

# Every vector of the user is compared.
_EXACT = f"""
    SELECT v.block_id, v.embedding <=> %(vector)s::halfvec AS distance, b.trust
    FROM knowledge_blockvector v JOIN knowledge_indexedblock b USING (user_id, block_id)
    WHERE v.user_id = %(user)s AND v.space_id = %(space)s AND {_IN_SCOPE}
    ORDER BY distance, v.block_id LIMIT %(limit)s
"""  # noqa: S608  ours

# By the space's own index. Its expression and its condition must be written as they were when it
# was made, with the numbers in them; `+ 0` keeps the outer sort from being taken for the index's.
_NEAREST = f"""
    SELECT block_id, distance, trust FROM (
        SELECT v.block_id, b.trust, v.embedding::halfvec({{dimensions}})
            <=> %(vector)s::halfvec({{dimensions}}) AS distance
        FROM knowledge_blockvector v JOIN knowledge_indexedblock b USING (user_id, block_id)
        WHERE v.user_id = %(user)s AND v.space_id = {{space}} AND {_IN_SCOPE}
        ORDER BY v.embedding::halfvec({{dimensions}}) <=> %(vector)s::halfvec({{dimensions}})
        LIMIT %(limit)s
    ) n ORDER BY distance + 0, block_id
"""  # noqa: S608  ours

_INDEX = """
    CREATE INDEX IF NOT EXISTS knowledge_vectors_of_{space} ON knowledge_blockvector
    USING hnsw ((embedding::halfvec({dimensions})) halfvec_cosine_ops) WHERE space_id = {space}
"""

# How the index is walked: wide enough to miss little, and on, past what filters take away.
# Nothing else can be chosen: the planner does not know how dear a comparison is.
_WALK = (
    "SELECT set_config('hnsw.ef_search', %s, true),"
    " set_config('hnsw.iterative_scan', 'relaxed_order', true),"
    " set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true)"
)


class SearchedSpace(NamedTuple):
    """The embedding space that is searched, and how many blocks the user has."""

    id: int
    dimensions: int
    blocks: int


class PostgresVectorIndex:
    """Blocks in the ledger's own database."""

    def __init__(
        self,
        *,
        space: str = "",
        dimensions: int = 0,
        address: str = "",
        parameters: Bm25Parameters | None = None,
    ) -> None:
        self.space = space
        self.dimensions = dimensions
        self.address = address  # of the provider that has the model
        self.parameters = parameters or Bm25Parameters()

    # -- writing

    def upsert(self, *, user_id: UUID, points: Sequence[Point]) -> None:
        """The points are found from now on; those of the same block are replaced."""
        points = list({point.block_id: point for point in points}.values())
        if not points:
            return
        with transaction.atomic():
            PostingWriter(user_id).write(points)
            self.upsert_vectors(user_id=user_id, points=points)

    def remove(self, *, user_id: UUID, block_ids: Sequence[UUID]) -> None:
        """No trace of these blocks is left."""
        if not block_ids:
            return
        with transaction.atomic():
            PostingWriter(user_id).remove(list(block_ids))
            send(
                "DELETE FROM knowledge_blockvector WHERE user_id = %s AND block_id = ANY(%s)",
                [user_id, list(block_ids)],
            )

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""
        with transaction.atomic():
            for table in ("posting", "blockvector", "indexedblock", "indexeduser"):
                send(f"DELETE FROM knowledge_{table} WHERE user_id = %s", [user_id])  # noqa: S608  ours

    def clear_words(self, *, user_id: UUID) -> None:
        """Only vectors of the ledger's blocks are left, for whoever puts the blocks in again."""
        with transaction.atomic():
            send(
                "DELETE FROM knowledge_blockvector v WHERE v.user_id = %s AND NOT EXISTS ("
                " SELECT FROM knowledge_block b WHERE b.user_id = v.user_id AND b.id = coalesce("
                " (SELECT p.passage_of FROM knowledge_indexedblock p"
                " WHERE p.user_id = v.user_id AND p.block_id = v.block_id), v.block_id))",
                [user_id],
            )
            PostingWriter(user_id).clear()

    def open(self) -> None:
        """Our space is one of those that vectors are kept in; the first there ever is is active."""
        found = EmbeddingSpace.objects.filter(name=self.space)
        if found.exists():
            found.exclude(address=self.address).update(address=self.address)
            return
        with transaction.atomic():
            space, is_new = EmbeddingSpace.objects.get_or_create(
                name=self.space,
                defaults={
                    "dimensions": self.dimensions,
                    "address": self.address,
                    "is_active": not EmbeddingSpace.objects.exists(),
                },
            )
            if is_new:
                # Before its first vector: an index of nothing is made at once.
                send(_INDEX.format(space=space.id, dimensions=space.dimensions), [])

    def activate(self) -> None:
        """Our space is the one that is searched; what the others had is gone."""
        with transaction.atomic():
            self.open()
            drop_spaces(EmbeddingSpace.objects.exclude(name=self.space))
            EmbeddingSpace.objects.filter(name=self.space).update(is_active=True)

    def upsert_vectors(self, *, user_id: UUID, points: Sequence[Point]) -> None:
        """Vectors of other texts are gone, and those that the points bring are there.

        Unless another space has taken the place of ours since they were made.
        """
        send(
            "DELETE FROM knowledge_blockvector v"
            " USING unnest(%s::uuid[], %s::bytea[]) n(id, digest)"
            " WHERE v.user_id = %s AND v.block_id = n.id AND v.digest <> n.digest",
            [[p.block_id for p in points], [p.digest for p in points], user_id],
        )
        given = [(point, point.vector) for point in points if point.vector is not None]
        if not given or (space_id := self._locked_space()) is None:
            return
        own = [vector if point.own_vector is None else point.own_vector for point, vector in given]
        send(
            "INSERT INTO knowledge_blockvector"
            " (user_id, space_id, block_id, digest, own, embedding)"
            " SELECT %s, %s, id, digest, own, embedding::halfvec"
            " FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[], %s::text[])"
            " n(id, digest, own, embedding)"
            " ON CONFLICT (user_id, space_id, block_id) DO UPDATE"
            " SET digest = excluded.digest, own = excluded.own, embedding = excluded.embedding",
            [
                user_id,
                space_id,
                [point.block_id for point, _ in given],
                [point.digest for point, _ in given],
                [each.astype(np.float16).tobytes() for each in own],
                [HalfVector(vector).to_text() for _, vector in given],
            ],
        )

    def _locked_space(self) -> int | None:
        """The id of our space, which stays until this transaction ends; None: it is gone."""
        query = "SELECT id FROM knowledge_embeddingspace WHERE name = %s FOR KEY SHARE"
        row = first_row(query, self.space)
        if row is None and not EmbeddingSpace.objects.exists():
            self.open()
            row = first_row(query, self.space)
        return row[0] if row else None

    # -- reading

    def own_vectors(self, *, user_id: UUID, digests: Mapping[UUID, bytes]) -> dict[UUID, Vector]:
        """The blocks' own vectors in our space, where they are of texts with these digests."""
        rows = all_rows(
            "SELECT v.block_id, v.own FROM knowledge_blockvector v"
            " JOIN knowledge_embeddingspace s ON s.id = v.space_id"
            " JOIN unnest(%s::uuid[], %s::bytea[]) n(id, digest)"
            " ON v.block_id = n.id AND v.digest = n.digest"
            " WHERE v.user_id = %s AND s.name = %s",
            [list(digests), list(digests.values()), user_id, self.space],
            binary=True,
        )
        return {id_: _vector_of_halves(own) for id_, own in rows}

    def vectors_of_texts(self, *, user_id: UUID, digests: Collection[bytes]) -> dict[bytes, Vector]:
        """Own vectors in our space of the user's blocks with such texts, by digest of the text."""
        rows = all_rows(
            "SELECT DISTINCT ON (v.digest) v.digest, v.own FROM knowledge_blockvector v"
            " JOIN knowledge_embeddingspace s ON s.id = v.space_id"
            " WHERE v.user_id = %s AND s.name = %s AND v.digest = ANY(%s::bytea[])",
            [user_id, self.space, list(digests)],
            binary=True,
        )
        return {digest: _vector_of_halves(own) for digest, own in rows}

    def statistics(self, *, user_id: UUID, terms: Iterable[str]) -> TermStatistics:
        """How common these terms are among all blocks of the user."""
        names = {term: clean(term) for term in terms}
        return read_postings(user_id, list(names.values())).statistics(names)

    def search_words(self, *, scope: Scope, terms: Mapping[str, float], limit: int) -> WordMatches:
        """Blocks by BM25 over the user's own statistics; `terms` are weighted."""
        names = {term: clean(term) for term in terms}
        postings = read_postings(scope.user_id, list(names.values()))
        statistics = postings.statistics(names)
        if not postings.lists:
            return WordMatches([], statistics)
        scores = np.zeros(postings.size)  # by ordinal
        for term, name in names.items():
            if name in postings.lists:
                ordinals, packed = postings.lists[name]
                scores[ordinals] += (
                    terms[term]
                    * statistics.idf(term)
                    * saturated_frequency(
                        weights=weights_of(packed),
                        lengths=lengths_of(packed),
                        corpus=postings.corpus,
                        parameters=self.parameters,
                    )
                )
        return WordMatches(_best_in_scope(scores, scope, limit), statistics)

    def search_meaning(self, *, scope: Scope, vector: Vector, limit: int) -> Sequence[ScoredBlock]:
        """Blocks by the cosine of their vectors. Best first."""
        row = first_row(
            # Our space is not searched while it is being filled.
            "SELECT s.id, s.dimensions, coalesce(u.blocks, 0) FROM knowledge_embeddingspace s"
            " LEFT JOIN knowledge_indexeduser u ON u.user_id = %s"
            " WHERE s.name = %s AND s.is_active",
            scope.user_id,
            self.space,
        )
        if row is None:
            return []
        space = SearchedSpace(*row)
        if space.blocks > EXACT_BLOCKS:
            found = _search_index(scope, vector, space, limit)
            # The index gives up on a user whose vectors are few among all, or mostly out of scope.
            if len(found) >= limit:
                return found
        values = scope_values(scope, **_vector_values(vector, limit), space=space.id)
        return _by_distance(all_rows(_EXACT, values))


def lock_spaces() -> None:
    """Nobody writes a vector until this transaction ends, and what was being written is there."""
    all_rows("SELECT id FROM knowledge_embeddingspace ORDER BY id FOR UPDATE", [])


def drop_spaces(spaces: QuerySet[EmbeddingSpace]) -> None:
    """These spaces are gone with their vectors."""
    ids = list(spaces.select_for_update().order_by("id").values_list("id", flat=True))
    if not ids:
        return
    send("DELETE FROM knowledge_blockvector WHERE space_id = ANY(%s)", [ids])
    EmbeddingSpace.objects.filter(id__in=ids).delete()
    # Last: it locks the table, for recall, too, until the transaction ends.
    for id_ in ids:
        send(f"DROP INDEX IF EXISTS knowledge_vectors_of_{id_}", [])


def _best_in_scope(scores: Floats, scope: Scope, limit: int) -> list[ScoredBlock]:
    """The best blocks that the scope reaches: candidates are taken until there are enough.

    `scores` is by ordinal; what scores 0 is not found.
    """
    found = np.flatnonzero(scores > 0)
    wanted = limit * OVERFETCH
    while True:
        best = found
        if len(found) > wanted:
            last = len(found) - wanted
            threshold = np.partition(scores[found], last)[last]
            best = found[scores[found] >= threshold]  # with all that score like the last one
        rows = all_rows(
            "SELECT b.ordinal, b.block_id, b.trust FROM knowledge_indexedblock b"  # noqa: S608  ours
            f" WHERE {_IN_SCOPE} AND b.ordinal = ANY(%(ordinals)s::int[])",
            scope_values(scope, ordinals=plain_array(best.tolist())),
            binary=True,
        )
        if len(rows) >= limit or len(best) == len(found):
            blocks = [
                ScoredBlock(block_id, float(scores[ordinal]), trust)
                for ordinal, block_id, trust in rows
            ]
            return sorted(blocks, key=lambda block: (-block.score, str(block.block_id)))[:limit]
        wanted *= 8


def _search_index(
    scope: Scope, vector: Vector, space: SearchedSpace, limit: int
) -> list[ScoredBlock]:
    query = _NEAREST.format(dimensions=space.dimensions, space=space.id)
    values = scope_values(scope, **_vector_values(vector, limit))
    with transaction.atomic():
        with pipelined():
            send(_WALK, [str(min(1000, limit * WALK_WIDTH))])
            rows = send(query, values)
        return _by_distance(rows.fetchall())


def _by_distance(rows: Iterable[tuple[Any, ...]]) -> list[ScoredBlock]:
    return [ScoredBlock(block_id, 1.0 - distance, trust) for block_id, distance, trust in rows]


def _vector_of_halves(own: bytes) -> Vector:
    return np.frombuffer(own, dtype=np.float16).astype(np.float32)


def _vector_values(vector: Vector, limit: int) -> dict[str, Any]:
    return {"vector": HalfVector(vector).to_text(), "limit": limit}
