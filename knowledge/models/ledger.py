"""The memory itself. Everything else that knows of it is an index, made again from these rows.

A record has two times. `valid_from` and `valid_to` say when it was true in the world;
`recorded_at` and `superseded_at` say when the memory held it. Nothing is overwritten: what a
newer statement ends keeps its row, and what a changeset changes or removes becomes a version
(see `versions`).

Foreign keys to a record or a changeset are declared without Django's constraint: migration 0002
gives each of them one with the ON DELETE that is declared here, so that PostgreSQL itself deletes
what names a deleted one. `tests/meta/test_ledger_keys.py` compares the two.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from knowledge.models.schema import EdgeType, NodeType
from knowledge.types import (
    REAL_WORLD,
    BlockKind,
    EventState,
    Polarity,
    Precision,
    Status,
    Trust,
    VersionStart,
)

PRECISIONS = [(p.value, p.value) for p in Precision]


class Universe(models.Model):
    """A world that memory is of: the real one, or a user's own (a novel, a game)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )  # none: all users'
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class Record(models.Model):
    """The identity of an entity, block, edge or mention, which has the same id.

    It is inserted by a trigger with the first row, and stays while history knows the record. When
    it is deleted, so is everything that names it, past and present.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    table = models.CharField(max_length=10)  # entity, block, edge, mention

    def __str__(self) -> str:
        return f"{self.table} {self.id}"


# Columns that came after release 0.1.0 have a default in the database as well: while an
# installation is upgraded, a process of the version before goes on writing rows without them.


class LedgerRow(models.Model):
    """A row whose past versions are kept, each with the changeset that made it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # What made the row as it is now; unset for what forgetting made, which is never told.
    changeset = models.ForeignKey(
        "knowledge.Changeset",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_constraint=False,
        related_name="+",
    )
    began_as = models.CharField(
        max_length=7,
        choices=[(s.value, s.value) for s in VersionStart],
        default=VersionStart.ADDED,
        db_default=VersionStart.ADDED.value,
        editable=False,
    )

    class Meta:
        abstract = True


