"""Whatever is said, the stretches are the message and the clauses are their sentences."""

import string
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.extraction.voices import Voice, read_sentences, read_stretches

PIECES = [
    *("I live in Lyon", "Tom wrote: ", "my boss said ", "if ", "and ", "but ", "not", "!", "? "),
    *(". ", ", ", "\n", "\n\n", '"', "'", "„", "“", "«", "»", "`", "```", "> ", "<b>", "</b>"),
    *(
        "Ann: ",
        "[14:05] Tom: ",
        "<tom> ",
        "From: Eve\nSubject: x\n",
        "Dear Mr Smith,\n",
        "| a | b |",
    ),
    *("SELECT * FROM x;", "x = 5\n", "KEY_A=b ", "Translate this: ", "In my novel ", "btw ", "jk"),
    *(
        "ich wohne in Köln",
        "Anna sagt, dass ",
        "wenn ",
        "aber ",
        "remember that ",
        "\ue000",
        "\x00",
    ),
    *(
        "\ud800",
        "\u202e",
        "👩‍👩‍👧",
        "İ",
        "ß",
        "\r\n",
        "\t",
        "...",
        "—",
        "(",
        ")",
        "1" * 40,
        "Je suis ",
    ),
]
texts = st.one_of(
    st.text(max_size=300),
    st.text(alphabet=string.printable, max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_stretches_are_the_message(content: str) -> None:
    """They cover it from its first character to its last without overlap."""
    stretches = read_stretches(content)

    assert "".join(content[one.start : one.end] for one in stretches) == content
    assert all(one.start < one.end for one in stretches)
    assert all(left.end == right.start for left, right in pairwise(stretches))


@settings(max_examples=300, deadline=None)
@given(texts)
def test_clauses_are_their_sentence(content: str) -> None:
    """They cover it in order, and its text has a character for each of the message's."""
    for sentence in read_sentences(content):
        assert 0 <= sentence.start < sentence.end <= len(content)
        assert len(sentence.text) == len(sentence.stated_text) == sentence.end - sentence.start
        assert sentence.clauses[0].start == sentence.start
        assert sentence.clauses[-1].end == sentence.end
        ends = [clause.end for clause in sentence.clauses[:-1]]
        assert ends == [clause.start for clause in sentence.clauses[1:]]


@settings(max_examples=200, deadline=None)
@given(texts)
def test_own_sentences_do_not_overlap(content: str) -> None:
    """Each character is in one of the author's sentences at most."""
    own = [sentence for sentence in read_sentences(content) if sentence.voice is Voice.OWN]

    assert all(left.end <= right.start for left, right in pairwise(own))


def test_what_is_too_long_is_pasted() -> None:
    """Nobody types that much; its end is a stretch all the same."""
    content = "I live in Lyon. " * 3_000

    assert read_stretches(content)[-1].voice is Voice.PASTED
    assert read_stretches(content)[-1].end == len(content)


@pytest.mark.parametrize(
    "text",
    [
        *(piece * (60_000 // len(piece)) for piece in PIECES),
        *(f"{piece} " * 20_000 for piece in ("I", "my", "and I", "Tom says", "if I", "<a", "(")),
        "a, " * 20_000,
        "the big " * 20_000,
        "Ann " * 20_000,
        "und ich " * 10_000,
        "please write " * 10_000,
        "x = " * 10_000,
        "a.b(" * 10_000,
        "http://a " * 10_000,
        '"a b c d e f g h" ' * 2_000,
    ],
)  # fmt: skip
def test_huge_texts_end(text: str) -> None:
    """No pattern runs away on a text that was made for it."""
    assert read_stretches(text)
    read_sentences(text)
