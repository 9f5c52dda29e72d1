"""Which entities are one: members that were merged, and the entity they were merged into."""

from collections.abc import Collection, Sequence
from uuid import UUID

from exobrain.lib.sql import all_rows
from knowledge.errors import PageNotFound

# Entities and all that were merged into them, however long the chain.
MEMBERS = """
WITH RECURSIVE member AS (
    SELECT id FROM knowledge_entity WHERE user_id = %s AND id = ANY(%s)
  UNION
    SELECT merged.id FROM knowledge_entity merged JOIN member ON merged.merged_into_id = member.id
    WHERE merged.user_id = %s
)
SELECT id FROM member
"""

# The entity at the end of each chain of merges.
CANONICAL = """
WITH RECURSIVE step AS (
    SELECT id AS start, id, merged_into_id
    FROM knowledge_entity WHERE user_id = %s AND id = ANY(%s)
  UNION
    SELECT step.start, into_.id, into_.merged_into_id
    FROM knowledge_entity into_ JOIN step ON into_.id = step.merged_into_id
    WHERE into_.user_id = %s
)
SELECT start, id FROM step WHERE merged_into_id IS NULL
"""


def member_ids(*, user_id: UUID, entity_ids: Collection[UUID]) -> list[UUID]:
    """Those of the entities that are the user's, with all that were merged into them."""
    return [id_ for (id_,) in all_rows(MEMBERS, [user_id, list(entity_ids), user_id])]


def canonical_ids(*, user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The entity that each of the user's entities is part of, mostly itself."""
    return {row[0]: row[1] for row in all_rows(CANONICAL, [user_id, list(ids), user_id])}


def canonical_id(*, user_id: UUID, page_id: UUID) -> UUID:
    """The entity that this one is part of; raises PageNotFound."""
    found = canonical_ids(user_id=user_id, ids=[page_id])
    if page_id not in found:
        raise PageNotFound
    return found[page_id]
