"""What every index of blocks can do: find them by their words and by their meaning."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import numpy as np
import numpy.typing as npt

from knowledge.stores.vectors.bm25 import inverse_document_frequency
from knowledge.types import BlockKind, Scope, ScoredBlock, Status, Trust

Vector = npt.NDArray[np.float32]  # (dimensions,), of length one


@dataclass(frozen=True)
class Point:
    """A passage of a block as an index keeps it. What filters need goes with it."""

    block_id: UUID  # of the passage; the block's own for its first one
    universe_id: UUID
    entity_id: UUID | None
    kind: BlockKind
    level: int
    trust: Trust
    status: Status
    said_at: datetime
    valid_from: datetime | None
    valid_to: datetime | None
    superseded: bool
    terms: Mapping[str, float]  # weighted counts of its terms and, at a discount, its neighbours'
    length: float  # sum of what the terms were counted from
    vector: Vector | None  # unit length; none: its vector stays as it is, if it has one
    own_terms: Set[str] | None = None  # those that count for document frequency; none: all
    own_vector: Vector | None = None  # of its text alone, where `vector` is mixed with another's
    digest: bytes = b""  # of the text that the vector stands for; when it changes the vector goes
    reference: str = ""  # of an episode: its journal, and its sequence in it
    sequence: int | None = None
    payload: Mapping[str, Any] | None = None
    passage_of: UUID | None = None  # the block, where that has another id
    start: int = 0  # characters of the block's text; without an end, all of it
    end: int | None = None

    @property
    def counted_terms(self) -> Set[str]:
        """The terms whose document frequency this block adds to."""
        return set(self.terms) if self.own_terms is None else self.own_terms


@dataclass(frozen=True)
class TermStatistics:
    """In how many of a user's blocks each term of a question is an own term."""

    blocks: int  # all there are
    frequencies: Mapping[str, int]

    def idf(self, term: str) -> float:
        """The term's inverse document frequency; never negative."""
        return inverse_document_frequency(blocks=self.blocks, having=self.frequencies.get(term, 0))


@dataclass(frozen=True)
class WordMatches:
    """Blocks by their words, best first, and how common the words are."""

    blocks: Sequence[ScoredBlock]
    statistics: TermStatistics | None = None  # none: the index does not count terms


class VectorSearch(Protocol):
    """Blocks of one user at a time; the scope's user, universes, time and trust filter inside.

    Without `as_of` a scope reaches what the memory believes now, of whatever time it tells: all
    but what is superseded or falsified. With it, what held at that time: from `valid_from` (else
    when it was said) until `valid_to`, also what has been superseded since.
    """

    def search_words(self, *, scope: Scope, terms: Mapping[str, float], limit: int) -> WordMatches:
        """Blocks by BM25 over the user's own statistics; `terms` are weighted."""

    def search_meaning(self, *, scope: Scope, vector: Vector, limit: int) -> Sequence[ScoredBlock]:
        """Blocks by the cosine of their vectors. Best first."""


class VectorIndex(VectorSearch, Protocol):
    """An index that can be written."""

    def upsert(self, *, user_id: UUID, points: Sequence[Point]) -> None:
        """The points are found from now on; those of the same block are replaced."""

    def remove(self, *, user_id: UUID, block_ids: Sequence[UUID]) -> None:
        """No trace of these blocks is left."""

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""

    def activate(self) -> None:
        """Our embedder's space is the one that is searched; vectors of others are gone."""


class LedgerVectorIndex(VectorIndex, Protocol):
    """The index that is written in the ledger's transaction, and that knows every vector."""

    space: str  # of the embedder; empty where there is none
    dimensions: int

    def open(self) -> None:
        """Our space is one of those that vectors are kept in; the first there ever is is active."""

    def upsert_vectors(self, *, user_id: UUID, points: Sequence[Point]) -> None:
        """As `upsert`, of the vectors alone; for a space beside the searched one."""

    def clear_words(self, *, user_id: UUID) -> None:
        """Only vectors of the ledger's blocks are left, for whoever puts the blocks in again."""

    def own_vectors(self, *, user_id: UUID, digests: Mapping[UUID, bytes]) -> dict[UUID, Vector]:
        """The blocks' own vectors in our space, where they are of texts with these digests."""

    def vectors_of_texts(self, *, user_id: UUID, digests: Collection[bytes]) -> dict[bytes, Vector]:
        """Own vectors in our space of the user's blocks with such texts, by digest of the text."""

    def statistics(self, *, user_id: UUID, terms: Iterable[str]) -> TermStatistics:
        """How common these terms are among all blocks of the user."""
