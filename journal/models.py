"""What was said: one journal a day, its messages and their tool calls."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper


class Journal(models.Model):
    """One user's day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="journals"
    )
    # A date where the user was then: it stays when they set another time zone.
    reference = models.CharField(max_length=10, db_collation="C")  # YYYY/MM/DD
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # Kept by append_messages under this row's lock, so that a list needs no aggregate.
    message_count = models.IntegerField(default=0)
    last_sequence = models.IntegerField(default=0)
    last_message_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-reference"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "reference"], name="journal_user_reference_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(reference__regex=r"^\d{4}/\d{2}/\d{2}$"),
                name="journal_reference_is_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Message(models.Model):
    """Something said in a journal.

    The fields that are written with a message and shown of it are listed in
    `journal.types.MessageFields`. Any other new column is nullable or has a `db_default`, because
    `append_messages` does not name it.
    """

    class Role(models.TextChoices):
        """Who said it."""

        USER = "user"
        ASSISTANT = "assistant"

    class Status(models.TextChoices):
        """How far the writing of it has come."""

        STREAMING = "streaming"  # an answer being written; content is what is saved so far
        COMPLETE = "complete"
        INTERRUPTED = "interrupted"  # stopped by the user or by a crash; content is partial
        FAILED = "failed"  # the model failed; content is what came before

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    journal = models.ForeignKey(Journal, on_delete=models.CASCADE, related_name="messages")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages"
    )
    role = models.CharField(max_length=16, choices=Role)
    content = models.TextField(null=True, blank=True)  # noqa: DJ001  the contract has null
    sequence = models.IntegerField()  # 1-based within the journal, higher is newer
    status = models.CharField(max_length=16, choices=Status, default=Status.COMPLETE)
    client_message_id = models.UUIDField(null=True, blank=True)
    model = models.CharField(max_length=100, blank=True)  # who answered
    metadata = models.JSONField(null=True, blank=True)  # token usage and the like
    committed_to_knowledge_base = models.BooleanField(default=False, db_default=False)
    # An answer for which the model read what others wrote: pages, tools, pasted text.
    is_from_outside = models.BooleanField(default=False, db_default=False)
    # An answer that no model made: a sample, or what the memory itself said. It is never learned.
    is_without_model = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["journal", "sequence"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["journal", "sequence"], name="journal_message_sequence_unique"
            ),
            models.UniqueConstraint(
                fields=["user", "client_message_id"], name="journal_message_client_id_unique"
            ),
        ]
        indexes: ClassVar = [
            GinIndex(
                OpClass(Upper("content"), name="gin_trgm_ops"), name="journal_message_content_trgm"
            ),
            models.Index(
                fields=["user", "committed_to_knowledge_base"], name="journal_message_uncommitted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.sequence}"


class ToolCall(models.Model):
    """A tool that the assistant used while writing a message."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="tool_calls")
    tool_call_id = models.CharField(max_length=200)  # the model's own id
    title = models.TextField()
    description = models.TextField()
    response = models.TextField(null=True, blank=True)  # noqa: DJ001  the contract has null
    error = models.TextField(null=True, blank=True)  # noqa: DJ001  the contract has null
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message", "tool_call_id"], name="journal_tool_call_unique"
            )
        ]

    def __str__(self) -> str:
        return self.title
