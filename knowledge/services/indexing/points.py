"""From blocks of the ledger to points: what an index keeps of each."""

import hashlib
from collections.abc import Mapping, Sequence
from uuid import UUID

from knowledge.models import Block
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
from knowledge.stores.vectors.port import Point, Vector
from knowledge.types import REAL_WORLD, BlockKind, MessagePosition, Status, Trust

# Id and text of the episodes at some positions.
Episodes = Mapping[MessagePosition, tuple[UUID, str]]


def text_to_embed(text: str) -> str:
    """What of a block's text its vector stands for."""
    return embedded_text(utterance_of(text))


def digest_of(text: str) -> bytes:
    """The digest by which a vector is known to stand for this text: 16 bytes."""
    return hashlib.sha256(text_to_embed(text).encode(errors="replace")).digest()[:16]


def build_points(
    *, user_id: UUID, block_ids: Sequence[UUID], vectors: Mapping[UUID, Vector] | None = None
) -> list[Point]:
    """Points of those of the blocks that are there, each indexed with the episodes around it.

    `vectors` are of the blocks' own texts, of length one; where one is missing here, the one that
    the index in PostgreSQL has is used, if it is of the same text.
    """
    given = vectors or {}
    blocks = indexing.blocks_by_id(user_id=user_id, block_ids=block_ids)
    positions = {position for block in blocks if (position := _position_of(block))}
    around = indexing.episodes_around(user_id=user_id, positions=positions, reach=TERM_REACH)
    texts = dict(around.values()) | {block.id: block.text for block in blocks}
    digests = {id_: digest_of(text) for id_, text in texts.items() if id_ not in given}
    own_vectors = {**local_index().own_vectors(user_id=user_id, digests=digests), **given}
    return [_build_point(block, around, own_vectors) for block in blocks]


def _position_of(block: Block) -> MessagePosition | None:
    """Where an episode is in the journal; what is no episode has no neighbours."""
    if block.kind != BlockKind.EPISODE or block.sequence is None:
        return None
    return block.reference, block.sequence


def _build_point(block: Block, around: Episodes, own_vectors: Mapping[UUID, Vector]) -> Point:
    position = _position_of(block)
    neighbours: dict[int, tuple[UUID, str]] = {}  # by distance in messages
    if position is not None:
        reference, sequence = position
        for step in range(-TERM_REACH, TERM_REACH + 1):
            if step and (found := around.get((reference, sequence + step))):
                neighbours[step] = found
    row = index_row(
        utterance_of(block.text),
        {step: utterance_of(text) for step, (_, text) in neighbours.items()},
    )
    vector = own_vector = own_vectors.get(block.id)
    if own_vector is not None:
        previous = own_vectors.get(neighbours[-1][0]) if -1 in neighbours else None
        vector = contextual_vector(own_vector, previous)
    return Point(
        block_id=block.id,
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
        digest=digest_of(block.text),
        reference=position[0] if position else "",
        sequence=position[1] if position else None,
        payload={"text": block.text},
    )
