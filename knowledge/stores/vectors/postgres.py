"""The index of blocks in PostgreSQL, written in the transaction of whoever writes the ledger.

Words: posting lists packed by term and range of ordinals, fetched whole and scored with numpy;
see `postings`. Removing a block rewrites the lists of its terms, so that none of them is left.
Meaning: pgvector.

Statements name no schema, because a memory can be rebuilt in another one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db import transaction
from pgvector import HalfVector

from exobrain.lib.sql import all_rows, first_row, pipelined, plain_array, send
from knowledge.models.indexes import EmbeddingSpace
from knowledge.stores.scope import in_scope, scope_values
from knowledge.stores.vectors.bm25 import Statistics, Tuning, saturation
from knowledge.stores.vectors.port import Point, TermStatistics, Vector, WordHits
from knowledge.stores.vectors.postings import (
    CHUNK,
    Packed,
    clean,
    count_own,
    lengths_of,
    pack,
    places_of,
    weights_of,
)
from knowledge.types import Hit, Scope

Floats = npt.NDArray[np.float64]
Ordinals = npt.NDArray[np.int64]
List = tuple[str, int]  # a term, and a chunk of ordinals
Lists = dict[str, tuple[Ordinals, Packed]]  # by term: which blocks, and the numbers of each

_IN_SCOPE = in_scope("b", superseded="b.superseded")

EXACT_BLOCKS = 3000  # up to so many of a user, comparing every vector is as fast as the index
WALK_WIDTH = 2  # neighbours looked at for each wanted hit
OVERFETCH = 2  # candidates for each wanted hit, because filters will take some


@dataclass(frozen=True)
class _Old:
    """What a block's row said of its postings."""

    ordinal: int
    length: float
    terms: Sequence[str]


