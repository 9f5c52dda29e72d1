"""The shapes of the chat's requests, answers and socket frames."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, TypeAdapter

from exobrain.lib.text import STORABLE
from knowledge.types import Slot


class MessageIn(Schema):
    """A question; its client id makes sending it again harmless."""

    message: Annotated[str, Field(min_length=1), STORABLE]
    client_message_id: UUID
    memory: Literal["all", "none"] = Field("all", description="what of the memory may be recalled")


class StreamOut(Schema):
    """Where the answer can be read."""

    stream_id: str


class CancelOut(Schema):
    """How far the turn is: `cancelling` until its stream says `done`."""

    stream_id: str
    state: Literal["cancelling", "running", "complete", "interrupted", "cancelled", "error"]


class ActiveTurnOut(Schema):
    """A turn that is still being answered."""

    stream_id: str
    client_message_id: str
    reference: str
    question_id: str
    answer_id: str
    created_at: str


class ReceiptItemOut(Schema):
    """A memory that an answer was given."""

    mark: str = Field(description="by which the answer's text cites it, as [m1]")
    block_id: str
    page_id: str | None = Field(description="the entity whose page it is on")
    kind: str
    text: str
    score: float
    parts: dict[str, float] = Field(description="what each retriever gave to the score")
    trust: str
    status: str
    confidence: float
    is_cited: bool
    is_current: bool = Field(description="nothing newer has taken its place since")
    message_ids: list[str] = Field(description="the messages that it came from")
    reference: str
    said_at: datetime


class ReceiptOut(Schema):
    """Which memories an answer was given; those forgotten since are left out."""

    message_id: str
    items: list[ReceiptItemOut]
    tokens: int
    retriever_ms: dict[str, float] = Field(
        description="milliseconds of each retriever that answered in time"
    )
    dropped: list[str] = Field(description="retrievers that did not")
    created_at: datetime | None = Field(description="null when nothing was given")
    slots: list[str] = Field(description="of the profile that the answer was given")


class ProfileLineOut(Schema):
    """Something that holds of the user, or is near in time."""

    slot: str
    block_id: str
    page_id: str | None
    text: str
    is_sent: bool = Field(description="false: switched off, private, or more than fits")
    is_private: bool


class ProfileOut(Schema):
    """What every answer is told of the user."""

    text: str = Field(description="as it is sent to the model; empty when nothing is")
    tokens: int
    budget_tokens: int
    is_model_elsewhere: bool = Field(description="then nothing private is sent")
    hidden_slots: list[str]
    lines: list[ProfileLineOut]


class SlotsIn(Schema):
    """Slots of the profile that answers are not told."""

    hidden_slots: list[Slot]


class ProposalOut(Schema):
    """What the assistant would have the memory keep or forget."""

    id: str
    message_id: str = Field(description="the answer that proposes it")
    kind: Literal["remember", "forget"]
    text: str = Field(description="to be remembered; or what would go, one a line")
    state: Literal["open", "accepted", "declined"]
    is_from_outside: bool = Field(description="others may have told the assistant to propose it")
    created_at: datetime
    decided_at: datetime | None


# -- what a socket may say


class SendFrame(MessageIn):
    """Ask; the answer's events follow on this socket."""

    type: Literal["send"]


class ResumeFrame(Schema):
    """Read a stream from after the last event that was seen."""

    type: Literal["resume"]
    stream_id: str
    last_event_id: int = 0


class CancelFrame(Schema):
    """Stop an answer."""

    type: Literal["cancel"]
    stream_id: str


Frame = SendFrame | ResumeFrame | CancelFrame
FRAMES: TypeAdapter[Frame] = TypeAdapter(Annotated[Frame, Field(discriminator="type")])
