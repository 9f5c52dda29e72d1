"""A proposed fact whose entities are known, and what its columns are read from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from knowledge import identity
from knowledge.models import Entity
from knowledge.services.identities.resolution import Resolved
from knowledge.types import Polarity, ProposedFact, SourceMessage, Trust


@dataclass(frozen=True)
class ResolvedFact:
    """A proposed fact that makes sense, with the entities it speaks of."""

    proposal: ProposedFact
    message: SourceMessage
    about: Sequence[Resolved]
    edge_type: str | None
    topic: str
    value: str  # canonical; empty for an ending of whatever value
    read_value: str  # as it is stored
    is_single_valued: bool
    trust: Trust
    start: datetime
    held_at: datetime  # the latest moment at which it says to be so
    corrects_id: UUID | None = None  # the statement in whose place it comes
    is_referring: bool = False  # its topic and value are those of what it speaks of

    @property
    def subject(self) -> Entity | None:
        """The entity that it says something about."""
        return self.about[0].entity if self.about else None

    @property
    def subject_id(self) -> UUID | None:
        """The subject's id."""
        return self.subject.id if self.subject else None

    @property
    def said(self) -> str:
        """Its value, and that it is not or no longer so."""
        return f"{self.value}\x00{self.polarity}" if self.polarity else self.value

    @property
    def is_over(self) -> bool:
        """True when it is about a time that is over, by its own words."""
        valid_to = as_utc(self.proposal.valid_to)
        return valid_to is not None and valid_to > self.start

    @property
    def polarity(self) -> str:
        """A Polarity, or nothing: it says that something is so."""
        return Polarity.ENDED if self.proposal.ends else member(Polarity, self.proposal.polarity)

    @property
    def repeat_key(self) -> tuple[UUID | None, str]:
        """What it has in common with others that say the same."""
        if self.topic:
            return self.subject_id, f"{self.topic}\x00{self.said}"
        return self.subject_id, identity.normal_text(self.proposal.text)


def member(values: type[StrEnum], value: str) -> str:
    """The value, if the enumeration has it; else nothing."""
    return value if value in set(values) else ""


def as_utc(value: datetime | None) -> datetime | None:
    """The moment, in UTC where it has no zone."""
    if value is None or value.tzinfo is not None:
        return value
    return value.replace(tzinfo=UTC)
