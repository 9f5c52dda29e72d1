"""What recall reads of the ledger. Every query is of one scope."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from exobrain.lib.sql import all_rows, plain_array
from knowledge.stores.scope import in_scope, scope_values
from knowledge.types import STATEMENT_KINDS, EndedStatement, Scope

_IN_SCOPE = in_scope("b")

# Of the block, and of the passage of it: where it begins, and its text.
_COLUMNS = """
    coalesce(p.block_id, b.id), b.id, b.kind,
    CASE WHEN p."end" IS NULL THEN b.text ELSE substr(b.text, p.start + 1, p."end" - p.start) END,
    coalesce(p.start, 0), b.said_at, b.reference, b.sequence, b.message_id, b.trust, b.status,
    b.confidence, b.topic, b.valid_from, b.valid_to, b.entity_id, b.starts_at, b.is_secret
"""

_PASSAGES = f"""
    SELECT {_COLUMNS} FROM unnest(%(ids)s::uuid[]) n(id)
    LEFT JOIN knowledge_indexedblock p ON p.user_id = %(user)s AND p.block_id = n.id
    JOIN knowledge_block b ON b.id = coalesce(p.passage_of, n.id)
    WHERE {_IN_SCOPE}
"""  # noqa: S608  ours

_EPISODES_OF = f"""
    SELECT {_COLUMNS} FROM knowledge_block b
    LEFT JOIN knowledge_indexedblock p ON p.user_id = b.user_id AND p.block_id = b.id
    WHERE b.message_id = ANY(%(ids)s::uuid[]) AND b.kind = 'episode' AND {_IN_SCOPE}
"""  # noqa: S608  ours

# The passages, but for the first ones, in which facts of their messages were said.
_LATER_PASSAGES_OF = f"""
    SELECT DISTINCT s.record_id, {_COLUMNS}
    FROM knowledge_source s
    JOIN knowledge_block b ON b.message_id = s.message_id AND b.kind = 'episode'
    JOIN knowledge_indexedblock p ON p.user_id = b.user_id AND p.passage_of = b.id
        AND s.start >= p.start AND s.start < p."end"
    WHERE s.record_id = ANY(%(ids)s::uuid[]) AND {_IN_SCOPE}
"""  # noqa: S608  ours

# Each range by the index of times: joined, the planner would walk through all that was ever said.
_BETWEEN = f"""
    SELECT DISTINCT b.id, b.said_at
    FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) r(start, "end")
    CROSS JOIN LATERAL (
        SELECT b.id, b.said_at FROM knowledge_block b
        WHERE b.kind = 'episode' AND b.said_at >= r.start AND b.said_at < r."end"
            AND {_IN_SCOPE}
        ORDER BY b.said_at DESC LIMIT %(limit)s
    ) b
    ORDER BY b.said_at DESC LIMIT %(limit)s
"""  # noqa: S608  ours

# The same for facts and events, by the time that they tell of.
_TAKE_PLACE = f"""
    SELECT b.id FROM knowledge_block b
    JOIN unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) r(start, "end")
        ON coalesce(b.starts_at, b.valid_from) >= r.start
        AND coalesce(b.starts_at, b.valid_from) < r."end"
    WHERE b.kind = ANY(%(kinds)s) AND coalesce(b.starts_at, b.valid_from) <> b.said_at
        AND {_IN_SCOPE}
    ORDER BY coalesce(b.starts_at, b.valid_from) DESC LIMIT %(limit)s
"""  # noqa: S608  ours

# The times that messages tell of, as far as facts and events say so.
_TIMES_TOLD = """
    SELECT f.message_id, coalesce(f.starts_at, f.valid_from) FROM knowledge_block f
    WHERE f.user_id = %(user)s AND f.kind = ANY(%(kinds)s) AND f.message_id = ANY(%(ids)s::uuid[])
        AND coalesce(f.starts_at, f.valid_from) <> f.said_at
"""

# Messages in which a secret was told: what was learned of it says so.
_WITH_SECRETS = """
    SELECT DISTINCT f.message_id FROM knowledge_block f
    WHERE f.user_id = %(user)s AND f.is_secret AND f.message_id = ANY(%(ids)s::uuid[])
"""

# Messages of the pool of which a statement was superseded or has ended, and the message that
# superseded it.
_SUPERSEDED = """
    SELECT f.message_id, bool_and(f.is_over), max(f.valid_to),
        array_agg(DISTINCT n.message_id) FILTER (WHERE n.message_id IS NOT NULL),
        array_agg(f.text ORDER BY f.id) FILTER (WHERE f.is_over),
        array_agg(f.valid_to ORDER BY f.id) FILTER (WHERE f.is_over)
    FROM (
        SELECT b.*, b.superseded_at IS NOT NULL
            OR (b.valid_to <= %(now)s AND b.kind = 'fact' AND b.valid_to > b.said_at) AS is_over
        FROM knowledge_block b WHERE b.user_id = %(user)s AND b.kind = ANY(%(kinds)s)
            AND b.message_id = ANY(%(ids)s::uuid[])
    ) f LEFT JOIN knowledge_block n
        ON n.id = f.superseded_by_id AND n.user_id = f.user_id AND f.superseded_at IS NOT NULL
    GROUP BY f.message_id HAVING bool_or(f.is_over)
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


