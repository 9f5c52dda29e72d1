"""How the ledger is written: rows are collected in a unit of work and committed as one changeset.

Nothing else writes to the ledger's tables, so whatever a row was before is kept as a version (see
`knowledge.models.versions`), unless it is forgotten. All rows of a unit belong to one user, and it
runs in the caller's transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import orjson
from django.db import connection, models, transaction
from django.db.models import Max

from exobrain.lib import clock
from knowledge import identity
from knowledge.models import (
    LEDGER,
    Alias,
    Block,
    Changeset,
    Decision,
    LedgerRow,
    LedgerTable,
    Mention,
    Source,
)
from knowledge.services.indexing.updating import update_indexes
from knowledge.services.locking import lock_memory
from knowledge.stores.vectors.port import Vector
from knowledge.types import TextSpan, Verdict, VersionEnd, VersionStart

TABLE_OF: dict[type[models.Model], LedgerTable] = {table.model: table for table in LEDGER.values()}
HUMAN = (Changeset.Kind.EDIT, Changeset.Kind.MERGE)  # made by the user; a rebuild makes them again
TIMES = frozenset({"updated_at", "created_at"})
BATCH = 5_000  # rows of one statement

Row = TypeVar("Row", bound=LedgerRow)
Key = tuple[str, UUID]


@contextmanager
def open_unit_of_work(*, user_id: UUID, kind: Changeset.Kind) -> Iterator["UnitOfWork"]:
    """A unit of work with the memory locked; it is committed at the end if nothing raised."""
    with transaction.atomic():
        lock_memory(user_id)
        work = UnitOfWork(user_id=user_id, kind=kind)
        yield work
        work.commit()


class UnitOfWork:
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
        fallback: str = "",
        at: datetime | None = None,
        updates_indexes: bool = True,
    ) -> None:
        self.changeset = Changeset(
            id=changeset_id or uuid4(),
            user_id=user_id,
            kind=kind,
            job_id=job_id,
            reverts_id=reverts_id,
            extractor=extractor[:100],
            fallback=fallback,
        )
        self.user_id = user_id
        self.now = at or clock.now()
        self.updates_indexes = updates_indexes  # else the caller updates the indexes
        self.added: dict[Key, LedgerRow] = {}
        self.changed: dict[Key, LedgerRow] = {}
        self.before: dict[Key, dict[str, Any]] = {}  # the changed columns as they were
        self.removed: dict[Key, LedgerRow] = {}
        self.decisions: dict[UUID, Decision] = {}

    def add(self, record: Row) -> Row:
        """The record will be there; one that is added already is returned instead."""
        return cast(Row, self.added.setdefault(_key_of(record), record))

    def change(self, record: LedgerRow, **values: Any) -> None:
        """The record's columns will have these values; what it has already is no change."""
        key = _key_of(record)
        record = self.added.get(key) or self.changed.get(key) or record
        new = {name: value for name, value in values.items() if getattr(record, name) != value}
        if not new:
            return
        if key not in self.added:
            before = self.before.setdefault(key, {})
            for name in new:
                before.setdefault(name, getattr(record, name))
            self.changed[key] = record
        for name, value in new.items():
            setattr(record, name, value)

    def remove(self, record: LedgerRow) -> None:
        """The record will be gone."""
        key = _key_of(record)
        if self.added.pop(key, None) is not None:
            return
        original = self.changed.pop(key, record)
        for name, value in self.before.pop(key, {}).items():
            setattr(original, name, value)
        self.removed[key] = original

    def keep(self, record: LedgerRow) -> None:
        """The record will not be gone after all."""
        self.removed.pop(_key_of(record), None)

    def current(self, records: Iterable[Row]) -> list[Row]:
        """The records as this unit will have left them, without those it removes."""
        keyed = [(_key_of(record), record) for record in records]
        return [
            cast(Row, self.changed.get(key, record))
            for key, record in keyed
            if key not in self.removed
        ]

    def additions(self, model: type[Row]) -> list[Row]:
        """The records of that table which are added."""
        return [record for record in self.added.values() if isinstance(record, model)]

    def changes(self, model: type[Row]) -> list[Row]:
        """The records of that table which are changed."""
        return [record for record in self.changed.values() if isinstance(record, model)]

    def removals(self, model: type[Row]) -> list[Row]:
        """The records of that table which are removed."""
        return [record for record in self.removed.values() if isinstance(record, model)]

    def cite(self, record: LedgerRow, span: TextSpan) -> None:
        """The record will have this part of a message as a source."""
        table, record_id = _key_of(record)
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

    def add_mention(self, block: Block, entity_id: UUID, *, confidence: float = 1.0) -> Mention:
        """The block will mention the entity, as long as the block is valid."""
        return self.add(
            Mention(
                id=identity.mention_id(self.user_id, block_id=block.id, entity_id=entity_id),
                user_id=self.user_id,
                block_id=block.id,
                entity_id=entity_id,
                trust=block.trust,
                confidence=confidence,
                valid_from=block.valid_from,
                recorded_at=self.now,
            )
        )

    def add_alias(
        self, entity_id: UUID, *, name: str, normal_name: str, is_identifier: bool = False
    ) -> Alias:
        """The entity will be found by that name or identifier."""
        normal_name = normal_name[: identity.MAX_ALIAS_CHARS]
        return self.add(
            Alias(
                id=identity.alias_id(self.user_id, entity_id=entity_id, name=normal_name),
                user_id=self.user_id,
                entity_id=entity_id,
                name=name[: identity.MAX_ALIAS_CHARS],
                normal_name=normal_name,
                is_identifier=is_identifier,
            )
        )

    def decide(
        self,
        verdict: Verdict,
        reason: str,
        *,
        message_id: UUID,
        span: TextSpan | None = None,
        record_id: UUID | None = None,
    ) -> None:
        """Records the verdict on the message, or on a part of it, and the reason."""
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

    def commit(
        self,
        *,
        vectors: Mapping[UUID, Vector] | None = None,
        tokens: Mapping[UUID, bytes] | None = None,
        space: str = "",
        keeps_history: bool = True,
    ) -> UUID:
        """All of it is in the ledger, its history and its indexes; returns the changeset.

        Without history the changeset cannot be rolled back or looked into. The versions of removed
        rows are deleted, too; a version of a changed row is updated in those columns where it
        agreed with the row. The caller deletes the records (`Record`) of removed rows.
        """
        self._drop_stored_additions()
        counts: dict[str, dict[str, int]] = defaultdict(dict)
        collected = (("added", self.added), ("changed", self.changed), ("removed", self.removed))
        for action, records in collected:
            for name, _ in records:
                counts[name][action] = counts[name].get(action, 0) + 1
        last = Changeset.objects.filter(user_id=self.user_id).aggregate(last=Max("number"))["last"]
        self.changeset.summary = dict(counts)
        self.changeset.number = (last or 0) + 1
        self.changeset.created_at = self.now
        self.changeset.save(force_insert=True)

        for table in LEDGER.values():
            rows = self.additions(table.model)
            for row in rows:
                row.changeset_id = self.changeset.id if keeps_history else None
                row.began_as = VersionStart.ADDED
            _insert_rows(table.model, rows, now=self.now)
        for table in LEDGER.values():
            changed = [row for (name, _), row in self.changed.items() if name == table.name]
            if not keeps_history:
                _update_rows(table, changed, self.before, now=self.now, also_versions=True)
                continue
            ids = [row.pk for row in changed]
            _keep_versions(table, ids, self.changeset.id, VersionEnd.CHANGED)
            stamp = {"changeset_id": self.changeset.id, "began_as": VersionStart.CHANGED}
            _update_rows(table, changed, self.before, now=self.now, stamp=stamp)
            if self.changeset.kind in HUMAN:  # a rebuild relies on no present row
                made = [*self.additions(table.model), *changed]
                _keep_versions(table, [row.pk for row in made], None, VersionEnd.OPEN)
        for table in reversed(LEDGER.values()):
            removed = [id_ for name, id_ in self.removed if name == table.name]
            if keeps_history:
                _keep_versions(table, removed, self.changeset.id, VersionEnd.REMOVED)
            _delete_rows(table.model, removed)
            if not keeps_history:
                _delete_rows(table.versions, removed)
        if keeps_history:
            _insert_rows(Decision, [*self.decisions.values()], now=self.now)
        self._update_indexes(vectors, tokens, space)
        return self.changeset.id

    def _drop_stored_additions(self) -> None:
        """Nothing is added that is stored already.

        After a merge, an entity's name or a block's mention may be stored under another id.
        """
        for name, table in LEDGER.items():
            records = [
                record for (table_name, _), record in self.added.items() if table_name == name
            ]
            if not records:
                continue
            manager = cast(Any, table.model).objects
            known = set(manager.filter(pk__in=[r.pk for r in records]).values_list("pk", flat=True))
            if table.model in (Alias, Mention):
                pair = (
                    ("entity_id", "normal_name")
                    if table.model is Alias
                    else ("block_id", "entity_id")
                )
                there = manager.filter(
                    user_id=self.user_id,
                    **{f"{pair[0]}__in": {getattr(record, pair[0]) for record in records}},
                )
                pairs = set(there.values_list(*pair))
                known |= {r.pk for r in records if tuple(getattr(r, n) for n in pair) in pairs}
            for id_ in known:
                del self.added[name, id_]

    def _update_indexes(
        self,
        vectors: Mapping[UUID, Vector] | None,
        tokens: Mapping[UUID, bytes] | None,
        space: str,
    ) -> None:
        ids: dict[str, set[UUID]] = defaultdict(set)
        for records in (self.added, self.changed, self.removed):
            for (table, id_), record in records.items():
                ids[table].add(id_)
                if isinstance(record, Mention):
                    ids["block"].add(record.block_id)
                elif isinstance(record, Alias):
                    ids["entity"].add(record.entity_id)
        if self.updates_indexes and (ids["block"] or ids["entity"] or ids["edge"]):
            update_indexes(
                user_id=self.user_id,
                block_ids=sorted(ids["block"]),
                entity_ids=sorted(ids["entity"]),
                edge_ids=sorted(ids["edge"]),
                vectors=vectors,
                tokens=tokens,
                space=space,
            )


