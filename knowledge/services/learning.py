"""From messages to memory: everything a job makes of them is one changeset."""

from collections.abc import Sequence
from uuid import UUID

from knowledge.types import Prepared, SourceMessage


def prepare_learning(*, user_id: UUID, messages: Sequence[SourceMessage]) -> Prepared:
    """What may be remembered of the messages is known; nothing is written."""
    raise NotImplementedError


def apply_learning(*, user_id: UUID, job_id: UUID, prepared: Prepared) -> UUID:
    """The memory holds what was prepared; returns the changeset. Twice is as good as once."""
    raise NotImplementedError
