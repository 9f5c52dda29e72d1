"""The memory made anew from the journal and the user's own changes, beside the old one.

The new one is built in a schema of PostgreSQL of its own, whose tables are like the ledger's and
come before them on the search path: the same services write it. What the user changed is made
again in between, at its time, so that names mean then what they meant. Then one transaction puts
the new rows in the place of the old ones and updates the indexes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, cast
from uuid import UUID, uuid4

import structlog
from django.db import connection, models, transaction
from django.db.models import Max, Q

from exobrain.lib import clock
from exobrain.lib.errors import Invalid, Unavailable
from journal import selectors as journal
from knowledge.errors import CannotMerge
from knowledge.models import (
    LEDGER,
    Block,
    CannotLink,
    Changeset,
    Decision,
    Entity,
    ReviewItem,
    Source,
)
from knowledge.selectors.history import changes_of
from knowledge.services import rereading
from knowledge.services.identities.merging import merge_into
from knowledge.services.indexing.carrying import stored_embeddings
from knowledge.services.indexing.reindexing import embed_missing
from knowledge.services.indexing.updating import update_indexes
from knowledge.services.learning.learner import (
    fallback_of,
    learn_prepared,
    message_to_learn,
    prepare_learning,
)
from knowledge.services.ledger.conflicts import resolve_conflicts, topics_of
from knowledge.services.ledger.removal import DERIVED, NOT_SUPERSEDED
from knowledge.services.ledger.rollback import has_valid_references
from knowledge.services.ledger.unit_of_work import HUMAN, UnitOfWork
from knowledge.services.locking import lock_memory
from knowledge.services.withholding import withheld_from
from knowledge.types import STATEMENT_KINDS, BlockKind, Change, TextSpan, VersionEnd

log = structlog.get_logger(__name__)

# All that is made anew: everything but what the user said to be different.
TABLES = [table for table in LEDGER.values() if table.model is not CannotLink]
COPIED: Sequence[type[models.Model]] = (
    Changeset,
    *(table.model for table in TABLES),
    *(table.versions for table in TABLES),
    Decision,
)
BATCH = 200  # messages that are read and learned together
SCHEMA_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
ENTITY_COLUMNS = ("entity_id", "source_id", "target_id")
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Rebuilt:
    """The result of a rebuild, in rows and replayed changes."""

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
    _validate_name(schema)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NULL", [f'"{schema}"'])
        if not cursor.fetchone()[0]:
            raise Invalid("There is something of that name already.")
        cursor.execute(f'CREATE SCHEMA "{schema}"')
        for model in COPIED:
            table = model._meta.db_table
            cursor.execute(f'CREATE TABLE "{schema}"."{table}" (LIKE "{table}" INCLUDING ALL)')
    _write_progress(user_id, schema, Progress())
    try:
        progress = _build_schema(user_id, schema, after=BEGINNING)
        return (
            _make_report(user_id, schema, progress)
            if into
            else _swap_schema(user_id, schema, progress)
        )
    except BaseException:
        _drop_schema(schema)
        raise


def swap(*, user_id: UUID, schema: str) -> Rebuilt:
    """The memory in the schema replaces the present one; raises Invalid if there is none."""
    _validate_name(schema)
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regnamespace(%s))", [f'"{schema}"'])
        note = cursor.fetchone()[0]
    if note is None:
        raise Invalid("There is no such rebuilt memory.")
    owner, until, number = note.split()
    if owner != str(user_id):
        raise Invalid("There is no such rebuilt memory.")
    progress = Progress(until=datetime.fromisoformat(until), number=int(number))
    return _swap_schema(user_id, schema, progress)


@dataclass
class Progress:
    """How far a rebuild has come."""

    until: datetime = BEGINNING  # everything up to here is in it
    number: int = 0  # of the last changeset that was committed when it began
    replayed: int = 0
    not_replayed: int = 0


# -- the schema beside


def _validate_name(schema: str) -> None:
    if not SCHEMA_NAME.fullmatch(schema) or schema in {"public", "information_schema"}:
        raise Invalid("A name is small letters, digits and underscores.")


def _write_progress(user_id: UUID, schema: str, progress: "Progress") -> None:
    """The schema's comment says whose memory it is, and how far it has been built."""
    note = f"{user_id} {progress.until.isoformat()} {progress.number}"
    with connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON SCHEMA \"{schema}\" IS '{note}'")


