"""Shapes of the journal API, for its documentation.

Answers leave as ready bytes and do not pass through these; a test holds the two together.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Query, Schema
from pydantic import Field

from exobrain.lib.text import STORABLE, Text

INT32_MAX = 2**31 - 1
USUAL_JOURNALS, MAX_JOURNALS = 20, 100  # in one answer
USUAL_MESSAGES, MAX_MESSAGES = 100, 500  # in one answer

PageSize = Annotated[int, Query(ge=1, le=MAX_JOURNALS)]
MessagePageSize = Annotated[int, Query(ge=1, le=MAX_MESSAGES)]
JournalCursor = Annotated[Text | None, Query(description="only references before this one")]
MessageCursor = Annotated[
    int | None,
    Query(ge=-INT32_MAX - 1, le=INT32_MAX, description="only sequences before this one"),
]
SearchText = Annotated[str, Query(min_length=1), STORABLE]


class JournalEntrySchema(Schema):
    """One day."""

    id: str
    reference: str = Field(description="YYYY/MM/DD, a UTC date")
    created_at: datetime
    updated_at: datetime
    last_message_at: datetime | None
    message_count: int
    status: Literal["open"]


class ToolCallSchema(Schema):
    """A tool that was used while a message was written."""

    id: str
    tool_call_id: str
    title: str
    description: str
    response: str | None
    error: str | None


class JournalMessageSchema(Schema):
    """Something said that day."""

    id: str
    role: Literal["user", "assistant"]
    content: str | None = Field(description="of a streaming message: what is saved so far")
    sequence: int = Field(description="1-based within the day, higher is newer")
    created_at: datetime
    metadata: dict[str, Any] | None
    status: Literal["streaming", "complete", "interrupted", "failed"]
    model: str = Field(description="who answered, empty when nobody is known")
    tool_calls: list[ToolCallSchema]
