"""Values that describe what was said."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

Role = Literal["user", "assistant"]
Status = Literal["streaming", "complete", "interrupted", "failed"]
FinalStatus = Literal["complete", "interrupted", "failed"]

_REFERENCE = re.compile(r"([0-9]{4})/([0-9]{2})/([0-9]{2})")


def reference_of(day: date) -> str:
    """The reference of a day's journal: `YYYY/MM/DD`."""
    return f"{day.year:04}/{day.month:02}/{day.day:02}"


def is_reference(text: str) -> bool:
    """True when the text names a day that exists."""
    if not (match := _REFERENCE.fullmatch(text)):
        return False
    try:
        date(*map(int, match.groups()))
    except ValueError:
        return False
    return True


# -- what is written


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """A message before it has its place in a journal."""

    role: Role
    content: str
    status: Status = "complete"
    client_message_id: UUID | None = None
    model: str = ""
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, slots=True)
class ToolCallDraft:
    """A tool that was used while an answer was written."""

    tool_call_id: str
    title: str
    description: str
    response: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class FinalMessage:
    """What a streaming message becomes."""

    message_id: UUID
    content: str | None  # None keeps what was saved last
    status: FinalStatus
    model: str = ""
    metadata: Mapping[str, Any] | None = None
    tool_calls: Sequence[ToolCallDraft] = ()


@dataclass(frozen=True, slots=True)
class PastMessage:
    """A message from elsewhere, with its own id and time."""

    id: UUID
    role: Role
    content: str
    created_at: datetime


# -- what is read


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message in its place."""

    id: UUID
    journal_id: UUID
    reference: str
    sequence: int
    role: str
    content: str
    status: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One day, as the API and the pages show it; its fields are the API's."""

    id: UUID
    reference: str
    created_at: datetime
    updated_at: datetime
    last_message_at: datetime | None
    message_count: int
    status: Literal["open"] = "open"


@dataclass(frozen=True, slots=True)
class ToolCallEntry:
    """A tool call, as the API and the pages show it; its fields are the API's."""

    id: UUID
    tool_call_id: str
    title: str
    description: str
    response: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class JournalMessage:
    """A message, as the API and the pages show it; its fields are the API's."""

    id: UUID
    role: str
    content: str | None
    sequence: int
    created_at: datetime
    metadata: Mapping[str, Any] | None
    status: str
    model: str
    tool_calls: list[ToolCallEntry]


@dataclass(frozen=True, slots=True)
class MessageHit:
    """A message in which a search found its words."""

    id: UUID
    journal_id: UUID
    sequence: int
    role: str
    content: str