class PassageRow(NamedTuple):
    """A passage of a block as recall needs it."""

    id: UUID
    block_id: UUID  # the same for the first passage
    kind: str
    text: str  # the passage's
    start: int  # where in the block's text
    said_at: datetime
    reference: str
    sequence: int | None
    message_id: UUID | None
    trust: int
    status: str
    confidence: float
    topic: str
    valid_from: datetime | None
    valid_to: datetime | None
    entity_id: UUID | None
    starts_at: datetime | None  # of an event
    is_secret: bool


@dataclass(frozen=True)
class Superseded:
    """A message of which something does not hold any more."""

    message_id: UUID
    entirely: bool  # no fact that was made from it holds
    until: datetime | None
    by: Sequence[UUID]  # the messages that say otherwise
    statements: Sequence[EndedStatement]


def has_memory(*, user_id: UUID) -> bool:
    """Whether anything at all is remembered of this user."""
    return bool(all_rows(_ANY, {"user": user_id}))


def passages(*, scope: Scope, ids: Iterable[UUID]) -> list[PassageRow]:
    """Those of the passages that the scope reaches."""
    values = scope_values(scope, ids=plain_array(ids))
    return [PassageRow._make(row) for row in all_rows(_PASSAGES, values, binary=True)]


def episodes_of(*, scope: Scope, message_ids: Collection[UUID]) -> list[PassageRow]:
    """The first passages of these messages."""
    if not message_ids:
        return []
    values = scope_values(scope, ids=plain_array(message_ids))
    return [PassageRow._make(row) for row in all_rows(_EPISODES_OF, values, binary=True)]


def later_passages_of(*, scope: Scope, fact_ids: Collection[UUID]) -> dict[UUID, PassageRow]:
    """By fact, the passage of a long message that says it, where that is not the first one."""
    if not fact_ids:
        return {}
    values = scope_values(scope, ids=plain_array(fact_ids))
    rows = all_rows(_LATER_PASSAGES_OF, values, binary=True)
    return {fact_id: PassageRow._make(row) for fact_id, *row in rows}


def episodes_between(
    *, scope: Scope, ranges: Sequence[tuple[datetime, datetime]], limit: int
) -> list[UUID]:
    """Episodes of messages that were said from one of these times up to its end, latest first."""
    starts, ends = zip(*ranges, strict=True)
    values = scope_values(scope, starts=list(starts), ends=list(ends), limit=limit)
    return [row[0] for row in all_rows(_BETWEEN, values)]


def statements_between(
    *, scope: Scope, ranges: Sequence[tuple[datetime, datetime]], limit: int
) -> list[UUID]:
    """Facts that hold since one of these times and events that begin in one; the latest first."""
    starts, ends = zip(*ranges, strict=True)
    values = scope_values(
        scope, starts=list(starts), ends=list(ends), limit=limit, kinds=list(STATEMENT_KINDS)
    )
    return [row[0] for row in all_rows(_TAKE_PLACE, values)]


def times_told(*, user_id: UUID, message_ids: Iterable[UUID]) -> dict[UUID, list[datetime]]:
    """By message, the times that it tells of, where those are others than its own."""
    found: dict[UUID, list[datetime]] = {}
    values = {"user": user_id, "ids": plain_array(message_ids), "kinds": list(STATEMENT_KINDS)}
    for message_id, time in all_rows(_TIMES_TOLD, values):
        found.setdefault(message_id, []).append(time)
    return found


def messages_with_secrets(*, user_id: UUID, message_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the messages that tell a password, a code or the like."""
    values = {"user": user_id, "ids": plain_array(message_ids)}
    return {row[0] for row in all_rows(_WITH_SECRETS, values)}


def superseded(*, user_id: UUID, message_ids: Iterable[UUID], now: datetime) -> list[Superseded]:
    """Those of the messages of which a statement has been superseded, or has ended since.

    What was over when it was said is no news: the message itself says so.
    """
    ids = plain_array(message_ids)
    values = {"user": user_id, "ids": ids, "kinds": list(STATEMENT_KINDS), "now": now}
    rows = all_rows(_SUPERSEDED, values)
    return [
        Superseded(
            message_id,
            entirely,
            until,
            by or (),
            [EndedStatement(*each) for each in zip(texts, ends, strict=True)],
        )
        for message_id, entirely, until, by, texts, ends in rows
    ]


def entities_named(*, user_id: UUID, names: Sequence[str], limit: int) -> list[UUID]:
    """Entities that go by one of these normal names."""
    values = {"user": user_id, "names": list(names), "limit": limit}
    return [row[0] for row in all_rows(_NAMED, values)]
