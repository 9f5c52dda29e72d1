"""The posting lists of a user's blocks, as rows: read whole, written under the user's row.

A list is one term's postings in one chunk of ordinals; see `postings` for how they are packed and
ADR 8 for why. Removing a block rewrites the lists of its terms, so that nothing of it is left.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from exobrain.lib.sql import all_rows, pipelined, send
from knowledge.stores.vectors.bm25 import CorpusStatistics
from knowledge.stores.vectors.port import Point, TermStatistics
from knowledge.stores.vectors.postings import CHUNK, Packed, clean, count_own, offsets_of, pack

Ordinals = npt.NDArray[np.int64]
ListKey = tuple[str, int]  # a term, and a chunk of ordinals

ROW_COLUMNS = (
    "ordinal",
    "passage_of",
    "start",
    '"end"',
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
PUT_ROW = (
    f"INSERT INTO knowledge_indexedblock (user_id, block_id, {', '.join(ROW_COLUMNS)})"  # noqa: S608  ours
    f" VALUES (%s, %s{', %s' * len(ROW_COLUMNS)}) ON CONFLICT (user_id, block_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in ROW_COLUMNS)
)


@dataclass(frozen=True)
class TermPostings:
    """What a user's lists say of some terms."""

    corpus: CorpusStatistics
    size: int  # every ordinal is below it
    # By term, of those that any block has: ordinals of the blocks and their packed postings,
    # two arrays of one length.
    lists: Mapping[str, tuple[Ordinals, Packed]]

    def statistics(self, names: Mapping[str, str]) -> TermStatistics:
        """Document frequencies of terms, given by the names under which the lists have them."""
        counts = {
            term: count_own(self.lists[name][1]) if name in self.lists else 0
            for term, name in names.items()
        }
        return TermStatistics(self.corpus.blocks, counts)


