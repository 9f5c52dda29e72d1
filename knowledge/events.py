"""The payload of `knowledge.update`, as JSON that other programs write and read too."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from knowledge.types import SourceMessage

# What a message may take of a job that has to fit into one message of the queue. Our worker
# reads the whole text from the journal, so what is cut off here is lost to others only.
MAX_WIRE_CHARS = 120_000

UPDATE_JOB = "knowledge.update"
READ_AGAIN_JOB = "knowledge.read_again"


class UpdateStep(StrEnum):
    """The steps of an update in a web process, at each of which it can be made to die."""

    LEASED = "web.1.leased"  # the messages are taken, no job is asked for
    ENQUEUED = "web.2.enqueued"  # the job is recorded, the update does not know it
    QUEUED = "web.3.queued"  # the update knows it, nobody has been answered
    RECONCILED = "web.4.reconciled"  # the reconciler has taken what was left behind


class UpdateMessagePayload(BaseModel):
    """A message, as it travels."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    role: Annotated[str, StringConstraints(min_length=1)]
    content: str | None = None
    sequence: int | None = None
    created_at: str | None = None


class UpdatePayload(BaseModel):
    """What is to be learned: consecutive messages of one journal."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    journal_reference: Annotated[str, StringConstraints(min_length=1)]
    messages: Annotated[list[UpdateMessagePayload], Field(min_length=1)]
    requested_by_user_id: str | None = None


class ReadAgainPayload(BaseModel):
    """Nothing: which of a user's messages are read again is known when the job runs."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def update_payload(*, user_id: str, messages: list[SourceMessage]) -> dict[str, Any]:
    """The payload of a job that learns these messages; the same for the same messages."""
    return {
        "journal_reference": messages[0].reference,
        "messages": [
            {
                "role": message.role,
                "content": message.content[:MAX_WIRE_CHARS],
                "sequence": message.sequence,
                "created_at": message.said_at.isoformat(),
            }
            for message in messages
        ],
        "requested_by_user_id": user_id,
    }
