"""The forms of German verbs, made of their principal parts."""

import pytest

from knowledge.extraction.german.morphology import verb_forms


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("wohne", "wohnen"),
        ("sammle", "sammeln"),
        ("arbeitet", "arbeiten"),
        ("läuft", "laufen"),
        ("hab", "haben"),
        ("heisst", "heißen"),
        ("zog", "ziehen"),
        ("mochte", "mögen"),
        ("würde", "werden"),
    ],
)
def test_a_finite_form_has_its_lemma(form: str, lemma: str) -> None:
    """Regular, irregular, spoken and Swiss ones."""
    assert lemma in {one.lemma for one in verb_forms().finite[form]}


@pytest.mark.parametrize(
    ("participle", "lemma"),
    [
        ("gewohnt", "wohnen"),
        ("umgezogen", "umziehen"),
        ("verkauft", "verkaufen"),
        ("studiert", "studieren"),
        ("abgelaufen", "ablaufen"),
        ("getrennt", "trennen"),
        ("geatmet", "atmen"),
        ("angeschafft", "anschaffen"),
    ],
)
def test_a_participle_has_its_lemma(participle: str, lemma: str) -> None:
    """With a prefix before the "ge", with none, and without "ge"."""
    assert lemma in verb_forms().participles[participle]


def test_a_prefix_and_its_verb_are_one_lemma() -> None:
    """ "Ich ziehe ... um"."""
    assert verb_forms().prefixed["um", "ziehen"] == "umziehen"
