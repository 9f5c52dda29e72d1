"""Shapes of what the API tells about the memory's changes, review items and decisions."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Schema
from pydantic import Field

USUAL_ROWS, MAX_ROWS = 20, 100  # in one answer

RowCount = Annotated[int, Query(ge=1, le=MAX_ROWS)]
RowToken = Annotated[UUID | None, Query(description="the next_page_token of the page before")]
PositionToken = Annotated[
    int, Query(ge=-1, le=2**31 - 1, description="the next_page_token of the page before")
]
ReviewKind = Literal["merge", "conflict", "ending", "forget"]
ReviewState = Literal["open", "accepted", "rejected"]


class ChangesetOut(Schema):
    """Changes that were made together."""

    id: str
    kind: Literal["job", "edit", "merge", "forget", "rollback"]
    state: Literal["applied", "rolled_back"]
    created_at: datetime
    job_id: str | None
    reverts_id: str | None
    extractor: str
    fallback: str = Field(description="why the rules have read messages in a model's place, if so")
    summary: dict[str, Any] = Field(description="rows added, changed and removed, by table")
    can_roll_back: bool
    dropped: dict[str, int] = Field(
        description="why parts of messages were not learned, and how many"
    )
    sentences: list[str] = Field(description="what it did; in a list, the first of them")


class ChangesetListOut(Schema):
    """The latest changes first."""

    changesets: list[ChangesetOut]
    next_page_token: str | None


class OperationOut(Schema):
    """A row before and after."""

    position: int
    table: str
    record_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ChangesetDetailOut(ChangesetOut):
    """A changeset with its operations."""

    operations: list[OperationOut]
    next_page_token: int | None


class RollbackPreviewOut(Schema):
    """What rolling back would do."""

    changeset_id: str
    counts: dict[str, int]
    kept: int
    conflicts: list[str]


class ChangedOut(Schema):
    """The changeset that did it."""

    changeset_id: str


class EvidenceOut(Schema):
    """A quote of a message."""

    quote: str
    message_id: str
    reference: str = Field(description="the journal's day, YYYY/MM/DD")
    sequence: int
    role: str
    said_at: datetime


class ReviewEntryOut(Schema):
    """A review item: are these the same, or which of these holds?"""

    id: str
    kind: ReviewKind
    state: ReviewState
    left_id: str
    right_id: str
    left_text: str
    right_text: str
    left_detail: str
    right_detail: str
    score: float
    features: dict[str, float]
    created_at: datetime
    question: str
    if_accepted: str = Field(description="what accepting does")
    if_rejected: str = Field(description="what rejecting does")
    left_evidence: list[EvidenceOut]
    right_evidence: list[EvidenceOut]


class ReviewListOut(Schema):
    """The latest review items first."""

    items: list[ReviewEntryOut]
    next_page_token: str | None


class DecisionOut(Schema):
    """Why something of a message is or is not remembered."""

    verdict: str
    reason: str
    start: int | None
    end: int | None
    record_id: str | None
    record_text: str
    changeset_id: str
    decided_at: datetime


class WhyOut(Schema):
    """All decisions about a message; none before the memory has seen it."""

    message_id: str
    decisions: list[DecisionOut]
