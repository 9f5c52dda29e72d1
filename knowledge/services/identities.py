"""Who is who: two entities become one, or are different for ever."""

from uuid import UUID


def merge(*, user_id: UUID, keep_id: UUID, gone_id: UUID) -> UUID:
    """Everything known of the second is known of the first; returns the changeset to roll back.

    The second stays as an empty row whose `merged_into` is the first.
    """
    raise NotImplementedError


def keep_apart(*, user_id: UUID, left_id: UUID, right_id: UUID) -> UUID:
    """The two are different for ever, also after a rebuild; returns the changeset."""
    raise NotImplementedError
