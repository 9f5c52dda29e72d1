"""Token vectors in this process, for tests."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from knowledge.stores.tokens.port import StoredTokens
from knowledge.types import MessagePosition


class InMemoryTokenStore:
    """A dictionary by user and passage."""

    def __init__(self) -> None:
        self.kept: dict[UUID, dict[UUID, tuple[str, StoredTokens]]] = {}

    def put(self, *, user_id: UUID, space: str, tokens: Mapping[UUID, StoredTokens]) -> None:
        """The passages have these token vectors, and no others."""
        mine = self.kept.setdefault(user_id, {})
        mine.update({passage_id: (space, each) for passage_id, each in tokens.items()})

    def with_neighbours(
        self, *, user_id: UUID, space: str, passage_ids: Sequence[UUID], reach: int
    ) -> Mapping[MessagePosition, bytes]:
        """Packed vectors of these passages and of those at most `reach` sequences beside them."""
        kept = {
            passage_id: tokens
            for passage_id, (at, tokens) in self.kept.get(user_id, {}).items()
            if at == space
        }
        asked = [kept[passage_id].position for passage_id in passage_ids if passage_id in kept]
        wanted = {
            (reference, sequence + step)
            for reference, sequence in asked
            for step in range(-reach, reach + 1)
        }
        return {each.position: each.packed for each in kept.values() if each.position in wanted}

    def tokens_of_texts(
        self, *, user_id: UUID, space: str, digests: Collection[bytes]
    ) -> Mapping[bytes, bytes]:
        """Packed vectors in this space of the user's passages with such texts, by digest."""
        return {
            tokens.digest: tokens.packed
            for at, tokens in self.kept.get(user_id, {}).values()
            if at == space and tokens.digest in digests
        }

    def keep_only(self, *, space: str) -> None:
        """Nobody's passages have token vectors of another space."""
        for mine in self.kept.values():
            for passage_id in [each for each, (at, _) in mine.items() if at != space]:
                del mine[passage_id]

    def remove_stale(
        self, *, user_id: UUID, passage_ids: Sequence[UUID], digests: Mapping[UUID, bytes]
    ) -> None:
        """Of these passages only those keep their tokens whose text still has the digest."""
        mine = self.kept.get(user_id, {})
        for passage_id in set(passage_ids) & mine.keys():
            if mine[passage_id][1].digest != digests.get(passage_id):
                del mine[passage_id]
