"""Whether a user's memory is sound, whatever was said to make it and whoever read it.

Each check names the rows that break it; `faults` is empty for a sound memory.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import models
from django.db.models import Q

from knowledge.models import (
    Alias,
    BitemporalRecord,
    Block,
    Edge,
    Entity,
    Mention,
    ReviewItem,
    Source,
)
from knowledge.services.learning.schema_context import schema_view
from knowledge.types import BlockKind, Trust, trust_of

RECORDS: dict[str, type[BitemporalRecord]] = {
    "entity": Entity,
    "block": Block,
    "edge": Edge,
    "mention": Mention,
}


def faults(user_id: UUID) -> list[str]:
    """What is wrong with the user's memory."""
    return [
        f"{check.__name__}: {fault}"
        for check in (
            _references_stay_inside,
            _sources_are_spans,
            _types_are_the_schemas,
            _edges_keep_the_rules,
            _trust_is_not_above_its_source,
            _intervals_are_ordered,
            _what_has_ended_was_ended_by_something,
            _edges_end_with_their_blocks,
            _numbers_are_shares,
            _texts_can_be_read,
            _entities_are_known_from_something,
        )
        for fault in check(user_id)
    ]


def _all(model: type[models.Model], user_id: UUID) -> Any:
    return cast(Any, model).objects.filter(user_id=user_id)


def _references_stay_inside(user_id: UUID) -> Iterator[str]:
    """No row refers to another user's, or to one that is not there."""
    for model in (Entity, Alias, Block, Edge, Mention, Source):
        for column in model._meta.concrete_fields:
            target = cast(Any, column.related_model)
            if target is None or not hasattr(target, "user_id"):
                continue
            ids = set(_all(model, user_id).values_list(column.attname, flat=True)) - {None}
            mine = target.objects.filter(Q(user_id=user_id) | Q(user_id=None), pk__in=ids)
            for id_ in ids - set(mine.values_list("pk", flat=True)):
                yield f"{column} is {id_}, which is not the user's"
    for table, record in RECORDS.items():
        there = set(_all(record, user_id).values_list("id", flat=True))
        cited = _all(Source, user_id).filter(table=table).values_list("record_id", flat=True)
        yield from (f"a source of {table} {id_}, which is not there" for id_ in set(cited) - there)
        heirs = _all(record, user_id).exclude(superseded_by_id=None)
        for id_, successor in heirs.values_list("id", "superseded_by_id"):
            if successor not in there:
                yield f"{table} {id_} is superseded by {successor}, which is not there"
    there = {*_all(Entity, user_id).values_list("id", flat=True)}
    there |= {*_all(Block, user_id).values_list("id", flat=True)}
    for item in _all(ReviewItem, user_id):
        if not {item.left_id, item.right_id} <= there:
            yield f"question {item.id} is about something that is not there"


def _sources_are_spans(user_id: UUID) -> Iterator[str]:
    """Every span lies inside the text of its message."""
    for source in _all(Source, user_id).select_related("message"):
        if not 0 <= source.start <= source.end <= len(source.message.content or ""):
            yield f"{source.table} {source.record_id} at {source.start}:{source.end}"


def _types_are_the_schemas(user_id: UUID) -> Iterator[str]:
    """Entities and edges are of active types that something can be of."""
    schema = schema_view()
    for entity in _all(Entity, user_id):
        if entity.node_type_id not in schema.node_types:
            yield f"entity {entity.id} is a {entity.node_type_id}"
    for edge in _all(Edge, user_id):
        if edge.edge_type_id not in schema.edge_types:
            yield f"edge {edge.id} is a {edge.edge_type_id}"


def _edges_keep_the_rules(user_id: UUID) -> Iterator[str]:
    """Both ends of an edge are such as its type allows."""
    schema = schema_view()
    for edge in _all(Edge, user_id).select_related("source", "target"):
        ends = (edge.source.node_type_id, edge.target.node_type_id)
        if not schema.allows(edge.edge_type_id, *ends):
            yield f"{edge.edge_type_id} from {edge.source!r} to {edge.target!r}"


def _trust_is_not_above_its_source(user_id: UUID) -> Iterator[str]:
    """No statement counts more than the best of the messages that it is from."""
    said: dict[UUID, list[Trust]] = defaultdict(list)
    cited = _all(Source, user_id).filter(table="block")
    columns = ("record_id", "message__role", "message__is_from_outside")
    for block_id, role, is_from_outside in cited.values_list(*columns):
        said[block_id].append(trust_of(role, is_from_outside=is_from_outside))
    for block in _all(Block, user_id).exclude(trust=Trust.CONFIRMED):
        best = max(said[block.id], default=Trust.CONFIRMED)
        if block.trust > best:
            yield f"{block!r} has trust {block.trust}, its messages {int(best)}"
    for model in (Edge, Mention):
        for row in _all(model, user_id).select_related("block"):
            if row.block is not None and row.trust > row.block.trust:
                yield f"{row!r} has trust {row.trust}, its block {row.block.trust}"


def _intervals_are_ordered(user_id: UUID) -> Iterator[str]:
    """Nothing ends before it began."""
    for model in RECORDS.values():
        for row in _all(model, user_id):
            began: datetime | None = row.valid_from
            if began and row.valid_to and row.valid_to < began:
                yield f"{row!r} from {began} to {row.valid_to}"


def _what_has_ended_was_ended_by_something(user_id: UUID) -> Iterator[str]:
    """A statement is over for the memory exactly when another is in its place."""
    for block in _all(Block, user_id):
        if (block.superseded_at is None) != (block.superseded_by_id is None):
            yield f"{block!r} at {block.superseded_at} by {block.superseded_by_id}"


def _edges_end_with_their_blocks(user_id: UUID) -> Iterator[str]:
    """A relation holds as long as the statement that tells of it."""
    for edge in _all(Edge, user_id).exclude(block=None).select_related("block"):
        ends = (edge.superseded_at, edge.valid_to)
        if ends != (edge.block.superseded_at, edge.block.valid_to):
            yield f"{edge!r} ends {ends}, its block not then"


def _numbers_are_shares(user_id: UUID) -> Iterator[str]:
    """Confidence is a share, and trust one of its tiers."""
    for model in RECORDS.values():
        for row in _all(model, user_id):
            if not 0.0 <= row.confidence <= 1.0:
                yield f"{row!r} with confidence {row.confidence}"
            if row.trust not in set(Trust):
                yield f"{row!r} with trust {row.trust}"


def _texts_can_be_read(user_id: UUID) -> Iterator[str]:
    """What is stated has words, and entities have names."""
    stated = _all(Block, user_id).exclude(kind=BlockKind.EPISODE)
    yield from (f"{row!r} has no text" for row in _blank(stated, "text"))
    for model in (Entity, Alias):
        yield from (f"{row!r} has no name" for row in _blank(_all(model, user_id), "name"))


def _blank(rows: Iterable[Any], column: str) -> Iterator[Any]:
    return (row for row in rows if not getattr(row, column).strip())


def _entities_are_known_from_something(user_id: UUID) -> Iterator[str]:
    """Nobody is known whom nothing speaks of, but for the user and who was merged into another."""
    spoken = set(_all(Mention, user_id).values_list("entity_id", flat=True))
    for entity in _all(Entity, user_id).filter(is_self=False, merged_into=None):
        if entity.id not in spoken:
            yield f"{entity!r} ({entity.id}) is spoken of nowhere"
