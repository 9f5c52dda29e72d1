"""Removes records with their dependents, and corrects what stays."""

from collections.abc import Collection, Iterable
from typing import Any, cast
from uuid import UUID

from django.db.models import Q

from knowledge.models import Alias, Block, Edge, Entity, LedgerRow, Mention, ReviewItem, Source
from knowledge.services.ledger.conflicts import Topic, topics_of
from knowledge.services.ledger.unit_of_work import UnitOfWork
from knowledge.types import Trust, trust_of

# What `resolve_conflicts` computes: whether and by what a statement has been superseded.
DERIVED = ("superseded_at", "superseded_by_id", "valid_to")
NOT_SUPERSEDED: dict[str, Any] = dict.fromkeys(DERIVED)


def remove_with_dependents(work: UnitOfWork, records: Iterable[LedgerRow]) -> None:
    """The records go with all that cannot be without them, as this unit will have left it.

    That is: an entity's aliases, mentions and edges, a block's children, mentions and edges, and
    sources and review items of any of them. What they had superseded no longer is, but for what
    `resolve_conflicts` says afterwards.
    """
    user_id, gone = work.user_id, {record.pk: record for record in records}
    entities = {id_ for id_, record in gone.items() if isinstance(record, Entity)}
    blocks: dict[UUID, LedgerRow] = {}
    below = {id_: record for id_, record in gone.items() if isinstance(record, Block)}
    while below:
        blocks |= below
        children = Block.objects.filter(user_id=user_id, parent_id__in=below)
        below = {child.pk: child for child in children if child.pk not in blocks}
    gone |= blocks

    spoken = Q(entity_id__in=entities) | Q(block_id__in=blocks)
    related = Q(source_id__in=entities) | Q(target_id__in=entities) | Q(block_id__in=blocks)
    for rows in (
        Alias.objects.filter(user_id=user_id, entity_id__in=entities),
        Mention.objects.filter(spoken, user_id=user_id),
        Edge.objects.filter(related, user_id=user_id),
    ):
        for row in work.current(cast(Iterable[LedgerRow], rows)):  # it may have moved elsewhere
            ends = {getattr(row, name, None) for name in ("entity_id", "source_id", "target_id")}
            if ends & entities or getattr(row, "block_id", None) in blocks:
                gone[row.pk] = row
    about = Q(left_id__in=gone) | Q(right_id__in=gone)
    for row in (
        *gone.values(),
        *Source.objects.filter(user_id=user_id, record_id__in=gone),
        *ReviewItem.objects.filter(about, user_id=user_id),
    ):
        work.remove(row)

    for block in work.current(Block.objects.filter(user_id=user_id, entity_id__in=entities)):
        if block.entity_id in entities:
            work.change(block, entity_id=None)
    for entity in work.current(Entity.objects.filter(user_id=user_id, merged_into__in=entities)):
        if entity.merged_into_id in entities:
            work.change(entity, merged_into_id=None)
    _reopen_superseded(work, gone)


def _reopen_superseded(work: UnitOfWork, gone: Collection[UUID]) -> None:
    """Blocks that the removed ones had superseded hold again, and so do their edges."""
    user_id = work.user_id
    reopened = set()
    for block in work.current(Block.objects.filter(user_id=user_id, superseded_by_id__in=gone)):
        if block.superseded_by_id in gone:
            work.change(block, **NOT_SUPERSEDED)
            reopened.add(block.id)
    ended = Q(superseded_by_id__in=gone) | Q(block_id__in=reopened)
    for edge in work.current(Edge.objects.filter(ended, user_id=user_id)):
        if edge.block_id in reopened:
            work.change(edge, **NOT_SUPERSEDED)
        elif edge.superseded_by_id in gone:
            work.change(edge, superseded_by_id=None)


def lower_trust(
    work: UnitOfWork, *, blocks: Collection[UUID], without: Collection[UUID]
) -> set[Topic]:
    """The blocks are trusted no more than the best of their sources that are not in `without`.

    Returns the topics whose conflicts are to be resolved again.
    """
    lowered = []
    mine = Block.objects.filter(user_id=work.user_id, pk__in=blocks)
    for block in work.current(mine.exclude(trust=Trust.CONFIRMED)):
        left = Source.objects.filter(user_id=work.user_id, record_id=block.id)
        said = left.exclude(pk__in=without).values_list("message__role", "message__is_from_outside")
        best = max(
            (trust_of(role, is_from_outside=outside) for role, outside in said), default=None
        )
        if best is None or best >= block.trust:
            continue
        work.change(block, trust=int(best))
        lowered.append(block)
        for model in (Edge, Mention):
            rows = cast(Any, model).objects.filter(user_id=work.user_id, block_id=block.id)
            for row in work.current(rows):
                work.change(row, trust=min(row.trust, int(best)))
    return topics_of(lowered)