class PostgresVectorIndex:
    """Blocks in the ledger's own database."""

    def __init__(
        self, *, space: str = "", dimensions: int = 0, tuning: Tuning | None = None
    ) -> None:
        self.space = space
        self.dimensions = dimensions
        self.tuning = tuning or Tuning()

    # -- writing

    def upsert(self, *, user_id: UUID, points: Sequence[Point]) -> None:
        """The points are found from now on; those of the same block are replaced."""
        points = list({point.block_id: point for point in points}.values())
        if not points:
            return
        with transaction.atomic():
            _Writer(user_id).write(points)
            self._write_vectors(user_id, points)

    def remove(self, *, user_id: UUID, block_ids: Sequence[UUID]) -> None:
        """No trace of these blocks is left."""
        if not block_ids:
            return
        with transaction.atomic():
            _Writer(user_id).remove(list(block_ids))
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
        """Only the user's vectors are left, for whoever puts the blocks in again."""
        with transaction.atomic():
            _Writer(user_id)  # holds the user's row: nobody else writes meanwhile
            for table in ("posting", "indexedblock"):
                send(f"DELETE FROM knowledge_{table} WHERE user_id = %s", [user_id])  # noqa: S608  ours
            send(
                "UPDATE knowledge_indexeduser SET next_ordinal = 0, blocks = 0, length = 0"
                " WHERE user_id = %s",
                [user_id],
            )
            send(
                "DELETE FROM knowledge_blockvector v WHERE v.user_id = %s AND NOT EXISTS ("
                " SELECT FROM knowledge_block b WHERE b.id = v.block_id AND b.user_id = v.user_id)",
                [user_id],
            )

    def _write_vectors(self, user_id: UUID, points: Sequence[Point]) -> None:
        send(
            "DELETE FROM knowledge_blockvector v"
            " USING unnest(%s::uuid[], %s::bytea[]) n(id, digest)"
            " WHERE v.user_id = %s AND v.block_id = n.id AND v.digest <> n.digest",
            [[p.block_id for p in points], [p.digest for p in points], user_id],
        )
        given = [point for point in points if point.vector is not None]
        if given:
            self._insert_vectors(user_id, given)

    def _insert_vectors(self, user_id: UUID, points: Sequence[Point]) -> None:
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
                self._own_space().id,
                [p.block_id for p in points],
                [p.digest for p in points],
                [_half(p.vector if p.own_vector is None else p.own_vector) for p in points],
                [HalfVector(p.vector).to_text() for p in points if p.vector is not None],
            ],
        )

    def own_vectors(self, *, user_id: UUID, digests: Mapping[UUID, bytes]) -> dict[UUID, Vector]:
        """The vectors that these blocks' own texts have, where they are of texts so digested."""
        rows = all_rows(
            "SELECT v.block_id, v.own FROM knowledge_blockvector v"
            " JOIN knowledge_embeddingspace s ON s.id = v.space_id"
            " JOIN unnest(%s::uuid[], %s::bytea[]) n(id, digest)"
            " ON v.block_id = n.id AND v.digest = n.digest"
            " WHERE v.user_id = %s AND s.name = %s",
            [list(digests), list(digests.values()), user_id, self.space],
            binary=True,
        )
        return {id_: np.frombuffer(own, dtype=np.float16).astype(np.float32) for id_, own in rows}

    def _own_space(self) -> EmbeddingSpace:
        """The space of our embedder; the first one there ever is is active at once."""
        if found := EmbeddingSpace.objects.filter(name=self.space).first():
            return found
        is_first = not EmbeddingSpace.objects.exists()
        space, is_new = EmbeddingSpace.objects.get_or_create(
            name=self.space, defaults={"dimensions": self.dimensions, "is_active": is_first}
        )
        if is_new:
            # Before its first vector: an index of nothing is made at once.
            send(_INDEX.format(space=space.id, dimensions=space.dimensions), [])
        return space

    # -- searching by words

    def search_words(self, *, scope: Scope, terms: Mapping[str, float], limit: int) -> WordHits:
        """Blocks by BM25 over the user's own statistics; `terms` are weighted."""
        names = {term: clean(term) for term in terms}
        total, size, lists = _read(scope.user_id, list(names.values()))
        statistics = _term_statistics(total, names, lists)
        if not lists:
            return WordHits([], statistics)
        scores = np.zeros(size)
        for term, name in names.items():
            if name in lists:
                ordinals, packed = lists[name]
                scores[ordinals] += terms[term] * statistics.idf(term) * self._worth(packed, total)
        return WordHits(_best_in_scope(scores, scope, limit), statistics)

    def _worth(self, packed: Packed, total: Statistics) -> Floats:
        return saturation(
            weights=weights_of(packed),
            lengths=lengths_of(packed),
            statistics=total,
            tuning=self.tuning,
        )

    def statistics(self, *, user_id: UUID, terms: Iterable[str]) -> TermStatistics:
        """How common these terms are among all blocks of the user."""
        names = {term: clean(term) for term in terms}
        total, _, lists = _read(user_id, list(names.values()))
        return _term_statistics(total, names, lists)

    # -- searching by meaning

    def search_meaning(self, *, scope: Scope, vector: Vector, limit: int) -> Sequence[Hit]:
        """Blocks by the cosine of their vectors. Best first."""
        space = self._searched(scope.user_id)
        if space is None:
            return []
        if space.blocks <= EXACT_BLOCKS:
            return _compared(scope, vector, space, limit)
        hits = _nearest(scope, vector, space, limit)
        # The index gives up on a user whose vectors are few among all, or mostly out of scope.
        return hits if len(hits) >= limit else _compared(scope, vector, space, limit)

    def exact(self, *, scope: Scope, vector: Vector, limit: int) -> Sequence[Hit]:
        """The same by looking at every vector of the user."""
        space = self._searched(scope.user_id)
        return [] if space is None else _compared(scope, vector, space, limit)

    def activate(self) -> None:
        """Our space is the one that is searched; what the others had is gone."""
        with transaction.atomic():
            space = self._own_space()
            others = EmbeddingSpace.objects.exclude(id=space.id)
            for other in others:
                send(f"DROP INDEX IF EXISTS knowledge_vectors_of_{other.id}", [])
            send("DELETE FROM knowledge_blockvector WHERE space_id <> %s", [space.id])
            EmbeddingSpace.objects.exclude(id=space.id).delete()
            EmbeddingSpace.objects.filter(id=space.id).update(is_active=True)

    def _searched(self, user_id: UUID) -> "_Searched | None":
        """Our space, when it is the one that is searched: not while it is being filled."""
        row = first_row(
            "SELECT s.id, s.dimensions, coalesce(u.blocks, 0) FROM knowledge_embeddingspace s"
            " LEFT JOIN knowledge_indexeduser u ON u.user_id = %s"
            " WHERE s.name = %s AND s.is_active",
            user_id,
            self.space,
        )
        return None if row is None else _Searched(*row)


# -- reading


