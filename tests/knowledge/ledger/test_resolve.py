"""What follows from statements on one topic; pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from knowledge.services.ledger.conflicts import Statement, resolve
from knowledge.types import Trust

DAY = datetime(2025, 1, 1, tzinfo=UTC)


def said(
    number: int,
    value: str,
    *,
    day: int | None = None,
    start: int | None = None,
    confidence: float = 0.9,
    trust: Trust = Trust.USER_SAID,
) -> Statement:
    """A statement with this number, said on that day (its number's) and true from `start` on."""
    at = DAY + timedelta(days=number if day is None else day)
    return Statement(
        id=UUID(int=number),
        value=value,
        trust=trust,
        confidence=confidence,
        said=(at, 0, str(UUID(int=number))),
        start=at if start is None else DAY + timedelta(days=start),
    )


def test_a_newer_statement_ends_the_older_one() -> None:
    """From when the newer one is true, and not the other way round."""
    found = resolve([said(2, "paris"), said(1, "lyon")])

    assert found.endings.keys() == {UUID(int=1)}
    assert found.endings[UUID(int=1)].by == UUID(int=2)
    assert found.endings[UUID(int=1)].at == DAY + timedelta(days=2)


def test_each_statement_is_ended_by_the_next() -> None:
    """Three in a row: every interval ends where the next one begins."""
    found = resolve([said(1, "lyon"), said(3, "rome"), said(2, "paris")])

    assert [found.endings[UUID(int=n)].by.int for n in (1, 2)] == [2, 3]


def test_what_began_earlier_than_the_other_ends_it_when_it_was_said() -> None:
    """Moved in May, told in August; in July another place was named."""
    found = resolve([said(7, "paris"), said(8, "lyon", start=5)])

    assert found.endings[UUID(int=7)].at == DAY + timedelta(days=8)


def test_in_one_message_a_correction_comes_after_what_it_corrects() -> None:
    """Whichever id is the smaller one: "The haircut is on Wednesday. It was moved to Friday"."""
    for old, new in ((1, 2), (2, 1)):
        correction = replace(said(new, "friday", day=0), corrects=UUID(int=old))

        found = resolve([said(old, "wednesday", day=0), correction])

        assert found.endings.keys() == {UUID(int=old)}


def test_doubt_on_either_side_disputes_both() -> None:
    """An uncertain statement ends nothing, and is not ended by one other."""
    for older, newer in ((0.9, 0.4), (0.4, 0.9)):
        found = resolve([said(1, "lyon", confidence=older), said(2, "paris", confidence=newer)])

        assert not found.endings
        assert found.disputes == {(UUID(int=2), UUID(int=1))}


def test_a_certain_word_settles_a_dispute() -> None:
    """What is said for certain after a dispute ends both sides of it."""
    found = resolve([said(1, "lyon"), said(2, "paris", confidence=0.4), said(3, "rome")])

    assert found.endings.keys() == {UUID(int=1), UUID(int=2)}
    assert not found.disputes


def test_nobody_overrules_the_user() -> None:
    """What the assistant concludes later is ended by what the user said before."""
    found = resolve([said(1, "lyon"), said(2, "paris", trust=Trust.INFERRED)])

    assert found.endings.keys() == {UUID(int=2)}
    assert found.endings[UUID(int=2)].by == UUID(int=1)


STATEMENTS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(0, 20),
        st.sampled_from([0.3, 0.9]),
        st.sampled_from([Trust.INFERRED, Trust.USER_SAID]),
    ),
    min_size=1,
    max_size=8,
)


@given(STATEMENTS, st.randoms())
def test_the_order_of_learning_does_not_matter(
    drawn: list[tuple[str, int, float, Trust]], random: object
) -> None:
    """The same statements in another order have the same consequences."""
    statements = [
        said(n, value, day=day, confidence=sure, trust=trust)
        for n, (value, day, sure, trust) in enumerate(drawn, 1)
    ]
    shuffled = list(statements)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert resolve(statements) == resolve(shuffled)


@given(STATEMENTS)
def test_the_newest_certain_word_of_the_user_stands(
    drawn: list[tuple[str, int, float, Trust]],
) -> None:
    """It is never ended, and whatever is ended has a reason that was said."""
    statements = [
        said(n, value, day=day, confidence=sure, trust=trust)
        for n, (value, day, sure, trust) in enumerate(drawn, 1)
    ]

    found = resolve(statements)

    users = [s for s in statements if s.is_users]
    if users:
        assert max(users, key=lambda s: s.said).id not in found.endings
    assert found.disputed.isdisjoint(found.endings)
    assert {e.by for e in found.endings.values()} <= {s.id for s in statements}
