"""The conversation: turns."""

import uuid
from collections.abc import Collection
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from exobrain.lib.sql import first_row

# One statement finds out whether this question is new: a second one with the same client id waits
# for the first to commit and then adds nothing. The messages follow in the same transaction.
CLAIM = """
INSERT INTO chat_turn
    (id, user_id, question_id, answer_id, client_message_id, state, error, events,
     heartbeat_at, created_at)
VALUES (%s, %s, %s, %s, %s, 'running', '', '[]', clock_timestamp(), clock_timestamp())
ON CONFLICT (user_id, client_message_id) DO NOTHING
RETURNING id
"""

FINISH = """
UPDATE chat_turn SET state = %s, error = %s, events = %s::jsonb, finished_at = clock_timestamp()
WHERE id = %s AND state = 'running'
RETURNING id
"""

CANCEL = """
UPDATE chat_turn SET cancel_requested_at = COALESCE(cancel_requested_at, clock_timestamp())
WHERE id = %s AND user_id = %s AND state = 'running'
RETURNING id
"""

# A turn that is being finished at this moment is locked: it needs no heartbeat, and to
# wait for it while holding others would be one half of a deadlock.
BEAT = """
WITH ours AS MATERIALIZED (
    SELECT id FROM chat_turn WHERE id = ANY(%(ids)s) AND state = 'running'
    FOR UPDATE SKIP LOCKED
), beaten AS (
    UPDATE chat_turn SET heartbeat_at = clock_timestamp() FROM ours WHERE chat_turn.id = ours.id
)
SELECT id, cancel_requested_at IS NOT NULL
FROM chat_turn WHERE id = ANY(%(ids)s) AND state = 'running'
"""

SILENT = """
SELECT id, user_id, answer_id, cancel_requested_at IS NOT NULL,
       extract(epoch FROM clock_timestamp() - heartbeat_at)::float8
FROM chat_turn
WHERE state = 'running' AND heartbeat_at < clock_timestamp() - make_interval(secs => %s)
ORDER BY heartbeat_at
LIMIT 100
"""


# Rows of several users are locked in one order, so that two processes cannot wait for each other.
COUNT_TOKENS = """
INSERT INTO chat_tokenusage (user_id, day, answers, input_tokens, output_tokens)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (user_id, day) DO UPDATE SET
    answers = chat_tokenusage.answers + excluded.answers,
    input_tokens = chat_tokenusage.input_tokens + excluded.input_tokens,
    output_tokens = chat_tokenusage.output_tokens + excluded.output_tokens
"""


class TurnManager(models.Manager["Turn"]):
    """Statements that the ORM cannot write as one; their times are the database's."""

    def claim(
        self,
        *,
        stream_id: UUID,
        user_id: UUID,
        question_id: UUID,
        answer_id: UUID,
        client_message_id: UUID,
    ) -> bool:
        """The turn is stored and running, unless its client id was used before."""
        keys = (stream_id, user_id, question_id, answer_id, client_message_id)
        return first_row(CLAIM, *keys) is not None

    def finish(self, *, stream_id: UUID, state: str, error: str, events: str) -> bool:
        """The turn has ended; returns whether it was still running."""
        return first_row(FINISH, state, error, events, stream_id) is not None

    def request_cancel(self, *, user_id: UUID, stream_id: UUID) -> bool:
        """The user's turn is to be cancelled; returns whether it was running."""
        return first_row(CANCEL, stream_id, user_id) is not None

    def beat(self, ids: Collection[UUID]) -> dict[UUID, bool]:
        """The turns' heartbeat is now. Returns those still running: id -> is it to be cancelled?"""
        with connection.cursor() as cursor:
            cursor.execute(BEAT, {"ids": list(ids)})
            return dict(cursor.fetchall())

    def silent(self, *, seconds: float) -> list[tuple[Any, ...]]:
        """Running turns without a heartbeat for so long, the longest first: rows of SILENT."""
        with connection.cursor() as cursor:
            cursor.execute(SILENT, [seconds])
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


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
    error = models.TextField(blank=True)  # the message that the user was shown
    # The stream's events but for its text and its end: [[id, type, payload], ...]. With the
    # answer's text they give the stream again, exactly.
    events = models.JSONField(default=list, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField()  # the generating process was alive then
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[TurnManager] = TurnManager()

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


class TokenUsageManager(models.Manager["TokenUsage"]):
    """Adds in one statement."""

    def add(
        self, *, user_id: UUID, day: date, answers: int, input_tokens: int, output_tokens: int
    ) -> None:
        """These are added to the user's day."""
        with connection.cursor() as cursor:
            cursor.execute(COUNT_TOKENS, [user_id, day, answers, input_tokens, output_tokens])


class TokenUsage(models.Model):
    """What a user's answers of one day have cost; it stays when messages are forgotten."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="token_usage"
    )
    day = models.DateField()  # where the user was then
    answers = models.IntegerField()
    input_tokens = models.BigIntegerField()  # estimated where the provider did not tell
    output_tokens = models.BigIntegerField()  # the same

    objects: ClassVar[TokenUsageManager] = TokenUsageManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "day"], name="chat_token_usage_day_unique")
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class Receipt(models.Model):
    """Which memories an answer was given.

    It holds ids of blocks and none of their text, so that a block that is forgotten cannot be read
    here either.
    """

    answer = models.OneToOneField(
        "journal.Message", on_delete=models.CASCADE, primary_key=True, related_name="receipt"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="receipts"
    )
    items = models.JSONField(default=list)  # as chat.services.recalling.receipt_row writes them
    slots = ArrayField(models.CharField(max_length=20), default=list)  # of the profile
    tokens = models.IntegerField()  # of profile and memory in the prompt
    retriever_ms = models.JSONField(default=dict)  # of each that answered in time
    dropped = ArrayField(models.CharField(max_length=40), default=list)  # retrievers that did not
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.pk)


class Proposal(models.Model):
    """What the assistant would have the memory keep or forget; the user decides.

    Nothing of the memory changes before they do. Where the user typed the very wish, it is done at
    once and the row says so.
    """

    class Kind(models.TextChoices):
        """What is proposed."""

        REMEMBER = "remember"
        FORGET = "forget"

    class State(models.TextChoices):
        """What the user has decided."""

        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="proposals"
    )
    answer = models.ForeignKey(
        "journal.Message", on_delete=models.CASCADE, related_name="proposals"
    )
    kind = models.CharField(max_length=16, choices=Kind)
    # What is to be remembered; or all that would go, one a line. Empty once it has gone.
    text = models.TextField(blank=True)
    # What would be forgotten, as knowledge.types.TargetKind; or the note that was made.
    target_kind = models.CharField(max_length=16, blank=True)
    target_id = models.UUIDField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    # Somebody other than the user may have told the assistant to propose it.
    is_from_outside = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        indexes: ClassVar = [
            models.Index(
                fields=["user", "created_at"],
                condition=models.Q(state="open"),
                name="chat_proposal_open",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
