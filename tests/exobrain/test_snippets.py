"""Where something was found."""

from hypothesis import given
from hypothesis import strategies as st

from exobrain.lib.snippets import SNIPPET_CHARS, Piece, markdown_snippet, snippet


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


def test_no_word_is_cut_before_the_match() -> None:
    """What leads to it begins with a word."""
    pieces = snippet("several words " * 20 + "here", "here")

    assert pieces[1].text.split()[0] in {"several", "words"}


def test_without_a_match_the_beginning_is_shown() -> None:
    """PostgreSQL folds more letters than Python; then there is nothing to mark."""
    assert snippet("İstanbul", "i̇stanbulu") == [Piece("İstanbul")]


@given(st.text(), st.text(min_size=1, max_size=10))
def test_any_text_has_a_snippet(text: str, query: str) -> None:
    """The pieces are a part of the text, not much longer than intended."""
    shown = "".join(piece.text for piece in snippet(text, query) if piece != Piece("…"))

    assert shown in text.replace("…", "") or "…" in text
    assert len(shown) <= SNIPPET_CHARS + len(query)


def test_markdown_shows_its_words() -> None:
    """Marks of Markdown are left out, and what matches is still marked."""
    text = "# Plan\n\n- take the **red** [train](https://example.org)\n- `pip` *it*, ~~no~~"

    assert markdown_snippet(text, "train") == [
        Piece("Plan take the red "),
        Piece("train", is_match=True),
        Piece(" pip it, no"),
    ]


def test_words_of_code_tables_and_maths_are_shown() -> None:
    """A fence, a cell and a formula have words, too; a picture has its description."""
    text = (
        "```py\nx = 1\n```\n\n| a | b |\n|---|---|\n| **c** | d |\n\n$e=1$ ![cat](http://x.test/c)"
    )

    assert "".join(piece.text for piece in markdown_snippet(text, "cat")) == "x = 1 a b c d e=1 cat"


def test_a_match_in_the_marks_shows_the_source() -> None:
    """Who looks for an address, or for a mark itself, sees where it is."""
    pieces = markdown_snippet("See [this](https://example.org/page).", "example.org")

    assert Piece("example.org", is_match=True) in pieces


def test_html_is_words_like_any() -> None:
    """It stays what was written; the template escapes it."""
    pieces = markdown_snippet("so <b>*bold*</b> it", "bold")

    assert "".join(piece.text for piece in pieces) == "so <b>bold</b> it"


@given(
    st.text(alphabet="ab*_`#[]()!|$~<>\n \\-1.", max_size=3000), st.sampled_from(["a", "ab", "*"])
)
def test_any_markdown_has_a_snippet(text: str, query: str) -> None:
    """A match in the text is marked, whatever stands around it."""
    pieces = markdown_snippet(text, query)

    assert any(piece.is_match for piece in pieces) == (query in text)
    assert sum(len(piece.text) for piece in pieces) <= SNIPPET_CHARS + len(query) + 2
