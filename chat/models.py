"""The conversation: turns."""

import shlex
import uuid
from collections.abc import Collection
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import connection, models
from pydantic import ValidationError as SpecInvalid

from exobrain.lib.config import Config
from exobrain.lib.mcp_servers import McpServerSpec
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


class McpServer(models.Model):
    """A server of other programs' tools, added by an operator; for all users, each of whom allows
    its tools for themselves."""

    class Kind(models.TextChoices):
        """How it is spoken to."""

        HTTP = "http", "streamable HTTP"
        STDIO = "stdio", "a program on this machine"
        REST = "rest", "REST of the original"

    name = models.CharField(
        max_length=24, unique=True, help_text="Stands before its tools' names: a-z, digits and -."
    )
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.HTTP)
    address = models.CharField(
        max_length=500, blank=True, help_text="https://... or http://...; not for a program."
    )
    command = models.CharField(
        max_length=500,
        blank=True,
        help_text="The program with its arguments, exactly as MCP_STDIO_ALLOWED has it.",
    )
    token_variable = models.CharField(
        max_length=100,
        blank=True,
        help_text="The environment variable with its bearer token, MCP_TOKEN_...; a program is "
        "given the variable.",
    )
    gets_user_token = models.BooleanField(
        default=False,
        help_text="REST only: each call brings an access token of the user, with name and e-mail "
        "address, that this server does not accept itself.",
    )
    read_only_tools = ArrayField(
        models.CharField(max_length=128),
        default=list,
        blank=True,
        help_text="Tools that change nothing anywhere, comma-separated. Only these may be used "
        "after text of others was read.",
    )
    timeout_seconds = models.FloatField(
        null=True, blank=True, help_text="Of one call; blank: MCP_REQUEST_TIMEOUT_SECONDS."
    )
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "MCP server"
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def spec(self) -> McpServerSpec:
        """The server as a client needs it; raises pydantic's ValidationError."""
        return McpServerSpec(
            name=self.name,
            kind=self.kind,
            address=self.address,
            command=tuple(shlex.split(self.command)),
            token_variable=self.token_variable,
            gets_user_token=self.gets_user_token,
            read_only_tools=frozenset(self.read_only_tools),
            timeout_seconds=self.timeout_seconds,
        )

    def clean(self) -> None:
        """The row makes a server, and one that may be used."""
        config: Config = settings.EXOBRAIN
        try:
            spec = self.spec
        except SpecInvalid as error:
            problems = [
                f"{'.'.join(map(str, p['loc']))} {p['msg'].removeprefix('Value error, ')}".strip()
                for p in error.errors(include_url=False, include_input=False)
            ]
            raise ValidationError(problems) from None
        except ValueError as error:  # of shlex
            raise ValidationError({"command": f"It cannot be read: {error}."}) from None
        if spec.kind == "stdio" and not config.may_start(spec.command):
            raise ValidationError(
                {
                    "command": "MCP_STDIO_ALLOWED, which the operator of the machine sets, has not "
                    "this command with these arguments."
                }
            )
        if spec.name in (server.name for server in config.configured_mcp_servers):
            raise ValidationError({"name": "The environment names a server so."})


class McpConsent(models.Model):
    """A user allows the assistant one tool of a server, as it described itself then."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mcp_consents"
    )
    server = models.CharField(max_length=24)  # by name: it may be one of the environment
    tool = models.CharField(max_length=128)  # as the server calls it
    fingerprint = models.CharField(max_length=64)  # of where the server is and what the tool says
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "MCP consent"
        ordering: ClassVar = ["server", "tool"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "server", "tool"], name="chat_mcp_consent_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.server}: {self.tool}"
