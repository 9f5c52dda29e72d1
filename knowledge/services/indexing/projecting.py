"""Keeps the indexes true to the ledger.

Those in PostgreSQL are written at once, in the transaction of whoever changed the ledger. Those
outside are told later, from rows of `Pending` written in the same transaction.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db import transaction

from knowledge.models import Block
from knowledge.retrieval.ranking.window import (
    REACH,
    blended_vector,
    embedded_text,
    held_terms,
    index_row,
)
from knowledge.retrieval.utterances import utterance_of
from knowledge.selectors import indexing
from knowledge.services.indexing.pending import queue
from knowledge.stores.embedders.minilm import LOCAL_SPACE
from knowledge.stores.tokens import PostgresTokens, Tokens, place_alone
from knowledge.stores.vectors import local_index
from knowledge.stores.vectors.port import Point, Vector
from knowledge.stores.vectors.postgres import PostgresVectorIndex
from knowledge.types import REAL_WORLD, BlockKind, Place, Status, Trust

Around = Mapping[Place, tuple[UUID, str]]  # id and text of the episodes at some places


def project(
    *,
    user_id: UUID,
    block_ids: Sequence[UUID],
    entity_ids: Sequence[UUID] = (),
    edge_ids: Sequence[UUID] = (),
    vectors: Mapping[UUID, Vector] | None = None,
    tokens: Mapping[UUID, bytes] | None = None,
) -> None:
    """The indexes tell of these records what the ledger tells: they are found, or gone.

    Must be called in the transaction that changed them. A block without a vector or tokens here
    keeps those it has, unless its text has changed.
    """
    with transaction.atomic():
        index = local_index()
        touched = _with_neighbours(user_id, block_ids)
        points = _points(user_id, touched, vectors or {}, index)
        found = {point.block_id for point in points}
        index.remove(user_id=user_id, block_ids=[id_ for id_ in touched if id_ not in found])
        index.upsert(user_id=user_id, points=points)
        _store_tokens(user_id, touched, points, tokens or {})
        queue(user_id=user_id, block_ids=touched, entity_ids=entity_ids, edge_ids=edge_ids)


def points_of(*, user_id: UUID, block_ids: Sequence[UUID]) -> list[Point]:
    """What an index keeps of those of the blocks that are there."""
    return _points(user_id, block_ids, {}, local_index())


def text_to_embed(text: str) -> str:
    """What of a block's text its vector stands for."""
    return embedded_text(utterance_of(text))


def digest_of(text: str) -> bytes:
    """Tells whether a vector stands for this text."""
    return hashlib.sha256(text_to_embed(text).encode(errors="replace")).digest()[:16]


def _store_tokens(
    user_id: UUID, touched: Sequence[UUID], points: Sequence[Point], given: Mapping[UUID, bytes]
) -> None:
    digests = {point.block_id: point.digest for point in points}
    store = PostgresTokens()
    store.remove_stale(user_id=user_id, block_ids=touched, digests=digests)
    packed = {
        point.block_id: Tokens(point.digest, given[point.block_id], _token_place(point))
        for point in points
        if point.block_id in given
    }
    store.put(user_id=user_id, space=LOCAL_SPACE, packed=packed)


def _token_place(point: Point) -> Place:
    return (
        place_alone(point.block_id) if point.sequence is None else (point.reference, point.sequence)
    )


def _with_neighbours(user_id: UUID, block_ids: Sequence[UUID]) -> list[UUID]:
    """The blocks, and the episodes around them: their words are found by each other's."""
    places = indexing.places(user_id=user_id, block_ids=block_ids)
    around = indexing.episodes_around(user_id=user_id, places=places, reach=REACH)
    return list(dict.fromkeys([*block_ids, *(id_ for id_, _ in around.values())]))


def _points(
    user_id: UUID,
    block_ids: Sequence[UUID],
    given: Mapping[UUID, Vector],
    index: PostgresVectorIndex,
) -> list[Point]:
    blocks = indexing.blocks_by_id(user_id=user_id, block_ids=block_ids)
    around = indexing.episodes_around(user_id=user_id, places=_places(blocks), reach=REACH)
    texts = dict(around.values()) | {block.id: block.text for block in blocks}
    digests = {id_: digest_of(text) for id_, text in texts.items() if id_ not in given}
    own = {**index.own_vectors(user_id=user_id, digests=digests), **given}
    return [_point(block, around, own) for block in blocks]


def _places(blocks: Iterable[Block]) -> set[Place]:
    return {place for block in blocks if (place := _place(block))}


def _place(block: Block) -> Place | None:
    """Where an episode is in the journal; what is no episode has no neighbours."""
    if block.kind != BlockKind.EPISODE or block.sequence is None:
        return None
    return block.reference, block.sequence


def _neighbours(block: Block, around: Around) -> dict[int, tuple[UUID, str]]:
    """Id and text of the episodes near a block, by their distance."""
    if (place := _place(block)) is None:
        return {}
    reference, sequence = place
    near = {step: around.get((reference, sequence + step)) for step in range(-REACH, REACH + 1)}
    return {step: found for step, found in near.items() if step and found}


def _point(block: Block, around: Around, own: Mapping[UUID, Vector]) -> Point:
    neighbours = _neighbours(block, around)
    row = index_row(
        utterance_of(block.text),
        {step: utterance_of(text) for step, (_, text) in neighbours.items()},
    )
    reference, sequence = _place(block) or ("", None)
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
        own_terms=held_terms(row.terms),
        vector=_vector(block, neighbours, own),
        own_vector=own.get(block.id),
        digest=digest_of(block.text),
        reference=reference,
        sequence=sequence,
        payload={"text": block.text},
    )


def _vector(
    block: Block, neighbours: Mapping[int, tuple[UUID, str]], own: Mapping[UUID, Vector]
) -> Vector | None:
    """What the block is found by: its own vector, leaning towards what it answers."""
    vector = own.get(block.id)
    if vector is None:
        return None
    previous = neighbours.get(-1)
    return blended_vector(vector, own.get(previous[0]) if previous else None)
