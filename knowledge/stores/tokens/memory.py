"""Token vectors in this process, for tests."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from knowledge.stores.tokens.port import Tokens


class MemoryTokens:
    """A dictionary by user and block."""

    def __init__(self) -> None:
        self._kept: dict[UUID, dict[UUID, tuple[str, Tokens]]] = {}

    def put(self, *, user_id: UUID, space: str, packed: Mapping[UUID, Tokens]) -> None:
        """The blocks have these token vectors, and no others."""
        mine = self._kept.setdefault(user_id, {})
        mine.update({block_id: (space, tokens) for block_id, tokens in packed.items()})

    def get(self, *, user_id: UUID, space: str, block_ids: Sequence[UUID]) -> Mapping[UUID, bytes]:
        """Those of the user's blocks that have token vectors in this space."""
        mine = self._kept.get(user_id, {})
        found = {block_id: mine[block_id] for block_id in block_ids if block_id in mine}
        return {block_id: tokens.packed for block_id, (at, tokens) in found.items() if at == space}

    def remove_stale(
        self, *, user_id: UUID, block_ids: Sequence[UUID], digests: Mapping[UUID, bytes]
    ) -> None:
        """Of these blocks only those keep their tokens whose text still has the digest."""
        mine = self._kept.get(user_id, {})
        for block_id in set(block_ids) & mine.keys():
            if mine[block_id][1].digest != digests.get(block_id):
                del mine[block_id]

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""
        self._kept.pop(user_id, None)
