"""Token vectors in PostgreSQL: written, and forgotten, with the ledger."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from exobrain.lib.sql import all_rows, plain_array, send
from knowledge.stores.tokens.port import StoredTokens
from knowledge.types import MessagePosition

PUT = """
INSERT INTO knowledge_blocktokens
    (passage_id, block_id, user_id, space, digest, packed, reference, sequence)
SELECT n.id, n.block_id, %s, %s, n.digest, n.packed, n.reference, n.sequence
FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[], %s::text[], %s::int[], %s::uuid[])
    n(id, digest, packed, reference, sequence, block_id)
ON CONFLICT (passage_id) DO UPDATE
SET block_id = excluded.block_id, space = excluded.space, digest = excluded.digest,
    packed = excluded.packed, reference = excluded.reference, sequence = excluded.sequence
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
WHERE p.passage_id = ANY(%(ids)s::uuid[]) AND p.user_id = %(user)s AND p.space = %(space)s
"""
OF_TEXTS = """
SELECT DISTINCT ON (digest) digest, packed FROM knowledge_blocktokens
WHERE user_id = %s AND space = %s AND digest = ANY(%s::bytea[])
"""
REMOVE_STALE = """
DELETE FROM knowledge_blocktokens t
WHERE t.user_id = %s AND t.passage_id = ANY(%s) AND NOT EXISTS (
    SELECT 1 FROM unnest(%s::uuid[], %s::bytea[]) n(id, digest)
    WHERE n.id = t.passage_id AND n.digest = t.digest)
"""


class PostgresTokenStore:
    """Rows of `BlockTokens`."""

    def put(self, *, user_id: UUID, space: str, tokens: Mapping[UUID, StoredTokens]) -> None:
        """The passages have these token vectors, and no others."""
        if not tokens:
            return
        columns = zip(*tokens.values(), strict=True)
        digests, packed, positions, block_ids = (list(column) for column in columns)
        places = (list(column) for column in zip(*positions, strict=True))
        send(PUT, [user_id, space, list(tokens), digests, packed, *places, block_ids])

    def with_neighbours(
        self, *, user_id: UUID, space: str, passage_ids: Sequence[UUID], reach: int
    ) -> Mapping[MessagePosition, bytes]:
        """Packed vectors of these passages and of those at most `reach` sequences beside them."""
        values = {"ids": plain_array(passage_ids), "user": user_id, "space": space, "reach": reach}
        rows = all_rows(WITH_NEIGHBOURS, values, binary=True)
        return {(reference, sequence): packed for reference, sequence, packed in rows}

    def tokens_of_texts(
        self, *, user_id: UUID, space: str, digests: Collection[bytes]
    ) -> Mapping[bytes, bytes]:
        """Packed vectors in this space of the user's passages with such texts, by digest."""
        return dict(all_rows(OF_TEXTS, [user_id, space, list(digests)], binary=True))

    def keep_only(self, *, space: str) -> None:
        """Nobody's passages have token vectors of another space."""
        send("DELETE FROM knowledge_blocktokens WHERE space <> %s", [space])

    def remove_stale(
        self, *, user_id: UUID, passage_ids: Sequence[UUID], digests: Mapping[UUID, bytes]
    ) -> None:
        """Of these passages only those keep their tokens whose text still has the digest."""
        if passage_ids:
            now = [list(digests), list(digests.values())]
            send(REMOVE_STALE, [user_id, list(passage_ids), *now])
