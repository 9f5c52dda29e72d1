"""The user's own hand: each edit is a changeset, and what it replaces keeps its row."""

from collections.abc import Mapping
from uuid import UUID


def edit_blocks(*, user_id: UUID, texts: Mapping[UUID, str]) -> dict[UUID, UUID]:
    """Blocks read as given, by the user's word; all or none. Maps each to its successor.

    A block whose text is the same is confirmed, and maps to itself; an empty text falsifies.
    Raises RecordNotFound, and NotEditable for an episode.
    """
    raise NotImplementedError


def edit_block(*, user_id: UUID, block_id: UUID, text: str) -> UUID:
    """The block reads as given, by the user's word; returns the block that says so now."""
    raise NotImplementedError


def confirm(*, user_id: UUID, block_id: UUID) -> UUID:
    """The user has looked at the block and agreed; returns the changeset."""
    raise NotImplementedError


def dispute(*, user_id: UUID, block_id: UUID) -> UUID:
    """The block is doubtful; returns the changeset."""
    raise NotImplementedError


def falsify(*, user_id: UUID, block_id: UUID) -> UUID:
    """The block is wrong, and not recalled as true; returns the changeset."""
    raise NotImplementedError


def add_note(*, user_id: UUID, entity_id: UUID, text: str) -> UUID:
    """The entity's page has a note; returns the note's block."""
    raise NotImplementedError


def rename_entity(*, user_id: UUID, entity_id: UUID, name: str) -> UUID:
    """The entity has that name, and is still found by the old one; returns the changeset."""
    raise NotImplementedError


def retype_entity(*, user_id: UUID, entity_id: UUID, node_type: str) -> UUID:
    """The entity is of that type; raises UnknownType. Returns the changeset."""
    raise NotImplementedError
