"""Two things on one page become two pages, by the user's word: each split is one changeset.

A merge is undone by rolling its changeset back; what was never merged, or was spoken of since, is
split by choosing what belongs to the other page.
"""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from exobrain.lib.database import retry_conflicts
from knowledge import identity
from knowledge.errors import (
    BlockNotOnPage,
    CannotMoveHere,
    NothingChosen,
    PageNotFound,
)
from knowledge.models import Alias, Block, Changeset, Edge, Entity, Mention, Source
from knowledge.selectors.entities import member_ids
from knowledge.services.identities.merging import add_cannot_link
from knowledge.services.ledger.conflicts import resolve_conflicts, topics_of
from knowledge.services.ledger.unit_of_work import UnitOfWork, open_unit_of_work
from knowledge.services.pages.editing import checked_name
from knowledge.types import BlockKind, Trust


@retry_conflicts
def split_page(
    *, user_id: UUID, entity_id: UUID, block_ids: Collection[UUID], name: str
) -> tuple[UUID, UUID]:
    """The chosen texts are on a new page of that name; returns the page and the changeset.

    The two are different from then on: they are not merged or asked about. An episode among the
    blocks is a message that speaks of the new one. Raises NothingChosen, BlockNotOnPage, EmptyText
    and TextTooLong.
    """
    with open_unit_of_work(user_id=user_id, kind=Changeset.Kind.EDIT) as work:
        old = _find_page(user_id, entity_id)
        new = _add_entity(work, like=old, name=name)
        _move(work, old=old, new=new, block_ids=block_ids)
        for alias in Alias.objects.filter(
            user_id=user_id, entity=old, normal_name=new.normal_name
        ).exclude(normal_name=old.normal_name):
            work.remove(alias)  # the name means the new one now
        add_cannot_link(work, old, new)
        return new.id, work.changeset.id


@retry_conflicts
def move_blocks(
    *, user_id: UUID, entity_id: UUID, to_id: UUID, block_ids: Collection[UUID]
) -> UUID:
    """The chosen texts are on another page that exists; returns the changeset.

    Raises NothingChosen, BlockNotOnPage, and CannotMoveHere for one and the same page.
    """
    with open_unit_of_work(user_id=user_id, kind=Changeset.Kind.EDIT) as work:
        old, new = _find_page(user_id, entity_id), _find_page(user_id, to_id)
        if old.id == new.id:
            raise CannotMoveHere
        _move(work, old=old, new=new, block_ids=block_ids)
        return work.changeset.id


def _find_page(user_id: UUID, entity_id: UUID) -> Entity:
    entity = Entity.objects.filter(user_id=user_id, pk=entity_id, merged_into=None).first()
    if entity is None:
        raise PageNotFound
    return entity


def _add_entity(work: UnitOfWork, *, like: Entity, name: str) -> Entity:
    """A new entity of the same type, with a name that the user gave."""
    name, normal = checked_name(name)
    entity = work.add(
        Entity(
            id=identity.edit_id(work.user_id, record_id=like.id, text=name, at=work.now),
            user_id=work.user_id,
            universe_id=like.universe_id,
            node_type_id=like.node_type_id,
            name=name,
            normal_name=normal[: identity.MAX_NAME_CHARS],
            trust=Trust.CONFIRMED,
            recorded_at=work.now,
        )
    )
    work.add_alias(entity.id, name=name, normal_name=normal)
    return entity


