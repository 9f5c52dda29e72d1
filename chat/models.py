"""The conversation: turns."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class Turn(models.Model):
    """One question and the generation of its answer. Its id is the stream id."""

    class State(models.TextChoices):
        """How far the generation has come; the terminal ones are `done.reason`."""

        RUNNING = "running"
        COMPLETE = "complete"
        INTERRUPTED = "interrupted"  # the process died or the bounds were reached
        CANCELLED = "cancelled"  # the user pressed stop
        ERROR = "error"  # the model failed

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="turns"
    )
    question = models.OneToOneField(
        "journal.Message", on_delete=models.CASCADE, related_name="turn_asked"
    )
    answer = models.OneToOneField(
        "journal.Message", on_delete=models.CASCADE, related_name="turn_answered"
    )
    client_message_id = models.UUIDField()
    state = models.CharField(max_length=16, choices=State, default=State.RUNNING)
    error = models.TextField(blank=True)  # what the user was told
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField()  # the generating process was alive then
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            # Across days: a retry after midnight is still the same question.
            models.UniqueConstraint(
                fields=["user", "client_message_id"], name="chat_turn_client_id_unique"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["heartbeat_at"],
                condition=models.Q(state="running"),
                name="chat_turn_running",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
