"""What changesets did, read from the rows and versions that name them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet

from knowledge.models import LEDGER, Block, Changeset, LedgerTable
from knowledge.types import BlockKind, Change, VersionEnd, VersionStart


def changes_of(
    *, user_id: UUID, changeset_id: UUID, only: Mapping[str, Collection[UUID]] | None = None
) -> list[Change]:
    """The changes of a changeset, of all rows or of some by their table.

    Rows that were added come first, parents before children, and removed ones last. A row whose
    version before or after has been forgotten is left out.
    """
    added, changed, removed = [], [], []
    for table in LEDGER.values():
        if only is not None and table.name not in only:
            continue
        ids = None if only is None else only[table.name]
        made = _rows_made(table, user_id, [changeset_id], ids)
        ended = _versions_ended(table, user_id, [changeset_id], ids)
        told = _table_changes(table, made.get(changeset_id, {}), ended.get(changeset_id, {}))
        for change in told:
            if change.before is None:
                added.append(change)
            elif change.after is None:
                removed.append(change)
            else:
                changed.append(change)
    order = list(LEDGER)
    removed.sort(key=lambda change: -order.index(change.table))
    return [*added, *changed, *removed]


def changes_of_each(
    *, user_id: UUID, changeset_ids: Collection[UUID], tables: Collection[str]
) -> dict[UUID, list[Change]]:
    """The changes of several changesets to the rows of these tables, in a few queries.

    Episodes are left out: they are what was read, and large.
    """
    found: dict[UUID, list[Change]] = {id_: [] for id_ in changeset_ids}
    for table in LEDGER.values():
        if table.name in tables:
            is_block = table.model is Block
            made = _rows_made(table, user_id, changeset_ids, None, without_episodes=is_block)
            ended = _versions_ended(table, user_id, changeset_ids, None)
            for id_ in found:
                found[id_] += _table_changes(table, made.get(id_, {}), ended.get(id_, {}))
    return found


def days_read(
    *, user_id: UUID, changeset_ids: Collection[UUID]
) -> dict[UUID, list[tuple[date, int]]]:
    """How many messages each changeset learned, by the days on which they were said."""
    found: dict[UUID, Counter[date]] = defaultdict(Counter)
    for model, _ in _rows_and_versions(LEDGER["block"]):
        rows = model.objects.filter(
            user_id=user_id,
            changeset_id__in=changeset_ids,
            began_as=VersionStart.ADDED,
            kind=BlockKind.EPISODE,
        )
        for changeset_id, reference in rows.values_list("changeset_id", "reference"):
            found[changeset_id][date.fromisoformat(reference.replace("/", "-"))] += 1
    return {id_: sorted(days.items()) for id_, days in found.items()}


def _table_changes(
    table: LedgerTable,
    made: Mapping[UUID, tuple["Values", str]],
    ended: Mapping[UUID, tuple["Values", str]],
) -> Iterator[Change]:
    """What a changeset did to rows of a table, by the rows it made and the versions it ended."""
    for id_, (after, began_as) in sorted(made.items()):
        if began_as == VersionStart.ADDED:
            yield Change(table.name, id_, None, after)
    for id_, (before, ended_as) in sorted(ended.items()):
        if ended_as == VersionEnd.REMOVED:
            yield Change(table.name, id_, before, None)
        elif id_ in made:
            after = made[id_][0]
            columns = [name for name, value in before.items() if value != after[name]]
            if columns:
                yield Change(
                    table.name,
                    id_,
                    {name: before[name] for name in columns},
                    {name: after[name] for name in columns},
                )


Values = dict[str, Any]


def _rows_made(
    table: LedgerTable,
    user_id: UUID,
    changeset_ids: Collection[UUID],
    ids: Collection[UUID] | None,
    *,
    without_episodes: bool = False,
) -> dict[UUID, dict[UUID, tuple[Values, str]]]:
    """Rows as each changeset made them, by their ids, and whether it added or changed them."""
    made: dict[UUID, dict[UUID, tuple[Values, str]]] = defaultdict(dict)
    for model, key in _rows_and_versions(table):
        found = model.objects.filter(user_id=user_id, changeset_id__in=changeset_ids)
        if ids is not None:
            found = found.filter(**{f"{key}__in": ids})
        if without_episodes:
            found = found.exclude(kind=BlockKind.EPISODE)
        for row in found.values(key, "changeset_id", "began_as", *table.columns):
            id_, by, began_as = row.pop(key), row.pop("changeset_id"), row.pop("began_as")
            made[by][id_] = ({"id": id_, **row}, began_as)
    return made


def _versions_ended(
    table: LedgerTable,
    user_id: UUID,
    changeset_ids: Collection[UUID],
    ids: Collection[UUID] | None,
) -> dict[UUID, dict[UUID, tuple[Values, str]]]:
    """Rows as they were before each changeset, by their ids, and how it ended them."""
    found = table.versions.objects.filter(user_id=user_id, ended_by_id__in=changeset_ids)
    if ids is not None:
        found = found.filter(row_id__in=ids)
    ended: dict[UUID, dict[UUID, tuple[Values, str]]] = defaultdict(dict)
    for row in found.values("row_id", "ended_by_id", "ended_as", *table.columns):
        id_, by, ended_as = row.pop("row_id"), row.pop("ended_by_id"), row.pop("ended_as")
        ended[by][id_] = ({"id": id_, **row}, ended_as)
    return ended


def learned_messages(*, user_id: UUID, message_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the messages whose episode is in the memory."""
    episodes = Block.objects.filter(user_id=user_id, kind="episode", message_id__in=message_ids)
    return {id_ for id_ in episodes.values_list("message_id", flat=True) if id_ is not None}


