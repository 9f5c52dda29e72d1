"""Token vectors in this process, for tests."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from knowledge.stores.tokens.port import StoredTokens
from knowledge.types import MessagePosition


class InMemoryTokenStore:
    """A dictionary by user and block."""

    def __init__(self) -> None:
        self.kept: dict[UUID, dict[UUID, tuple[str, StoredTokens]]] = {}

    def put(self, *, user_id: UUID, space: str, tokens: Mapping[UUID, StoredTokens]) -> None:
        """The blocks have these token vectors, and no others."""
        mine = self.kept.setdefault(user_id, {})
        mine.update({block_id: (space, each) for block_id, each in tokens.items()})

    def with_neighbours(
        self, *, user_id: UUID, space: str, block_ids: Sequence[UUID], reach: int
    ) -> Mapping[MessagePosition, bytes]:
        """Packed vectors of these blocks and of those at most `reach` sequences beside them."""
        kept = {
            block_id: tokens
            for block_id, (at, tokens) in self.kept.get(user_id, {}).items()
            if at == space
        }
        asked = [kept[block_id].position for block_id in block_ids if block_id in kept]
        wanted = {
            (reference, sequence + step)
            for reference, sequence in asked
            for step in range(-reach, reach + 1)
        }
        return {each.position: each.packed for each in kept.values() if each.position in wanted}

    def remove_stale(
        self, *, user_id: UUID, block_ids: Sequence[UUID], digests: Mapping[UUID, bytes]
    ) -> None:
        """Of these blocks only those keep their tokens whose text still has the digest."""
        mine = self.kept.get(user_id, {})
        for block_id in set(block_ids) & mine.keys():
            if mine[block_id][1].digest != digests.get(block_id):
                del mine[block_id]
