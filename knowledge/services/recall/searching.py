"""What people look for in the memory: by words, and around an entity."""

from dataclasses import replace
from uuid import UUID

from knowledge.selectors.entities import canonical_id
from knowledge.services.recall.recalling import recall
from knowledge.stores.graph import configured_graph
from knowledge.stores.graph.port import Neighbourhood
from knowledge.types import Recall, Recalled, Scope

DEADLINE_MS = 2_000  # a person waits longer than a prompt
ANY_TOKENS = 1_000_000  # a list is bounded by its length
MOST_PASSAGES = 4  # of one message that a list is expected to find


def search(*, scope: Scope, query: str, limit: int) -> Recall:
    """The memories that help with the query, best first; none that hardly fits.

    Of a long message there is its best passage only.
    """
    found = recall(
        scope=scope,
        query=query,
        budget_tokens=ANY_TOKENS,
        limit=limit * MOST_PASSAGES,
        deadline_ms=DEADLINE_MS,
        drop_weak=True,
    )
    best: dict[UUID, Recalled] = {}
    for item in sorted(found.items, key=lambda item: -item.score):
        best.setdefault(item.block_id, item)
    return replace(found, items=list(best.values())[:limit])


def neighbourhood(*, scope: Scope, entity_id: UUID, hops: int, limit: int) -> Neighbourhood:
    """The entities within so many hops, over at most so many edges; raises PageNotFound."""
    start = canonical_id(user_id=scope.user_id, page_id=entity_id)
    return configured_graph().neighbourhood(scope=scope, entity_ids=[start], hops=hops, limit=limit)