def _key_of(record: LedgerRow) -> Key:
    return TABLE_OF[type(record)].name, record.pk


# -- statements. Names of tables and columns come from the models, never from a row. Rows are sent
# as JSON: the ORM would take as long to write them down as PostgreSQL to store them.


def _insert_rows(model: type[models.Model], rows: Sequence[models.Model], *, now: datetime) -> None:
    """The rows are there, made just now; what is there already stays as it is."""
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    query = (
        f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {columns} '  # noqa: S608
        f'FROM jsonb_populate_recordset(NULL::"{model._meta.db_table}", %s::jsonb) '
        "ON CONFLICT DO NOTHING"
    )
    for first in range(0, len(rows), BATCH):
        batch = [
            {
                field.column: now if field.name in TIMES else getattr(row, field.attname)
                for field in fields
            }
            for row in rows[first : first + BATCH]
        ]
        with connection.cursor() as cursor:
            cursor.execute(query, [orjson.dumps(batch).decode()])


def _keep_versions(
    table: LedgerTable, ids: Sequence[UUID], changeset_id: UUID | None, ended_as: VersionEnd
) -> None:
    """History has the rows as they are now, and the changeset that ends these versions, if any."""
    if not ids:
        return
    columns = ", ".join(f'"{field.column}"' for field in table.model._meta.concrete_fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table.versions._meta.db_table}" '  # noqa: S608
            f'({columns}, "ended_by_id", "ended_as") SELECT {columns}, %s, %s '
            f'FROM "{table.model._meta.db_table}" WHERE id = ANY(%s)',
            [changeset_id, ended_as, list(ids)],
        )


