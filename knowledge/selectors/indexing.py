"""What the indexes are made from."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from exobrain.lib.sql import all_rows
from knowledge.models import Block, IndexedBlock
from knowledge.types import BlockKind

Place = tuple[str, int]  # a journal, and a sequence in it

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


def places(*, user_id: UUID, block_ids: Sequence[UUID]) -> set[Place]:
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
    *, user_id: UUID, places: Iterable[Place], reach: int
) -> dict[Place, tuple[UUID, str]]:
    """Id and text of the episodes at most so far from any of these places, by their own place."""
    wanted = list(places)
    columns = [[reference for reference, _ in wanted], [sequence for _, sequence in wanted]]
    rows = all_rows(_AROUND, [*columns, user_id, reach, reach])
    return {(reference, sequence): (id_, text) for reference, sequence, id_, text in rows}
