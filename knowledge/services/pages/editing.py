"""The user's edits: each is a changeset, and a replaced block keeps its row."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Q

from exobrain.lib.database import retry_conflicts
from exobrain.lib.text import storable
from knowledge import identity
from knowledge.errors import EmptyText, NotEditable, RecordNotFound, TextTooLong
from knowledge.models import (
    EVENT_COLUMNS,
    Block,
    Changeset,
    Edge,
    Entity,
    Mention,
    Source,
)
from knowledge.services.identities.contexts import Contexts
from knowledge.services.identities.resolution import Resolver
from knowledge.services.learning.schema_context import schema_view
from knowledge.services.ledger.conflicts import end_elsewhere, reopen, resolve_conflicts, topic_of
from knowledge.services.ledger.unit_of_work import UnitOfWork, open_unit_of_work
from knowledge.types import MAX_TEXT_CHARS, BlockKind, Status, TextSpan, Trust


@retry_conflicts
def edit_blocks(*, user_id: UUID, texts: Mapping[UUID, str]) -> dict[UUID, UUID]:
    """Blocks read as given, by the user's word; all or none. Maps each to its successor.

    A block whose text is the same is confirmed, and maps to itself, as does one that is to have
    no text: the user said that it is wrong. Raises RecordNotFound, TextTooLong, and NotEditable for
    an episode.
    """
    with open_unit_of_work(user_id=user_id, kind=Changeset.Kind.EDIT) as work:
        blocks = _find_blocks(user_id, texts)
        return {id_: _replace_text(work, blocks[id_], text) for id_, text in texts.items()}


@retry_conflicts
def confirm(*, user_id: UUID, block_id: UUID) -> UUID:
    """The user has looked at the block and agreed; returns the changeset."""
    with open_unit_of_work(user_id=user_id, kind=Changeset.Kind.EDIT) as work:
        assure(work, _find_blocks(user_id, [block_id])[block_id])
        return work.changeset.id


@retry_conflicts
def set_private(*, user_id: UUID, block_id: UUID, is_private: bool) -> UUID:
    """The block is private or no longer so, with what it corrected and what corrected it.

    Returns the changeset. What is private is given to no model elsewhere, nor to other programs.
    """
    with open_unit_of_work(user_id=user_id, kind=Changeset.Kind.EDIT) as work:
        level = list(_find_blocks(user_id, [block_id]).values())
        found: dict[UUID, Block] = {}
        mine = Block.objects.filter(user_id=user_id).exclude(kind=BlockKind.EPISODE)
        while level:
            found |= {block.id: block for block in level}
            near = Q(pk__in=[block.corrects_id for block in level])
            near |= Q(corrects__in=[block.id for block in level])
            level = [block for block in mine.filter(near) if block.id not in found]
        for block in found.values():
            work.change(block, is_private=is_private)
        return work.changeset.id


@retry_conflicts
def add_note(*, user_id: UUID, entity_id: UUID, text: str) -> UUID:
    """The entity's page has a note; returns the note's block."""
    with open_unit_of_work(user_id=user_id, kind=Changeset.Kind.EDIT) as work:
        return _add_note(work, _find_entity(user_id, entity_id), text)


@retry_conflicts
def add_own_note(*, user_id: UUID, text: str) -> UUID:
    """The user's own page, which is made if need be, has a note; returns the note's block."""
    with open_unit_of_work(user_id=user_id, kind=Changeset.Kind.EDIT) as work:
        own = Entity.objects.filter(user_id=user_id, is_self=True).first()
        if own is None:
            nothing = Contexts(user_id=user_id, episodes={}, texts={}, vectors={})
            own = Resolver(work, schema_view(), nothing).ensure_self(Trust.CONFIRMED)
        return _add_note(work, own, text)


@retry_conflicts
def rename_entity(*, user_id: UUID, entity_id: UUID, name: str) -> UUID:
    """The entity has that name, and is still found by the old one; returns the changeset."""
    with open_unit_of_work(user_id=user_id, kind=Changeset.Kind.EDIT) as work:
        entity = _find_entity(user_id, entity_id)
        name, normal = checked_name(name)
        work.change(
            entity,
            name=name,
            normal_name=normal[: identity.MAX_NAME_CHARS],
            is_unnamed=False,
            trust=int(Trust.CONFIRMED),
        )
        work.add_alias(entity.id, name=name, normal_name=normal)
        return work.changeset.id


# -- what edits are made of


def checked_name(name: str) -> tuple[str, str]:
    """A name that the user gave, as it is stored, and its normal form.

    Raises EmptyText where nothing of it would be compared, and TextTooLong.
    """
    name = storable(name).strip()
    normal = identity.normal_name(name)
    if not normal:
        raise EmptyText
    if len(name) > identity.MAX_NAME_CHARS:
        raise TextTooLong
    return name, normal


def assure(work: UnitOfWork, block: Block) -> None:
    """The block is confirmed by the user."""
    work.change(block, trust=int(Trust.CONFIRMED), confidence=1.0, status=Status.ASSERTED)
    _update_dependents(work, block)


def refute(work: UnitOfWork, block: Block, *, status: Status = Status.FALSIFIED) -> None:
    """The block is wrong by the user's word, or in doubt."""
    work.change(block, status=status)
    _update_dependents(work, block)


