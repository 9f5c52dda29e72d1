"""Tells the indexes outside PostgreSQL what changed. Runs in the worker; nothing waits for it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F

from exobrain.lib import clock
from exobrain.lib.errors import DomainError
from knowledge.models import Pending
from knowledge.selectors import indexing
from knowledge.services.indexing.pending import ALL, BLOCK, EDGE, ENTITY
from knowledge.services.indexing.projecting import points_of
from knowledge.stores.graph import outside_graph
from knowledge.stores.graph.port import GraphIndex
from knowledge.stores.vectors import outside_index
from knowledge.stores.vectors.port import VectorIndex

log = structlog.get_logger(__name__)

BATCH = 500  # changes told at once
FIRST_PAUSE = timedelta(seconds=2)  # doubled after every failure
LONGEST_PAUSE = timedelta(minutes=5)


def drain() -> int:
    """Some of what waits has been told, or waits longer; returns how many changes were told."""
    return sum(_drain(projection) for projection in Pending.Projection)


def _drain(projection: str) -> int:
    with transaction.atomic():
        due = list(
            Pending.objects.select_for_update(skip_locked=True)
            .filter(projection=projection, next_try_at__lte=clock.now())
            .order_by("id")[:BATCH]
        )
        by_user: dict[UUID, list[Pending]] = defaultdict(list)
        for row in due:
            by_user[row.user_id].append(row)
        return sum(_settle(projection, user_id, rows) for user_id, rows in by_user.items())


def _settle(projection: str, user_id: UUID, rows: Sequence[Pending]) -> int:
    """The rows are gone, because the index was told; or they wait for their next try."""
    chosen = Pending.objects.filter(id__in=[row.id for row in rows])
    try:
        # In a savepoint: an error of PostgreSQL must not undo what others were told.
        with transaction.atomic():
            _tell(projection, user_id, rows)
    except DomainError as error:
        attempts = max(row.attempts for row in rows) + 1
        pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
        name = type(error).__name__
        log.warning("index_not_told", projection=projection, attempts=attempts, error=name)
        chosen.update(attempts=F("attempts") + 1, next_try_at=clock.now() + pause, error=name)
        return 0
    chosen.delete()
    return len(rows)


def _tell(projection: str, user_id: UUID, rows: Sequence[Pending]) -> None:
    tables: dict[str, list[UUID]] = defaultdict(list)
    for row in rows:
        tables[row.table].append(row.record_id)
    if projection == Pending.Projection.VECTORS:
        if (index := outside_index()) is not None:
            _tell_vectors(index, user_id, tables)
    elif (graph := outside_graph(_types())) is not None:
        _tell_graph(graph, user_id, tables)


def _types() -> list[str]:
    return indexing.active_types()


def _tell_vectors(index: VectorIndex, user_id: UUID, tables: dict[str, list[UUID]]) -> None:
    if tables[ALL]:
        index.clear(user_id=user_id)
    ids = _once(tables[BLOCK])
    points = points_of(user_id=user_id, block_ids=ids)
    found = {point.block_id for point in points}
    index.remove(user_id=user_id, block_ids=[id_ for id_ in ids if id_ not in found])
    index.upsert(user_id=user_id, points=points)


def _tell_graph(graph: GraphIndex, user_id: UUID, tables: dict[str, list[UUID]]) -> None:
    if tables[ALL]:
        graph.clear(user_id=user_id)
    edges = indexing.links(user_id=user_id, edge_ids=_once(tables[EDGE]))
    mentions = indexing.mentions(user_id=user_id, block_ids=_once(tables[BLOCK]))
    ends = [link.target_id for link in (*edges, *mentions)] + [link.source_id for link in edges]
    nodes = indexing.nodes(user_id=user_id, entity_ids=_once([*tables[ENTITY], *ends]))
    kept = {node.id for node in nodes} | {link.id for link in edges}
    # Blocks are taken out and put in again: which of their mentions are gone, nobody knows.
    gone = [id_ for id_ in _once([*tables[ENTITY], *tables[EDGE]]) if id_ not in kept]
    graph.remove(user_id=user_id, ids=[*gone, *_once(tables[BLOCK])])
    graph.upsert(user_id=user_id, nodes=nodes, links=[*edges, *mentions])


def _once(ids: Iterable[UUID]) -> list[UUID]:
    return list(dict.fromkeys(ids))
