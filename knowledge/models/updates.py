"""Messages on their way into the memory, and the record of those that arrived."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from knowledge.types import FallbackReason


class Update(models.Model):
    """Some messages of one day, taken to be learned by one job. Its id is the job's key."""

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting"  # its messages are taken; nobody has accepted its job yet
        QUEUED = "queued"  # its job is recorded elsewhere, and runs or will run
        SUCCEEDED = "succeeded"  # its messages are in the memory
        FAILED = "failed"  # given up; its messages are free again, and `reason` says why

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="updates"
    )
    journal_reference = models.CharField(max_length=10, db_collation="C")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    is_automatic = models.BooleanField(default=False)
    message_count = models.IntegerField()
    # Known from the start, because the key makes it: the job may run before we hear of it.
    job_id = models.UUIDField(unique=True)
    reason = models.TextField(blank=True)  # why it failed, or why its job is not accepted yet
    created_at = models.DateTimeField(db_default=Now())
    queued_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # When the reconciler looks at it next, while it is waiting or queued.
    look_at = models.DateTimeField(db_default=Now())
    looks = models.IntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["user", "-created_at", "-id"], name="knowledge_update_recent"),
            models.Index(
                fields=["look_at"],
                condition=Q(state__in=["waiting", "queued"]),
                name="knowledge_update_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.journal_reference} {self.id}"


class UpdateMessage(models.Model):
    """A message that an update has taken; nobody else takes it until it is released."""

    id = models.BigAutoField(primary_key=True)
    update = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="taken")
    message = models.ForeignKey("journal.Message", on_delete=models.CASCADE, related_name="+")
    is_leased = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message"],
                condition=Q(is_leased=True),
                name="knowledge_update_message_taken_once",
            ),
            models.UniqueConstraint(
                fields=["update", "message"], name="knowledge_update_message_unique"
            ),
        ]

    def __str__(self) -> str:
        return str(self.message_id)


class PendingReading(models.Model):
    """A message that the rules have read, until the model reads it."""

    message = models.OneToOneField(
        "journal.Message", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pending_readings"
    )
    reason = models.CharField(
        max_length=30, choices=[(r.value, r.value) for r in FallbackReason]
    )  # why the model did not read it the last time
    attempts = models.IntegerField(default=1)  # of the model, so far
    due_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["created_at", "message_id"]
        indexes: ClassVar = [
            models.Index(fields=["user", "due_at"], name="knowledge_pending_reading_due"),
        ]

    def __str__(self) -> str:
        return str(self.message_id)


class Episode(models.Model):
    """Messages that one job has brought into the memory. Its id is made from what it holds."""

    id = models.UUIDField(primary_key=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="episodes"
    )
    journal_reference = models.CharField(max_length=10, db_collation="C")
    message_ids = ArrayField(models.UUIDField())  # in the order they were said
    content_hash = models.CharField(max_length=64)  # SHA-256 of who said what
    job_id = models.UUIDField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["user", "-created_at"], name="knowledge_learned_recent"),
            models.Index(fields=["job_id"], name="knowledge_learned_job"),
        ]

    def __str__(self) -> str:
        return f"{self.journal_reference} {self.id}"
