"""Past versions of the ledger's rows: one table beside each, with the same columns.

A row that a changeset changes or removes is copied here as it was before; a fresh row costs
nothing. A version names the changeset that made it and the one that ended it, so what a changeset
did is the difference between the version that it ended and the row or version that it made. All
references are to `Record`: a version may name what has no row any more, and goes with what is
forgotten.

A new table of the ledger is a model and one entry in `LEDGER`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower

from knowledge.models.changesets import Changeset, ReviewItem
from knowledge.models.ledger import (
    Alias,
    BitemporalRecord,
    Block,
    CannotLink,
    Edge,
    Entity,
    LedgerRow,
    Mention,
    Record,
    Source,
)
from knowledge.types import VersionEnd, VersionStart

# Not told when a changeset tells of a row.
BOOKKEEPING = frozenset({"changeset_id", "began_as", "created_at", "updated_at"})


def version_model(model: type[LedgerRow], *, indexes: Sequence[models.Index] = ()) -> Any:
    """The model of a table's past versions; `row_id` is the id that the row has or had."""
    is_record = issubclass(model, BitemporalRecord)
    fields: dict[str, Any] = {
        "version_id": models.BigAutoField(primary_key=True),
        "row" if is_record else "row_id": (
            models.ForeignKey(
                Record, models.CASCADE, db_column="id", db_constraint=False, related_name="+"
            )
            if is_record
            else models.UUIDField(db_column="id", db_index=True)
        ),
        "began_as": models.CharField(max_length=7, choices=_choices(VersionStart)),
        "ended_by": models.ForeignKey(
            Changeset,
            models.SET_NULL,
            null=True,
            blank=True,
            db_constraint=False,
            related_name="+",
        ),
        "ended_as": models.CharField(max_length=7, choices=_choices(VersionEnd)),
    }
    for field in model._meta.concrete_fields:
        if not field.primary_key and field.name not in fields:
            fields[field.name] = _copy_of(field)
    meta = type("Meta", (), {"indexes": list(indexes)})
    name = f"{model.__name__}Version"
    return type(name, (models.Model,), {"__module__": __name__, "Meta": meta, **fields})


def _copy_of(field: Any) -> Any:
    """The column, with neither a default time nor uniqueness, and naming records by `Record`."""
    target = field.remote_field.model if field.remote_field else None
    if target is None:
        _, _, arguments, options = field.deconstruct()
        for option in ("auto_now", "auto_now_add", "unique", "db_index"):
            options.pop(option, None)
        return type(field)(*arguments, **options)
    names_record = target in (Record, Entity, Block)
    is_loose = field.remote_field.on_delete is models.SET_NULL and target in (Record, Changeset)
    return models.ForeignKey(
        Record if names_record else target,
        on_delete=models.SET_NULL if is_loose else models.CASCADE,
        null=field.null,
        blank=field.blank,
        db_column=field.column,
        db_constraint=not (names_record or target is Changeset),
        related_name="+",
    )


def _choices(values: Any) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


# What forgetting looks for words in: rows that were removed, by an index of their text.
REMOVED = Q(ended_as=VersionEnd.REMOVED)
PLAIN_TEXT = Lower(Func(F("text"), template="normalize(%(expressions)s, NFKC)"))


@dataclass(frozen=True)
class LedgerTable:
    """A table of the ledger and that of its past versions, under the name that changesets use."""

    name: str
    model: type[LedgerRow]
    versions: Any
    said: tuple[str, ...] = ()  # columns with the user's words, and where they were said

    @property
    def is_record(self) -> bool:
        """True when its rows have an identity that others name."""
        return issubclass(self.model, BitemporalRecord)

    @property
    def columns(self) -> list[str]:
        """The attributes that tell what a row is; its id is not among them."""
        return [
            field.attname
            for field in self.model._meta.concrete_fields
            if field.attname not in BOOKKEEPING and not field.primary_key
        ]


EntityVersion = version_model(
    Entity,
    indexes=[
        GinIndex(
            OpClass("normal_name", name="gin_trgm_ops"),
            condition=REMOVED,
            name="knowledge_entityversion_words",
        )
    ],
)
AliasVersion = version_model(
    Alias,
    indexes=[
        GinIndex(
            OpClass("normal_name", name="gin_trgm_ops"),
            condition=REMOVED,
            name="knowledge_aliasversion_words",
        )
    ],
)
BlockVersion = version_model(
    Block,
    indexes=[
        GinIndex(
            OpClass(PLAIN_TEXT, name="gin_trgm_ops"),
            condition=REMOVED,
            name="knowledge_blockversion_words",
        )
    ],
)
EdgeVersion = version_model(Edge)
MentionVersion = version_model(Mention)
SourceVersion = version_model(Source)
CannotLinkVersion = version_model(CannotLink)
ReviewItemVersion = version_model(ReviewItem)

# Rows are added in this order, and removed in reverse.
LEDGER = {
    table.name: table
    for table in (
        LedgerTable("entity", Entity, EntityVersion, ("name", "normal_name")),
        LedgerTable("alias", Alias, AliasVersion),
        LedgerTable(
            "block",
            Block,
            BlockVersion,
            ("text", "message_id", "reference", "sequence", "said_at"),
        ),
        LedgerTable("edge", Edge, EdgeVersion),
        LedgerTable("mention", Mention, MentionVersion),
        LedgerTable("source", Source, SourceVersion),
        LedgerTable("distinct", CannotLink, CannotLinkVersion),
        LedgerTable("review", ReviewItem, ReviewItemVersion),
    )
}
