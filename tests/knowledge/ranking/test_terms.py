"""What the lexical index counts of a text."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from knowledge.retrieval.ranking.terms import stem, terms, words


def test_stop_words_and_small_talk_are_left_out() -> None:
    """Only words of content are terms."""
    assert terms("Hey! Thanks, what is it that you really were painting?") == ["paint"]


def test_forms_of_a_word_are_one_term() -> None:
    """A question finds the word in another form."""
    assert terms("hiking") == terms("hikes") == terms("hiked")


@pytest.mark.parametrize("text", ["Ann's", "Ann’s", "ANN"])
def test_possessives_and_capitals_do_not_matter(text: str) -> None:
    """A name is one term however it is written."""
    assert terms(text) == ["ann"]


def test_words_of_other_alphabets_are_kept() -> None:
    """They are folded, not stemmed."""
    assert terms("Привет, Müller") == ["привет", "müller"]


def test_scripts_without_spaces_give_pairs() -> None:
    """Two letters of a longer run are a word."""
    assert words("我喜欢茶") == ["我喜", "喜欢", "欢茶"]


@pytest.mark.parametrize("text", ["", "?!…", "\ud800", "_" * 5])
def test_text_without_words_has_no_terms(text: str) -> None:
    """Nor does broken text raise."""
    assert terms(text) == []


def test_threads_stem_alike() -> None:
    """Stemming from many threads at once gives what one thread gets."""
    many = [f"{word}{end}" for word in ("walk", "paint", "cycl") for end in ("ing", "ed", "s")] * 50
    expected = [stem.__wrapped__(word) for word in many]

    with ThreadPoolExecutor(8) as pool:
        stemmed = list(pool.map(stem.__wrapped__, many))

    assert stemmed == expected
