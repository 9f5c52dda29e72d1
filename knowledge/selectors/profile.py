"""What holds of the user now, as far as it has a place in the profile."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from exobrain.lib.sql import all_rows
from knowledge.types import REAL_WORLD, BlockKind, Status, Trust

MOST_ROWS = 400  # far more than fit, so that a long list in one slot leaves the others theirs

# The user's own statements, and those about entities that were merged into the user.
_HOLDING = """
WITH RECURSIVE me AS (
    SELECT id FROM knowledge_entity WHERE user_id = %(user)s AND is_self
  UNION
    SELECT merged.id FROM knowledge_entity merged JOIN me ON merged.merged_into_id = me.id
    WHERE merged.user_id = %(user)s
)
SELECT b.id, b.topic, b.value, b.text, b.trust, b.status, b.confidence, b.said_at,
       b.valid_from, b.valid_to
FROM knowledge_block b
WHERE b.user_id = %(user)s AND b.entity_id IN (SELECT id FROM me) AND b.topic <> ''
    AND split_part(b.topic, ':', 1) = ANY(%(topics)s)
    AND b.kind = %(fact)s AND b.universe_id = %(world)s AND b.trust >= %(trust)s
    AND b.superseded_at IS NULL AND b.status <> %(falsified)s
    AND (b.valid_from IS NULL OR b.valid_from <= %(now)s)
    AND (b.valid_to IS NULL OR b.valid_to > %(now)s)
ORDER BY b.trust DESC, b.said_at DESC, b.sequence DESC, b.id
LIMIT %(limit)s
"""


class HoldingStatement(NamedTuple):
    """A statement about the user that holds now."""

    id: UUID
    topic: str
    value: str
    text: str
    trust: int
    status: str
    confidence: float
    said_at: datetime
    valid_from: datetime | None
    valid_to: datetime | None


def holding_statements(
    *, user_id: UUID, topics: Collection[str], now: datetime
) -> list[HoldingStatement]:
    """What the user said of themselves on these topics and what still holds, the surest first.

    A topic is named without its value: `allergy` finds `allergy:nuts`.
    """
    values = {
        "user": user_id,
        "topics": sorted(topics),
        "fact": BlockKind.FACT.value,
        "world": REAL_WORLD,
        "trust": int(Trust.USER_SAID),
        "falsified": Status.FALSIFIED.value,
        "now": now,
        "limit": MOST_ROWS,
    }
    return [HoldingStatement._make(row) for row in all_rows(_HOLDING, values)]
