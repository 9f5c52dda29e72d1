"""From texts that a memory has embedded already to blocks that say the same, under any id."""

from collections.abc import Sequence
from uuid import UUID

from knowledge.retrieval.passages import passages_of
from knowledge.selectors import indexing
from knowledge.services.indexing.embedding import BlockEmbeddings
from knowledge.services.indexing.points import digest_of_passage
from knowledge.stores.tokens import configured_token_store
from knowledge.stores.vectors import local_index


def stored_embeddings(*, user_id: UUID, block_ids: Sequence[UUID]) -> BlockEmbeddings:
    """What `update_indexes` takes for these blocks, of texts that are embedded; asks no model."""
    index, store = local_index(), configured_token_store()
    digests = {
        passage.id: digest_of_passage(passage)
        for block in indexing.blocks_by_id(user_id=user_id, block_ids=block_ids)
        for passage in passages_of(block.id, block.text)
    }
    wanted = set(digests.values())
    vectors = index.vectors_of_texts(user_id=user_id, digests=wanted)
    tokens = store.tokens_of_texts(user_id=user_id, space=index.space, digests=wanted)
    return BlockEmbeddings(
        space=index.space,
        vectors={id_: vectors[digest] for id_, digest in digests.items() if digest in vectors},
        tokens={id_: tokens[digest] for id_, digest in digests.items() if digest in tokens},
    )
