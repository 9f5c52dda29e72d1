"""The formula of the lexical arm."""

import math

import pytest

from knowledge.retrieval.ranking.bm25 import Statistics, bm25, held_terms

STATISTICS = Statistics(blocks=100, average_length=10, frequencies={"tea": 1, "day": 60})
QUESTION = {"tea": 1.0, "day": 1.0}


def test_a_block_of_average_length_that_says_a_term_once_scores_its_idf() -> None:
    """The formula's norm is one there."""
    score = bm25({"tea": 1.0}, 10, question={"tea": 1.0}, statistics=STATISTICS)

    assert score == pytest.approx(math.log(1 + 99.5 / 1.5))


def test_a_rare_term_outweighs_a_common_one() -> None:
    """Rarity is what tells."""
    rare = bm25({"tea": 1.0}, 10, question=QUESTION, statistics=STATISTICS)
    common = bm25({"day": 3.0}, 10, question=QUESTION, statistics=STATISTICS)

    assert rare > common


def test_a_shorter_block_scores_higher() -> None:
    """The same term says more among fewer."""
    short = bm25({"tea": 1.0}, 5, question=QUESTION, statistics=STATISTICS)
    long = bm25({"tea": 1.0}, 50, question=QUESTION, statistics=STATISTICS)

    assert short > long


def test_idf_is_never_negative() -> None:
    """Even of a term that more blocks hold than there are."""
    assert Statistics(blocks=1, average_length=1, frequencies={"tea": 5}).idf("tea") > 0


def test_nothing_in_common_scores_nothing() -> None:
    """Nor does an empty index divide by zero."""
    empty = Statistics(blocks=0, average_length=0, frequencies={})

    assert bm25({}, 0, question=QUESTION, statistics=empty) == 0


def test_a_term_that_only_one_neighbour_said_is_not_held() -> None:
    """A word said once is counted once, though it is in seven rows."""
    assert held_terms({"own": 1.0, "twice": 2.0, "before": 0.7, "both": 1.3}) == {
        "own",
        "twice",
        "both",
    }
