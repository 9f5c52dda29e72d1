"""From blocks of the ledger to points: what an index keeps of each."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from knowledge.models import Block
from knowledge.retrieval.passages import Passage, passages_of
from knowledge.retrieval.ranking.context_window import (
    TERM_REACH,
    contextual_vector,
    counted_terms,
    embedded_text,
    index_row,
)
from knowledge.retrieval.utterances import utterance_of
from knowledge.selectors import indexing
from knowledge.stores.vectors import local_index
from knowledge.stores.vectors.port import LedgerVectorIndex, Point, Vector
from knowledge.types import REAL_WORLD, BlockKind, MessagePosition, Status, Trust

# Id and text of the episodes at some positions.
Episodes = Mapping[MessagePosition, tuple[UUID, str]]


def digest_of(text: str) -> bytes:
    """The digest by which the vector of a block's first passage is known to be of this text."""
    return digest_of_passage(passages_of(UUID(int=0), text)[0])


def digest_of_passage(passage: Passage) -> bytes:
    """16 bytes, of all that the embedder is given."""
    text = embedded_text(passage.utterance)
    return hashlib.sha256(text.encode(errors="replace")).digest()[:16]


def build_points(
    *,
    user_id: UUID,
    block_ids: Sequence[UUID],
    first_only: Sequence[UUID] = (),
    vectors: Mapping[UUID, Vector] | None = None,
    index: LedgerVectorIndex | None = None,
) -> list[Point]:
    """Points of the passages of those of the blocks that are there, indexed among the episodes.

    Of the blocks in `first_only` there is only the first passage's, which alone changes with what
    is said around it. `vectors` are of the passages' own texts, of length one; where one is missing
    here, the one that the index has is used, if it is of the same text: that in PostgreSQL, in the
    searched space unless another is given.
    """
    given = vectors or {}
    index = index or local_index()
    blocks = indexing.blocks_by_id(user_id=user_id, block_ids=[*block_ids, *first_only])
    positions = {position for block in blocks if (position := _position_of(block))}
    around = indexing.episodes_around(user_id=user_id, positions=positions, reach=TERM_REACH)
    passages = {block.id: passages_of(block.id, block.text) for block in blocks}
    whole = set(block_ids)
    passages = {id_: each if id_ in whole else each[:1] for id_, each in passages.items()}
    digests = {
        passage.id: digest_of_passage(passage)
        for each in passages.values()
        for passage in each
        if passage.id not in given
    }
    before = {id_: text for id_, text in around.values() if id_ not in passages}
    digests |= {id_: digest_of(text) for id_, text in before.items() if id_ not in given}
    own_vectors = {**index.own_vectors(user_id=user_id, digests=digests), **given}
    return [
        point
        for block in blocks
        for point in _build_points(block, passages[block.id], around, own_vectors)
    ]


def _position_of(block: Block) -> MessagePosition | None:
    """Where an episode is in the journal; what is no episode has no neighbours."""
    if block.kind != BlockKind.EPISODE or block.sequence is None:
        return None
    return block.reference, block.sequence


def _build_points(
    block: Block,
    passages: Sequence[Passage],
    around: Episodes,
    own_vectors: Mapping[UUID, Vector],
) -> Iterator[Point]:
    position = _position_of(block)
    neighbours: dict[int, tuple[UUID, str]] = {}  # by distance in messages
    if position is not None:
        reference, sequence = position
        for step in range(-TERM_REACH, TERM_REACH + 1):
            if step and (found := around.get((reference, sequence + step))):
                neighbours[step] = found
    beside = {step: utterance_of(text) for step, (_, text) in neighbours.items()}
    for passage in passages:
        is_first = passage.id == block.id
        row = index_row(passage.utterance, beside if is_first else None)
        vector = own_vector = own_vectors.get(passage.id)
        if own_vector is not None and is_first:
            previous = own_vectors.get(neighbours[-1][0]) if -1 in neighbours else None
            vector = contextual_vector(own_vector, previous)
        yield Point(
            block_id=passage.id,
            universe_id=block.universe_id or REAL_WORLD,
            entity_id=block.entity_id,
            kind=BlockKind(block.kind),
            level=block.level,
            trust=Trust(block.trust),
            status=Status(block.status),
            said_at=block.said_at,
            valid_from=block.valid_from,
            valid_to=block.valid_to,
            superseded=block.superseded_at is not None,
            terms=row.terms,
            length=row.length,
            own_terms=counted_terms(row.terms),
            vector=vector,
            own_vector=own_vector,
            digest=digest_of_passage(passage),
            reference=position[0] if position else "",
            sequence=position[1] if position else None,
            payload={"text": block.text[passage.start : passage.end]},
            passage_of=None if is_first else block.id,
            start=passage.start,
            end=None if len(block.text) == passage.end - passage.start else passage.end,
        )
