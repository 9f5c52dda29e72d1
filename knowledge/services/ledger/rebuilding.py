"""The memory made anew from the journal and the user's own changes, beside the old one.

The new one is built in a schema of PostgreSQL of its own, whose tables are like the ledger's and
come before them on the search path: the same services write it. What the user changed is made
again in between, at its time, so that names mean then what they meant. Then one transaction puts
the new rows in the place of the old ones and tells the indexes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, cast
from uuid import UUID, uuid4

import structlog
from django.db import connection, models, transaction

from exobrain.lib import clock
from exobrain.lib.errors import Invalid
from journal import selectors as journal
from journal.types import StoredMessage
from knowledge.models import (
    Alias,
    Block,
    Changeset,
    Decision,
    Edge,
    Entity,
    Mention,
    Operation,
    ReviewItem,
    Source,
)
from knowledge.services.identities.resolution import merge_into
from knowledge.services.indexing.updating import update_indexes
from knowledge.services.learning.learner import prepare_learning, remember
from knowledge.services.ledger.conflicts import Topic, settle, topic_of
from knowledge.services.ledger.rollback import DERIVED, stands
from knowledge.services.ledger.unit_of_work import TABLES, Book, lock_memory, record_of, values_of
from knowledge.types import SourceMessage

log = structlog.get_logger(__name__)

# Parents before children, for whoever looks at the rows while they are copied.
COPIED: Sequence[type[models.Model]] = (
    Entity,
    Alias,
    Block,
    Edge,
    Mention,
    Source,
    Changeset,
    Operation,
    Decision,
    ReviewItem,
)
BATCH = 200  # messages that are read and learned together
SCHEMA_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
HUMAN = (Changeset.Kind.EDIT, Changeset.Kind.MERGE)


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild made."""

    user_id: UUID
    schema: str  # where it lies; empty when it took the place of the old one
    before: Mapping[str, int]  # table -> rows of the old memory
    after: Mapping[str, int]  # table -> rows of the new one
    replayed: int  # changes by the user that were made again
    not_replayed: int  # changes whose subject is no longer there


def rebuild(*, user_id: UUID, into: str = "") -> Rebuilt:
    """The user's memory is made anew; it takes the old one's place, or lies in schema `into`.

    The old one can be used meanwhile; what is learned and changed meanwhile is made up for.
    """
    schema = into or f"rebuild_{uuid4().hex}"
    _create(user_id, _valid(schema))
    try:
        tally = _build(user_id, schema, after=BEGINNING)
        return _report(user_id, schema, tally) if into else _swap(user_id, schema, tally)
    except BaseException:
        _drop(schema)
        raise


def swap(*, user_id: UUID, schema: str) -> Rebuilt:
    """What was rebuilt into the schema takes the old memory's place."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regnamespace(%s))", [f'"{_valid(schema)}"'])
        note = cursor.fetchone()[0]
    if note is None:
        raise Invalid("There is no such rebuilt memory.")
    owner, until = note.split()
    if owner != str(user_id):
        raise Invalid("There is no such rebuilt memory.")
    return _swap(user_id, schema, _Tally(until=datetime.fromisoformat(until)))


@dataclass
class _Tally:
    """How far a rebuild has come."""

    until: datetime = BEGINNING  # everything up to here is in it
    replayed: int = 0
    not_replayed: int = 0


# -- the schema beside


def _valid(schema: str) -> str:
    if not SCHEMA_NAME.fullmatch(schema) or schema in {"public", "information_schema"}:
        raise Invalid("A name is small letters, digits and underscores.")
    return schema


def _create(user_id: UUID, schema: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NULL", [f'"{schema}"'])
        if not cursor.fetchone()[0]:
            raise Invalid("There is something of that name already.")
        cursor.execute(f'CREATE SCHEMA "{schema}"')
        for model in COPIED:
            table = model._meta.db_table
            cursor.execute(f'CREATE TABLE "{schema}"."{table}" (LIKE "{table}" INCLUDING ALL)')
    _note(user_id, schema, until=BEGINNING)


def _note(user_id: UUID, schema: str, *, until: datetime) -> None:
    """The schema tells whose memory it is, and how far it has come."""
    with connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON SCHEMA \"{schema}\" IS '{user_id} {until.isoformat()}'")


def empty_side_memories(*, user_id: UUID) -> None:
    """Memories of the user that are being built beside the present one hold nothing any more.

    They are not dropped: whoever is building one would then write into the present one. What is
    emptied is built from the beginning before it is swapped, because something was forgotten.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nspname FROM pg_namespace WHERE obj_description(oid, 'pg_namespace') LIKE %s",
            [f"{user_id} %"],
        )
        for (schema,) in cursor.fetchall():
            tables = ", ".join(f'"{schema}"."{model._meta.db_table}"' for model in COPIED)
            cursor.execute(f"TRUNCATE {tables}")


