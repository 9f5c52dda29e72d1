"""What every store of token vectors can do."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

from knowledge.types import MessagePosition


class StoredTokens(NamedTuple):
    """A block's token vectors, packed by `knowledge.retrieval.ranking.late_interaction.pack`."""

    digest: bytes  # of the text they stand for
    packed: bytes  # one bit a dimension, token after token
    position: MessagePosition


def position_alone(block_id: UUID) -> MessagePosition:
    """The position of a block that is no message: no other has its reference."""
    return str(block_id), 0


class TokenStore(Protocol):
    """Token vectors by block, of one user at a time."""

    def put(self, *, user_id: UUID, space: str, tokens: Mapping[UUID, StoredTokens]) -> None:
        """The blocks have these token vectors, and no others."""

    def with_neighbours(
        self, *, user_id: UUID, space: str, block_ids: Sequence[UUID], reach: int
    ) -> Mapping[MessagePosition, bytes]:
        """Packed vectors of these blocks and of those at most `reach` sequences beside them.

        A block that has none in this space itself brings no neighbours.
        """

    def remove_stale(
        self, *, user_id: UUID, block_ids: Sequence[UUID], digests: Mapping[UUID, bytes]
    ) -> None:
        """Of these blocks only those keep their tokens whose text still has the digest."""
