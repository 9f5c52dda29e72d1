"""Late interaction: the similarity of token vectors."""

import numpy as np
import pytest

from knowledge.retrieval.ranking import late_interaction
from knowledge.retrieval.ranking.late_interaction import TokenTable
from knowledge.stores.embedders.port import TokenVectors

DIMENSIONS = 64
RANDOM = np.random.default_rng(1)


def some_vectors(count: int) -> late_interaction.Floats:
    """Vectors that are like no others."""
    return RANDOM.standard_normal((count, DIMENSIONS)).astype(np.float32)


def matches(asked: late_interaction.Floats, *texts: late_interaction.Floats) -> list[list[float]]:
    """What the question's tokens find in each text, stored and read again; nothing comes last."""
    packed = {("day", at): late_interaction.pack(vectors) for at, vectors in enumerate(texts)}
    table = TokenTable.of_packed(packed, dimensions=DIMENSIONS)
    question = TokenVectors(["word"], [0] * len(asked), asked)
    found: list[list[float]] = late_interaction.max_similarities(question, table).tolist()
    return found


def test_a_token_takes_a_bit_a_dimension() -> None:
    """Storage is modest."""
    assert len(late_interaction.pack(some_vectors(30))) == 30 * DIMENSIONS // 8


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


def test_rare_words_count_more() -> None:
    """The similarity of a text is the weighted mean of its tokens' matches."""
    found = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)

    assert late_interaction.weighted_mean(found, np.array([3, 1], dtype=np.float32)).tolist() == [
        0.75,
        0.25,
    ]


def test_a_question_without_tokens_likes_all_the_same() -> None:
    """Nothing asked, nothing found."""
    assert late_interaction.weighted_mean(
        np.zeros((0, 2), np.float32), np.zeros(0, np.float32)
    ).tolist() == [0, 0]


def test_a_words_rarity_is_shared_among_its_parts() -> None:
    """Stop words weigh little; a long word no more than a short one."""
    question = TokenVectors(["the", "pottery"], [0, 1, 1], some_vectors(3))

    weights = late_interaction.token_weights(question, lambda term: {"potteri": 6.0}[term])

    assert weights.tolist() == pytest.approx([0.25, 3.0, 3.0])
