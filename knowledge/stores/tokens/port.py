"""What every store of token vectors can do."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID


class Tokens(NamedTuple):
    """A block's token vectors, packed as retrieval.ranking.tokens does it."""

    digest: bytes  # of the text they stand for
    packed: bytes


class TokenStore(Protocol):
    """Token vectors by block, of one user at a time."""

    def put(self, *, user_id: UUID, space: str, packed: Mapping[UUID, Tokens]) -> None:
        """The blocks have these token vectors, and no others."""

    def get(self, *, user_id: UUID, space: str, block_ids: Sequence[UUID]) -> Mapping[UUID, bytes]:
        """Those of the user's blocks that have token vectors in this space."""

    def remove_stale(
        self, *, user_id: UUID, block_ids: Sequence[UUID], digests: Mapping[UUID, bytes]
    ) -> None:
        """Of these blocks only those keep their tokens whose text still has the digest."""

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""
