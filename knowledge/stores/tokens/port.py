"""What every store of token vectors can do."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

from knowledge.types import Place


class Tokens(NamedTuple):
    """A block's token vectors, packed as retrieval.ranking.tokens does it."""

    digest: bytes  # of the text they stand for
    packed: bytes
    place: Place


def place_alone(block_id: UUID) -> Place:
    """The place of a block that is no message: nothing is beside it."""
    return str(block_id), 0


class TokenStore(Protocol):
    """Token vectors by block, of one user at a time."""

    def put(self, *, user_id: UUID, space: str, packed: Mapping[UUID, Tokens]) -> None:
        """The blocks have these token vectors, and no others."""

    def around(
        self, *, user_id: UUID, space: str, block_ids: Sequence[UUID], reach: int
    ) -> Mapping[Place, bytes]:
        """Token vectors of these blocks, and of those at most so many places beside them.

        Only where a block has some in this space itself.
        """

    def remove_stale(
        self, *, user_id: UUID, block_ids: Sequence[UUID], digests: Mapping[UUID, bytes]
    ) -> None:
        """Of these blocks only those keep their tokens whose text still has the digest."""

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""
