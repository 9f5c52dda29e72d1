"""Sends changes from the outbox to the indexes outside PostgreSQL.

Runs in the worker; nothing waits for it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F

from exobrain.lib import clock
from exobrain.lib.errors import DomainError
from knowledge.models import OutboxEntry
from knowledge.selectors import indexing
from knowledge.services.indexing.outbox import ALL, BLOCK, EDGE, ENTITY
from knowledge.services.indexing.points import build_points
from knowledge.stores.graph import outside_graph
from knowledge.stores.graph.port import GraphIndex
from knowledge.stores.vectors import local_indexes, outside_index

log = structlog.get_logger(__name__)

BATCH = 500  # changes at once
FIRST_PAUSE = timedelta(seconds=2)  # doubled after every failure
LONGEST_PAUSE = timedelta(minutes=5)


def relay_changes() -> int:
    """A batch of changes is in each index, or waits for its next try; returns how many are in."""
    relayed = 0
    for projection in OutboxEntry.Projection:
        with transaction.atomic():
            due = list(
                OutboxEntry.objects.select_for_update(skip_locked=True)
                .filter(projection=projection, next_try_at__lte=clock.now())
                .order_by("id")[:BATCH]
            )
            by_user: dict[UUID, list[OutboxEntry]] = defaultdict(list)
            for row in due:
                by_user[row.user_id].append(row)
            for user_id, rows in by_user.items():
                relayed += _relay_changes_of_user(projection, user_id, rows)
    return relayed


def _relay_changes_of_user(projection: str, user_id: UUID, rows: Sequence[OutboxEntry]) -> int:
    """The rows are gone, because the index has the changes; or they wait for their next try."""
    chosen = OutboxEntry.objects.filter(id__in=[row.id for row in rows])
    ids = {
        table: list(dict.fromkeys(row.record_id for row in rows if row.table == table))
        for table in (BLOCK, ENTITY, EDGE, ALL)
    }
    try:
        # In a savepoint: an error of PostgreSQL must not undo the changes of other users.
        with transaction.atomic():
            if projection == OutboxEntry.Projection.VECTORS:
                _update_vectors(user_id, ids)
            elif (graph := outside_graph(indexing.active_types())) is not None:
                _update_graph(graph, user_id, ids)
    except DomainError as error:
        attempts = max(row.attempts for row in rows) + 1
        pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
        name = type(error).__name__
        log.warning("index_update_failed", projection=projection, attempts=attempts, error=name)
        chosen.update(attempts=F("attempts") + 1, next_try_at=clock.now() + pause, error=name)
        return 0
    chosen.delete()
    return len(rows)


def _update_vectors(user_id: UUID, ids: Mapping[str, list[UUID]]) -> None:
    """The index outside has the blocks, in every space that PostgreSQL has them in."""
    if ids[ALL] and (searched := outside_index()) is not None:
        searched.clear(user_id=user_id)  # from every space
    # A passage that is there after all goes with its block.
    owners = indexing.blocks_of_passages(user_id=user_id, ids=ids[BLOCK])
    for local in local_indexes():
        index = outside_index(local.space, local.dimensions)
        if index is None:
            return
        points = build_points(user_id=user_id, block_ids=[*ids[BLOCK], *owners], index=local)
        there = {point.block_id for point in points}
        gone = [id_ for id_ in ids[BLOCK] if id_ not in there]
        index.remove(user_id=user_id, block_ids=gone)
        index.upsert(user_id=user_id, points=points)


def _update_graph(graph: GraphIndex, user_id: UUID, ids: Mapping[str, list[UUID]]) -> None:
    if ids[ALL]:
        graph.clear(user_id=user_id)
    edges = indexing.edges(user_id=user_id, edge_ids=ids[EDGE])
    mentions = indexing.mentions(user_id=user_id, block_ids=ids[BLOCK])
    ends = [edge.target_id for edge in (*edges, *mentions)] + [edge.source_id for edge in edges]
    entity_ids = list(dict.fromkeys([*ids[ENTITY], *ends]))
    nodes = indexing.nodes(user_id=user_id, entity_ids=entity_ids)
    there = {node.id for node in nodes} | {edge.id for edge in edges}
    gone = [id_ for id_ in (*ids[ENTITY], *ids[EDGE]) if id_ not in there]
    # Blocks are removed and inserted again: which of their mentions are gone is not known here.
    graph.remove(user_id=user_id, ids=[*gone, *ids[BLOCK]])
    graph.upsert(user_id=user_id, nodes=nodes, edges=[*edges, *mentions])
