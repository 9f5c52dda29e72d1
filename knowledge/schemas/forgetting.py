"""Shapes of forgetting."""

from typing import Annotated, Literal

from ninja import Query, Schema
from pydantic import Field

Preview = Annotated[bool, Query(description="only tell what would go")]
Confirmation = Annotated[str, Query(description="`everything`, or nothing is done")]


class TargetOut(Schema):
    """What is to be forgotten."""

    kind: Literal["fact", "entity", "message", "journal", "everything"]
    id: str | None
    reference: str


class ForgetItemOut(Schema):
    """One of the things that would go."""

    kind: str
    id: str
    text: str


class ForgetOut(Schema):
    """What has gone, or with `preview` what would go."""

    preview: bool
    target: TargetOut
    counts: dict[str, int]
    items: list[ForgetItemOut] = Field(default_factory=list, description="the first of them")
    changeset_id: str | None = None
    pending: list[str] = Field(
        default_factory=list,
        description="what is gone a moment later: indexes outside PostgreSQL (`vectors`, `graph`), "
        "and, after the fact, a `cache` or `queue` that could not be reached",
    )
