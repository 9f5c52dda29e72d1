"""The shapes of the chat's requests, answers and socket frames."""

from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, TypeAdapter

from exobrain.lib.text import STORABLE


class MessageIn(Schema):
    """A question; its client id makes sending it again harmless."""

    message: Annotated[str, Field(min_length=1), STORABLE]
    client_message_id: UUID


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
