"""The ledger of jobs: the record of what was asked for, and the outbox it is published from."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from orchestrator.types import JobDraft, Lifecycle, StreamPosition, TerminalReason, message_id_of


class Job(models.Model):
    """Work to be done once."""

    class State(models.TextChoices):
        """How far it has come."""

        REQUESTED = "requested"  # recorded; waits for a worker
        PROCESSING = "processing"  # runs under a lease
        COMPLETED = "completed"  # its effect is in the database, committed together with this
        FAILED = "failed"  # its last attempt failed; another follows unless it is terminal

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job_type = models.CharField(max_length=100)
    # Whose it is. No foreign key: callers elsewhere may have users of their own, and the row
    # outlives a deleted user as a tombstone, lest a message still queued be taken for a new job.
    user_id = models.CharField(max_length=100, db_index=True)
    payload = models.JSONField()
    idempotency_key = models.CharField(max_length=200, blank=True)

    state = models.CharField(max_length=16, choices=State, db_default=State.REQUESTED)
    is_terminal = models.BooleanField(db_default=False)
    terminal_reason = models.CharField(
        max_length=32,
        blank=True,
        db_default="",
        choices=[(reason.value, reason.value) for reason in TerminalReason],
    )
    attempts = models.IntegerField(db_default=0)  # started; the number fences off older ones
    failures = models.IntegerField(db_default=0)  # attempts that ended in an error of their own
    lost_attempts = models.IntegerField(db_default=0)  # ended with their worker, without a result
    last_error = models.TextField(blank=True, db_default="")
    # Who runs it or ran it last.
    worker = models.CharField(max_length=100, blank=True, db_default="")
    # Every change after the first, oldest first; `transition` is the number of the last one.
    transitions = models.JSONField(blank=True, db_default=Value([], models.JSONField()))
    transition = models.IntegerField(db_default=1)

    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    # What is decided by time is decided by PostgreSQL's clock, which all processes share.
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True)

    # The outbox: unpublished until JetStream has acknowledged, due from `publish_after` on.
    published_at = models.DateTimeField(null=True, blank=True)
    publish_after = models.DateTimeField(db_default=Now())
    republish_count = models.IntegerField(db_default=0)  # how often JetStream lost it
    stream_id = models.CharField(max_length=40, blank=True, db_default="")
    stream_sequence = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user_id", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="orchestrator_job_key_unique",
            ),
            models.CheckConstraint(
                condition=~Q(state="completed") | Q(is_terminal=True),
                name="orchestrator_job_completed_is_terminal",
            ),
            models.CheckConstraint(
                condition=~Q(state="processing") | Q(lease_expires_at__isnull=False),
                name="orchestrator_job_processing_has_lease",
            ),
        ]
        indexes: ClassVar = [
            # For what is unpublished, and for what JetStream lost.
            models.Index(
                fields=["published_at", "publish_after"],
                condition=Q(is_terminal=False),
                name="orchestrator_job_open",
            ),
            models.Index(fields=["-created_at"], name="orchestrator_job_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.job_type} {self.id}"

    @property
    def lifecycle(self) -> Lifecycle:
        """The state by the names of the wire."""
        if self.state == self.State.FAILED:
            return Lifecycle.FAILED_FINAL if self.is_terminal else Lifecycle.RETRYING
        return {
            self.State.REQUESTED: Lifecycle.ENQUEUED_OR_PENDING,
            self.State.PROCESSING: Lifecycle.STARTED,
            self.State.COMPLETED: Lifecycle.SUCCEEDED,
        }[self.State(self.state)]

    @property
    def draft(self) -> JobDraft:
        """The job as it was asked for."""
        return JobDraft(
            id=self.id,
            job_type=self.job_type,
            user_id=self.user_id,
            payload=self.payload,
            created_at=self.created_at,
            idempotency_key=self.idempotency_key,
        )

    @property
    def stream_position(self) -> StreamPosition | None:
        """Where JetStream was last seen to have the job's message; None before the first time."""
        if self.stream_sequence is None:
            return None
        # A message that is yet to be republished has no position: this is the previous one's.
        is_to_be_republished = self.published_at is None and self.republish_count > 0
        number = self.republish_count - 1 if is_to_be_republished else self.republish_count
        return StreamPosition(self.stream_id, self.stream_sequence, message_id_of(self.id, number))


class DeadLetter(models.Model):
    """A message that was given up, kept for operators."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(
        Job, on_delete=models.CASCADE, null=True, blank=True, related_name="dead_letters"
    )
    user_id = models.CharField(max_length=100, blank=True, db_index=True)
    reason = models.CharField(max_length=32)
    detail = models.TextField(blank=True)
    raw_message = models.TextField(blank=True)
    subject = models.CharField(max_length=200, blank=True)  # where to send it again
    # Which message of which stream, so that a redelivery is not recorded twice.
    source = models.CharField(max_length=80, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    replay_requested_at = models.DateTimeField(null=True, blank=True)
    replayed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(
                fields=["replay_requested_at"],
                condition=Q(replay_requested_at__isnull=False, replayed_at__isnull=True),
                name="orchestrator_replay_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.id}"


class Erasure(models.Model):
    """A message that JetStream still has to delete."""

    # Whose dead letters go with it; empty when it only gave way to a newer message of its job.
    user_id = models.CharField(max_length=100)
    stream_id = models.CharField(max_length=40)
    stream_sequence = models.BigIntegerField()
    message_id = models.CharField(max_length=60, db_default="")  # empty: whatever is there
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.stream_id}/{self.stream_sequence}"


class _AppendToArray(models.Func):
    """A JSON array with one more element."""

    template = "%(expressions)s"
    arg_joiner = " || "
    output_field = models.JSONField()


class _ArrayOfObject(models.Func):
    """A JSON array of one object."""

    function = "jsonb_build_object"
    template = "jsonb_build_array(%(function)s(%(expressions)s))"
    output_field = models.JSONField()


def transition_columns(
    lifecycle: Lifecycle, *, attempt: Combinable, detail: str = "", terminal: bool = False
) -> dict[str, Any]:
    """The columns of an UPDATE that record a change of state in the job's history.

    `attempt` is an expression over the row as it was before the UPDATE.
    """
    change = _ArrayOfObject(
        Value("state"), Value(lifecycle.value),
        Value("attempt"), attempt,
        Value("detail"), Value(detail),
        Value("terminal"), Value(terminal),
        Value("at"), Now(),
    )  # fmt: skip
    return {
        "transition": F("transition") + 1,
        "transitions": _AppendToArray(F("transitions"), change),
        "updated_at": Now(),
    }
