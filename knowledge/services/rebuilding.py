"""The memory made anew from the journal and the user's own changes, beside the old one."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild made."""

    user_id: UUID
    schema: str  # where it lies; empty when it took the place of the old one
    before: Mapping[str, int]  # table -> rows of the old memory
    after: Mapping[str, int]  # table -> rows of the new one
    replayed: int  # changes by the user that were made again
    not_replayed: int  # changes whose subject is no longer there


def rebuild(*, user_id: UUID, into: str = "") -> Rebuilt:
    """The user's memory is made anew; it takes the old one's place, or lies in schema `into`."""
    raise NotImplementedError


def swap(*, user_id: UUID, schema: str) -> Rebuilt:
    """What was rebuilt into the schema takes the old memory's place."""
    raise NotImplementedError
