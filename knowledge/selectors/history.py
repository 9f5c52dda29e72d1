"""What changesets did, read from the rows and versions that name them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet

from knowledge.models import LEDGER, Block, Changeset, LedgerTable
from knowledge.types import Change, VersionEnd, VersionStart


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
        made = _rows_made(table, user_id, changeset_id, ids)
        ended = _versions_ended(table, user_id, changeset_id, ids)
        for id_, (after, began_as) in sorted(made.items()):
            if began_as == VersionStart.ADDED:
                added.append(Change(table.name, id_, None, after))
        for id_, (before, ended_as) in sorted(ended.items()):
            if ended_as == VersionEnd.REMOVED:
                removed.append(Change(table.name, id_, before, None))
            elif id_ in made:
                after = made[id_][0]
                columns = [name for name, value in before.items() if value != after[name]]
                if columns:
                    changed.append(
                        Change(
                            table.name,
                            id_,
                            {name: before[name] for name in columns},
                            {name: after[name] for name in columns},
                        )
                    )
    order = list(LEDGER)
    removed.sort(key=lambda change: -order.index(change.table))
    return [*added, *changed, *removed]


Values = dict[str, Any]


def _rows_made(
    table: LedgerTable, user_id: UUID, changeset_id: UUID, ids: Collection[UUID] | None
) -> dict[UUID, tuple[Values, str]]:
    """Rows as the changeset made them, by their ids, and whether it added or changed them."""
    made = {}
    for model, key in _rows_and_versions(table):
        found = model.objects.filter(user_id=user_id, changeset_id=changeset_id)
        if ids is not None:
            found = found.filter(**{f"{key}__in": ids})
        for row in found.values(key, "began_as", *table.columns):
            id_, began_as = row.pop(key), row.pop("began_as")
            made[id_] = ({"id": id_, **row}, began_as)
    return made


def _versions_ended(
    table: LedgerTable, user_id: UUID, changeset_id: UUID, ids: Collection[UUID] | None
) -> dict[UUID, tuple[Values, str]]:
    """Rows as they were before the changeset, by their ids, and how it ended them."""
    found = table.versions.objects.filter(user_id=user_id, ended_by_id=changeset_id)
    if ids is not None:
        found = found.filter(row_id__in=ids)
    ended = {}
    for row in found.values("row_id", "ended_as", *table.columns):
        id_, ended_as = row.pop("row_id"), row.pop("ended_as")
        ended[id_] = ({"id": id_, **row}, ended_as)
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