def truncate_rebuilds(*, user_id: UUID) -> None:
    """The schemas into which the user's memory is being rebuilt are empty.

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


def _drop_schema(schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')


@contextmanager
def _tables_of(schema: str) -> Iterator[None]:
    """Within it, in one transaction, queries reach the schema's tables in place of the ledger's."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('search_path')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('search_path', %s, true)", [f'"{schema}", {before}'])
        yield
        cursor.execute("SELECT set_config('search_path', %s, true)", [before])


# -- building


@dataclass
class HistoryEvent:
    """Messages that were learned together, or a changeset of the user's, to be replayed."""

    at: datetime
    message_ids: list[UUID] = field(default_factory=list)
    changeset: Changeset | None = None
    changes: list[Change] = field(default_factory=list)
    # Entities that the changes refer to, as they are now: no message may be left that they would
    # be learned from, while what the user wrote about them stays.
    entities: dict[UUID, Entity] = field(default_factory=dict)
    # Blocks that the changes made private, with where they are said: what an extractor of today
    # makes of the same words may have another id, and is to be as private.
    private: dict[UUID, tuple[Block, list[Source]]] = field(default_factory=dict)


def _build_schema(user_id: UUID, schema: str, *, after: datetime) -> Progress:
    # A changeset that is being committed meanwhile has a later number, whenever it began.
    number = Changeset.objects.filter(user_id=user_id).aggregate(last=Max("number"))["last"]
    progress = Progress(until=clock.now(), number=number or 0)
    for event in _history_events(user_id, after=after, until=progress.until):
        if event.changeset is None:
            _learn_messages(user_id, schema, event)
        else:
            done = _replay_change(user_id, schema, event)
            progress.replayed += done
            progress.not_replayed += not done
    _write_progress(user_id, schema, progress)
    return progress


def _history_events(user_id: UUID, *, after: datetime, until: datetime) -> list[HistoryEvent]:
    """The events to replay, in the order in which they happened."""
    episodes = Block.objects.filter(user_id=user_id, kind=BlockKind.EPISODE).order_by(
        "recorded_at", "said_at", "sequence"
    )
    rows = episodes.values_list("recorded_at", "message_id")
    events = [
        HistoryEvent(at, message_ids=[id_ for _, id_ in each if id_ is not None])
        for at, each in groupby(rows, key=lambda row: row[0])
    ]
    known = {id_ for event in events for id_ in event.message_ids}
    changesets = Changeset.objects.filter(
        user_id=user_id, kind__in=HUMAN, state=Changeset.State.APPLIED
    )
    for changeset in changesets:
        changes = changes_of(user_id=user_id, changeset_id=changeset.id)
        named = {
            (change.after or {}).get(column) for change in changes for column in ENTITY_COLUMNS
        }
        private = Block.objects.filter(user_id=user_id, is_private=True).in_bulk(
            [
                c.record_id
                for c in changes
                if c.table == "block" and (c.after or {}).get("is_private")
            ]
        )
        named |= {block.entity_id for block in private.values()}
        present = Entity.objects.filter(user_id=user_id, merged_into=None)
        events.append(
            HistoryEvent(
                changeset.created_at,
                changeset=changeset,
                changes=changes,
                entities=present.prefetch_related("aliases").in_bulk(named - {None}),
                private={
                    id_: (block, list(Source.objects.filter(user_id=user_id, record_id=id_)))
                    for id_, block in private.items()
                },
            )
        )
    if after == BEGINNING:
        # Messages that count as learned and are not there, but for those the user rolled back.
        decided = Decision.objects.filter(
            user_id=user_id, changeset__state=Changeset.State.ROLLED_BACK
        )
        known.update(decided.values_list("message_id", flat=True))
        left = [id_ for id_ in journal.committed(user_id=user_id) if id_ not in known]
        events.append(HistoryEvent(until, message_ids=left))
    return sorted((e for e in events if after < e.at <= until), key=lambda event: event.at)


