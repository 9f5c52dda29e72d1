"""Token by token likeness."""

import numpy as np
import pytest

from knowledge.retrieval.ranking import tokens
from knowledge.retrieval.ranking.tokens import TokenTable, TokenVectors

DIMENSIONS = 64
RANDOM = np.random.default_rng(1)


def some_vectors(count: int) -> tokens.Floats:
    """Vectors that are like no others."""
    return RANDOM.standard_normal((count, DIMENSIONS)).astype(np.float32)


def matches(asked: tokens.Floats, *texts: tokens.Floats) -> list[list[float]]:
    """What the question's tokens find in each text, stored and read again; nothing comes last."""
    packed = {("day", at): tokens.pack(vectors) for at, vectors in enumerate(texts)}
    table = TokenTable.of_packed(packed, dimensions=DIMENSIONS)
    question = TokenVectors(["word"], [0] * len(asked), asked)
    found: list[list[float]] = tokens.best_matches(question, table).tolist()
    return found


def test_word_pieces_are_joined_and_marks_left_out() -> None:
    """Every kept token knows its word."""
    vectors = some_vectors(6)

    kept = TokenVectors.of_word_pieces(["[CLS]", "pot", "##tery", "!", "class", "[SEP]"], vectors)

    assert kept.words == ["pottery", "class"]
    assert kept.owners == [0, 0, 1]
    assert np.array_equal(kept.vectors, vectors[[1, 2, 4]])


def test_a_token_takes_a_bit_a_dimension() -> None:
    """Storage is modest."""
    assert len(tokens.pack(some_vectors(30))) == 30 * DIMENSIONS // 8


def test_a_token_is_wholly_like_itself_and_unlike_its_opposite() -> None:
    """The scale is that of the cosine."""
    asked = some_vectors(1)

    assert matches(asked, asked, -asked) == [[1.0, -1.0, -1.0]]


def test_the_nearest_token_of_a_block_counts() -> None:
    """However many others there are."""
    asked = some_vectors(2)

    assert matches(asked, np.vstack([some_vectors(5), asked])) == [[1.0, -1.0], [1.0, -1.0]]


def test_a_text_without_tokens_has_no_column() -> None:
    """Be it among others or alone."""
    asked = some_vectors(1)
    empty = some_vectors(0)

    assert matches(asked, empty, asked, empty) == [[1.0, -1.0]]
    assert matches(asked, empty) == [[-1.0]]


def test_likeness_is_the_weighted_mean() -> None:
    """A rare word's match counts more."""
    found = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)

    assert tokens.likeness(found, np.array([3, 1], dtype=np.float32)).tolist() == [0.75, 0.25]


def test_a_question_without_tokens_likes_all_the_same() -> None:
    """Nothing asked, nothing found."""
    assert tokens.likeness(np.zeros((0, 2), np.float32), np.zeros(0, np.float32)).tolist() == [0, 0]


def test_a_words_rarity_is_shared_among_its_parts() -> None:
    """Stop words weigh little; a long word no more than a short one."""
    question = TokenVectors(["the", "pottery"], [0, 1, 1], some_vectors(3))

    weights = tokens.token_weights(question, lambda term: {"potteri": 6.0}[term])

    assert weights.tolist() == pytest.approx([0.25, 3.0, 3.0])