def _read(user_id: UUID, terms: Sequence[str]) -> tuple[Statistics, int, Lists]:
    """The user's statistics, how far ordinals go, and each term's whole list."""
    with pipelined():
        state = send(
            "SELECT blocks, length, next_ordinal FROM knowledge_indexeduser WHERE user_id = %s",
            [user_id],
        )
        lists = send(
            "SELECT term, chunk, data FROM knowledge_posting WHERE user_id = %s AND term = ANY(%s)",
            [user_id, terms],
            binary=True,
        )
    blocks, length, size = state.fetchone() or (0, 0.0, 0)
    return Statistics(blocks, length), size, _joined(lists.fetchall())


def _term_statistics(total: Statistics, names: Mapping[str, str], lists: Lists) -> TermStatistics:
    """Of the terms, by the names that the index has for them."""
    counts = {
        term: count_own(lists[name][1]) if name in lists else 0 for term, name in names.items()
    }
    return TermStatistics(total.blocks, counts)


def _joined(rows: Iterable[tuple[str, int, bytes]]) -> Lists:
    """Each term's ordinals and their numbers, over all chunks."""
    chunks: dict[str, list[int]] = defaultdict(list)
    pieces: dict[str, list[bytes]] = defaultdict(list)
    for term, chunk, data in rows:
        chunks[term].append(chunk)
        pieces[term].append(data)
    return {term: _ordinals(chunks[term], pieces[term]) for term in chunks}


