"""Token vectors in PostgreSQL: written, and forgotten, with the ledger."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from exobrain.lib.sql import all_rows, send
from knowledge.models import BlockTokens
from knowledge.stores.tokens.port import Tokens

PUT = """
INSERT INTO knowledge_blocktokens (block_id, user_id, space, digest, packed)
SELECT n.id, %s, %s, n.digest, n.packed
FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[]) n(id, digest, packed)
ON CONFLICT (block_id) DO UPDATE
SET space = excluded.space, digest = excluded.digest, packed = excluded.packed
WHERE knowledge_blocktokens.user_id = excluded.user_id
"""
GET = """
SELECT block_id, packed FROM knowledge_blocktokens
WHERE block_id = ANY(%s) AND user_id = %s AND space = %s
"""
REMOVE_STALE = """
DELETE FROM knowledge_blocktokens t
WHERE t.user_id = %s AND t.block_id = ANY(%s) AND NOT EXISTS (
    SELECT 1 FROM unnest(%s::uuid[], %s::bytea[]) n(id, digest)
    WHERE n.id = t.block_id AND n.digest = t.digest)
"""


class PostgresTokens:
    """Rows of `BlockTokens`."""

    def put(self, *, user_id: UUID, space: str, packed: Mapping[UUID, Tokens]) -> None:
        """The blocks have these token vectors, and no others."""
        if not packed:
            return
        digests = [tokens.digest for tokens in packed.values()]
        vectors = [tokens.packed for tokens in packed.values()]
        send(PUT, [user_id, space, list(packed), digests, vectors])

    def get(self, *, user_id: UUID, space: str, block_ids: Sequence[UUID]) -> Mapping[UUID, bytes]:
        """Those of the user's blocks that have token vectors in this space."""
        rows = all_rows(GET, [list(block_ids), user_id, space], binary=True)
        return {block_id: bytes(packed) for block_id, packed in rows}

    def remove_stale(
        self, *, user_id: UUID, block_ids: Sequence[UUID], digests: Mapping[UUID, bytes]
    ) -> None:
        """Of these blocks only those keep their tokens whose text still has the digest."""
        if block_ids:
            now = [list(digests), list(digests.values())]
            send(REMOVE_STALE, [user_id, list(block_ids), *now])

    def clear(self, *, user_id: UUID) -> None:
        """No trace of the user is left."""
        BlockTokens.objects.filter(user_id=user_id).delete()
