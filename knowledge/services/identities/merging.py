"""Merges two entities, or forbids that they are ever merged."""

from uuid import UUID

from django.db.models import Q, QuerySet

from exobrain.lib.database import retry_conflicts
from knowledge import identity
from knowledge.errors import CannotMerge, RecordNotFound
from knowledge.models import (
    Alias,
    Block,
    CannotLink,
    Changeset,
    Edge,
    Entity,
    Mention,
    ReviewItem,
    Source,
)
from knowledge.selectors.entities import member_ids
from knowledge.services.ledger.conflicts import Topic, resolve_conflicts, topics_of
from knowledge.services.ledger.unit_of_work import UnitOfWork, open_unit_of_work
from knowledge.types import TextSpan


@retry_conflicts
def merge(*, user_id: UUID, keep_id: UUID, gone_id: UUID) -> UUID:
    """Everything known of the second is known of the first; returns the changeset to roll back.

    The second stays as an empty row whose `merged_into` is the first.
    """
    with open_unit_of_work(user_id=user_id, kind=Changeset.Kind.MERGE) as work:
        merge_into(work, keep=_find_entity(user_id, keep_id), gone=_find_entity(user_id, gone_id))
        return work.changeset.id


def merge_into(work: UnitOfWork, *, keep: Entity, gone: Entity) -> None:
    """Makes the two one; raises CannotMerge for one and the same, or the user's own."""
    if keep.id == gone.id or gone.is_self or keep.merged_into_id or gone.merged_into_id:
        raise CannotMerge
    mine = {"user_id": work.user_id}
    ours = member_ids(user_id=work.user_id, entity_ids=[keep.id])
    theirs = member_ids(user_id=work.user_id, entity_ids=[gone.id])
    across = Q(left__in=ours, right__in=theirs) | Q(left__in=theirs, right__in=ours)
    if CannotLink.objects.filter(across, **mine).exists():
        raise CannotMerge("These two were said to be different.")

    topics = _move_records(work, keep, gone)
    for entity in work.current(Entity.objects.filter(merged_into=gone, **mine)):
        work.change(entity, merged_into_id=keep.id)
    work.change(gone, merged_into_id=keep.id)
    if keep.is_unnamed and not gone.is_unnamed:
        work.change(keep, name=gone.name, normal_name=gone.normal_name, is_unnamed=False)
    if gone.trust > keep.trust:
        work.change(keep, trust=gone.trust)

    about = Q(left=gone.id) | Q(right=gone.id)
    for item in work.current(_open_review_items(work).filter(about)):
        if {item.left_id, item.right_id} == {keep.id, gone.id}:
            work.change(item, state=ReviewItem.State.ACCEPTED, decided_at=work.now)
        else:
            work.remove(item)  # its other side is merged now
    resolve_conflicts(work, topics)


def _move_records(work: UnitOfWork, keep: Entity, gone: Entity) -> set[Topic]:
    """Blocks, mentions, edges and names of the one are the other's; returns the blocks' topics."""
    mine = {"user_id": work.user_id}
    blocks = list(Block.objects.filter(entity=gone, **mine))
    for block in blocks:
        work.change(block, entity_id=keep.id)
    kept = {mention.block_id: mention for mention in Mention.objects.filter(entity=keep, **mine)}
    for mention in Mention.objects.filter(entity=gone, **mine):
        if mention.block_id in kept:
            _remove_with_sources(work, mention, successor=kept[mention.block_id])
        else:
            work.change(mention, entity_id=keep.id)
    for edge in Edge.objects.filter(Q(source=gone) | Q(target=gone), **mine):
        source = keep.id if edge.source_id == gone.id else edge.source_id
        target = keep.id if edge.target_id == gone.id else edge.target_id
        if source == target:  # it was between the two
            _remove_with_sources(work, edge)
        else:
            work.change(edge, source_id=source, target_id=target)
    names = set(Alias.objects.filter(entity=keep, **mine).values_list("normal_name", flat=True))
    for alias in Alias.objects.filter(entity=gone, **mine):
        if alias.normal_name in names:
            work.remove(alias)
        else:
            work.change(alias, entity_id=keep.id)
    return topics_of(blocks)


def _remove_with_sources(
    work: UnitOfWork, record: Mention | Edge, *, successor: Mention | None = None
) -> None:
    """The record goes; its successor, if there is one, gets its sources."""
    for source in Source.objects.filter(user_id=work.user_id, record_id=record.id):
        work.remove(source)
        if successor is not None:
            work.cite(successor, TextSpan(source.message_id, source.start, source.end))
    work.remove(record)


def _open_review_items(work: UnitOfWork) -> QuerySet[ReviewItem]:
    return ReviewItem.objects.filter(
        user_id=work.user_id, kind=ReviewItem.Kind.MERGE, state=ReviewItem.State.OPEN
    )


@retry_conflicts
def keep_apart(*, user_id: UUID, left_id: UUID, right_id: UUID) -> UUID:
    """The two are different for ever, also after a rebuild; returns the changeset."""
    with open_unit_of_work(user_id=user_id, kind=Changeset.Kind.EDIT) as work:
        add_cannot_link(work, _find_entity(user_id, left_id), _find_entity(user_id, right_id))
        return work.changeset.id


def add_cannot_link(work: UnitOfWork, left: Entity, right: Entity) -> None:
    """The two are different, and are not asked about; raises CannotMerge if they are one."""
    if (left.merged_into_id or left.id) == (right.merged_into_id or right.id):
        raise CannotMerge("One and the same is not two.")
    low, high = sorted([left.id, right.id])
    id_ = identity.pair_id(work.user_id, kind="distinct", left_id=low, right_id=high)
    work.add(CannotLink(id=id_, user_id=work.user_id, left_id=low, right_id=high))
    both = [low, high]
    for item in work.current(_open_review_items(work).filter(left__in=both, right__in=both)):
        work.change(item, state=ReviewItem.State.REJECTED, decided_at=work.now)


def _find_entity(user_id: UUID, entity_id: UUID) -> Entity:
    entity = Entity.objects.filter(user_id=user_id, pk=entity_id).first()
    if entity is None:
        raise RecordNotFound
    return entity
