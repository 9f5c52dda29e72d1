"""Answers to the questions of the memory."""

from uuid import UUID


def accept(*, user_id: UUID, item_id: UUID) -> UUID:
    """Of a merge: the two are one. Of a conflict: the left one holds. Returns the changeset."""
    raise NotImplementedError


def reject(*, user_id: UUID, item_id: UUID) -> UUID:
    """Of a merge: different for ever. Of a conflict: the right one holds. Returns the changeset."""
    raise NotImplementedError