def _learn_messages(user_id: UUID, schema: str, event: HistoryEvent) -> None:
    for first in range(0, len(event.message_ids), BATCH):
        ids = event.message_ids[first : first + BATCH]
        messages = journal.messages_by_ids(user_id=user_id, ids=ids)
        private = withheld_from(user_id=user_id, is_elsewhere=True)  # by the present memory
        with _tables_of(schema):
            sources = [message_to_learn(message) for message in messages]
            prepared = prepare_learning(
                user_id=user_id, messages=sources, embeds=False, private=private
            )
            work = UnitOfWork(
                user_id=user_id,
                kind=Changeset.Kind.JOB,
                extractor=prepared.extraction.extractor,
                fallback=fallback_of(prepared),
                at=event.at,
                updates_indexes=False,
            )
            learn_prepared(work, prepared)
            work.commit()
        rereading.postpone(user_id=user_id, fallbacks=prepared.extraction.fallbacks)


def _replay_change(user_id: UUID, schema: str, event: HistoryEvent) -> bool:
    """The user's change is made again; False when what it changed is not there."""
    old = cast(Changeset, event.changeset)
    with _tables_of(schema):
        work = UnitOfWork(
            user_id=user_id, kind=Changeset.Kind(old.kind), changeset_id=old.id, at=event.at,
            updates_indexes=False,
        )  # fmt: skip
        is_done = False
        if old.kind != Changeset.Kind.MERGE:
            is_done = _replay_edit(work, event)
        for change in event.changes if old.kind == Changeset.Kind.MERGE else ():
            into = (change.after or {}).get("merged_into_id")
            if change.table != "entity" or not into:
                continue
            found = Entity.objects.filter(user_id=user_id, merged_into=None).in_bulk(
                [change.record_id, into]
            )
            if len(found) == 2:
                with suppress(CannotMerge):  # the user has said since that they are different
                    merge_into(work, keep=found[into], gone=found[change.record_id])
                    is_done = True
                break
        if is_done:
            work.commit()
    return is_done


def _replay_edit(work: UnitOfWork, event: HistoryEvent) -> bool:
    done: list[Any] = []
    is_kept = False
    for change in event.changes:
        model = cast(Any, LEDGER[change.table].model)
        row = model.objects.filter(user_id=work.user_id, pk=change.record_id).first()
        if change.before is None and change.after is not None:
            row = model(**change.after)
            for column in ENTITY_COLUMNS:
                _keep_entity(work, event, change.after.get(column))
            if not has_valid_references(work, row):
                continue
            work.add(row)
        elif row is None and change.record_id in event.private:
            _keep_private(work, event, change.record_id)
            is_kept = True
            continue
        elif row is None:
            continue
        elif change.after is None:
            work.remove(row)
        else:
            values = dict(change.after)
            if change.table == "block" and row.topic and not _is_ended_elsewhere(row, values):
                values = {name: value for name, value in values.items() if name not in DERIVED}
            work.change(row, **values)
        done.append(row)
    resolve_conflicts(work, topics_of(done))
    return is_kept or bool(done)


def _keep_entity(work: UnitOfWork, event: HistoryEvent, entity_id: UUID | None) -> None:
    """The entity is there, as it is in the present memory if the new one did not learn of it."""
    entity = event.entities.get(entity_id) if entity_id else None
    if entity and not Entity.objects.filter(pk=entity.pk).exists():
        work.add(entity)
        for alias in entity.aliases.all():  # prefetched from the present memory
            work.add(alias)


