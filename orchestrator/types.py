"""Values that pass between the ledger of jobs, JetStream and callers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID


class Lifecycle(StrEnum):
    """A job as others see it: the names of the wire."""

    ENQUEUED_OR_PENDING = "ENQUEUED_OR_PENDING"
    STARTED = "STARTED"
    RETRYING = "RETRYING"  # an attempt failed or was lost; another one follows
    SUCCEEDED = "SUCCEEDED"
    FAILED_FINAL = "FAILED_FINAL"


class Step(StrEnum):
    """The numbered steps of a job's path, at each of which a process can be made to die."""

    VALIDATED = "orchestrator.1.validated"
    RECORDED = "orchestrator.2.recorded"  # the row is committed, nobody has been answered
    PUBLISHED = "orchestrator.3.published"  # JetStream has acknowledged, the row does not have it
    PUBLISH_RECORDED = "orchestrator.4.publish_recorded"
    OUTBOX_READ = "orchestrator.5.outbox_read"  # the relay has taken what nobody published
    RECEIVED = "worker.1.received"
    CLAIMED = "worker.2.claimed"  # the row says that it runs here
    PREPARED = "worker.3.prepared"  # the slow part without a transaction is over
    EFFECT_DONE = "worker.4.effect_done"  # within the transaction, before the row says so
    COMPLETING = "worker.5.completing"  # within the transaction, before its commit
    COMPLETED = "worker.6.completed"  # committed, not acknowledged
    ACKNOWLEDGED = "worker.7.acknowledged"
    FAILURE_RECORDED = "worker.8.failure_recorded"  # the next attempt is not asked for yet
    DEAD_LETTERED = "worker.9.dead_lettered"  # recorded, not acknowledged


class TerminalReason(StrEnum):
    """Why a job is given up."""

    MAX_ATTEMPTS = "max-attempts"
    PERMANENT = "permanent"  # its body said that trying again cannot help
    INVALID_PAYLOAD = "invalid-payload"
    LOST_ATTEMPTS = "lost-attempts"  # its worker died too often
    USER_DELETED = "user-deleted"


class DeadLetterReason(StrEnum):
    """Why a message is in the dead letters: the words of the wire."""

    INVALID_ENVELOPE = "invalid-envelope"
    INVALID_PAYLOAD = "invalid-payload"
    MAX_ATTEMPTS = "max-attempts"


@dataclass(frozen=True)
class JobDraft:
    """A job that somebody asks for, validated."""

    id: UUID
    job_type: str
    user_id: str
    payload: dict[str, Any]
    created_at: datetime
    idempotency_key: str = ""


def message_id_of(job_id: UUID, republish_count: int) -> str:
    """What JetStream deduplicates a job's message by: a new id each time it is republished."""
    return f"{job_id}.{republish_count}" if republish_count else str(job_id)


@dataclass(frozen=True)
class OutboxMessage:
    """A job that is recorded and is to be published to JetStream."""

    draft: JobDraft
    republish_count: int = 0  # how often its message was published before and lost

    @property
    def message_id(self) -> str:
        """What JetStream deduplicates by."""
        return message_id_of(self.draft.id, self.republish_count)


@dataclass(frozen=True)
class PublishAck:
    """JetStream has stored a job's message, under this number of this stream."""

    job_id: UUID
    republish_count: int
    stream_id: str
    stream_sequence: int


class StreamPosition(NamedTuple):
    """Where JetStream has a message, and which one.

    The message id is part of it because a stream that lost its end in a crash gives the same
    numbers to other messages.
    """

    stream_id: str  # when the stream was created
    stream_sequence: int
    message_id: str


@dataclass(frozen=True)
class DueErasure:
    """A message that JetStream still has to delete."""

    id: int
    user_id: str  # whose dead letters go with it; empty: none
    position: StreamPosition


@dataclass(frozen=True)
class StreamState:
    """What JetStream holds, and what its workers have finished with."""

    stream_id: str  # when it was created: a wiped store makes another stream of the same name
    first_sequence: int
    last_sequence: int
    finished_sequence: int  # every message up to this one is acknowledged
    looked_at: datetime  # by PostgreSQL's clock, before anything above was asked


@dataclass(frozen=True)
class Delivery:
    """A job's message as a worker received it."""

    draft: JobDraft
    stream_id: str
    stream_sequence: int
    message_id: str = ""  # other producers may send none

    @property
    def position(self) -> StreamPosition:
        """Where JetStream has the message, and which it is."""
        message_id = self.message_id or message_id_of(self.draft.id, 0)
        return StreamPosition(self.stream_id, self.stream_sequence, message_id)


@dataclass(frozen=True)
class Attempt:
    """One attempt at a job, as its body sees it."""

    job_id: UUID
    job_type: str
    user_id: str
    number: int  # from 1


@dataclass(frozen=True)
class Claimed:
    """The job runs here: until the lease ends, nobody else starts it."""

    attempt: Attempt
    payload: dict[str, Any]
    position: StreamPosition | None = None  # of the message that was delivered


@dataclass(frozen=True)
class NothingToDo:
    """The job is over, so its message can be acknowledged."""

    final_result: "AttemptResult | None" = None  # set when this claim ended it: to be announced


@dataclass(frozen=True)
class Deferred:
    """Another worker runs the job, or its next attempt is not due: deliver again later."""

    delay_seconds: float


Claim = Claimed | NothingToDo | Deferred


@dataclass(frozen=True)
class AttemptResult:
    """How an attempt ended."""

    attempt: Attempt
    lifecycle: Lifecycle  # SUCCEEDED, RETRYING or FAILED_FINAL
    detail: str = ""
    backoff_seconds: float = 0.0  # before the next attempt, if there is one
    dead_letter: "DeadLetterContent | None" = None


@dataclass(frozen=True)
class DeadLetterContent:
    """What is published to the dead-letter subject."""

    reason: DeadLetterReason
    detail: str
    raw_message: str


@dataclass(frozen=True)
class ReplayRequest:
    """A dead letter without a job, whose message an operator wants published again."""

    dead_letter_id: UUID
    subject: str
    raw_message: str


@dataclass(frozen=True)
class Transition:
    """One change of a job's state."""

    job_id: UUID
    number: int
    lifecycle: Lifecycle
    attempt: int
    detail: str
    terminal: bool
    at: datetime


@dataclass(frozen=True)
class JobHistory:
    """A job's changes so far."""

    current: Transition
    transitions: tuple[Transition, ...]  # oldest first, the last one is `current`


@dataclass(frozen=True)
class QueueState:
    """What waits and what runs, for operators."""

    waiting: int
    running: int
    retrying: int
    dead_letters: int
    oldest_waiting_seconds: float | None
