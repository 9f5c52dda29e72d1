"""The final order of a recall, cut off by a budget."""

from datetime import UTC, datetime
from uuid import uuid4

from knowledge.retrieval.ordering import within_budget
from knowledge.retrieval.ranking.weights import KNOWN
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


def test_what_does_not_help_is_left_out() -> None:
    """Where weak memories are unwanted, they do not fill the budget."""
    items = [memory("a", 9.0), memory("b", 0.9), memory("c", -0.1)]

    kept, tokens = within_budget(items, budget_tokens=100, limit=10, drop_weak=True)

    assert (texts(kept), tokens) == (["a", "b"], 2)


def test_a_search_shows_weak_ones_too() -> None:
    """Whoever looks through a list may have use for them."""
    items = [memory("a", 9.0), memory("b", 0.9), memory("c", -0.1)]

    assert texts(within_budget(items, budget_tokens=100, limit=10)[0]) == ["a", "b", "c"]


def test_where_nothing_is_known_a_few_are_enough() -> None:
    """A budget is not filled with what hardly helps."""
    items = [memory(text, KNOWN - 0.1) for text in "abcdef"]

    kept, _ = within_budget(items, budget_tokens=100, limit=10, drop_weak=True)

    assert texts(kept) == ["a", "b"]


def test_of_two_that_help_as_much_the_shorter_comes_first() -> None:
    """It leaves more room."""
    items = [memory("long " * 100, 5.0), memory("short", 5.0)]

    kept, _ = within_budget(items, budget_tokens=1000, limit=10, drop_weak=True)

    assert texts(kept)[0] == "short"


def test_what_does_not_fit_is_passed_over() -> None:
    """A smaller one behind it takes its room."""
    items = [memory("a" * 20), memory("b" * 24), memory("c" * 20)]

    kept, tokens = within_budget(items, budget_tokens=10, limit=10)

    assert ([text[0] for text in texts(kept)], tokens) == (["a", "c"], 10)
