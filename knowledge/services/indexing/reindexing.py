"""Makes the indexes anew from the ledger, and embeds what an absent embedder left out."""

import time
from collections import defaultdict
from uuid import UUID

import structlog
from django.db import transaction

from accounts.services.provider import forget_former_keys, load_provider
from knowledge.errors import EmbedderUnavailable
from knowledge.models import Block, OutboxEntry
from knowledge.retrieval.passages import passages_of
from knowledge.selectors import indexing
from knowledge.services.indexing import outbox, relay
from knowledge.services.indexing.embedding import embed_texts, withheld_from_embedder
from knowledge.services.indexing.updating import update_indexes
from knowledge.services.locking import lock_memory
from knowledge.stores.embedders import configured_embedder
from knowledge.stores.embedders.port import Embedder
from knowledge.stores.spaces import note_problem, present_spaces
from knowledge.stores.tokens import configured_token_store
from knowledge.stores.vectors import local_index, outside_index
from knowledge.stores.vectors.postgres import lock_spaces

log = structlog.get_logger(__name__)

BATCH = 500  # blocks
EMBED_BATCH = 32  # blocks, some of many passages
OUTSIDE_IS_BEHIND = "The index outside PostgreSQL does not have every change yet."


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
    local_index(embedder).open()
    blocks = indexing.without_embeddings(
        space=embedder.space, with_tokens=embedder.gives_tokens, limit=limit, user_id=user_id
    )
    by_user: dict[UUID, list[Block]] = defaultdict(list)
    for block in blocks:
        by_user[block.user_id].append(block)
    for owner, theirs in by_user.items():
        texts = {block.id: block.text for block in theirs}
        withheld = withheld_from_embedder(embedder, user_id=owner)
        embedded = embed_texts(texts, withheld=withheld, embedder=embedder)
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
                space=embedded.space,
            )
    return len(blocks)


def catch_up(*, seconds: float) -> int:
    """Missing vectors have been made for so long at most; returns how many blocks got some.

    When none is missing any more, and another model was searched until now, the present one is.
    What was begun is in the database, so that whoever comes next goes on with it.
    """
    until = time.monotonic() + seconds
    embedded = 0
    while time.monotonic() < until:
        load_provider()
        if (embedder := configured_embedder()) is None:
            forget_former_keys()
            break
        try:
            count = embed_missing()
        except EmbedderUnavailable as error:
            note_problem(space=embedder.space, problem=(error.cause or error).message)
            raise
        if not count:
            activate_space()
            break
        note_problem(space=embedder.space, problem="")
        embedded += count
    return embedded


def activate_space() -> bool:
    """The present model's vectors are the ones that are searched, if none is missing.

    Then those of other models are gone, and the keys of former providers, which nobody needs now.
    """
    embedder = configured_embedder()
    if embedder is None:
        return True
    local_index(embedder).open()
    if [space.name for space in present_spaces()] != [embedder.space]:
        while relay.relay_changes():  # so that an index outside is whole, too
            pass
        if not _change_over(embedder):
            return False
        log.info("embedding_space_activated", space=embedder.space)
    forget_former_keys()
    if (outside := outside_index(embedder.space, embedder.dimensions)) is not None:
        outside.activate()
    return True


def _change_over(embedder: Embedder) -> bool:
    """In one transaction: every block has its vector, so this model's are searched, and no others.

    False where something is missing. What is being written meanwhile is waited for, and counts.
    """
    with transaction.atomic():
        lock_spaces()
        if not indexing.is_searched(space=embedder.space):
            projection = OutboxEntry.Projection.VECTORS
            if OutboxEntry.objects.filter(projection=projection).exists():
                note_problem(space=embedder.space, problem=OUTSIDE_IS_BEHIND)
                return False
            if indexing.without_embeddings(
                space=embedder.space, with_tokens=embedder.gives_tokens, limit=1
            ):
                return False
        local_index(embedder).activate()
        configured_token_store().keep_only(space=embedder.space)
    note_problem(space=embedder.space, problem="")
    return True
