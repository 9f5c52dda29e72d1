"""The outbox of the indexes outside PostgreSQL: changes that they do not have yet.

A row is written in the transaction that changed the ledger (transactional outbox), and `relay`
sends it to the index. It names the record that changed, not the change: the index gets the record
as it is then.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Count, Max, Min
from django.db.models.signals import post_delete

from exobrain.lib import clock
from exobrain.lib.errors import Unavailable
from knowledge.models import OutboxEntry
from knowledge.stores.graph import has_outside_graph
from knowledge.stores.vectors import has_outside_index

BLOCK, ENTITY, EDGE, ALL = "block", "entity", "edge", "all"  # what `OutboxEntry.table` says
LATE = timedelta(minutes=10)


class FarBehind(Unavailable):
    """An index of the memory outside PostgreSQL has been out of date for a while."""


@dataclass(frozen=True)
class Lag:
    """How far an outside index is behind the ledger."""

    projection: str
    waiting: int  # changes
    oldest: timedelta
    attempts: int  # the most that one change has needed so far


def add_changes(
    *,
    user_id: UUID,
    block_ids: Collection[UUID] = (),
    passage_ids: Collection[UUID] = (),
    entity_ids: Collection[UUID] = (),
    edge_ids: Collection[UUID] = (),
) -> None:
    """The outside indexes, where there are any, will get these records as they are then.

    `passage_ids` are passages that are there no more; those that are go with their blocks.
    """
    changes: dict[str, dict[str, Collection[UUID]]] = {
        "vectors": {BLOCK: [*block_ids, *passage_ids]},
        "graph": {ENTITY: entity_ids, EDGE: edge_ids, BLOCK: block_ids},
    }
    _add_rows(user_id, changes)


def add_erasure(*, user_id: UUID) -> None:
    """The outside indexes will be emptied of the user."""
    _add_rows(user_id, {projection: {ALL: [user_id]} for projection in ("vectors", "graph")})


def outside_indexes() -> list[str]:
    """The indexes that get every change a moment later: `vectors`, `graph`, both or none."""
    there = {
        OutboxEntry.Projection.VECTORS: has_outside_index(),
        OutboxEntry.Projection.GRAPH: has_outside_graph(),
    }
    return [projection.value for projection, is_there in there.items() if is_there]


def watch_users() -> None:
    """From now on whoever is deleted leaves the outside indexes, too."""
    post_delete.connect(
        _erase_deleted_user, sender=get_user_model(), dispatch_uid="knowledge.outbox"
    )


def _erase_deleted_user(*, instance: Any, **_: Any) -> None:
    add_erasure(user_id=instance.pk)


def lags() -> list[Lag]:
    """The lag of each outside index for which changes wait."""
    now = clock.now()
    found = OutboxEntry.objects.values("projection").annotate(
        waiting=Count("id"), oldest=Min("created_at"), tries=Max("attempts")
    )
    return [
        Lag(row["projection"], row["waiting"], now - row["oldest"], row["tries"]) for row in found
    ]


def check() -> None:
    """Raises FarBehind when a change has waited for longer than LATE."""
    if any(lag.oldest > LATE for lag in lags()):
        raise FarBehind


def _add_rows(user_id: UUID, changes: dict[str, dict[str, Collection[UUID]]]) -> None:
    now = clock.now()
    rows = [
        OutboxEntry(
            projection=projection, user_id=user_id, table=table, record_id=id_, next_try_at=now
        )
        for projection in outside_indexes()
        for table, ids in changes[projection].items()
        for id_ in ids
    ]
    OutboxEntry.objects.bulk_create(rows, batch_size=1000)
