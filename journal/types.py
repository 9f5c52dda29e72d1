"""Values that describe what was said."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID, uuid4

from pydantic import ConfigDict, Field, WithJsonSchema

Id = Annotated[UUID, WithJsonSchema({"type": "string"})]  # the contract documents ids as strings
# A field with a default is in every answer all the same, so it is documented as required.
ANSWER = ConfigDict(json_schema_serialization_defaults_required=True)
Role = Literal["user", "assistant"]
Status = Literal["streaming", "complete", "interrupted", "failed"]
FinalStatus = Literal["complete", "interrupted", "failed"]

_REFERENCE = re.compile(r"([0-9]{4})/([0-9]{2})/([0-9]{2})")


def reference_of(day: date) -> str:
    """The reference of a day's journal: `YYYY/MM/DD`."""
    return f"{day.year:04}/{day.month:02}/{day.day:02}"


def is_reference(text: str) -> bool:
    """Is this `YYYY/MM/DD` of a day that exists?"""
    if not (match := _REFERENCE.fullmatch(text)):
        return False
    try:
        date(*map(int, match.groups()))
    except ValueError:
        return False
    return True


def field_names(of: type) -> tuple[str, ...]:
    """The names of a dataclass's fields, in their order."""
    return tuple(each.name for each in fields(of))


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFields:
    """What every message is stored with and shown with: the one list of a message's fields.

    A field that is added here, with a default, and to `journal.models.Message`, with a migration,
    is written by `append_messages`, read by the selectors, in the JSON API and in its
    documentation, and answers that were cached without it are not read again. A value that is only
    shown, and is no column, belongs to `JournalMessage`.
    """

    __pydantic_config__: ClassVar = ANSWER

    id: Id
    role: Role
    content: Annotated[str | None, Field(description="of a streaming message: saved so far")]
    status: Status
    model: Annotated[str, Field(description="who answered, empty when nobody is known")]


# -- what is written


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDraft(MessageFields):
    """A message before it has its sequence; each of its fields is a column of the message."""

    id: Id = field(default_factory=uuid4)
    content: str
    status: Status = "complete"
    model: str = ""
    client_message_id: UUID | None = None
    is_without_model: bool = False  # an answer that no model makes: the memory does not learn it


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
    is_without_model: bool = False  # a sample of an answer


# -- what is read: JournalEntry, ToolCallEntry and JournalMessage are the shapes of the JSON API


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One day."""

    id: Id
    reference: Annotated[str, Field(description="YYYY/MM/DD, the user's date")]
    created_at: datetime
    updated_at: datetime
    last_message_at: datetime | None
    message_count: int
    status: Literal["open"] = "open"

    __pydantic_config__: ClassVar = ANSWER


@dataclass(frozen=True, slots=True)
class ToolCallEntry:
    """A tool that was used while a message was written."""

    id: Id
    tool_call_id: str
    title: str
    description: str
    response: str | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalMessage(MessageFields):
    """Something said that day."""

    sequence: Annotated[int, Field(description="1-based within the day, higher is newer")]
    created_at: datetime
    metadata: Mapping[str, Any] | None
    tool_calls: list[ToolCallEntry]


@dataclass(frozen=True, slots=True)
class DayPage:
    """Some of a day's messages, as pages show them."""

    messages: Sequence[JournalMessage]  # oldest first
    before_sequence: int | None  # of the next older page; None when there are no older messages


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message as other apps use it."""

    id: UUID
    journal_id: UUID
    reference: str
    sequence: int
    role: Role
    content: str
    status: Status
    created_at: datetime
    is_from_outside: bool = False  # an answer made from what others wrote
    is_without_model: bool = False  # an answer that no model made


@dataclass(frozen=True, slots=True)
class MessageMatch:
    """A message that contains the text of a search."""

    id: UUID
    journal_id: UUID
    sequence: int
    role: str
    content: str
