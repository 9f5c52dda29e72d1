"""Makes the indexes anew from the ledger, and fills in what an absent embedder left out."""

import time
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import structlog
from django.db import transaction

from knowledge.models import Block
from knowledge.selectors import indexing
from knowledge.services.indexing import pending
from knowledge.services.indexing.embedding import embed_texts
from knowledge.services.indexing.projecting import project
from knowledge.stores.embedders import configured_embedder
from knowledge.stores.vectors import local_index, outside_index

log = structlog.get_logger(__name__)

BATCH = 500  # blocks
EMBED_BATCH = 64  # texts


def rebuild_user(*, user_id: UUID) -> int:
    """The user's indexes are made from the ledger alone; returns how many blocks they have.

    Until this commits the old ones are searched. Vectors stay: they are of texts, by digest.
    """
    with transaction.atomic():
        local_index().clear_words(user_id=user_id)
        pending.queue_all(user_id=user_id)
        blocks, entities, edges = indexing.record_ids(user_id=user_id)
        for batch in _batches(blocks):
            project(user_id=user_id, block_ids=batch)
        pending.queue(user_id=user_id, entity_ids=entities, edge_ids=edges)
    return len(blocks)


def fill_vectors(*, user_id: UUID | None = None, limit: int = EMBED_BATCH) -> int:
    """Some blocks that had no vector of the present model have one; returns how many.

    Raises Unavailable while the embedder is away.
    """
    embedder = configured_embedder()
    if embedder is None:
        return 0
    blocks = indexing.without_vectors(space=embedder.space, limit=limit, user_id=user_id)
    by_user: dict[UUID, list[Block]] = defaultdict(list)
    for block in blocks:
        by_user[block.user_id].append(block)
    for owner, theirs in by_user.items():
        embedded = embed_texts({block.id: block.text for block in theirs})
        # Between reading and now a text may have changed: a vector goes with its own text only.
        with transaction.atomic():
            same = _unchanged(owner, theirs)
            vectors = {id_: vector for id_, vector in embedded.vectors.items() if id_ in same}
            tokens = {id_: packed for id_, packed in embedded.tokens.items() if id_ in same}
            project(user_id=owner, block_ids=list(same), vectors=vectors, tokens=tokens)
    return len(blocks)


def keep_up(*, seconds: float) -> int:
    """Vectors have been filled in for so long at most; returns how many.

    When none is missing any more, and another model was searched until now, the present one is.
    """
    until = time.monotonic() + seconds
    filled = 0
    while count := fill_vectors():
        filled += count
        if time.monotonic() > until:
            return filled
    embedder = configured_embedder()
    if embedder is not None and indexing.is_waiting(space=embedder.space):
        activate_space()
        log.info("embedding_space_activated", space=embedder.space)
    return filled


def activate_space() -> None:
    """The present model's vectors are the ones that are searched; those of others are gone."""
    if configured_embedder() is None:
        return
    local_index().activate()
    if (outside := outside_index()) is not None:
        outside.activate()


def _unchanged(user_id: UUID, blocks: Sequence[Block]) -> set[UUID]:
    now = indexing.blocks_by_id(user_id=user_id, block_ids=[block.id for block in blocks])
    texts = {block.id: block.text for block in now}
    return {block.id for block in blocks if texts.get(block.id) == block.text}


def _batches(ids: Sequence[UUID]) -> list[Sequence[UUID]]:
    return [ids[at : at + BATCH] for at in range(0, len(ids), BATCH)]
