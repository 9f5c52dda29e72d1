"""What recall reads of the ledger. Every query is of one scope."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from exobrain.lib.sql import all_rows, plain_array
from knowledge.stores.scope import in_scope, scope_values
from knowledge.types import Scope

_IN_SCOPE = in_scope("b")

_COLUMNS = """
    b.id, b.kind, b.text, b.said_at, b.reference, b.sequence, b.message_id, b.trust, b.status,
    b.confidence, b.valid_from, b.valid_to, b.entity_id
"""

_BLOCKS = f"""
    SELECT {_COLUMNS} FROM knowledge_block b WHERE b.id = ANY(%(ids)s::uuid[]) AND {_IN_SCOPE}
"""  # noqa: S608  ours

_EPISODES_OF = f"""
    SELECT {_COLUMNS} FROM knowledge_block b
    WHERE b.message_id = ANY(%(ids)s::uuid[]) AND b.kind = 'episode' AND {_IN_SCOPE}
"""  # noqa: S608  ours

# Each range by the index of times: joined, the planner would walk through all that was ever said.
_BETWEEN = f"""
    SELECT DISTINCT b.id, b.said_at
    FROM unnest(%(starts)s::date[], %(ends)s::date[]) r(start, "end") CROSS JOIN LATERAL (
        SELECT b.id, b.said_at FROM knowledge_block b
        WHERE b.kind = 'episode' AND b.said_at >= r.start AND b.said_at < r."end" + 1
            AND {_IN_SCOPE}
        ORDER BY b.said_at DESC LIMIT %(limit)s
    ) b
    ORDER BY b.said_at DESC LIMIT %(limit)s
"""  # noqa: S608  ours

# Messages of the pool whose statements have been superseded, and the message that did.
_SUPERSEDED = """
    SELECT f.message_id, bool_and(f.superseded_at IS NOT NULL), max(f.valid_to),
        array_agg(DISTINCT n.message_id) FILTER (WHERE n.message_id IS NOT NULL)
    FROM knowledge_block f LEFT JOIN knowledge_block n
        ON n.id = f.superseded_by_id AND n.user_id = f.user_id AND f.superseded_at IS NOT NULL
    WHERE f.user_id = %(user)s AND f.kind IN ('fact', 'event')
        AND f.message_id = ANY(%(ids)s::uuid[])
    GROUP BY f.message_id HAVING bool_or(f.superseded_at IS NOT NULL)
"""

_NAMED = """
    SELECT coalesce(e.merged_into_id, e.id) FROM knowledge_entity e
    WHERE e.user_id = %(user)s AND e.normal_name = ANY(%(names)s)
    UNION
    SELECT coalesce(e.merged_into_id, e.id)
    FROM knowledge_alias a JOIN knowledge_entity e ON e.id = a.entity_id
    WHERE a.user_id = %(user)s AND a.normal_name = ANY(%(names)s)
    LIMIT %(limit)s
"""

_ANY = "SELECT FROM knowledge_block WHERE user_id = %(user)s LIMIT 1"


class BlockRow(NamedTuple):
    """A block as recall needs it."""

    id: UUID
    kind: str
    text: str
    said_at: datetime
    reference: str
    sequence: int | None
    message_id: UUID | None
    trust: int
    status: str
    confidence: float
    valid_from: datetime | None
    valid_to: datetime | None
    entity_id: UUID | None


@dataclass(frozen=True)
class Superseded:
    """A message of which something does not hold any more."""

    message_id: UUID
    entirely: bool  # nothing of what it states holds
    until: datetime | None
    by: Sequence[UUID]  # the messages that say otherwise


def has_memory(*, user_id: UUID) -> bool:
    """Whether anything at all is remembered of this user."""
    return bool(all_rows(_ANY, {"user": user_id}))


def blocks(*, scope: Scope, ids: Iterable[UUID]) -> list[BlockRow]:
    """Those of the blocks that the scope reaches."""
    return [
        BlockRow._make(row)
        for row in all_rows(_BLOCKS, scope_values(scope, ids=plain_array(ids)), binary=True)
    ]


def episodes_of(*, scope: Scope, message_ids: Collection[UUID]) -> list[BlockRow]:
    """The episodes of these messages."""
    if not message_ids:
        return []
    values = scope_values(scope, ids=plain_array(message_ids))
    return [BlockRow._make(row) for row in all_rows(_EPISODES_OF, values, binary=True)]


def episodes_between(
    *, scope: Scope, ranges: Sequence[tuple[date, date]], limit: int
) -> list[UUID]:
    """Episodes of messages that were said on these days, both ends included; the latest first."""
    starts, ends = zip(*ranges, strict=True)
    values = scope_values(scope, starts=list(starts), ends=list(ends), limit=limit)
    return [row[0] for row in all_rows(_BETWEEN, values)]


def superseded(*, user_id: UUID, message_ids: Iterable[UUID]) -> list[Superseded]:
    """Those of the messages of which a statement has been superseded."""
    rows = all_rows(_SUPERSEDED, {"user": user_id, "ids": plain_array(message_ids)})
    return [Superseded(id_, entirely, until, by or ()) for id_, entirely, until, by in rows]


def entities_named(*, user_id: UUID, names: Sequence[str], limit: int) -> list[UUID]:
    """Entities that go by one of these normal names."""
    values = {"user": user_id, "names": list(names), "limit": limit}
    return [row[0] for row in all_rows(_NAMED, values)]
