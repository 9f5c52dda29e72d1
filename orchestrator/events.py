"""The messages of the queue, as JSON: shapes that other programs read and write too."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, StringConstraints

from exobrain.lib import clock
from orchestrator.types import DeadLetterReason, JobDraft, Lifecycle

# Job types whose payload has a message of its own in the proto; every other type has JSON.
TYPED_PAYLOADS = {"knowledge.update": "knowledge_update"}

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class JobEnvelope(BaseModel):
    """`jobs.<job_type>.requested`: a job to run."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    schema_version: Literal[1]
    job_id: UUID
    job_type: Name
    correlation_id: Name  # the user
    payload: dict[str, Any]
    attempt: int = 0
    created_at: datetime

    @property
    def draft(self) -> JobDraft:
        """The job it asks for."""
        return JobDraft(
            id=self.job_id,
            job_type=self.job_type,
            user_id=self.correlation_id,
            payload=self.payload,
            created_at=self.created_at,
        )


def envelope_of(draft: JobDraft) -> bytes:
    """The envelope of a job, as it travels."""
    return _encoded(
        {
            "schema_version": 1,
            "job_id": draft.id,
            "job_type": draft.job_type,
            "correlation_id": draft.user_id,
            "payload": draft.payload,
            "attempt": 0,
            "created_at": draft.created_at,
        }
    )


@dataclass(frozen=True, kw_only=True)
class _Event:
    schema_version: int = 1
    emitted_at: datetime = field(default_factory=clock.now)

    def to_bytes(self) -> bytes:
        """The event as it travels."""
        return _encoded(self)


@dataclass(frozen=True, kw_only=True)
class JobResultEvent(_Event):
    """`jobs.events.<job_type>.completed` or `.failed`: a job is over."""

    job_id: UUID
    job_type: str
    status: Literal["completed", "failed"]
    correlation_id: str
    attempt: int
    detail: str | None = None


@dataclass(frozen=True, kw_only=True)
class DeadLetterEvent(_Event):
    """`jobs.dlq`: a message that was given up."""

    reason: DeadLetterReason
    detail: str
    raw_message: str


@dataclass(frozen=True, kw_only=True)
class JobStatusEvent(_Event):
    """`jobs.status.<job_id>`: a job has changed."""

    job_id: UUID
    state: Lifecycle
    attempt: int
    detail: str | None = None
    terminal: bool


def _encoded(message: Any) -> bytes:
    return orjson.dumps(message, option=orjson.OPT_UTC_Z)


def with_nulls(value: Any) -> Any:
    """A typed payload as JSON has it: zero and empty are null, which proto3 cannot express."""
    if isinstance(value, dict):
        return {key: with_nulls(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_nulls(item) for item in value]
    return value or None


def storable_json(payload: dict[str, Any]) -> str:
    """The payload as text that PostgreSQL and NATS can carry; raises ValueError when it cannot.

    NUL and lone surrogates are valid in JSON and in nothing that would store it.
    """
    text = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text.encode()  # UnicodeEncodeError, a ValueError, for a lone surrogate
    if "\\u0000" in text and _has_nul(payload):
        raise ValueError("must not contain NUL characters")
    return text


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(map(_has_nul, (*value.keys(), *value.values())))
    return isinstance(value, list) and any(map(_has_nul, value))