def _move(work: UnitOfWork, *, old: Entity, new: Entity, block_ids: Collection[UUID]) -> None:
    """The blocks, with all that goes with them, are about the new entity and not the old one."""
    if not block_ids:
        raise NothingChosen
    members = member_ids(user_id=work.user_id, entity_ids=[old.id])
    on_page, spoken = _chosen(work.user_id, members, block_ids)
    moved = _with_predecessors(work.user_id, members, on_page)
    topics = topics_of(moved.values())
    for block in moved.values():
        work.change(block, entity_id=new.id)
    topics |= topics_of(moved.values())
    for edge in Edge.objects.filter(user_id=work.user_id, block_id__in=moved):
        source = new.id if edge.source_id in members else edge.source_id
        target = new.id if edge.target_id in members else edge.target_id
        if source == target:  # what it says of the two is of one now
            _remove_with_sources(work, edge)
        else:
            work.change(edge, source_id=source, target_id=target)
    gone, shared = _episodes_of(work.user_id, members, moved)
    _move_mentions(work, members, new, block_ids={*moved, *spoken, *gone})
    for block in Block.objects.filter(user_id=work.user_id, pk__in=shared):
        work.add_mention(block, new.id)
    resolve_conflicts(work, topics)


def _chosen(
    user_id: UUID, members: Collection[UUID], block_ids: Collection[UUID]
) -> tuple[set[UUID], set[UUID]]:
    """Those of the blocks that stand on the page, and the episodes that speak of it."""
    mine = Block.objects.filter(user_id=user_id, pk__in=block_ids)
    on_page = set(
        mine.filter(entity__in=members).exclude(kind=BlockKind.EPISODE).values_list("pk", flat=True)
    )
    spoken = set(
        Mention.objects.filter(
            user_id=user_id, entity__in=members, block__in=mine.filter(kind=BlockKind.EPISODE)
        ).values_list("block_id", flat=True)
    )
    if on_page | spoken != set(block_ids):
        raise BlockNotOnPage
    return on_page, spoken


def _with_predecessors(
    user_id: UUID, members: Collection[UUID], block_ids: Collection[UUID]
) -> dict[UUID, Block]:
    """The blocks with what the user corrected by them, and with what stands below them."""
    found: dict[UUID, Block] = {}
    waiting = Block.objects.filter(user_id=user_id, entity__in=members)
    fresh = waiting.in_bulk(block_ids)
    while fresh:
        found |= fresh
        corrected = {block.corrects_id for block in fresh.values() if block.corrects_id}
        more = waiting.filter(Q(pk__in=corrected) | Q(parent__in=fresh)).exclude(pk__in=found)
        fresh = {block.pk: block for block in more}
    return found


def _episodes_of(
    user_id: UUID, members: Collection[UUID], moved: Collection[UUID]
) -> tuple[set[UUID], set[UUID]]:
    """Episodes of the messages that the moved blocks are from.

    First those of which nothing stays on the old page, then those that speak of both from now on.
    """
    sources = Source.objects.filter(user_id=user_id, record_id__in=moved)
    messages = set(sources.values_list("message_id", flat=True))
    stay = Block.objects.filter(user_id=user_id, entity__in=members).exclude(
        Q(pk__in=moved) | Q(kind=BlockKind.EPISODE)
    )
    both = set(
        Source.objects.filter(
            user_id=user_id, message_id__in=messages, record_id__in=stay.values("pk")
        ).values_list("message_id", flat=True)
    )
    episodes = dict(
        Block.objects.filter(
            user_id=user_id, kind=BlockKind.EPISODE, message_id__in=messages
        ).values_list("pk", "message_id")
    )
    shared = {id_ for id_, message_id in episodes.items() if message_id in both}
    return episodes.keys() - shared, shared


def _move_mentions(
    work: UnitOfWork, members: Collection[UUID], new: Entity, *, block_ids: Collection[UUID]
) -> None:
    """Where these blocks speak of the old one they speak of the new one."""
    mine = Mention.objects.filter(user_id=work.user_id, block_id__in=block_ids)
    there = set(mine.filter(entity=new).values_list("block_id", flat=True))
    for mention in mine.filter(entity__in=members):
        if mention.block_id in there:
            _remove_with_sources(work, mention)
        else:
            work.change(mention, entity_id=new.id)


def _remove_with_sources(work: UnitOfWork, record: Mention | Edge) -> None:
    for source in Source.objects.filter(user_id=work.user_id, record_id=record.id):
        work.remove(source)
    work.remove(record)
