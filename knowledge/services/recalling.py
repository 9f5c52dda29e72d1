"""Recall: what the memory has for a question."""

from knowledge.types import Recall, Scope


def recall(
    *,
    scope: Scope,
    query: str,
    budget_tokens: int,
    limit: int = 50,
    deadline_ms: int | None = None,
) -> Recall:
    """The memories that help with the query, best first; nothing until there are indexes."""
    return Recall(items=(), tokens=0, arms={})
