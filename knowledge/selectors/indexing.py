"""What the indexes are made from."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q

from exobrain.lib.sql import all_rows
from knowledge.models import (
    BitemporalRecord,
    Block,
    BlockTokens,
    BlockVector,
    Edge,
    EdgeType,
    EmbeddingSpace,
    Entity,
    IndexedBlock,
    Mention,
    NodeType,
)
from knowledge.stores.graph.port import MENTIONS, GraphEdge, Node
from knowledge.types import REAL_WORLD, BlockKind, IndexBuild, MessagePosition, Status

_AROUND = """
    SELECT DISTINCT b.reference, b.sequence, b.id, b.text
    FROM unnest(%s::text[], %s::int[]) p(reference, sequence)
    JOIN knowledge_block b ON b.user_id = %s AND b.reference = p.reference
        AND b.sequence BETWEEN p.sequence - %s AND p.sequence + %s
    WHERE b.kind = 'episode'
"""


def blocks_by_id(*, user_id: UUID, block_ids: Sequence[UUID]) -> list[Block]:
    """Those of the blocks that are there, in the order they were said."""
    found = Block.objects.filter(user_id=user_id, id__in=list(block_ids))
    return list(found.order_by("said_at", "sequence", "id"))


def positions(*, user_id: UUID, block_ids: Sequence[UUID]) -> set[MessagePosition]:
    """Where these episodes are in the journals, or were when they were last indexed."""
    ids = list(block_ids)
    now = Block.objects.filter(user_id=user_id, id__in=ids, kind=BlockKind.EPISODE)
    then = IndexedBlock.objects.filter(user_id=user_id, block_id__in=ids)
    return {
        (reference, sequence)
        for rows in (now, then)
        for reference, sequence in rows.values_list("reference", "sequence")
        if sequence is not None
    }


def episodes_around(
    *, user_id: UUID, positions: Iterable[MessagePosition], reach: int
) -> dict[MessagePosition, tuple[UUID, str]]:
    """Id and text of the episodes at most `reach` sequences from any position, by their own."""
    wanted = list(positions)
    columns = [[reference for reference, _ in wanted], [sequence for _, sequence in wanted]]
    rows = all_rows(_AROUND, [*columns, user_id, reach, reach])
    return {(reference, sequence): (id_, text) for reference, sequence, id_, text in rows}


def later_passages(*, user_id: UUID, block_ids: Sequence[UUID]) -> list[UUID]:
    """The passages of these blocks that are indexed, but for the first ones."""
    rows = IndexedBlock.objects.filter(user_id=user_id, passage_of__in=list(block_ids))
    return list(rows.values_list("block_id", flat=True))


def blocks_of_passages(*, user_id: UUID, ids: Sequence[UUID]) -> list[UUID]:
    """The blocks of those of the ids that are later passages of one."""
    rows = IndexedBlock.objects.filter(user_id=user_id, block_id__in=list(ids))
    owners = rows.filter(passage_of__isnull=False).values_list("passage_of", flat=True)
    return [owner for owner in owners if owner is not None]


# -- the graph


def active_types() -> list[str]:
    """Ids of the node and edge types that the schema has at present."""
    models = (NodeType, EdgeType)
    return [
        id_ for m in models for id_ in m.objects.filter(is_active=True).values_list("id", flat=True)
    ]


def nodes(*, user_id: UUID, entity_ids: Sequence[UUID]) -> list[Node]:
    """Those of the entities that are there, and are themselves."""
    found = Entity.objects.filter(user_id=user_id, id__in=list(entity_ids), merged_into=None)
    return [
        Node(
            id=entity.id,
            node_type=entity.node_type_id,
            name=entity.name,
            universe_id=entity.universe_id or REAL_WORLD,
            trust=entity.trust,
        )
        for entity in found.exclude(status=Status.FALSIFIED)
    ]


def edges(*, user_id: UUID, edge_ids: Sequence[UUID]) -> list[GraphEdge]:
    """Those of the edges that are there."""
    found = Edge.objects.filter(user_id=user_id, id__in=list(edge_ids)).select_related("block")
    return [
        _graph_edge(
            edge.id,
            edge.edge_type_id,
            (edge.source_id, edge.target_id),
            record=edge,
            said_at=edge.block.said_at if edge.block else edge.recorded_at,
        )
        for edge in found.exclude(status=Status.FALSIFIED)
    ]


def mentions(*, user_id: UUID, block_ids: Sequence[UUID]) -> list[GraphEdge]:
    """What those of the blocks that are there mention; it holds as long as the block does."""
    found = Mention.objects.filter(user_id=user_id, block_id__in=list(block_ids))
    return [
        _graph_edge(
            mention.id,
            MENTIONS,
            (mention.block_id, mention.entity_id),
            record=mention.block,
            said_at=mention.block.said_at,
        )
        for mention in found.select_related("block").exclude(block__status=Status.FALSIFIED)
    ]


def _graph_edge(
    id_: UUID,
    edge_type: str,
    ends: tuple[UUID, UUID],
    *,
    record: BitemporalRecord,
    said_at: datetime,
) -> GraphEdge:
    return GraphEdge(
        id=id_,
        edge_type=edge_type,
        source_id=ends[0],
        target_id=ends[1],
        confidence=record.confidence,
        trust=record.trust,
        valid_from=(record.valid_from or said_at).timestamp(),
        valid_to=record.valid_to.timestamp() if record.valid_to else None,
        superseded=record.superseded_at is not None,
        universe_id=record.universe_id or REAL_WORLD,
    )


# -- all of it


def users_with_blocks() -> list[UUID]:
    """Whoever has a memory."""
    return list(Block.objects.order_by().values_list("user_id", flat=True).distinct())


def record_ids(*, user_id: UUID) -> tuple[list[UUID], list[UUID], list[UUID]]:
    """Ids of all blocks in the order they were said, of all entities and of all edges."""
    blocks = Block.objects.filter(user_id=user_id).order_by("said_at", "sequence", "id")
    return (
        list(blocks.values_list("id", flat=True)),
        list(Entity.objects.filter(user_id=user_id).values_list("id", flat=True)),
        list(Edge.objects.filter(user_id=user_id).values_list("id", flat=True)),
    )


def without_embeddings(
    *, space: str, with_tokens: bool, limit: int, user_id: UUID | None = None
) -> list[Block]:
    """Some blocks of which a passage has no vector in a space, or no token vectors, by user."""
    is_missing = _lacks(space, BlockVector, "block_id", space_of="space__name")
    if with_tokens:
        is_missing |= _lacks(space, BlockTokens, "passage_id", space_of="space")
    found = Block.objects.filter(is_missing)
    if user_id is not None:
        found = found.filter(user_id=user_id)
    return list(found.order_by("user_id", "said_at", "id")[:limit])


def _lacks(space: str, model: type[Model], passage: str, *, space_of: str) -> Q:
    """True for a block one of whose passages has no row of this model in the space."""
    rows = cast(Any, model).objects.filter(**{"user_id": OuterRef("user_id"), space_of: space})
    later = IndexedBlock.objects.filter(
        ~Exists(rows.filter(**{passage: OuterRef("block_id")})),
        user_id=OuterRef("user_id"),
        passage_of=OuterRef("id"),
    )
    return ~Exists(rows.filter(**{passage: OuterRef("id")})) | Exists(later)


def is_searched(*, space: str) -> bool:
    """True for the embedding space whose vectors recall compares."""
    return EmbeddingSpace.objects.filter(name=space, is_active=True).exists()


def index_build(*, space: str) -> IndexBuild:
    """How far the vectors of an embedding space are, over all users."""
    found = EmbeddingSpace.objects.filter(name=space).first()
    searched = EmbeddingSpace.objects.filter(is_active=True).first()
    return IndexBuild(
        wanted=space,
        searched=searched.name if searched else "",
        done=BlockVector.objects.filter(space=found).count() if found else 0,
        total=IndexedBlock.objects.count(),
        problem=found.problem if found else "",
    )
