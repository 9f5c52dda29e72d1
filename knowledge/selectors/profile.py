"""What holds of the user now, as far as it has a place in the profile."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from exobrain.lib.sql import all_rows
from knowledge.models import Block
from knowledge.types import REAL_WORLD, BlockKind, Polarity, Slot, Status, Trust

MOST_ROWS = 400  # far more than fit, so that a long list in one slot leaves the others theirs

# The user's own statements, and those about entities that were merged into the user; on some
# topics also those about whom the user lives with.
_HOLDING = """
WITH RECURSIVE me AS (
    SELECT id FROM knowledge_entity WHERE user_id = %(user)s AND is_self
  UNION
    SELECT merged.id FROM knowledge_entity merged JOIN me ON merged.merged_into_id = me.id
    WHERE merged.user_id = %(user)s
), close AS (
    SELECT e.target_id AS id FROM knowledge_edge e JOIN me ON e.source_id = me.id
    WHERE e.user_id = %(user)s AND e.relation = ANY(%(relations)s)
        AND e.superseded_at IS NULL AND e.status <> %(falsified)s
        AND (e.valid_to IS NULL OR e.valid_to > %(now)s)
)
SELECT b.id, b.topic, b.text, b.trust, b.status, b.confidence, b.said_at,
       b.valid_from, b.valid_to, b.since_precision, b.until_precision, b.is_private
FROM knowledge_block b
WHERE b.user_id = %(user)s AND b.topic <> ''
    AND (
        b.entity_id IN (SELECT id FROM me) AND split_part(b.topic, ':', 1) = ANY(%(topics)s)
        OR b.entity_id IN (SELECT id FROM close)
            AND split_part(b.topic, ':', 1) = ANY(%(topics_of_close)s)
    )
    AND b.kind = %(fact)s AND b.universe_id = %(world)s AND b.trust >= %(trust)s
    AND b.superseded_at IS NULL AND b.status <> %(falsified)s
    AND b.polarity <> %(ended)s AND NOT b.is_secret AND (%(private)s OR NOT b.is_private)
    AND (b.valid_from IS NULL OR b.valid_from <= %(now)s)
    AND (b.valid_to IS NULL OR b.valid_to > %(now)s)
ORDER BY b.trust DESC, b.said_at DESC, b.sequence DESC, b.id
LIMIT %(limit)s
"""


class HoldingStatement(NamedTuple):
    """A statement about the user, or somebody close, that holds now."""

    id: UUID
    topic: str
    text: str
    trust: int
    status: str
    confidence: float
    said_at: datetime
    valid_from: datetime | None
    valid_to: datetime | None
    since_precision: str
    until_precision: str
    is_private: bool


def holding_statements(
    *,
    user_id: UUID,
    now: datetime,
    topics: Collection[str],
    relations: Collection[str] = (),
    topics_of_close: Collection[str] = (),
    private_too: bool = True,
) -> list[HoldingStatement]:
    """What the user said of themselves on these topics and what still holds, the surest first.

    With it what they said, on `topics_of_close`, of those to whom they have such a relation.
    A topic is named without its value: `allergy` finds `allergy:nuts`. No secret is found.
    """
    values = {
        "user": user_id,
        "topics": sorted(topics),
        "relations": sorted(relations),
        "topics_of_close": sorted(topics_of_close),
        "fact": BlockKind.FACT.value,
        "world": REAL_WORLD,
        "trust": int(Trust.USER_SAID),
        "falsified": Status.FALSIFIED.value,
        "ended": Polarity.ENDED.value,
        "private": private_too,
        "now": now,
        "limit": MOST_ROWS,
    }
    return [HoldingStatement._make(row) for row in all_rows(_HOLDING, values)]


def events_to_tell(*, user_id: UUID, ids: Collection[UUID]) -> dict[UUID, bool]:
    """Those of the events that the user told of and that are no secrets, and which are private."""
    found = Block.objects.filter(
        user_id=user_id, id__in=ids, trust__gte=Trust.USER_SAID, is_secret=False
    )
    return dict(found.values_list("id", "is_private"))


def hidden_slots(*, user_id: UUID) -> frozenset[Slot]:
    """The slots that the user has switched off."""
    rows = all_rows(
        "SELECT hidden_slots FROM knowledge_profilechoice WHERE user_id = %(user)s",
        {"user": user_id},
    )
    return frozenset(Slot(name) for row in rows for name in row[0] if name in set(Slot))
