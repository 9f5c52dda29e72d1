"""What of a message and its neighbours goes into the indexes."""

import numpy as np
import pytest

from knowledge.retrieval.ranking.context_window import (
    Utterance,
    contextual_vector,
    counted_terms,
    embedded_text,
    index_row,
)


def test_a_row_counts_the_messages_own_words_and_its_speaker() -> None:
    """Each as often as it is said."""
    row = index_row(Utterance("Tea, green tea", speaker="Ann", caption="a cup"))

    assert row.terms == {"ann": 1, "tea": 2, "green": 1, "cup": 1}


def test_neighbours_count_less_the_farther_they_are() -> None:
    """A question's word and its answer's are one row."""
    row = index_row(
        Utterance("Yes, twice"),
        {-1: Utterance("Visited Rome?"), 2: Utterance("Pasta"), 9: Utterance("Far")},
    )

    assert row.terms["rome"] == pytest.approx(0.7)
    assert row.terms["pasta"] == pytest.approx(0.35)
    assert "far" not in row.terms


def test_a_neighbours_name_stays_out() -> None:
    """Else everybody would be the speaker of everything."""
    row = index_row(Utterance("Indeed"), {-1: Utterance("Rome", speaker="Bob")})

    assert "bob" not in row.terms


def test_the_length_is_the_sum_of_the_counts() -> None:
    """As BM25 takes it."""
    row = index_row(Utterance("green tea"), {-1: Utterance("Rome")})

    assert row.length == pytest.approx(2.7)


def test_the_embedded_text_names_who_speaks_and_what_is_shown() -> None:
    """Questions name people."""
    assert embedded_text(Utterance("Look", "Ann", "a cat")) == "Ann: Look [shares a cat]"


def test_the_embedded_text_of_a_fact_is_the_fact() -> None:
    """Nobody speaks it."""
    assert embedded_text(Utterance("Ann likes tea.")) == "Ann likes tea."


def test_a_contextual_vector_leans_to_the_previous_and_is_of_unit_length() -> None:
    """Half as much."""
    own, previous = np.array([1, 0], dtype=np.float32), np.array([0, 1], dtype=np.float32)

    mixed = contextual_vector(own, previous)

    assert np.linalg.norm(mixed) == pytest.approx(1)
    assert mixed[1] / mixed[0] == pytest.approx(0.5)


def test_the_first_message_keeps_its_own_direction() -> None:
    """Nothing came before it; an empty vector stays one."""
    assert contextual_vector(np.array([0, 2], dtype=np.float32), None).tolist() == [0, 1]
    assert contextual_vector(np.array([0, 0], dtype=np.float32), None).tolist() == [0, 0]


def test_a_term_that_only_one_neighbour_said_is_not_counted() -> None:
    """A word said once is counted once, though it is in seven rows."""
    assert counted_terms({"own": 1.0, "twice": 2.0, "before": 0.7, "both": 1.3}) == {
        "own",
        "twice",
        "both",
    }
