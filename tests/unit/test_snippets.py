"""Where something was found."""

from hypothesis import given
from hypothesis import strategies as st

from exobrain.lib.snippets import SNIPPET_CHARS, Piece, snippet


def test_a_short_text_is_shown_whole() -> None:
    """Matches are marked whatever their case."""
    assert snippet("A rose is a Rose.", "ROSE") == [
        Piece("A "),
        Piece("rose", is_match=True),
        Piece(" is a "),
        Piece("Rose", is_match=True),
        Piece("."),
    ]


def test_a_long_text_is_shown_around_its_first_match() -> None:
    """What is left out at both ends is told by dots."""
    pieces = snippet("x" * 500 + "here" + "y" * 500, "here")

    assert pieces[0] == pieces[-1] == Piece("…")
    assert Piece("here", is_match=True) in pieces


def test_without_a_match_the_beginning_is_shown() -> None:
    """PostgreSQL folds more letters than Python; then there is nothing to mark."""
    assert snippet("İstanbul", "i̇stanbulu") == [Piece("İstanbul")]


@given(st.text(), st.text(min_size=1, max_size=10))
def test_any_text_has_a_snippet(text: str, query: str) -> None:
    """The pieces are a part of the text, not much longer than intended."""
    shown = "".join(piece.text for piece in snippet(text, query) if piece != Piece("…"))

    assert shown in text.replace("…", "") or "…" in text
    assert len(shown) <= SNIPPET_CHARS + len(query)
