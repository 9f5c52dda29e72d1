"""Chunking, as the contract has it, whatever was said."""

import uuid
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.services.updates import DayMessage, chunked, chunks
from knowledge.types import SourceMessage

SAID_AT = datetime(2025, 1, 14, tzinfo=UTC)


def said(
    text: str, *, day: int = 14, number: int = 1, is_free: bool = True, is_ready: bool = True
) -> DayMessage:
    """A message in its day."""
    message = SourceMessage(
        id=uuid.uuid4(),
        reference=f"2025/01/{day:02}",
        sequence=number,
        role="user",
        content=text,
        said_at=SAID_AT,
    )
    return DayMessage(message, is_free=is_free, is_ready=is_ready)


def texts(found: list[list[SourceMessage]]) -> list[list[str]]:
    """What the chunks say."""
    return [[message.content for message in chunk] for chunk in found]


@st.composite
def _days(draw: st.DrawFn) -> list[DayMessage]:
    kinds = st.tuples(st.text(max_size=60), st.booleans(), st.sampled_from([True, True, False]))
    return [
        said(text, day=day, number=number, is_free=is_free, is_ready=is_ready)
        for day in range(1, draw(st.integers(1, 4)))
        for number, (text, is_free, is_ready) in enumerate(draw(st.lists(kinds, max_size=12)), 1)
    ]


LIMITS = st.integers(1, 40)


@given(_days(), LIMITS)
def test_every_message_to_learn_is_in_one_chunk_in_its_order(
    days: list[DayMessage], limit: int
) -> None:
    """Nothing is lost, doubled or moved; what is not free, not finished or empty is left out."""
    wanted = [p.message for p in days if p.is_free and p.is_ready and p.message.content]

    found = chunked(days, max_tokens=limit)

    assert [message for chunk in found for message in chunk] == wanted
    assert all(found)


@given(_days(), LIMITS)
def test_a_chunk_is_of_one_day_and_of_one_run(days: list[DayMessage], limit: int) -> None:
    """Between two messages of a chunk nothing is that somebody else has learned or taken."""
    at = {p.message.id: number for number, p in enumerate(days)}

    for chunk in chunked(days, max_tokens=limit):
        first, last = at[chunk[0].id], at[chunk[-1].id]
        between = days[first : last + 1]
        assert {p.message.reference for p in between} == {chunk[0].reference}
        assert all(p.is_free for p in between)


@given(_days(), LIMITS)
def test_a_chunk_is_within_the_limit_unless_it_is_one_message(
    days: list[DayMessage], limit: int
) -> None:
    """An over-long message is alone."""
    for chunk in chunked(days, max_tokens=limit):
        tokens = sum(round(len(message.content) / 4) for message in chunk)
        assert tokens <= limit or len(chunk) == 1


@given(_days(), LIMITS)
def test_a_chunk_is_as_large_as_may_be(days: list[DayMessage], limit: int) -> None:
    """The next message of the same run would have been too much."""
    at = {p.message.id: number for number, p in enumerate(days)}
    found = chunked(days, max_tokens=limit)

    for chunk, following in pairwise(found):
        between = days[at[chunk[0].id] : at[following[0].id] + 1]
        if len({p.message.reference for p in between}) == 1 and all(p.is_free for p in between):
            tokens = sum(round(len(m.content) / 4) for m in [*chunk, following[0]])
            assert tokens > limit


def test_a_day_ends_a_chunk() -> None:
    """However little there is of it."""
    days = [said("a", day=14), said("b", day=15)]

    assert texts(chunked(days, max_tokens=100)) == [["a"], ["b"]]


def test_what_is_not_finished_does_not_end_a_chunk() -> None:
    """An answer being written is learned another time, and what is around it together."""
    days = [said("a"), said("b", is_ready=False), said("", number=3), said("c", number=4)]

    assert texts(chunked(days, max_tokens=100)) == [["a", "c"]]


def test_a_learned_message_ends_a_chunk() -> None:
    """What is around it is no longer consecutive."""
    days = [said("a"), said("b", is_free=False), said("c")]

    assert texts(chunked(days, max_tokens=100)) == [["a"], ["c"]]


def test_a_chunk_fits_the_queue_whatever_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages that count no tokens are limited by their number, long ones by their length."""
    monkeypatch.setattr(chunks, "MAX_CHUNK_MESSAGES", 2)
    monkeypatch.setattr(chunks, "MAX_CHUNK_CHARS", 10)

    assert texts(chunked([said("a")] * 3, max_tokens=1)) == [["a", "a"], ["a"]]
    assert texts(chunked([said("x" * 8), said("y" * 8)], max_tokens=100)) == [
        ["x" * 8],
        ["y" * 8],
    ]
