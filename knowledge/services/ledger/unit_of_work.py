"""How the ledger is written: rows are collected in a book, and written as one changeset.

Nothing else writes to the ledger's tables, so every change of a row is an operation that says
how it was before. All of it belongs to one user, and runs in the caller's transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import orjson
from django.db import connection, models

from exobrain.lib import clock
from knowledge import identity
from knowledge.models import (
    Alias,
    Block,
    Changeset,
    Decision,
    Distinct,
    Edge,
    Entity,
    Mention,
    Operation,
    Record,
    ReviewItem,
    Source,
)
from knowledge.services.indexing.updating import update_indexes
from knowledge.stores.vectors.port import Vector
from knowledge.types import Span, Verdict

# The allow-list of what a changeset may hold; rows are added in this order, removed in reverse.
TABLES: dict[str, type[models.Model]] = {
    "entity": Entity,
    "alias": Alias,
    "block": Block,
    "edge": Edge,
    "mention": Mention,
    "source": Source,
    "distinct": Distinct,
    "review": ReviewItem,
}
NAMES = {model: name for name, model in TABLES.items()}
BY_DJANGO = frozenset({"updated_at", "created_at"})
BATCH = 500  # rows of one statement by the ORM
INSERTED = 5_000  # and of one of ours

Row = TypeVar("Row", bound=models.Model)
Key = tuple[str, UUID]

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('knowledge ' || %s, 0))"


def lock_memory(user_id: UUID) -> None:
    """Until the transaction ends, nobody else changes this user's memory."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [str(user_id)])


# -- rows as JSON


def row_of(record: models.Model) -> dict[str, Any]:
    """The record's columns, as JSON."""
    return {
        field.attname: _plain(getattr(record, field.attname))
        for field in record._meta.concrete_fields
        if field.name not in BY_DJANGO
    }


def record_of(table: str, row: Mapping[str, Any]) -> models.Model:
    """The record that has these columns; it is not written."""
    return TABLES[table](**values_of(table, row))