def _keep_private(work: UnitOfWork, event: HistoryEvent, block_id: UUID) -> None:
    """What was learned now from the words of a private block is private; if there is nothing, as
    when no model may be told those words, the block stays as it is.
    """
    block, sources = event.private[block_id]
    spoken = Q(pk__isnull=True)
    for each in sources:
        spoken |= Q(message_id=each.message_id, start__lt=each.end, end__gt=each.start)
    ids = Source.objects.filter(spoken, user_id=work.user_id).values("record_id")
    again = Block.objects.filter(user_id=work.user_id, pk__in=ids, kind__in=STATEMENT_KINDS)
    for statement in again:
        work.change(statement, is_private=True)
    if not again:
        _keep_entity(work, event, block.entity_id)
        values = {name: getattr(block, name) for name in LEDGER["block"].columns}
        kept = Block(id=block.id, **{**values, **NOT_SUPERSEDED, "valid_to": block.valid_to})
        if has_valid_references(work, kept):
            work.add(kept)
            for source in sources:
                work.cite(kept, TextSpan(source.message_id, source.start, source.end))


def _is_ended_elsewhere(row: Any, values: Mapping[str, Any]) -> bool:
    """True when the user let a statement of another topic end the row: no conflict finds that."""
    by = values.get("superseded_by_id")
    successor = Block.objects.filter(pk=by).first() if by else None
    return successor is not None and topics_of([successor]) != topics_of([row])


# -- swapping


def _swap_schema(user_id: UUID, schema: str, progress: Progress) -> Rebuilt:
    with transaction.atomic():
        lock_memory(user_id)
        # The new memory may still hold what was forgotten or rolled back meanwhile.
        kinds = (Changeset.Kind.FORGET, Changeset.Kind.ROLLBACK)
        undone = Changeset.objects.filter(user_id=user_id, kind__in=kinds)
        if undone.filter(number__gt=progress.number).exists():
            truncate_rebuilds(user_id=user_id)
            progress = Progress()
        late = _build_schema(user_id, schema, after=progress.until)
        progress.replayed += late.replayed
        progress.not_replayed += late.not_replayed
        report = _make_report(user_id, schema, progress)
        ids = _record_ids(user_id)
        with _tables_of(schema):  # before PostgreSQL deletes tokens with the rows of their blocks
            new = _record_ids(user_id)
            embedded = stored_embeddings(user_id=user_id, block_ids=sorted(new["block"]))
        _copy_kept_history(user_id, schema)
        _replace_rows(user_id, schema)
        update_indexes(
            user_id=user_id,
            block_ids=sorted(ids["block"] | new["block"]),
            entity_ids=sorted(ids["entity"] | new["entity"]),
            edge_ids=sorted(ids["edge"] | new["edge"]),
            vectors=embedded.vectors,
            tokens=embedded.tokens,
            space=embedded.space,
        )
        _drop_schema(schema)
    log.info("memory_rebuilt", before=report.before, after=report.after)
    try:
        while embed_missing(user_id=user_id):
            pass
    except Unavailable as error:  # the worker makes up for it when the embedder is back
        log.warning("embedding_skipped", error=type(error).__name__)
    return Rebuilt(**{**vars(report), "schema": ""})


def _record_ids(user_id: UUID) -> dict[str, set[UUID]]:
    return {
        table: set(
            cast(Any, LEDGER[table].model)
            .objects.filter(user_id=user_id)
            .values_list("pk", flat=True)
        )
        for table in ("block", "entity", "edge")
    }


def _make_report(user_id: UUID, schema: str, progress: Progress) -> Rebuilt:
    counts = []
    for tables in (nullcontext(), _tables_of(schema)):
        with tables:
            counts.append(
                {
                    name: cast(Any, table.model).objects.filter(user_id=user_id).count()
                    for name, table in LEDGER.items()
                }
            )
    before, after = counts
    return Rebuilt(user_id, schema, before, after, progress.replayed, progress.not_replayed)


# What was rolled back, what rolled it back, what was forgotten and what was answered is kept.
HISTORY = """
SELECT id FROM knowledge_changeset WHERE user_id = %(user)s
AND (state = 'rolled_back' OR kind IN ('forget', 'rollback'))
"""