def later_changesets(
    *, user_id: UUID, number: int, records: Mapping[str, Collection[UUID]]
) -> list[UUID]:
    """Changesets after the given number that changed one of these records, the latest first.

    Only those that are in force, and no rollbacks.
    """
    found = _changesets_that_made(user_id, records, VersionStart.CHANGED)
    later = found.filter(number__gt=number, state=Changeset.State.APPLIED)
    return list(
        later.exclude(kind=Changeset.Kind.ROLLBACK).order_by("-number").values_list("pk", flat=True)
    )


def removing_changesets(
    *, user_id: UUID, number: int, records: Mapping[str, Collection[UUID]]
) -> list[UUID]:
    """Changes by hand after the given number that removed these records, the latest first.

    Only those that are in force.
    """
    ids: set[UUID] = set()
    for name, wanted in records.items():
        gone = LEDGER[name].versions.objects.filter(
            user_id=user_id, row__in=wanted, ended_as=VersionEnd.REMOVED
        )
        ids.update(gone.values_list("ended_by_id", flat=True))
    by_hand = Changeset.objects.filter(
        pk__in=ids, kind__in=[Changeset.Kind.EDIT, Changeset.Kind.MERGE]
    )
    later = by_hand.filter(number__gt=number, state=Changeset.State.APPLIED)
    return list(later.order_by("-number").values_list("pk", flat=True))


def adding_changesets(*, user_id: UUID, records: Mapping[str, Collection[UUID]]) -> list[UUID]:
    """The changesets that added these records, the latest first."""
    found = _changesets_that_made(user_id, records, VersionStart.ADDED)
    return list(found.order_by("-number").values_list("pk", flat=True))


def _changesets_that_made(
    user_id: UUID, records: Mapping[str, Collection[UUID]], began_as: VersionStart
) -> QuerySet[Changeset]:
    """The changesets that made a row or a version of these records in this way."""
    ids: set[UUID] = set()
    for name, wanted in records.items():
        for model, key in _rows_and_versions(LEDGER[name]):
            made = model.objects.filter(
                user_id=user_id, began_as=began_as, **{f"{key}__in": wanted}
            )
            ids.update(made.exclude(changeset=None).values_list("changeset_id", flat=True))
    return Changeset.objects.filter(pk__in=ids)


def edited_blocks(*, user_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Those of the blocks that the user wrote on a page."""
    found: set[UUID] = set()
    for model, key in _rows_and_versions(LEDGER["block"]):
        written = model.objects.filter(
            user_id=user_id,
            began_as=VersionStart.ADDED,
            changeset__kind=Changeset.Kind.EDIT,
            **{f"{key}__in": ids},
        )
        found.update(written.values_list(key, flat=True))
    return found


def _rows_and_versions(table: LedgerTable) -> tuple[tuple[Any, str], tuple[Any, str]]:
    """The models of rows and of versions, each with its attribute for a row's id."""
    return (cast(Any, table.model), "id"), (table.versions, "row_id")