def read_postings(user_id: UUID, terms: Sequence[str]) -> TermPostings:
    """The lists of these terms, over all chunks, in one round trip."""
    with pipelined():
        state = send(
            "SELECT blocks, length, next_ordinal FROM knowledge_indexeduser WHERE user_id = %s",
            [user_id],
        )
        found = send(
            "SELECT term, chunk, data FROM knowledge_posting WHERE user_id = %s AND term = ANY(%s)",
            [user_id, terms],
            binary=True,
        )
    blocks, length, size = state.fetchone() or (0, 0.0, 0)
    chunks: dict[str, list[int]] = defaultdict(list)
    pieces: dict[str, list[bytes]] = defaultdict(list)
    for term, chunk, data in found.fetchall():
        chunks[term].append(chunk)
        pieces[term].append(data)
    lists: dict[str, tuple[Ordinals, Packed]] = {}
    for term, data in pieces.items():
        packed = np.frombuffer(b"".join(data), dtype=np.uint32)
        starts = np.repeat(np.array(chunks[term]) * CHUNK, [len(piece) // 4 for piece in data])
        lists[term] = (starts + offsets_of(packed), packed)
    return TermPostings(CorpusStatistics(blocks, length), size, lists)


@dataclass(frozen=True)
class _IndexedRow:
    """What a block's row says of its postings."""

    ordinal: int
    length: float
    terms: Sequence[str]


class PostingWriter:
    """One change of a user's lists. Holds the user's row, so changes come one by one."""

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
        old = self._rows([point.block_id for point in points])
        ordinals: dict[UUID, int] = {}
        for point in points:
            if known := old.get(point.block_id):
                ordinals[point.block_id] = known.ordinal
            else:
                ordinals[point.block_id] = self.next_ordinal
                self.next_ordinal += 1
        terms = {point.block_id: _clean_weights(point.terms) for point in points}
        self._rewrite(list(old.values()), _new_postings(points, ordinals, terms))
        with pipelined():
            for point in points:
                block_id = point.block_id
                row = _row_values(point, ordinals[block_id], list(terms[block_id]))
                send(PUT_ROW, [self.user_id, block_id, *row])
        self.blocks += len(points) - len(old)
        self.length += sum(p.length for p in points) - sum(o.length for o in old.values())
        self._write_totals()

    def remove(self, block_ids: Sequence[UUID]) -> None:
        """Neither rows nor postings of these blocks are there."""
        old = self._rows(block_ids)
        if not old:
            return
        self._rewrite(list(old.values()), {})
        send(
            "DELETE FROM knowledge_indexedblock WHERE user_id = %s AND block_id = ANY(%s)",
            [self.user_id, list(old)],
        )
        self.blocks -= len(old)
        self.length -= sum(each.length for each in old.values())
        self._write_totals()

    def clear(self) -> None:
        """The user has no rows and no postings."""
        for table in ("posting", "indexedblock"):
            send(f"DELETE FROM knowledge_{table} WHERE user_id = %s", [self.user_id])  # noqa: S608  ours
        self.next_ordinal, self.blocks, self.length = 0, 0, 0.0
        self._write_totals()

    def _rows(self, block_ids: Sequence[UUID]) -> dict[UUID, _IndexedRow]:
        rows = all_rows(
            "SELECT block_id, ordinal, length, terms FROM knowledge_indexedblock"
            " WHERE user_id = %s AND block_id = ANY(%s)",
            [self.user_id, list(block_ids)],
            binary=True,
        )
        return {block_id: _IndexedRow(*rest) for block_id, *rest in rows}

    def _write_totals(self) -> None:
        send(
            "UPDATE knowledge_indexeduser SET next_ordinal = %s, blocks = %s, length = %s"
            " WHERE user_id = %s",
            [self.next_ordinal, self.blocks, self.length, self.user_id],
        )

    def _rewrite(self, old: Sequence[_IndexedRow], new: Mapping[ListKey, Packed]) -> None:
        """The lists lose what they say of the old rows' blocks, and gain the new postings."""
        gone: dict[int, npt.NDArray[np.bool_]] = {}  # by chunk: (CHUNK,), true where a block goes
        touched = set(new)
        for row in old:
            chunk, offset = divmod(row.ordinal, CHUNK)
            gone.setdefault(chunk, np.zeros(CHUNK, dtype=bool))[offset] = True
            touched.update((term, chunk) for term in row.terms)
        rows = all_rows(
            "SELECT p.term, p.chunk, p.data FROM unnest(%s::text[], %s::int[]) k(term, chunk)"
            " JOIN knowledge_posting p ON p.user_id = %s AND p.term = k.term AND p.chunk = k.chunk",
            [*_columns(sorted(touched)), self.user_id],
            binary=True,
        )
        changed = dict(new)
        empty: list[ListKey] = []
        for term, chunk, data in rows:
            key = (term, chunk)
            kept = np.frombuffer(data, dtype=np.uint32)
            if chunk in gone:
                kept = kept[~gone[chunk][offsets_of(kept)]]
            if key in new:
                changed[key] = np.sort(np.concatenate([kept, new[key]]))
            elif len(kept):
                changed[key] = kept
            else:
                empty.append(key)
        if changed:
            send(
                "INSERT INTO knowledge_posting (user_id, term, chunk, data) SELECT %s, n.*"
                " FROM unnest(%s::text[], %s::int[], %s::bytea[]) n(term, chunk, data)"
                " ON CONFLICT (user_id, term, chunk) DO UPDATE SET data = excluded.data",
                [self.user_id, *_columns(changed), [each.tobytes() for each in changed.values()]],
            )
        if empty:
            send(
                "DELETE FROM knowledge_posting p USING unnest(%s::text[], %s::int[])"
                " k(term, chunk)"
                " WHERE p.user_id = %s AND p.term = k.term AND p.chunk = k.chunk",
                [*_columns(empty), self.user_id],
            )


def _columns(keys: Collection[ListKey]) -> tuple[list[str], list[int]]:
    return [term for term, _ in keys], [chunk for _, chunk in keys]


def _clean_weights(terms: Mapping[str, float]) -> dict[str, float]:
    cleaned: dict[str, float] = defaultdict(float)
    for term, weight in terms.items():
        cleaned[clean(term)] += weight
    cleaned.pop("", None)
    return {term: weight for term, weight in cleaned.items() if weight > 0}


def _new_postings(
    points: Sequence[Point],
    ordinals: Mapping[UUID, int],
    terms: Mapping[UUID, Mapping[str, float]],
) -> dict[ListKey, Packed]:
    """What the lists gain: for each, the postings of the points that have its term."""
    keys: list[ListKey] = []
    columns: list[tuple[int, float, float, bool]] = []
    for point in points:
        chunk, offset = divmod(ordinals[point.block_id], CHUNK)
        own = {clean(term) for term in point.counted_terms}
        for term, weight in terms[point.block_id].items():
            keys.append((term, chunk))
            columns.append((offset, weight, point.length, term in own))
    # All at once: packing list by list would cost ten times as much.
    offsets, weights, lengths, marks = zip(*columns, strict=True) if columns else ((), (), (), ())
    packed = pack(offsets, weights, lengths, marks)
    rows: dict[ListKey, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        rows[key].append(row)
    return {key: packed[numbers] for key, numbers in rows.items()}


def _row_values(point: Point, ordinal: int, terms: list[str]) -> list[object]:
    """In the order of ROW_COLUMNS."""
    return [
        ordinal,
        point.passage_of,
        point.start,
        point.end,
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
