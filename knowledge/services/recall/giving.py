"""What the memory gives a model for a question: with every answer, and when the model asks."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from exobrain.lib.config import Config
from knowledge.services.recall.recalling import recall
from knowledge.services.withholding import given_of, withheld_from
from knowledge.types import Recall, Scope

SPARE = 2  # budgets' worth is recalled, as what the day shows already is then left out


def recall_for_question(
    *,
    user_id: UUID,
    question: str,
    config: Config,
    query: str | None = None,
    deadline_ms: int | None = None,
    without: Collection[str] = (),
) -> Recall:
    """What the memory has for the question and the model may be told, more than will be given.

    Looks for the `query`, if there is one. What may be told is decided by the question alone: that
    is the user's, while the query may be the model's. A benchmark does without parts of recall.
    """
    found = recall(
        scope=Scope(user_id=user_id),
        query=question if query is None else query,
        budget_tokens=config.memory_recall_tokens * SPARE,
        deadline_ms=deadline_ms or config.memory_recall_deadline_ms,
        drop_weak=True,
        without=without,
    )
    if not found.items:
        return found
    withheld = withheld_from(
        user_id=user_id, is_elsewhere=config.model_is_elsewhere, question=question
    )
    return replace(found, items=given_of(found.items, withheld))
