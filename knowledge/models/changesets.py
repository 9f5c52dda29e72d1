"""Why the memory is as it is: every change of it, and what was decided about every message."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from exobrain.lib import clock
from knowledge.models.ledger import LedgerRow, Record
from knowledge.types import FallbackReason, Verdict


class Changeset(models.Model):
    """Changes that were made together, and can be rolled back together.

    It holds no copy of a row: what it changed is read from the rows and versions that name it.
    """

    class Kind(models.TextChoices):
        """Who or what made it."""

        JOB = "job"
        EDIT = "edit"
        MERGE = "merge"
        FORGET = "forget"
        ROLLBACK = "rollback"

    class State(models.TextChoices):
        """Whether its changes are in force."""

        APPLIED = "applied"
        ROLLED_BACK = "rolled_back"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="changesets"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=12, choices=State, default=State.APPLIED)
    # In the order in which the user's changesets were made.
    number = models.BigIntegerField(default=0, editable=False)
    job_id = models.UUIDField(null=True, blank=True)
    reverts = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="reverted_by"
    )
    extractor = models.CharField(max_length=100, blank=True)  # name and version
    # Why the rules have read messages in a model's place; empty: they have not.
    fallback = models.CharField(
        max_length=30, blank=True, choices=[(r.value, r.value) for r in FallbackReason]
    )
    summary = models.JSONField(default=dict, blank=True)  # counts by table and action; no text
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["user", "-created_at"], name="knowledge_changeset_recent"),
            models.Index(fields=["user", "-number"], name="knowledge_changeset_number"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Decision(models.Model):
    """What became of a message, or of a part of it, when memory was made from it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    changeset = models.ForeignKey(Changeset, on_delete=models.CASCADE, related_name="decisions")
    message = models.ForeignKey("journal.Message", on_delete=models.CASCADE, related_name="+")
    start = models.IntegerField(null=True, blank=True)  # characters; unset: the whole message
    end = models.IntegerField(null=True, blank=True)
    verdict = models.CharField(max_length=12, choices=[(v.value, v.value) for v in Verdict])
    reason = models.CharField(max_length=100)
    record = models.ForeignKey(  # what it became, or what it duplicates
        Record,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["message"], name="knowledge_decision_message"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.reason}"


class Tombstone(models.Model):
    """Something the user had forgotten: what hashes to this key is not remembered again.

    The key is a keyed hash, so that what was forgotten cannot be read or guessed from here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)  # block, entity, edge, message
    key = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "kind", "key"], name="knowledge_tombstone_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key[:8]}"


class ReviewItem(LedgerRow):
    """What the user is asked to decide."""

    class Kind(models.TextChoices):
        """What is asked."""

        MERGE = "merge"  # are these two the same?
        CONFLICT = "conflict"  # which of these two holds?
        ENDING = "ending"  # does the left one, an ending, end the right one?
        FORGET = "forget"  # is the left one to be forgotten, as the right one, a message, says?

    class State(models.TextChoices):
        """What was answered."""

        OPEN = "open"
        ACCEPTED = "accepted"  # merged; or the left one holds; or it is ended
        REJECTED = "rejected"  # different for ever; or the right one holds; or nothing is done

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    left = models.ForeignKey(
        Record, on_delete=models.CASCADE, db_constraint=False, related_name="+"
    )
    right = models.ForeignKey(
        Record, on_delete=models.CASCADE, db_constraint=False, related_name="+"
    )
    score = models.FloatField(default=0.0)
    features = models.JSONField(default=dict, blank=True)  # each feature's part of the score
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "kind", "left", "right"], name="knowledge_review_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Redaction(models.Model):
    """Characters of a message that the memory does not know, though the journal keeps them."""

    id = models.UUIDField(primary_key=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey("journal.Message", on_delete=models.CASCADE, related_name="+")
    start = models.IntegerField()
    end = models.IntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(start__gte=0) & Q(end__gt=models.F("start")),
                name="knowledge_redaction_is_a_span",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "message"], name="knowledge_redaction_message")
        ]

    def __str__(self) -> str:
        return str(self.id)
