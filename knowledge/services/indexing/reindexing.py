"""Makes the indexes anew from the ledger, and embeds what an absent embedder left out."""

import time
from collections import defaultdict
from uuid import UUID

import structlog
from django.db import transaction

from knowledge.models import Block
from knowledge.retrieval.passages import passages_of
from knowledge.selectors import indexing
from knowledge.services.indexing import outbox
from knowledge.services.indexing.embedding import embed_texts, withheld_from_embedder
from knowledge.services.indexing.updating import update_indexes
from knowledge.services.locking import lock_memory
from knowledge.stores.embedders import configured_embedder
from knowledge.stores.tokens import configured_token_store
from knowledge.stores.vectors import local_index, outside_index

log = structlog.get_logger(__name__)

BATCH = 500  # blocks
EMBED_BATCH = 32  # blocks, some of many passages


def rebuild_user(*, user_id: UUID) -> int:
    """The user's indexes are made from the ledger alone; returns how many blocks they have.

    Until this commits the old ones are searched. Vectors stay: they are of texts, by digest.
    """
    with transaction.atomic():
        lock_memory(user_id)
        blocks, entities, edges = indexing.record_ids(user_id=user_id)
        old = indexing.later_passages(user_id=user_id, block_ids=blocks)
        local_index().clear_words(user_id=user_id)
        outbox.add_erasure(user_id=user_id)
        for start in range(0, len(blocks), BATCH):
            update_indexes(user_id=user_id, block_ids=blocks[start : start + BATCH])
        # Where texts are cut in another way now, what stands for a passage that was is left.
        now = set(indexing.later_passages(user_id=user_id, block_ids=blocks))
        gone = [passage for passage in old if passage not in now]
        local_index().remove(user_id=user_id, block_ids=gone)
        configured_token_store().remove_stale(user_id=user_id, passage_ids=gone, digests={})
        outbox.add_changes(user_id=user_id, entity_ids=entities, edge_ids=edges)
    return len(blocks)


def embed_missing(*, user_id: UUID | None = None, limit: int = EMBED_BATCH) -> int:
    """Some blocks that lacked vectors or tokens of the present model have them; returns how many.

    Raises Unavailable while the embedder is away.
    """
    embedder = configured_embedder()
    if embedder is None:
        return 0
    blocks = indexing.without_embeddings(
        space=embedder.space, with_tokens=embedder.gives_tokens, limit=limit, user_id=user_id
    )
    by_user: dict[UUID, list[Block]] = defaultdict(list)
    for block in blocks:
        by_user[block.user_id].append(block)
    for owner, theirs in by_user.items():
        texts = {block.id: block.text for block in theirs}
        embedded = embed_texts(texts, withheld=withheld_from_embedder(user_id=owner))
        # Between reading and now a text may have changed: a vector goes with its own text only.
        with transaction.atomic():
            lock_memory(owner)  # before any row of an index, as all who change the memory
            now = indexing.blocks_by_id(user_id=owner, block_ids=list(texts))
            same = [block for block in now if block.text == texts[block.id]]
            passages = {each.id for block in same for each in passages_of(block.id, block.text)}
            update_indexes(
                user_id=owner,
                block_ids=[block.id for block in same],
                vectors={id_: each for id_, each in embedded.vectors.items() if id_ in passages},
                tokens={id_: each for id_, each in embedded.tokens.items() if id_ in passages},
            )
    return len(blocks)


def catch_up(*, seconds: float) -> int:
    """Missing vectors have been made for so long at most; returns how many.

    When none is missing any more, and another model was searched until now, the present one is.
    """
    until = time.monotonic() + seconds
    embedded = 0
    while count := embed_missing():
        embedded += count
        if time.monotonic() > until:
            return embedded
    embedder = configured_embedder()
    if embedder is not None and indexing.is_waiting(space=embedder.space):
        activate_space()
        log.info("embedding_space_activated", space=embedder.space)
    return embedded


def activate_space() -> None:
    """The present model's vectors are the ones that are searched; those of others are gone."""
    if configured_embedder() is None:
        return
    local_index().activate()
    if (outside := outside_index()) is not None:
        outside.activate()
