"""One order out of what all retrievers say."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.retrieval.ranking.fusion import Candidate, fuse
from knowledge.retrieval.ranking.late_interaction import LateInteractionScorer, TokenTable, pack
from knowledge.retrieval.ranking.question import parse_question
from knowledge.stores.embedders.port import TokenVectors
from knowledge.stores.vectors.port import TermStatistics

NOW = datetime(2026, 11, 20, tzinfo=UTC)
QUESTION = parse_question("Where is the tea?", now=NOW)
STATISTICS = TermStatistics(blocks=3, frequencies={"tea": 1})


def candidate(number: int, **values: object) -> Candidate:
    """A block of its own session that says five words."""
    text = "one two three four five"
    made = Candidate(UUID(int=number), text, [NOW], session=number, position=(f"day {number}", 0))
    return replace(made, **values)  # type: ignore[arg-type]


def order(pool: list[Candidate], text: str = "Where is the tea?", **values: object) -> list[int]:
    """The numbers of the blocks, best first."""
    question = parse_question(text, now=NOW)
    ranked = fuse(question, pool, statistics=STATISTICS, **values)  # type: ignore[arg-type]
    return [item.block_id.int for item in ranked]


def test_nothing_found_is_nothing_ranked() -> None:
    """An empty memory has no answer."""
    assert fuse(QUESTION, [], statistics=STATISTICS) == []


def test_the_best_of_the_only_retriever_comes_first() -> None:
    """One retriever is enough."""
    assert order([candidate(1, lexical=1.0), candidate(2, lexical=5.0)]) == [2, 1]


def test_equals_keep_their_order() -> None:
    """A run is like the one before."""
    assert order([candidate(3), candidate(1), candidate(2)]) == [3, 1, 2]


def test_what_a_retriever_did_not_find_gets_its_lowest() -> None:
    """Being found by one retriever alone is no fault beyond that."""
    pool = [
        candidate(1, lexical=3.0, dense=0.2),
        candidate(2, lexical=1.0),
        candidate(3, dense=0.1),
    ]

    ranked = fuse(QUESTION, pool, statistics=STATISTICS)

    by_id = {item.block_id.int: item.parts for item in ranked}
    assert by_id[2]["dense"] == by_id[3]["dense"]
    assert by_id[2]["lexical"] == by_id[3]["lexical"]


def test_parts_add_up_to_the_score() -> None:
    """A receipt can be checked."""
    pool = [candidate(1, lexical=3.0, dense=0.2), candidate(2, lexical=1.0, dense=0.4, text="a?")]

    for item in fuse(QUESTION, pool, statistics=STATISTICS):
        assert sum(item.parts.values()) == pytest.approx(item.score)


def test_a_session_that_answers_well_lifts_its_blocks() -> None:
    """Between two equals."""
    pool = [
        candidate(1, lexical=1.0, session="other"),
        candidate(2, lexical=1.0, session="best"),
        candidate(3, lexical=9.0, session="best"),
    ]

    assert order(pool) == [3, 2, 1]


def test_the_time_asked_for_comes_first() -> None:
    """Between two equals."""
    then = datetime(2026, 5, 3, tzinfo=UTC)

    assert order([candidate(1), candidate(2, times=[NOW, then])], "What was it in May?") == [2, 1]


def test_the_words_of_the_person_asked_about_come_first() -> None:
    """By name."""
    pool = [candidate(1, speaker="Ann"), candidate(2, speaker="Bob")]

    assert order(pool, "Where does Bob live?") == [2, 1]


def test_the_users_words_come_before_the_assistants() -> None:
    """But where the assistant's are asked for."""
    pool = [candidate(1, is_assistants=True), candidate(2)]

    assert order(pool) == [2, 1]
    assert order(pool, "What tea did you recommend?") == [1, 2]


def test_a_question_is_seldom_an_answer() -> None:
    """Between two equals."""
    assert order([candidate(1, text="one two three four five?"), candidate(2)]) == [2, 1]


def test_the_same_question_is_no_answer() -> None:
    """However alike it is; what another speaker asks may lead to it."""
    again = candidate(1, text="Where's the tea?", lexical=2.0, is_users=True)
    pool = [again, candidate(2, lexical=1.0)]

    assert order(pool) == [2, 1]
    assert order([replace(again, is_users=False), pool[1]]) == [1, 2]


