"""Indexes of the memory that live in PostgreSQL, made from the ledger and made again at will.

They are written in the ledger's transaction, by `knowledge.stores` alone. No foreign key leads to
a block: what is removed from an index must still be readable after the block is gone. Those of the
many small rows are not checked by PostgreSQL: each check would cost as much as writing the row.
"""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from pgvector.django import HalfVectorField


class IndexedUser(models.Model):
    """What the statistics of a user's index add up to; its row is the lock of every write."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    next_ordinal = models.IntegerField(default=0)
    blocks = models.IntegerField(default=0)
    length = models.FloatField(default=0.0)  # of all blocks together

    def __str__(self) -> str:
        return str(self.pk)


class IndexedBlock(models.Model):
    """A passage of a block as the index keeps it: where its postings are, and what filters ask.

    The first passage of a block has the block's id, so a short block is one row of its own id.
    """

    pk = models.CompositePrimaryKey("user_id", "block_id")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    block_id = models.UUIDField()  # of the passage
    passage_of = models.UUIDField(null=True)  # the block, where that has another id
    # Characters of the block's text; without an end, all of it.
    start = models.IntegerField(default=0)
    end = models.IntegerField(null=True)
    ordinal = models.IntegerField()
    universe_id = models.UUIDField()
    entity_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=10)
    level = models.SmallIntegerField()
    trust = models.SmallIntegerField()
    status = models.CharField(max_length=10)
    said_at = models.DateTimeField()
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    superseded = models.BooleanField()
    # Of an episode: its position in the journal, for its neighbours are indexed with its words.
    reference = models.CharField(max_length=10, db_collation="C")
    sequence = models.IntegerField(null=True)
    length = models.FloatField()
    terms = ArrayField(models.TextField(db_collation="C"))  # whose postings have it

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "ordinal"], name="knowledge_ordinal_unique")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["user", "passage_of"],
                condition=Q(passage_of__isnull=False),
                name="knowledge_indexed_passage",
            )
        ]

    def __str__(self) -> str:
        return str(self.block_id)


class Posting(models.Model):
    """Which blocks of a range of ordinals have a term, packed; see stores.vectors.postings."""

    pk = models.CompositePrimaryKey("user_id", "term", "chunk")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    term = models.TextField(db_collation="C")
    chunk = models.IntegerField()
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.term} {self.chunk}"


class EmbeddingSpace(models.Model):
    """The vectors of one model and version. Only the active space is searched."""

    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(max_length=120, unique=True)
    dimensions = models.IntegerField()
    address = models.CharField(  # of the provider that has the model; empty: none is asked
        max_length=500, blank=True, default="", db_default=""
    )
    is_active = models.BooleanField(default=False)
    problem = models.CharField(  # why it is not being filled
        max_length=300, blank=True, default="", db_default=""
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_active"], condition=Q(is_active=True), name="knowledge_space_one_active"
            )
        ]

    def __str__(self) -> str:
        return self.name


class BlockVector(models.Model):
    """The meaning of a block in a space; every space has an index of its own, made on first use."""

    pk = models.CompositePrimaryKey("user_id", "space_id", "block_id")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    space = models.ForeignKey(
        EmbeddingSpace,
        on_delete=models.CASCADE,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    block_id = models.UUIDField()
    digest = models.BinaryField()  # of the text it stands for
    own = models.BinaryField()  # of its text alone, in half precision; never searched
    embedding = HalfVectorField()

    def __str__(self) -> str:
        return str(self.block_id)


class OutboxEntry(models.Model):
    """A row of the outbox: a record whose change an outside index does not have yet.

    It is written in the transaction of the change. It names the record and not the change: the
    index gets the record as it is then.
    """

    class Projection(models.TextChoices):
        """Which index."""

        VECTORS = "vectors"
        GRAPH = "graph"

    id = models.BigAutoField(primary_key=True)
    projection = models.CharField(max_length=10, choices=Projection)
    user_id = models.UUIDField()  # no foreign key: what is forgotten must reach the index, too
    table = models.CharField(max_length=10)  # block, entity, edge or all
    record_id = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)
    attempts = models.IntegerField(default=0)
    next_try_at = models.DateTimeField()
    error = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name_plural = "outbox entries"
        indexes: ClassVar = [
            models.Index(fields=["projection", "next_try_at"], name="knowledge_outbox_due"),
        ]

    def __str__(self) -> str:
        return f"{self.projection} {self.table} {self.record_id}"