def _drop(schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')


@contextmanager
def _within(schema: str) -> Iterator[None]:
    """Inside, the ledger's tables are those of the schema; in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('search_path')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('search_path', %s, true)", [f'"{schema}", {before}'])
        yield
        cursor.execute("SELECT set_config('search_path', %s, true)", [before])


# -- building


@dataclass
class _Event:
    """Something that made the old memory what it is."""

    at: datetime
    message_ids: list[UUID] = field(default_factory=list)
    changeset: Changeset | None = None
    operations: list[Operation] = field(default_factory=list)


def _build(user_id: UUID, schema: str, *, after: datetime) -> _Tally:
    tally = _Tally(until=clock.now())
    for event in _events(user_id, after=after, until=tally.until):
        if event.changeset is None:
            _learn(user_id, schema, event)
        else:
            done = _replay(user_id, schema, event)
            tally.replayed += done
            tally.not_replayed += not done
    _note(user_id, schema, until=tally.until)
    return tally


def _events(user_id: UUID, *, after: datetime, until: datetime) -> list[_Event]:
    """What is to be done again, in the order in which it was done."""
    events = [*_learned(user_id), *_human(user_id)]
    if after == BEGINNING:
        known = {id_ for event in events for id_ in event.message_ids}
        events += _never_learned(user_id, known=known, at=until)
    return sorted((e for e in events if after < e.at <= until), key=lambda event: event.at)


def _learned(user_id: UUID) -> list[_Event]:
    episodes = Block.objects.filter(user_id=user_id, kind="episode").order_by(
        "recorded_at", "said_at", "sequence"
    )
    rows = episodes.values_list("recorded_at", "message_id")
    return [
        _Event(at, message_ids=[id_ for _, id_ in each if id_ is not None])
        for at, each in groupby(rows, key=lambda row: row[0])
    ]


def _never_learned(user_id: UUID, *, known: set[UUID], at: datetime) -> list[_Event]:
    """Messages that count as learned and are not there: all but those the user rolled back."""
    undone = Decision.objects.filter(
        user_id=user_id, changeset__state=Changeset.State.ROLLED_BACK
    ).values_list("message_id", flat=True)
    left = [id_ for id_ in journal.committed(user_id=user_id) if id_ not in known | set(undone)]
    return [_Event(at, message_ids=left)] if left else []


def _human(user_id: UUID) -> list[_Event]:
    changesets = Changeset.objects.filter(
        user_id=user_id, kind__in=HUMAN, state=Changeset.State.APPLIED
    ).prefetch_related("operations")
    return [
        _Event(each.created_at, changeset=each, operations=list(each.operations.all()))
        for each in changesets
    ]


def _learn(user_id: UUID, schema: str, event: _Event) -> None:
    for first in range(0, len(event.message_ids), BATCH):
        ids = event.message_ids[first : first + BATCH]
        messages = journal.messages_by_ids(user_id=user_id, ids=ids)
        with _within(schema):
            prepared = prepare_learning(
                user_id=user_id, messages=[_source(m) for m in messages], embeds=False
            )
            book = Book(
                user_id=user_id,
                kind=Changeset.Kind.JOB,
                extractor=prepared.extraction.extractor,
                at=event.at,
                projects=False,
            )
            remember(book, prepared)
            book.write()


def _source(message: StoredMessage) -> SourceMessage:
    return SourceMessage(
        id=message.id,
        reference=message.reference,
        sequence=message.sequence,
        role=message.role,
        content=message.content,
        said_at=message.created_at,
    )


def _replay(user_id: UUID, schema: str, event: _Event) -> bool:
    """The user's change is made again; False when what it changed is not there."""
    old = cast(Changeset, event.changeset)
    with _within(schema):
        book = Book(
            user_id=user_id, kind=Changeset.Kind(old.kind), changeset_id=old.id, at=event.at,
            projects=False,
        )  # fmt: skip
        if old.kind == Changeset.Kind.MERGE:
            done = _merge_again(book, event.operations)
        else:
            done = _edit_again(book, event.operations)
        if done:
            book.write()
    return done


def _merge_again(book: Book, operations: Iterable[Operation]) -> bool:
    for operation in operations:
        into = (operation.after or {}).get("merged_into_id")
        if operation.table != "entity" or not into:
            continue
        found = Entity.objects.filter(user_id=book.user_id, merged_into=None).in_bulk(
            [operation.record_id, UUID(into)]
        )
        if len(found) == 2:
            merge_into(book, keep=found[UUID(into)], gone=found[operation.record_id])
            return True
    return False


def _edit_again(book: Book, operations: Sequence[Operation]) -> bool:
    topics: set[Topic] = set()
    done = [_again(book, operation, topics) for operation in operations]
    settle(book, topics)
    return any(done)


def _again(book: Book, operation: Operation, topics: set[Topic]) -> bool:
    model = cast(Any, TABLES[operation.table])
    row = model.objects.filter(user_id=book.user_id, pk=operation.record_id).first()
    if operation.before is None and operation.after is not None:
        row = record_of(operation.table, operation.after)
        if not stands(book, row):
            return False
        book.add(row)
    elif row is None:
        return False
    elif operation.after is None:
        book.remove(row)
    else:
        values = values_of(operation.table, operation.after)
        if operation.table == "block" and row.is_single_valued:
            values = {name: value for name, value in values.items() if name not in DERIVED}
        book.change(row, **values)
    if isinstance(row, Block) and (topic := topic_of(row)):
        topics.add(topic)
    return True


# -- swapping


def _swap(user_id: UUID, schema: str, tally: _Tally) -> Rebuilt:
    with transaction.atomic():
        lock_memory(user_id)
        if _taken_back(user_id, since=tally.until):
            empty_side_memories(user_id=user_id)
            tally = _Tally()
        late = _build(user_id, schema, after=tally.until)
        tally.replayed += late.replayed
        tally.not_replayed += late.not_replayed
        report = _report(user_id, schema, tally)
        ids = _ids(user_id)
        _keep_history(user_id, schema)
        _replace(user_id, schema)
        new = _ids(user_id)
        update_indexes(
            user_id=user_id,
            block_ids=sorted(ids["block"] | new["block"]),
            entity_ids=sorted(ids["entity"] | new["entity"]),
            edge_ids=sorted(ids["edge"] | new["edge"]),
        )
        _drop(schema)
    log.info("memory_rebuilt", before=report.before, after=report.after)
    return Rebuilt(**{**vars(report), "schema": ""})


def _taken_back(user_id: UUID, *, since: datetime) -> bool:
    """Whether anything was forgotten or rolled back that the new memory may still hold."""
    kinds = (Changeset.Kind.FORGET, Changeset.Kind.ROLLBACK)
    return Changeset.objects.filter(user_id=user_id, kind__in=kinds, created_at__gte=since).exists()


def _ids(user_id: UUID) -> dict[str, set[UUID]]:
    return {
        table: set(
            cast(Any, TABLES[table]).objects.filter(user_id=user_id).values_list("pk", flat=True)
        )
        for table in ("block", "entity", "edge")
    }


def _report(user_id: UUID, schema: str, tally: _Tally) -> Rebuilt:
    before = _counts(user_id)
    with _within(schema):
        after = _counts(user_id)
    return Rebuilt(user_id, schema, before, after, tally.replayed, tally.not_replayed)


def _counts(user_id: UUID) -> dict[str, int]:
    return {
        table: cast(Any, model).objects.filter(user_id=user_id).count()
        for table, model in TABLES.items()
    }


# What was rolled back, what rolled it back, what was forgotten and what was answered is told on.
HISTORY = """
SELECT id FROM knowledge_changeset WHERE user_id = %s
AND (state = 'rolled_back' OR kind IN ('forget', 'rollback'))
"""


def _keep_history(user_id: UUID, schema: str) -> None:
    with connection.cursor() as cursor:
        for table, condition in (
            ("knowledge_changeset", f"id IN ({HISTORY})"),
            ("knowledge_operation", f"changeset_id IN ({HISTORY})"),
            ("knowledge_decision", f"changeset_id IN ({HISTORY})"),
            ("knowledge_reviewitem", "user_id = %s AND state <> 'open'"),
        ):
            columns = _columns(table)
            cursor.execute(
                f'INSERT INTO "{schema}"."{table}" ({columns}) '  # noqa: S608  names of ours
                f'SELECT {columns} FROM "{table}" WHERE {condition} ON CONFLICT DO NOTHING',
                [user_id],
            )
        cursor.execute(
            f'UPDATE "{schema}".knowledge_changeset SET reverts_id = NULL '  # noqa: S608
            f'WHERE reverts_id NOT IN (SELECT id FROM "{schema}".knowledge_changeset)'
        )


def _columns(table: str) -> str:
    """Its columns; not the number of an operation, which the place it goes to gives anew."""
    model = next(model for model in COPIED if model._meta.db_table == table)
    names = [str(f.column) for f in model._meta.concrete_fields]
    return ", ".join(f'"{name}"' for name in names if (model, name) != (Operation, "id"))


def _replace(user_id: UUID, schema: str) -> None:
    """The user's rows are those of the schema."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM knowledge_operation WHERE changeset_id IN "
            "(SELECT id FROM knowledge_changeset WHERE user_id = %s)",
            [user_id],
        )
        for model in reversed(COPIED):
            if model is not Operation:
                cursor.execute(
                    f'DELETE FROM "{model._meta.db_table}" WHERE user_id = %s',  # noqa: S608
                    [user_id],
                )
        for model in COPIED:
            table = model._meta.db_table
            columns, order = _columns(table), ' ORDER BY "id"' if model is Operation else ""
            cursor.execute(
                f'INSERT INTO "{table}" ({columns}) '  # noqa: S608  names of ours
                f'SELECT {columns} FROM "{schema}"."{table}"{order}'
            )