def _ordinals(chunks: Sequence[int], pieces: Sequence[bytes]) -> tuple[Ordinals, Packed]:
    packed = np.frombuffer(b"".join(pieces), dtype=np.uint32)
    starts = np.repeat(np.array(chunks) * CHUNK, [len(piece) // 4 for piece in pieces])
    ordinals: Ordinals = starts + places_of(packed)
    return ordinals, packed


def _best_in_scope(scores: Floats, scope: Scope, limit: int) -> list[Hit]:
    """The best blocks that the scope reaches: candidates are taken until there are enough."""
    found = np.flatnonzero(scores > 0)
    wanted = limit * OVERFETCH
    while True:
        best = _top(found, scores, wanted)
        hits = _filtered(best, scores, scope)
        if len(hits) >= limit or len(best) == len(found):
            return hits[:limit]
        wanted *= 8


def _top(found: Ordinals, scores: Floats, wanted: int) -> Ordinals:
    if len(found) <= wanted:
        return found
    last = len(found) - wanted
    threshold = np.partition(scores[found], last)[last]
    best: Ordinals = found[scores[found] >= threshold]  # with all that score like the last one
    return best


def _filtered(ordinals: Ordinals, scores: Floats, scope: Scope) -> list[Hit]:
    rows = all_rows(
        "SELECT b.ordinal, b.block_id FROM knowledge_indexedblock b"  # noqa: S608  ours
        f" WHERE {_IN_SCOPE} AND b.ordinal = ANY(%(ordinals)s::int[])",
        scope_values(scope, ordinals=plain_array(ordinals.tolist())),
        binary=True,
    )
    hits = [Hit(block_id, float(scores[ordinal])) for ordinal, block_id in rows]
    return sorted(hits, key=lambda hit: (-hit.score, str(hit.block_id)))


# -- vectors

# Whole: every vector of the user is compared.
_EXACT = f"""
    SELECT v.block_id, v.embedding <=> %(vector)s::halfvec AS distance
    FROM knowledge_blockvector v JOIN knowledge_indexedblock b USING (user_id, block_id)
    WHERE v.user_id = %(user)s AND v.space_id = %(space)s AND {_IN_SCOPE}
    ORDER BY distance, v.block_id LIMIT %(limit)s
"""  # noqa: S608  ours

# By the space's own index. Its expression and its condition must be written as they were when it
# was made, with the numbers in them; `+ 0` keeps the outer sort from being taken for the index's.
_NEAREST = f"""
    SELECT block_id, distance FROM (
        SELECT v.block_id, v.embedding::halfvec({{dimensions}})
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


@dataclass(frozen=True)
class _Searched:
    """The space that is searched, and how many blocks the user has."""

    id: int
    dimensions: int
    blocks: int


def _compared(scope: Scope, vector: Vector, space: _Searched, limit: int) -> list[Hit]:
    values = scope_values(scope, **_vector_values(vector, limit), space=space.id)
    return [Hit(block_id, 1.0 - distance) for block_id, distance in all_rows(_EXACT, values)]


def _nearest(scope: Scope, vector: Vector, space: _Searched, limit: int) -> list[Hit]:
    query = _NEAREST.format(dimensions=space.dimensions, space=space.id)
    values = scope_values(scope, **_vector_values(vector, limit))
    with transaction.atomic():
        with pipelined():
            send(_WALK, [str(min(1000, limit * WALK_WIDTH))])
            rows = send(query, values)
        return [Hit(block_id, 1.0 - distance) for block_id, distance in rows.fetchall()]


def _vector_values(vector: Vector, limit: int) -> dict[str, Any]:
    return {"vector": HalfVector(vector).to_text(), "limit": limit}


# -- writing


class _Writer:
    """One change of a user's postings. Holds the user's row, so changes come one by one."""

    def __init__(self, user_id: UUID) -> None:
        self.user_id = user_id
        send(
            "INSERT INTO knowledge_indexeduser (user_id, next_ordinal, blocks, length)"
            " VALUES (%s, 0, 0, 0) ON CONFLICT DO NOTHING",
            [user_id],
        )
        state = all_rows(
            "SELECT next_ordinal, blocks, length FROM knowledge_indexeduser"
            " WHERE user_id = %s FOR UPDATE",
            [user_id],
        )
        self.next_ordinal, self.blocks, self.length = state[0]

    def write(self, points: Sequence[Point]) -> None:
        """The points' rows and postings are there, and nothing of what they replace."""
        old = self._old([point.block_id for point in points])
        ordinals = {}
        for point in points:
            known = old.get(point.block_id)
            ordinals[point.block_id] = known.ordinal if known else self._new_ordinal()
        terms = {point.block_id: _clean_terms(point.terms) for point in points}
        self._rewrite(list(old.values()), _entries(points, ordinals, terms))
        self._write_rows(points, ordinals, terms)
        self.blocks += len(points) - len(old)
        self.length += sum(p.length for p in points) - sum(o.length for o in old.values())
        self._write_state()

    def remove(self, block_ids: Sequence[UUID]) -> None:
        """Neither rows nor postings of these blocks are there."""
        old = self._old(block_ids)
        if not old:
            return
        self._rewrite(list(old.values()), {})
        send(
            "DELETE FROM knowledge_indexedblock WHERE user_id = %s AND block_id = ANY(%s)",
            [self.user_id, list(old)],
        )
        self.blocks -= len(old)
        self.length -= sum(each.length for each in old.values())
        self._write_state()

    def _new_ordinal(self) -> int:
        self.next_ordinal += 1
        return int(self.next_ordinal) - 1

    def _old(self, block_ids: Sequence[UUID]) -> dict[UUID, _Old]:
        rows = all_rows(
            "SELECT block_id, ordinal, length, terms FROM knowledge_indexedblock"
            " WHERE user_id = %s AND block_id = ANY(%s)",
            [self.user_id, list(block_ids)],
            binary=True,
        )
        return {block_id: _Old(*rest) for block_id, *rest in rows}

    def _rewrite(self, old: Sequence[_Old], entries: Mapping[List, Packed]) -> None:
        """The lists lose what they say of the old blocks, and gain the entries."""
        gone: dict[int, npt.NDArray[np.bool_]] = {}
        touched = set(entries)
        for each in old:
            chunk, place = divmod(each.ordinal, CHUNK)
            gone.setdefault(chunk, np.zeros(CHUNK, dtype=bool))[place] = True
            touched.update((term, chunk) for term in each.terms)
        changed = dict(entries)
        empty = []
        for key, packed in self._lists(touched):
            kept = packed if key[1] not in gone else packed[~gone[key[1]][places_of(packed)]]
            if key in entries:
                changed[key] = np.sort(np.concatenate([kept, entries[key]]))
            elif len(kept):
                changed[key] = kept
            else:
                empty.append(key)
        self._write_lists(changed)
        self._drop_lists(empty)

    def _lists(self, keys: Iterable[List]) -> list[tuple[List, Packed]]:
        rows = all_rows(
            "SELECT p.term, p.chunk, p.data FROM unnest(%s::text[], %s::int[]) k(term, chunk)"
            " JOIN knowledge_posting p ON p.user_id = %s AND p.term = k.term AND p.chunk = k.chunk",
            [*_columns(keys), self.user_id],
            binary=True,
        )
        return [((term, chunk), np.frombuffer(data, dtype=np.uint32)) for term, chunk, data in rows]

    def _write_lists(self, lists: Mapping[List, Packed]) -> None:
        if not lists:
            return
        send(
            "INSERT INTO knowledge_posting (user_id, term, chunk, data)"
            " SELECT %s, n.* FROM unnest(%s::text[], %s::int[], %s::bytea[]) n(term, chunk, data)"
            " ON CONFLICT (user_id, term, chunk) DO UPDATE SET data = excluded.data",
            [self.user_id, *_columns(lists), [packed.tobytes() for packed in lists.values()]],
        )

    def _drop_lists(self, keys: Sequence[List]) -> None:
        if not keys:
            return
        send(
            "DELETE FROM knowledge_posting p USING unnest(%s::text[], %s::int[]) k(term, chunk)"
            " WHERE p.user_id = %s AND p.term = k.term AND p.chunk = k.chunk",
            [*_columns(keys), self.user_id],
        )

    def _write_rows(
        self,
        points: Sequence[Point],
        ordinals: Mapping[UUID, int],
        terms: Mapping[UUID, Mapping[str, float]],
    ) -> None:
        query = (
            f"INSERT INTO knowledge_indexedblock (user_id, block_id, {', '.join(_ROW)})"  # noqa: S608  ours
            f" VALUES (%s, %s{', %s' * len(_ROW)})"
            " ON CONFLICT (user_id, block_id) DO UPDATE SET "
            + ", ".join(f"{name} = excluded.{name}" for name in _ROW)
        )
        with pipelined():
            for point in points:
                row = _row(point, ordinals[point.block_id], list(terms[point.block_id]))
                send(query, [self.user_id, point.block_id, *row])

    def _write_state(self) -> None:
        send(
            "UPDATE knowledge_indexeduser SET next_ordinal = %s, blocks = %s, length = %s"
            " WHERE user_id = %s",
            [self.next_ordinal, self.blocks, self.length, self.user_id],
        )


_ROW = (
    "ordinal",
    "universe_id",
    "entity_id",
    "kind",
    "level",
    "trust",
    "status",
    "said_at",
    "valid_from",
    "valid_to",
    "superseded",
    "reference",
    "sequence",
    "length",
    "terms",
)


def _row(point: Point, ordinal: int, terms: list[str]) -> list[Any]:
    return [
        ordinal,
        point.universe_id,
        point.entity_id,
        point.kind.value,
        point.level,
        int(point.trust),
        point.status.value,
        point.said_at,
        point.valid_from,
        point.valid_to,
        point.superseded,
        point.reference,
        point.sequence,
        point.length,
        terms,
    ]


def _half(vector: Vector | None) -> bytes:
    return b"" if vector is None else vector.astype(np.float16).tobytes()


def _clean_terms(terms: Mapping[str, float]) -> dict[str, float]:
    cleaned: dict[str, float] = defaultdict(float)
    for term, weight in terms.items():
        cleaned[clean(term)] += weight
    cleaned.pop("", None)
    return {term: weight for term, weight in cleaned.items() if weight > 0}


def _entries(
    points: Sequence[Point],
    ordinals: Mapping[UUID, int],
    terms: Mapping[UUID, Mapping[str, float]],
) -> dict[List, Packed]:
    """What the lists gain: for each, the numbers of the points that have its term."""
    keys: list[List] = []
    columns: list[tuple[int, float, float, bool]] = []
    for point in points:
        chunk, place = divmod(ordinals[point.block_id], CHUNK)
        own = {clean(term) for term in point.counted_terms}
        for term, weight in terms[point.block_id].items():
            keys.append((term, chunk))
            columns.append((place, weight, point.length, term in own))
    # All at once: packing list by list would cost ten times as much.
    places, weights, lengths, marks = zip(*columns, strict=True) if columns else ((), (), (), ())
    return _grouped(keys, pack(places, weights, lengths, marks))


def _grouped(keys: Sequence[List], packed: Packed) -> dict[List, Packed]:
    at: dict[List, list[int]] = defaultdict(list)
    for number, key in enumerate(keys):
        at[key].append(number)
    return {key: packed[numbers] for key, numbers in at.items()}


def _columns(keys: Iterable[List]) -> tuple[list[str], list[int]]:
    pairs = sorted(keys) if isinstance(keys, set) else list(keys)
    return [term for term, _ in pairs], [chunk for _, chunk in pairs]
