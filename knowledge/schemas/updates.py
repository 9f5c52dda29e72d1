"""Shapes of the memory's updates."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Query, Schema
from pydantic import BaseModel, ConfigDict, Field

from exobrain.lib.text import Text

USUAL_UPDATES, MAX_UPDATES = 20, 100  # in one answer

UpdatePageSize = Annotated[int, Query(ge=1, le=MAX_UPDATES)]
UpdateCursor = Annotated[
    UUID | None, Query(description="only updates after this one, by its `id`, in this order")
]


class UpdateIn(BaseModel):
    """What to learn: one day, or everything."""

    # Not Ninja's Schema: it takes a list or a number for an object that leaves everything out.
    model_config = ConfigDict(from_attributes=True)

    journal_reference: Annotated[Text, Field(min_length=1)] | None = Field(
        None, description="only this day, YYYY/MM/DD"
    )


class UpdateRequestedOut(Schema):
    """The jobs that were accepted."""

    job_id: str = Field(description="the first of them")
    status: Literal["queued"]
    job_ids: list[str] = Field(description="all of them, one for each chunk of a day")
    message_count: int = Field(description="messages in these jobs")
    waiting_count: int = Field(
        description="further messages; their jobs follow when the orchestrator is back"
    )


class UpdateOut(Schema):
    """Some messages of one day, and the job that learns them."""

    id: str
    job_id: str
    journal_reference: str = Field(description="YYYY/MM/DD")
    state: Literal["waiting", "queued", "succeeded", "failed"] = Field(
        description="waiting: no orchestrator has accepted it yet; failed: its messages are free"
    )
    is_automatic: bool
    message_count: int
    reason: str = Field(description="why it waits or failed, else empty")
    created_at: datetime
    queued_at: datetime | None
    ended_at: datetime | None


class UpdateErrorOut(Schema):
    """What went wrong, in a few words."""

    detail: str
