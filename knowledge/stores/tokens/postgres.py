"""Token vectors in PostgreSQL: written, and forgotten, with the ledger."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from exobrain.lib.sql import all_rows, plain_array, send
from knowledge.models import BlockTokens
from knowledge.stores.tokens.port import Tokens
from knowledge.types import Place

PUT = """
INSERT INTO knowledge_blocktokens
    (block_id, user_id, space, digest, packed, reference, sequence)
SELECT n.id, %s, %s, n.digest, n.packed, n.reference, n.sequence
FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[], %s::text[], %s::int[])
    n(id, digest, packed, reference, sequence)
ON CONFLICT (block_id) DO UPDATE
SET space = excluded.space, digest = excluded.digest, packed = excluded.packed,
    reference = excluded.reference, sequence = excluded.sequence
WHERE knowledge_blocktokens.user_id = excluded.user_id
"""
# OFFSET 0: the places of each block by the index. The planner would read the whole table.
AROUND = """
SELECT t.reference, t.sequence, t.packed
FROM knowledge_blocktokens p CROSS JOIN LATERAL (
    SELECT t.reference, t.sequence, t.packed FROM knowledge_blocktokens t
    WHERE t.user_id = p.user_id AND t.space = p.space AND t.reference = p.reference
        AND t.sequence BETWEEN p.sequence - %(reach)s AND p.sequence + %(reach)s
    OFFSET 0
) t
WHERE p.block_id = ANY(%(ids)s::uuid[]) AND p.user_id = %(user)s AND p.space = %(space)s
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
        references, sequences = zip(*(tokens.place for tokens in packed.values()), strict=True)
        places = [list(references), list(sequences)]
        send(PUT, [user_id, space, list(packed), digests, vectors, *places])

    def around(
        self, *, user_id: UUID, space: str, block_ids: Sequence[UUID], reach: int
    ) -> Mapping[Place, bytes]:
        """Token vectors of these blocks, and of those at most so many places beside them."""
        values = {"ids": plain_array(block_ids), "user": user_id, "space": space, "reach": reach}
        rows = all_rows(AROUND, values, binary=True)
        return {(reference, sequence): packed for reference, sequence, packed in rows}

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