class BitemporalRecord(LedgerRow):
    """What every record carries. Ids are UUIDv5, made from what the record says."""

    id = models.UUIDField(primary_key=True, editable=False)
    universe = models.ForeignKey(
        Universe, on_delete=models.CASCADE, default=REAL_WORLD, related_name="+"
    )
    trust = models.SmallIntegerField(choices=[(t.value, t.name.lower()) for t in Trust])
    confidence = models.FloatField(
        default=1.0, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    status = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in Status], default=Status.ASSERTED
    )
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_to = models.DateTimeField(null=True, blank=True)  # exclusive
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey(  # a record of the same table
        Record,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        indexes: ClassVar = [
            models.Index(
                fields=["superseded_by"],
                condition=Q(superseded_by__isnull=False),
                name="knowledge_%(class)s_heir",
            )
        ]

    @property
    def is_current(self) -> bool:
        """True unless something newer took its place, or it was found wrong.

        What is over by its own words (`valid_to`) is current, too.
        """
        return self.superseded_at is None and self.status != Status.FALSIFIED


class Entity(BitemporalRecord):
    """Someone or something with a name."""

    node_type = models.ForeignKey(NodeType, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    normal_name = models.CharField(max_length=200)  # see knowledge.identity: what names compare by
    properties = models.JSONField(default=dict, blank=True)
    is_self = models.BooleanField(default=False)  # the user themselves
    # Known by what they are to the user only; the name says just that: "your sister".
    is_unnamed = models.BooleanField(db_default=False, default=False)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="merged",
    )

    class Meta:
        verbose_name_plural = "entities"
        indexes: ClassVar = [
            *BitemporalRecord.Meta.indexes,
            models.Index(fields=["user", "normal_name"], name="knowledge_entity_name"),
            models.Index(fields=["user", "node_type"], name="knowledge_entity_type"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_self=True), name="knowledge_entity_one_self"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Alias(LedgerRow):
    """Another name or an identifier (e-mail, URL, phone) of an entity."""

    id = models.UUIDField(primary_key=True, editable=False)
    entity = models.ForeignKey(
        Entity, on_delete=models.CASCADE, db_constraint=False, related_name="aliases"
    )
    name = models.CharField(max_length=300)
    normal_name = models.CharField(max_length=300)
    is_identifier = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "aliases"
        indexes: ClassVar = [
            models.Index(fields=["user", "normal_name"], name="knowledge_alias_name"),
            GinIndex(OpClass("normal_name", name="gin_trgm_ops"), name="knowledge_alias_trgm"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entity", "normal_name"], name="knowledge_alias_unique")
        ]

    def __str__(self) -> str:
        return self.name


class Block(BitemporalRecord):
    """A text of the memory."""

    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in BlockKind])
    text = models.TextField()
    level = models.SmallIntegerField(default=0)  # 0: an entity's root or on its own
    parent = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="children",
    )
    # Whose page it is on: a fact's subject.
    entity = models.ForeignKey(
        Entity,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="blocks",
    )
    # The block in whose place the user wrote this one.
    corrects = models.ForeignKey(
        Record,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    topic = models.CharField(max_length=120, blank=True)  # what it tells of its entity
    value = models.CharField(max_length=300, blank=True)  # and what that is, normalised
    is_single_valued = models.BooleanField(default=False)
    polarity = models.CharField(
        db_default="",
        default="",
        max_length=5,
        blank=True,
        choices=[(p.value, p.value) for p in Polarity],
    )
    since_precision = models.CharField(
        db_default="", default="", max_length=7, blank=True, choices=PRECISIONS
    )
    until_precision = models.CharField(
        db_default="", default="", max_length=7, blank=True, choices=PRECISIONS
    )
    # The latest moment at which it says to be so: when it was said, or in the past. Unset: said_at.
    held_at = models.DateTimeField(null=True, blank=True)
    # A password, a code, an account number.
    is_secret = models.BooleanField(db_default=False, default=False)
    # By the user's word: it is given to no model elsewhere, nor to other programs.
    is_private = models.BooleanField(db_default=False, default=False)
    # Of an event: when it takes place. `valid_from` and `valid_to` say since when that was so.
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)  # exclusive
    time_precision = models.CharField(
        db_default="", default="", max_length=7, blank=True, choices=PRECISIONS
    )
    is_all_day = models.BooleanField(db_default=False, default=False)
    # The value of an iCalendar RRULE.
    recurrence = models.CharField(db_default="", default="", max_length=200, blank=True)
    event_state = models.CharField(
        db_default="",
        default="",
        max_length=9,
        blank=True,
        choices=[(s.value, s.value) for s in EventState],
    )
    remind_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)  # the user has seen to the reminder
    # Of an episode: its message, its place and its time in the journal.
    message = models.ForeignKey(
        "journal.Message", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    reference = models.CharField(max_length=10, blank=True, db_collation="C")
    sequence = models.IntegerField(null=True, blank=True)
    said_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            *BitemporalRecord.Meta.indexes,
            models.Index(
                fields=["corrects"],
                condition=Q(corrects__isnull=False),
                name="knowledge_block_corrects",
            ),
            models.Index(fields=["user", "kind", "said_at"], name="knowledge_block_said"),
            models.Index(fields=["user", "reference", "sequence"], name="knowledge_block_place"),
            models.Index(
                fields=["user", "entity", "topic"],
                condition=~Q(topic=""),
                name="knowledge_block_topic",
            ),
            models.Index(fields=["message"], name="knowledge_block_message"),
            models.Index(
                fields=["user"],
                condition=Q(is_private=True) | Q(is_secret=True),
                name="knowledge_block_withheld",
            ),
            models.Index(
                fields=["user", "starts_at"],
                condition=Q(starts_at__isnull=False),
                name="knowledge_block_starts",
            ),
            models.Index(
                fields=["user", "remind_at"],
                condition=Q(remind_at__isnull=False, reminded_at__isnull=True),
                name="knowledge_block_reminds",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="event", event_state__gt="")
                | Q(event_state="") & ~Q(kind="event"),
                name="knowledge_event_has_state",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                name="knowledge_event_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["message"], condition=Q(kind="episode"), name="knowledge_episode_unique"
            ),
            models.CheckConstraint(
                condition=~Q(kind="episode") | Q(message__isnull=False),
                name="knowledge_episode_has_message",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Edge(BitemporalRecord):
    """A relation between two entities."""

    edge_type = models.ForeignKey(EdgeType, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(
        Entity, on_delete=models.CASCADE, db_constraint=False, related_name="edges_out"
    )
    target = models.ForeignKey(
        Entity, on_delete=models.CASCADE, db_constraint=False, related_name="edges_in"
    )
    # What it means, beyond its type: sister, manager, works_at.
    relation = models.CharField(db_default="", default="", max_length=40, blank=True)
    # The fact that states it.
    block = models.ForeignKey(
        Block,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="edges",
    )

    class Meta:
        indexes: ClassVar = [
            *BitemporalRecord.Meta.indexes,
            models.Index(fields=["user", "source"], name="knowledge_edge_source"),
            models.Index(fields=["user", "target"], name="knowledge_edge_target"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(source=F("target")), name="knowledge_edge_not_to_itself"
            )
        ]

    def __str__(self) -> str:
        return f"{self.edge_type_id} {self.id}"


class Mention(BitemporalRecord):
    """A block speaks of an entity."""

    block = models.ForeignKey(
        Block, on_delete=models.CASCADE, db_constraint=False, related_name="mentions"
    )
    entity = models.ForeignKey(
        Entity, on_delete=models.CASCADE, db_constraint=False, related_name="mentions"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["block", "entity"], name="knowledge_mention_unique")
        ]
        indexes: ClassVar = [
            *BitemporalRecord.Meta.indexes,
            models.Index(fields=["user", "entity"], name="knowledge_mention_of"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Source(LedgerRow):
    """Where a record came from: characters of a message of the journal."""

    id = models.UUIDField(primary_key=True, editable=False)
    table = models.CharField(max_length=10)  # entity, block, edge, mention
    record = models.ForeignKey(
        Record, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    message = models.ForeignKey("journal.Message", on_delete=models.CASCADE, related_name="+")
    start = models.IntegerField()
    end = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["record", "message", "start", "end"], name="knowledge_source_unique"
            ),
            models.CheckConstraint(
                condition=Q(start__gte=0) & Q(end__gte=F("start")),
                name="knowledge_source_is_a_span",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["message"], name="knowledge_source_message")]

    def __str__(self) -> str:
        return f"{self.table} {self.record_id}"


class CannotLink(LedgerRow):
    """These two entities are different, for ever: a cannot-link constraint of entity resolution."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Ordered, left below right. They name records, not rows, so that the rule outlives a rebuild.
    left = models.ForeignKey(
        Record, on_delete=models.CASCADE, db_constraint=False, related_name="+"
    )
    right = models.ForeignKey(
        Record, on_delete=models.CASCADE, db_constraint=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "left", "right"], name="knowledge_cannotlink_unique"
            ),
            models.CheckConstraint(
                condition=Q(left__lt=F("right")), name="knowledge_cannotlink_is_ordered"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


# Columns of a block that only events have.
EVENT_COLUMNS = (
    "starts_at",
    "ends_at",
    "time_precision",
    "is_all_day",
    "recurrence",
    "event_state",
    "remind_at",
    "reminded_at",
)

__all__ = [
    "EVENT_COLUMNS",
    "Alias",
    "BitemporalRecord",
    "Block",
    "CannotLink",
    "Edge",
    "Entity",
    "LedgerRow",
    "Mention",
    "Record",
    "Source",
    "Universe",
]
