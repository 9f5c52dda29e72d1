"""Token vectors in this process, for tests."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from knowledge.stores.tokens.port import Tokens
from knowledge.types import Place


class MemoryTokens:
    """A dictionary by user and block."""

    def __init__(self) -> None:
        self._kept: dict[UUID, dict[UUID, tuple[str, Tokens]]] = {}

    def put(self, *, user_id: UUID, space: str, packed: Mapping[UUID, Tokens]) -> None:
        """The blocks have these token vectors, and no others."""
        mine = self._kept.setdefault(user_id, {})
        mine.update({block_id: (space, tokens) for block_id, tokens in packed.items()})

    def around(
        self, *, user_id: UUID, space: str, block_ids: Sequence[UUID], reach: int
    ) -> Mapping[Place, bytes]:
        """Token vectors of these blocks, and of those at most so many places beside them."""
        kept = {
            block_id: tokens
            for block_id, (at, tokens) in self._kept.get(user_id, {}).items()
            if at == space
        }
        asked = [kept[block_id].place for block_id in block_ids if block_id in kept]
        wanted = {
            (reference, sequence + step)
            for reference, sequence in asked
            for step in range(-reach, reach + 1)
        }
        return {each.place: each.packed for each in kept.values() if each.place in wanted}

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
