"""Token vectors in PostgreSQL: written, and forgotten, with the ledger."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from exobrain.lib.sql import all_rows, plain_array, send
from knowledge.stores.tokens.port import StoredTokens
from knowledge.types import MessagePosition

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
# OFFSET 0: the neighbours of each block by the index. The planner would read the whole table.
WITH_NEIGHBOURS = """
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


class PostgresTokenStore:
    """Rows of `BlockTokens`."""

    def put(self, *, user_id: UUID, space: str, tokens: Mapping[UUID, StoredTokens]) -> None:
        """The blocks have these token vectors, and no others."""
        if not tokens:
            return
        digests, packed, positions = (list(column) for column in zip(*tokens.values(), strict=True))
        references, sequences = (list(column) for column in zip(*positions, strict=True))
        send(PUT, [user_id, space, list(tokens), digests, packed, references, sequences])

    def with_neighbours(
        self, *, user_id: UUID, space: str, block_ids: Sequence[UUID], reach: int
    ) -> Mapping[MessagePosition, bytes]:
        """Packed vectors of these blocks and of those at most `reach` sequences beside them."""
        values = {"ids": plain_array(block_ids), "user": user_id, "space": space, "reach": reach}
        rows = all_rows(WITH_NEIGHBOURS, values, binary=True)
        return {(reference, sequence): packed for reference, sequence, packed in rows}

    def remove_stale(
        self, *, user_id: UUID, block_ids: Sequence[UUID], digests: Mapping[UUID, bytes]
    ) -> None:
        """Of these blocks only those keep their tokens whose text still has the digest."""
        if block_ids:
            now = [list(digests), list(digests.values())]
            send(REMOVE_STALE, [user_id, list(block_ids), *now])
