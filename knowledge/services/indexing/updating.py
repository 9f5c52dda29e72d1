"""Keeps the indexes true to the ledger.

Those in PostgreSQL are written at once, in the transaction of whoever changed the ledger. Those
outside get the changes later, from the outbox that is written in the same transaction.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from knowledge.retrieval.ranking.context_window import TERM_REACH
from knowledge.selectors import indexing
from knowledge.services.indexing.outbox import add_changes
from knowledge.services.indexing.points import build_points
from knowledge.stores.tokens import configured_token_store
from knowledge.stores.tokens.port import StoredTokens, position_alone
from knowledge.stores.vectors import local_index
from knowledge.stores.vectors.port import Vector


def update_indexes(
    *,
    user_id: UUID,
    block_ids: Sequence[UUID],
    entity_ids: Sequence[UUID] = (),
    edge_ids: Sequence[UUID] = (),
    vectors: Mapping[UUID, Vector] | None = None,
    tokens: Mapping[UUID, bytes] | None = None,
) -> None:
    """The indexes have these records as the ledger has them, or no trace of those that are gone.

    Must be called in the transaction that changed the records. A block without a vector or tokens
    here keeps those it has, unless its text has changed.
    """
    with transaction.atomic():
        index = local_index()
        # A block's words and vector are part of its neighbours' points.
        positions = indexing.positions(user_id=user_id, block_ids=block_ids)
        around = indexing.episodes_around(user_id=user_id, positions=positions, reach=TERM_REACH)
        touched = list(dict.fromkeys([*block_ids, *(id_ for id_, _ in around.values())]))
        points = build_points(user_id=user_id, block_ids=touched, vectors=vectors)
        there = {point.block_id for point in points}
        index.remove(user_id=user_id, block_ids=[id_ for id_ in touched if id_ not in there])
        index.upsert(user_id=user_id, points=points)
        store = configured_token_store()
        digests = {point.block_id: point.digest for point in points}
        store.remove_stale(user_id=user_id, block_ids=touched, digests=digests)
        given = tokens or {}
        stored = {
            point.block_id: StoredTokens(
                digest=point.digest,
                packed=given[point.block_id],
                position=position_alone(point.block_id)
                if point.sequence is None
                else (point.reference, point.sequence),
            )
            for point in points
            if point.block_id in given
        }
        store.put(user_id=user_id, space=index.space, tokens=stored)
        add_changes(user_id=user_id, block_ids=touched, entity_ids=entity_ids, edge_ids=edge_ids)