def end(work: UnitOfWork, block: Block, *, by: Block) -> None:
    """The other statement, an ending or another time of an event, ends the block."""
    work.change(by, trust=int(Trust.CONFIRMED), confidence=1.0, status=Status.ASSERTED)
    if by.kind == BlockKind.EVENT:
        work.change(by, corrects_id=block.id)
        if by.starts_at is None:
            times = {name: getattr(block, name) for name in EVENT_COLUMNS[:5]}
            work.change(by, **times)
    end_elsewhere(work, block, by=by, at=by.valid_from or by.said_at)
    _update_dependents(work, by)


def _update_dependents(work: UnitOfWork, block: Block) -> None:
    """Its edges have its status, and the conflicts of its topic are resolved."""
    for edge in Edge.objects.filter(user_id=work.user_id, block=block):
        work.change(edge, status=block.status, trust=block.trust, confidence=block.confidence)
    if topic := topic_of(block):
        resolve_conflicts(work, [topic])
    if block.status == Status.FALSIFIED:  # what it ended of other topics is not over
        ended = Block.objects.filter(user_id=work.user_id, superseded_by_id=block.id)
        reopen(work, [b for b in work.current(ended) if topic_of(b) != topic])


def _replace_text(work: UnitOfWork, block: Block, text: str) -> UUID:
    """A new block with the text supersedes the block; returns the id of the one that holds now."""
    text = _storable_text(text)
    if not text:
        refute(work, block)
        return block.id
    if text == block.text:
        assure(work, block)
        return block.id
    value = identity.normal_text(text)[: identity.MAX_VALUE_CHARS] if block.topic else ""
    successor = work.add(
        Block(
            id=identity.edit_id(work.user_id, record_id=block.id, text=text, at=work.now),
            user_id=work.user_id,
            universe_id=block.universe_id,
            kind=block.kind,
            text=text,
            level=block.level,
            parent_id=block.parent_id,
            corrects_id=block.id,
            entity_id=block.entity_id,
            topic=block.topic,
            value=value,
            is_single_valued=block.is_single_valued,
            polarity=block.polarity,
            is_secret=block.is_secret,
            is_private=block.is_private,
            **{name: getattr(block, name) for name in EVENT_COLUMNS},
            trust=Trust.CONFIRMED,
            valid_from=work.now,
            recorded_at=work.now,
            message_id=block.message_id,
            reference=block.reference,
            sequence=block.sequence,
            said_at=work.now,
        )
    )
    work.change(
        block,
        valid_to=max(work.now, block.valid_from or block.said_at),
        superseded_at=work.now,
        superseded_by_id=successor.id,
    )
    mine = {"user_id": work.user_id}
    for source in Source.objects.filter(record_id=block.id, **mine):
        work.cite(successor, TextSpan(source.message_id, source.start, source.end))
    for mention in Mention.objects.filter(block=block, **mine):
        work.add_mention(successor, mention.entity_id)
    for child in Block.objects.filter(parent=block, **mine):
        work.change(child, parent_id=successor.id)
    for edge in Edge.objects.filter(block=block, **mine):
        work.change(edge, valid_to=block.valid_to, superseded_at=block.superseded_at)
    _update_dependents(work, successor)
    return successor.id


def _add_note(work: UnitOfWork, entity: Entity, text: str) -> UUID:
    text = _storable_text(text)
    if not text:
        raise EmptyText
    note = work.add(
        Block(
            id=identity.edit_id(work.user_id, record_id=entity.id, text=text, at=work.now),
            user_id=work.user_id,
            kind=BlockKind.NOTE,
            text=text,
            entity_id=entity.id,
            trust=Trust.CONFIRMED,
            valid_from=work.now,
            recorded_at=work.now,
            said_at=work.now,
        )
    )
    work.add_mention(note, entity.id)
    return note.id


def _storable_text(text: str) -> str:
    """The whole text as it is stored; raises TextTooLong rather than cut it."""
    text = storable(text).strip()
    if len(text) > MAX_TEXT_CHARS:
        raise TextTooLong
    return text


def _find_blocks(user_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Block]:
    """The user's blocks of these ids: all of them, and none is an episode."""
    wanted = set(ids)
    blocks = Block.objects.filter(user_id=user_id).in_bulk(wanted)
    if blocks.keys() != wanted:
        raise RecordNotFound
    if any(block.kind == BlockKind.EPISODE for block in blocks.values()):
        raise NotEditable
    return blocks


def _find_entity(user_id: UUID, entity_id: UUID) -> Entity:
    entity = Entity.objects.filter(user_id=user_id, pk=entity_id, merged_into=None).first()
    if entity is None:
        raise RecordNotFound
    return entity
