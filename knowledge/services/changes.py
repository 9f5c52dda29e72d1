"""Changesets: what would come back, and bringing it back."""

from uuid import UUID

from knowledge.types import RollbackPreview


def preview_roll_back(*, user_id: UUID, changeset_id: UUID) -> RollbackPreview:
    """What rolling it back would do; nothing is written."""
    raise NotImplementedError


def roll_back(*, user_id: UUID, changeset_id: UUID) -> UUID:
    """The memory is as if the changeset had not been; returns the changeset that did it.

    Rows that later changes use stay. Raises ChangedSince when later changes concern the same.
    """
    raise NotImplementedError