def values_of(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Some columns of a record, as JSON has them."""
    known = {f.attname: f for f in TABLES[table]._meta.concrete_fields}
    return {name: known[name].to_python(value) for name, value in row.items() if name in known}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value


# -- the book


class Book:
    """What one changeset will have changed."""

    def __init__(
        self,
        *,
        user_id: UUID,
        kind: Changeset.Kind,
        changeset_id: UUID | None = None,
        job_id: UUID | None = None,
        reverts_id: UUID | None = None,
        extractor: str = "",
        at: datetime | None = None,
        projects: bool = True,
    ) -> None:
        self.changeset = Changeset(
            id=changeset_id or uuid4(),
            user_id=user_id,
            kind=kind,
            job_id=job_id,
            reverts_id=reverts_id,
            extractor=extractor[:100],
        )
        self.user_id = user_id
        self.now = at or clock.now()
        self.projects = projects  # else the indexes are told by whoever wrote the book
        self.added: dict[Key, models.Model] = {}
        self.changed: dict[Key, models.Model] = {}
        self.before: dict[Key, dict[str, Any]] = {}
        self.removed: dict[Key, models.Model] = {}
        self.decisions: dict[UUID, Decision] = {}
        self._rows: dict[Key, dict[str, Any]] = {}
        self.touched: set[UUID] = set()  # blocks that need their place in the indexes again

    def add(self, record: Row) -> Row:
        """The record will be there; one that the book has already is returned instead."""
        key = _key(record)
        known = self.added.setdefault(key, record)
        return cast(Row, known)

    def change(self, record: models.Model, **values: Any) -> None:
        """The record's columns will have these values; what it has already is no change."""
        key = _key(record)
        record = self.added.get(key) or self.changed.get(key) or record
        new = {name: value for name, value in values.items() if getattr(record, name) != value}
        if not new:
            return
        if key not in self.added:
            before = self.before.setdefault(key, {})
            for name in new:
                before.setdefault(name, _plain(getattr(record, name)))
            self.changed[key] = record
        for name, value in new.items():
            setattr(record, name, value)

    def remove(self, record: models.Model) -> None:
        """The record will be gone."""
        key = _key(record)
        if self.added.pop(key, None) is not None:
            return
        original = self.changed.pop(key, record)
        for name, value in self.before.pop(key, {}).items():
            field = cast(Any, original._meta.get_field(name))
            setattr(original, name, field.to_python(value))
        self.removed[key] = original

    def keep(self, record: models.Model) -> None:
        """The record will not be gone after all."""
        self.removed.pop(_key(record), None)

    def current(self, records: Iterable[Row]) -> list[Row]:
        """The records as the book will have left them, without those it removes."""
        keyed = [(_key(record), record) for record in records]
        return [
            cast(Row, self.changed.get(key, record))
            for key, record in keyed
            if key not in self.removed
        ]

    def additions(self, model: type[Row]) -> list[Row]:
        """The records of that table which the book adds."""
        return [record for record in self.added.values() if isinstance(record, model)]

    def changes(self, model: type[Row]) -> list[Row]:
        """The records of that table which the book changes."""
        return [record for record in self.changed.values() if isinstance(record, model)]

    def cite(self, record: models.Model, span: Span) -> None:
        """The record will be known to come from there."""
        table, record_id = _key(record)
        self.add(
            Source(
                id=identity.source_id(
                    self.user_id,
                    record_id=record_id,
                    message_id=span.message_id,
                    start=span.start,
                    end=span.end,
                ),
                user_id=self.user_id,
                table=table,
                record_id=record_id,
                message_id=span.message_id,
                start=span.start,
                end=span.end,
            )
        )

    def decide(
        self,
        verdict: Verdict,
        reason: str,
        *,
        message_id: UUID,
        span: Span | None = None,
        record_id: UUID | None = None,
    ) -> None:
        """It will be known what became of the message, or of a part of it, and why."""
        start, end = (span.start, span.end) if span else (None, None)
        id_ = identity.decision_id(
            self.user_id, self.changeset.id, message_id, start, end, verdict, reason, record_id
        )
        self.decisions[id_] = Decision(
            id=id_,
            user_id=self.user_id,
            changeset_id=self.changeset.id,
            message_id=message_id,
            start=start,
            end=end,
            verdict=verdict,
            reason=reason[:100],
            record_id=record_id,
        )

    def write(
        self,
        *,
        vectors: Mapping[UUID, Vector] | None = None,
        tokens: Mapping[UUID, bytes] | None = None,
        tells: bool = True,
    ) -> UUID:
        """Everything in the book is in the ledger and its indexes; returns the changeset.

        One that does not tell keeps no operations: it cannot be rolled back.
        """
        self._drop_known()
        operations = self._operations()
        self.changeset.summary = self._summary()
        self.changeset.save(force_insert=True)
        for table, model in TABLES.items():
            rows = [row for (name, _), row in self._rows.items() if name == table]
            _insert(model, rows, now=self.now)
        for table in TABLES:
            self._update(table)
        for table in reversed(TABLES):
            gone = [id_ for name, id_ in self.removed if name == table]
            if gone:
                cast(Any, TABLES[table]).objects.filter(user_id=self.user_id, pk__in=gone).delete()
        if tells:
            _insert(Operation, operations, now=self.now)
        _insert(Decision, [row_of(decision) for decision in self.decisions.values()], now=self.now)
        self._project(vectors, tokens)
        Changeset.objects.filter(pk=self.changeset.id).update(created_at=self.now)
        return self.changeset.id

    def _drop_known(self) -> None:
        """What is there already is not added: ids, and what may be there under another id."""
        for table, model in TABLES.items():
            records = [record for (name, _), record in self.added.items() if name == table]
            if not records:
                continue
            manager = cast(Any, model).objects
            known = set(manager.filter(pk__in=[r.pk for r in records]).values_list("pk", flat=True))
            known |= _known_pairs(self.user_id, records)
            for id_ in known:
                del self.added[table, id_]

    def _operations(self) -> list[dict[str, Any]]:
        self._rows = {key: row_of(record) for key, record in self.added.items()}
        changes: list[tuple[Key, Any, Any]] = [
            (key, None, self._rows[key])
            for table in TABLES
            for key in self._rows
            if key[0] == table
        ]
        for key, record in self.changed.items():
            before = self.before[key]
            changes.append((key, before, {name: _plain(getattr(record, name)) for name in before}))
        changes += [
            (key, row_of(record), None)
            for table in reversed(TABLES)
            for key, record in self.removed.items()
            if key[0] == table
        ]
        return [
            {
                "changeset_id": self.changeset.id,
                "position": position,
                "table": table,
                "record_id": record_id,
                "before": before,
                "after": after,
            }
            for position, ((table, record_id), before, after) in enumerate(changes)
        ]

    def _summary(self) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = defaultdict(dict)
        whole = (("added", self.added), ("changed", self.changed), ("removed", self.removed))
        for action, records in whole:
            for table, _ in records:
                counts[table][action] = counts[table].get(action, 0) + 1
        return dict(counts)

    def _update(self, table: str) -> None:
        """Rows with the same changed columns are written together."""
        groups: dict[tuple[str, ...], list[models.Model]] = defaultdict(list)
        for key, record in self.changed.items():
            if key[0] == table:
                groups[tuple(sorted(self.before[key]))].append(record)
        for names, records in groups.items():
            model = TABLES[table]
            fields = [model._meta.get_field(name).name for name in names]
            if issubclass(model, Record):
                fields.append("updated_at")
                for record in records:
                    cast(Record, record).updated_at = self.now
            cast(Any, model).objects.bulk_update(records, fields, batch_size=BATCH)

    def _project(
        self, vectors: Mapping[UUID, Vector] | None, tokens: Mapping[UUID, bytes] | None
    ) -> None:
        ids: dict[str, set[UUID]] = defaultdict(set)
        ids["block"] |= self.touched
        for table, id_ in (*self.added, *self.changed, *self.removed):
            ids[table].add(id_)
        for records in (self.added, self.changed, self.removed):
            for record in records.values():
                if isinstance(record, Mention):
                    ids["block"].add(record.block_id)
                elif isinstance(record, Alias):
                    ids["entity"].add(record.entity_id)
        if self.projects and any(ids[table] for table in ("block", "entity", "edge")):
            update_indexes(
                user_id=self.user_id,
                block_ids=sorted(ids["block"]),
                entity_ids=sorted(ids["entity"]),
                edge_ids=sorted(ids["edge"]),
                vectors=vectors,
                tokens=tokens,
            )


def _key(record: models.Model) -> Key:
    return NAMES[type(record)], record.pk


# Rows are sent as JSON: the ORM would take as long to write them down as PostgreSQL to store them.
INSERT = """
INSERT INTO "{table}" ({columns})
SELECT {columns} FROM jsonb_populate_recordset(NULL::"{table}", %s::jsonb)
ON CONFLICT DO NOTHING
"""


def _insert(model: type[models.Model], rows: Sequence[dict[str, Any]], *, now: datetime) -> None:
    """The rows are there, made just now. Names come from the model, never from a row."""
    if not rows:
        return
    fields = model._meta.concrete_fields
    columns = [str(f.column) for f in fields if f.attname in rows[0] or f.name in BY_DJANGO]
    timed = {name: now for name in columns if name in BY_DJANGO}
    query = INSERT.format(
        table=model._meta.db_table, columns=", ".join(f'"{name}"' for name in columns)
    )
    with connection.cursor() as cursor:
        for first in range(0, len(rows), INSERTED):
            batch = [{**row, **timed} for row in rows[first : first + INSERTED]]
            cursor.execute(query, [orjson.dumps(batch).decode()])


def _known_pairs(user_id: UUID, records: Sequence[models.Model]) -> set[UUID]:
    """Names of entities and mentions in blocks that are there under another id: a merge moved
    them.
    """
    if isinstance(records[0], Alias):
        fields, parent = ("entity_id", "normal_name"), "entity_id"
    elif isinstance(records[0], Mention):
        fields, parent = ("block_id", "entity_id"), "block_id"
    else:
        return set()
    parents = {getattr(record, parent) for record in records}
    found = cast(Any, type(records[0])).objects.filter(
        user_id=user_id, **{f"{parent}__in": parents}
    )
    known = set(found.values_list(*fields))
    return {r.pk for r in records if tuple(getattr(r, name) for name in fields) in known}
