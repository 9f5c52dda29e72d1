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
from knowledge.stores.vectors import local_indexes
from knowledge.stores.vectors.port import Point, Vector


def update_indexes(
    *,
    user_id: UUID,
    block_ids: Sequence[UUID],
    entity_ids: Sequence[UUID] = (),
    edge_ids: Sequence[UUID] = (),
    vectors: Mapping[UUID, Vector] | None = None,
    tokens: Mapping[UUID, bytes] | None = None,
    space: str = "",
) -> None:
    """The indexes have these records as the ledger has them, or no trace of those that are gone.

    Must be called in the transaction that changed the records. `vectors` and `tokens` are by
    passage and in a space, else the searched one; a passage without them here keeps those it has,
    unless its text has changed.
    """
    with transaction.atomic():
        index, *beside_it = local_indexes()
        space = space or index.space
        # A block's words and vector are part of its neighbours' points.
        positions = indexing.positions(user_id=user_id, block_ids=block_ids)
        around = indexing.episodes_around(user_id=user_id, positions=positions, reach=TERM_REACH)
        ids = dict.fromkeys(block_ids)
        beside = [id_ for id_ in dict.fromkeys(id_ for id_, _ in around.values()) if id_ not in ids]
        points = build_points(
            user_id=user_id,
            block_ids=list(ids),
            first_only=beside,
            vectors=vectors if index.space == space else None,
            index=index,
        )
        there = {point.block_id for point in points}
        old = indexing.later_passages(user_id=user_id, block_ids=block_ids)
        gone = [id_ for id_ in (*ids, *beside, *old) if id_ not in there]
        index.remove(user_id=user_id, block_ids=gone)
        index.upsert(user_id=user_id, points=points)
        for each in beside_it:
            others = build_points(
                user_id=user_id,
                block_ids=list(ids),
                first_only=beside,
                vectors=vectors if each.space == space else None,
                index=each,
            )
            each.upsert_vectors(user_id=user_id, points=others)
        is_kept = space in {each.space for each in (index, *beside_it)}
        _update_tokens(user_id, points, gone, (tokens or {}) if is_kept else {}, space=space)
        add_changes(
            user_id=user_id,
            block_ids=[*ids, *beside],
            passage_ids=[id_ for id_ in old if id_ not in there],
            entity_ids=entity_ids,
            edge_ids=edge_ids,
        )


def _update_tokens(
    user_id: UUID,
    points: Sequence[Point],
    gone: Sequence[UUID],
    given: Mapping[UUID, bytes],
    *,
    space: str,
) -> None:
    """The points' passages have the given tokens or keep theirs; nothing is left of the others."""
    store = configured_token_store()
    digests = {point.block_id: point.digest for point in points}
    store.remove_stale(user_id=user_id, passage_ids=[*digests, *gone], digests=digests)
    stored: dict[UUID, StoredTokens] = {}
    for point in points:
        if point.block_id not in given:
            continue
        position = position_alone(point.block_id)
        if point.sequence is not None and point.passage_of is None:
            position = (point.reference, point.sequence)
        stored[point.block_id] = StoredTokens(
            digest=point.digest,
            packed=given[point.block_id],
            position=position,
            block_id=point.passage_of or point.block_id,
        )
    store.put(user_id=user_id, space=space, tokens=stored)
