"""What is said of texts in general."""

import pytest

from exobrain.lib.text import estimate_tokens, on_one_line


@pytest.mark.parametrize(
    ("characters", "tokens"), [(0, 0), (1, 0), (2, 0), (3, 1), (6, 2), (10, 2), (14, 4), (32, 8)]
)
def test_halves_of_tokens_are_rounded_to_even(characters: int, tokens: int) -> None:
    """A fourth of the characters, as Python rounds it."""
    assert estimate_tokens("x" * characters) == tokens


def test_what_is_not_seen_is_a_space() -> None:
    """Lines, controls and what turns text around can neither hide words nor join them."""
    assert on_one_line(" a\u202eb\u200bc\n\td\x00 ") == "a b c d"
