"""What a text cannot be by its form: an answer."""

import pytest

from knowledge.retrieval.ranking.answers import (
    denies_knowing,
    repeats_question,
    says_all_of,
    share_asked,
)
from knowledge.retrieval.ranking.terms import terms


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("Where is it?", 1.0),
        ("It is here.", 0.0),
        ("", 0.0),
        ("I am here. Are you?", 0.5),
    ],
)
def test_the_share_of_questions(text: str, share: float) -> None:
    """By characters of the sentences."""
    assert share_asked(text) == pytest.approx(share, abs=0.1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("When is the choir rehearsal?", True),
        ("so when's that choir rehearsal again?", True),
        ("Is the choir rehearsal on Tuesday, as Ruth from the parish said?", False),
        ("The choir rehearsal is on Tuesday.", False),
        ("?", False),
    ],
)
def test_asking_the_same_says_nothing(text: str, expected: bool) -> None:
    """A question that tells something besides does."""
    asked = terms("When is the choir rehearsal?")

    assert repeats_question(terms(text), share_asked(text), asked) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'm sorry, I don't know when the rehearsal is.", True),
        ("You haven't told me where your sister lives.", True),
        ("Das weiß ich leider nicht.", True),
        ("The rehearsal is on Tuesday.", False),
        (
            "I don't know the hall. "
            + "But here is how to get there by bus from the station. " * 9,
            False,
        ),
    ],
)
def test_not_to_know_is_no_answer(text: str, expected: bool) -> None:
    """A long answer that says so goes on to say something."""
    assert denies_knowing(text) is expected


@pytest.mark.parametrize(
    ("fact", "message", "expected"),
    [
        ("I live in Oslo.", "I live in Oslo now.", True),
        ("My sister is Ann.", "My sister's name is Ann.", True),
        ("I live in Oslo.", "I live in Oslo with two cats.", False),
        ("I live in Oslo.", "I do not live in Oslo.", False),
    ],
)
def test_a_fact_that_says_all_of_its_message(fact: str, message: str, expected: bool) -> None:
    """Every word of content, and no denial."""
    assert says_all_of(fact, message) is expected