def _copy_kept_history(user_id: UUID, schema: str) -> None:
    """The schema has those changesets of the present memory that are not made again.

    What they did is read from versions, so the present rows that they made become versions.
    """
    copies: list[tuple[Any, Any, str, dict[str, str]]] = [
        (Changeset, Changeset, f"id IN ({HISTORY})", {}),
        (Decision, Decision, f"changeset_id IN ({HISTORY})", {}),
        (ReviewItem, ReviewItem, "user_id = %(user)s AND state <> 'open'", {}),
    ]
    for table in TABLES:
        made = f"user_id = %(user)s AND changeset_id IN ({HISTORY})"
        copies += [
            (table.versions, table.versions, f"{made} OR ended_by_id IN ({HISTORY})", {}),
            (table.model, table.versions, made, {"ended_as": f"'{VersionEnd.OPEN}'"}),
        ]
    with connection.cursor() as cursor:
        for source, target, condition, constants in copies:
            columns = [name for name in _column_names(source) if name in _column_names(target)]
            names = ", ".join([*columns, *constants])
            values = ", ".join([*columns, *constants.values()])
            cursor.execute(
                f'INSERT INTO "{schema}".{target._meta.db_table} ({names}) '  # noqa: S608
                f"SELECT {values} FROM {source._meta.db_table} WHERE {condition} "
                "ON CONFLICT DO NOTHING",
                {"user": user_id},
            )
        ours = f'"{schema}".knowledge_changeset'
        loose = [(f"{table.versions._meta.db_table}", "changeset_id") for table in TABLES]
        loose += [(f"{table.versions._meta.db_table}", "ended_by_id") for table in TABLES]
        for name, column in [("knowledge_changeset", "reverts_id"), *loose]:
            cursor.execute(
                f'UPDATE "{schema}".{name} SET {column} = NULL '  # noqa: S608
                f"WHERE {column} NOT IN (SELECT id FROM {ours})"
            )
        cursor.execute(
            f"UPDATE {ours} AS changeset SET number = place.number FROM ("  # noqa: S608
            f"SELECT id, row_number() OVER (ORDER BY created_at, number, id) AS number FROM {ours}"
            ") AS place WHERE place.id = changeset.id"
        )


def _column_names(model: Any) -> list[str]:
    """Its quoted columns, without `version_id`, which the target table generates."""
    names = [str(field.column) for field in model._meta.concrete_fields]
    return [f'"{name}"' for name in names if name != "version_id"]


def _replace_rows(user_id: UUID, schema: str) -> None:
    """The user's rows are those of the schema; records without a row or version are gone."""
    mine = {"user": user_id}
    with connection.cursor() as cursor:
        for model in reversed(COPIED):
            condition = "user_id = %(user)s"
            if model is Changeset:  # what the user said to be different names those that stay
                kept = f'SELECT id FROM "{schema}".knowledge_changeset'  # noqa: S608
                condition += f" AND id NOT IN ({kept})"
            cursor.execute(
                f"DELETE FROM {model._meta.db_table} WHERE {condition}",  # noqa: S608
                mine,
            )
        for model in COPIED:
            name, columns = model._meta.db_table, _column_names(model)
            values = ", ".join(columns)
            if model is Decision:
                known = "(SELECT id FROM knowledge_record WHERE id = record_id)"
                values = values.replace('"record_id"', known)
            replacing = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns)
            cursor.execute(
                f"INSERT INTO {name} ({', '.join(columns)}) "  # noqa: S608  names of ours
                f'SELECT {values} FROM "{schema}".{name}'
                + (f" ON CONFLICT (id) DO UPDATE SET {replacing}" if model is Changeset else "")
            )
        unknown = " AND ".join(
            f"NOT EXISTS (SELECT FROM {model._meta.db_table} WHERE id = record.id)"
            for table in LEDGER.values()
            if table.is_record
            for model in (table.model, table.versions)
        )
        cursor.execute(
            "DELETE FROM knowledge_record AS record "  # noqa: S608  names of ours
            f"WHERE user_id = %(user)s AND {unknown}",
            mine,
        )