def _update_rows(
    table: LedgerTable,
    rows: Sequence[LedgerRow],
    before: Mapping[Key, Mapping[str, Any]],
    *,
    now: datetime,
    stamp: Mapping[str, Any] | None = None,
    also_versions: bool = False,
) -> None:
    """The rows are as given; those with the same changed columns are written together."""
    name, versions = table.model._meta.db_table, table.versions._meta.db_table
    groups: dict[tuple[str, ...], list[LedgerRow]] = defaultdict(list)
    for row in rows:
        groups[tuple(sorted(before[table.name, row.pk]))].append(row)
    for columns, group in groups.items():
        stamped = {**(stamp or {})}
        if any(field.name == "updated_at" for field in table.model._meta.concrete_fields):
            stamped["updated_at"] = now
        values = orjson.dumps(
            [
                {"id": row.pk, **{column: getattr(row, column) for column in columns}}
                for row in group
            ]
        ).decode()
        new = f'jsonb_populate_recordset(NULL::"{name}", %s::jsonb) AS new'
        with connection.cursor() as cursor:
            if also_versions:
                changes = [f'"{c}" = new."{c}"' for c in columns if c in table.said] + [
                    f'"{c}" = CASE WHEN version."{c}" IS NOT DISTINCT FROM old."{c}" '
                    f'THEN new."{c}" ELSE version."{c}" END'
                    for c in columns
                    if c not in table.said
                ]
                cursor.execute(
                    f'UPDATE "{versions}" AS version SET {", ".join(changes)} '  # noqa: S608
                    f'FROM {new} JOIN "{name}" AS old ON old.id = new.id '
                    "WHERE version.id = new.id",
                    [values],
                )
            changes = [f'"{c}" = new."{c}"' for c in columns] + [f'"{c}" = %s' for c in stamped]
            cursor.execute(
                f'UPDATE "{name}" AS row SET {", ".join(changes)} FROM {new} '  # noqa: S608
                "WHERE row.id = new.id",
                [*stamped.values(), values],
            )


def _delete_rows(model: Any, ids: Sequence[UUID]) -> None:
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(
                f'DELETE FROM "{model._meta.db_table}" WHERE id = ANY(%s)',  # noqa: S608
                [list(ids)],
            )