def test_not_to_know_is_no_answer() -> None:
    """Of the assistant; the user may tell that they do not know."""
    text = "I don't know where the tea is."
    pool = [candidate(1, text=text, is_assistants=True), candidate(2, is_assistants=True)]

    assert order(pool) == [2, 1]


def test_a_score_does_not_depend_on_what_else_there_is() -> None:
    """Zero means the same in a small memory and a large one."""
    one = candidate(1, lexical=1.5)
    alone = fuse(QUESTION, [one], statistics=STATISTICS)[0].score
    among = fuse(QUESTION, [one, candidate(2, lexical=9.0)], statistics=STATISTICS)

    assert next(item.score for item in among if item.block_id.int == 1) == pytest.approx(alone)


def scorer(*likes: int) -> LateInteractionScorer:
    """A question of one token, which these blocks hold and others do not."""
    asked = np.random.default_rng(1).standard_normal((1, 64)).astype(np.float32)
    other = np.random.default_rng(2).standard_normal((1, 64)).astype(np.float32)
    packed = {
        (f"day {number}", 0): pack(asked if number in likes else other) for number in range(1, 6)
    }
    table = TokenTable.of_packed(packed, dimensions=64)
    return LateInteractionScorer(TokenVectors(["tea"], [0], asked), table)


def test_a_block_with_the_questions_token_comes_first() -> None:
    """Late interaction decides between equals."""
    assert order([candidate(1), candidate(2)], scorer=scorer(2)) == [2, 1]


def test_a_neighbours_token_stands_in() -> None:
    """The answer beside the word asked for is found, after the word itself."""
    pool = [candidate(1), candidate(2, position=("day 5", 1)), candidate(3), candidate(4)]

    assert order(pool, scorer=scorer(3, 5))[:2] == [3, 2]


def test_blocks_without_tokens_are_ranked_too() -> None:
    """Such as those written before there was a local model."""
    pool = [candidate(8, lexical=2.0), candidate(9, lexical=1.0)]

    assert order(pool, scorer=scorer()) == [8, 9]


@given(
    st.lists(
        st.tuples(st.none() | st.floats(0, 50), st.none() | st.floats(-1, 1), st.text(max_size=20)),
        max_size=12,
    ),
    st.text(max_size=60),
)
def test_every_block_is_ranked_once_whatever_the_retrievers_say(
    found: list[tuple[float | None, float | None, str]], text: str
) -> None:
    """And every score is a number."""
    pool = [
        candidate(number, lexical=lexical, dense=dense, text=said)
        for number, (lexical, dense, said) in enumerate(found)
    ]

    ranked = fuse(parse_question(text, now=NOW), pool, statistics=STATISTICS)

    assert sorted(item.block_id.int for item in ranked) == list(range(len(pool)))
    assert all(np.isfinite(item.score) for item in ranked)


def with_tokens(*numbers: int) -> LateInteractionScorer:
    """A scorer to which candidates of these numbers have the question's very tokens."""
    vectors = np.ones((1, 64), dtype=np.float32)
    packed = {(f"day {number}", 0): pack(vectors) for number in numbers}
    return LateInteractionScorer(
        question=TokenVectors(["tea"], [0], vectors),
        table=TokenTable.of_packed(packed, dimensions=64),
    )


def test_what_has_no_tokens_is_neither_dropped_nor_preferred() -> None:
    """By the same words and vector it is behind what fits perfectly, and still helps."""
    pool = [candidate(number, lexical=1.0, dense=0.5) for number in (1, 2)]

    first, second = fuse(QUESTION, pool, statistics=STATISTICS, scorer=with_tokens(2))

    assert (first.block_id.int, second.block_id.int) == (2, 1)
    assert 0 < second.parts["tokens"] < first.parts["tokens"]
    assert second.score > 0


def test_what_has_no_vector_is_not_taken_for_the_worst() -> None:
    """What has one and was not found by it is."""
    pool = [
        candidate(1, lexical=1.0, dense=0.9),
        candidate(2, lexical=1.0, dense=0.1),
        candidate(3, lexical=1.0),
        candidate(4, lexical=1.0, has_vector=False),
    ]

    for scorer in (None, with_tokens(1, 2, 3)):
        ranked = fuse(QUESTION, pool, statistics=STATISTICS, scorer=scorer)
        dense = {each.block_id.int: each.parts["dense"] for each in ranked}

        assert dense[1] > dense[4] > dense[3] == dense[2]
