"""Shapes of what is found in the memory."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Query, Schema
from pydantic import Field

from exobrain.lib.moments import Moment
from exobrain.lib.text import STORABLE

USUAL_ITEMS, MAX_ITEMS = 20, 100  # in one answer
USUAL_EDGES, MAX_EDGES = 100, 500  # in one answer
MAX_HOPS = 3

SearchText = Annotated[str, Query(min_length=1, max_length=4000), STORABLE]
ItemCount = Annotated[int, Query(ge=1, le=MAX_ITEMS)]
AsOf = Annotated[Moment | None, Query(description="what was known to hold then")]
TrustName = Literal["web", "tool", "inferred", "user_said", "confirmed"]
LeastTrust = Annotated[TrustName, Query(description="nothing that is believed less")]
EntityId = Annotated[UUID, Query(description="a page's id")]
Hops = Annotated[int, Query(ge=1, le=MAX_HOPS)]
EdgeCount = Annotated[int, Query(ge=1, le=MAX_EDGES)]


class EndedOut(Schema):
    """Something that a passage says and that does not hold any more."""

    text: str
    until: datetime | None


class FoundOut(Schema):
    """A memory, with why it was found and where it is from."""

    block_id: str
    kind: str
    text: str
    score: float
    parts: dict[str, float] = Field(description="what each retriever gave to the score")
    trust: TrustName
    status: str
    confidence: float
    message_ids: list[str]
    reference: str
    said_at: datetime
    valid_from: datetime | None
    valid_to: datetime | None
    entity_ids: list[str]
    topic: str = Field(description="of a fact, where it has one")
    starts_at: datetime | None = Field(description="of an event")
    ended: list[EndedOut] = Field(description="of a passage: what it says and is over")


class FoundListOut(Schema):
    """What is known, then passages of messages, the best of each first."""

    items: list[FoundOut]
    is_known: bool = Field(description="false where nothing is known of that")
    retriever_ms: dict[str, float] = Field(
        description="milliseconds of each retriever that answered in time"
    )
    dropped: list[str] = Field(description="retrievers that did not")


class NodeOut(Schema):
    """An entity."""

    id: str
    type: str
    name: str
    trust: TrustName


class EdgeOut(Schema):
    """A relation between two entities."""

    id: str
    type: str
    source: str
    target: str
    confidence: float
    trust: TrustName
    valid_from: datetime | None
    valid_to: datetime | None


class GraphOut(Schema):
    """What is around an entity."""

    nodes: list[NodeOut]
    edges: list[EdgeOut]
    is_cut: bool = Field(description="there are more than were asked for")
