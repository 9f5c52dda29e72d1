"""What every store of token vectors can do."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

from knowledge.types import MessagePosition


class StoredTokens(NamedTuple):
    """A passage's token vectors, packed by `knowledge.retrieval.ranking.late_interaction.pack`."""

    digest: bytes  # of the text they stand for
    packed: bytes  # one bit a dimension, token after token
    position: MessagePosition
    block_id: UUID  # whose passage it is


def position_alone(passage_id: UUID) -> MessagePosition:
    """The position of what is not the first of a message: nothing is beside it."""
    return str(passage_id), 0


class TokenStore(Protocol):
    """Token vectors by passage, of one user at a time."""

    def put(self, *, user_id: UUID, space: str, tokens: Mapping[UUID, StoredTokens]) -> None:
        """The passages have these token vectors, and no others."""

    def with_neighbours(
        self, *, user_id: UUID, space: str, passage_ids: Sequence[UUID], reach: int
    ) -> Mapping[MessagePosition, bytes]:
        """Packed vectors of these passages and of those at most `reach` sequences beside them.

        A passage that has none in this space itself brings no neighbours.
        """

    def tokens_of_texts(
        self, *, user_id: UUID, space: str, digests: Collection[bytes]
    ) -> Mapping[bytes, bytes]:
        """Packed vectors in this space of the user's passages with such texts, by digest."""

    def keep_only(self, *, space: str) -> None:
        """Nobody's passages have token vectors of another space."""

    def remove_stale(
        self, *, user_id: UUID, passage_ids: Sequence[UUID], digests: Mapping[UUID, bytes]
    ) -> None:
        """Of these passages only those keep their tokens whose text still has the digest."""
