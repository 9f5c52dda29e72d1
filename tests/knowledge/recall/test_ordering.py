"""The final order of a recall, cut off by a budget."""

from datetime import UTC, datetime
from uuid import uuid4

from knowledge.retrieval.ordering import within_budget
from knowledge.types import BlockKind, Recalled, Status, Trust


def memory(text: str, score: float = 1.0) -> Recalled:
    """A memory that says the text."""
    return Recalled(
        block_id=uuid4(),
        kind=BlockKind.FACT,
        text=text,
        score=score,
        parts={},
        trust=Trust.USER_SAID,
        status=Status.ASSERTED,
        confidence=1.0,
        message_ids=[uuid4()],
        reference="2025/01/14",
        said_at=datetime(2025, 1, 14, tzinfo=UTC),
    )


def texts(memories: list[Recalled]) -> list[str]:
    """What they say, in order."""
    return [each.text for each in memories]


def test_what_is_far_behind_the_best_is_left_out() -> None:
    """Where weak memories are unwanted, they do not fill the budget."""
    items = [memory("a", 9.0), memory("b", 0.95), memory("c", 0.1)]

    kept, tokens = within_budget(items, budget_tokens=100, limit=10, drop_weak=True)

    assert (texts(kept), tokens) == (["a", "b"], 2)


def test_a_search_shows_weak_ones_too() -> None:
    """Whoever looks through a list may have use for them."""
    items = [memory("a", 9.0), memory("b", 0.95), memory("c", 0.1)]

    assert texts(within_budget(items, budget_tokens=100, limit=10)[0]) == ["a", "b", "c"]


def test_a_single_weak_memory_is_kept() -> None:
    """There is no better one."""
    kept, _ = within_budget([memory("a", -0.4)], budget_tokens=9, limit=10, drop_weak=True)

    assert texts(kept) == ["a"]


def test_what_does_not_fit_is_passed_over() -> None:
    """A smaller one behind it takes its room."""
    items = [memory("a" * 20), memory("b" * 24), memory("c" * 20)]

    kept, tokens = within_budget(items, budget_tokens=10, limit=10)

    assert ([text[0] for text in texts(kept)], tokens) == (["a", "c"], 10)
