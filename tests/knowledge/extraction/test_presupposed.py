"""A question takes something for granted; what it asks or supposes stays open."""

import pytest

from tests.knowledge.extraction.support import read, stated_facts


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("Since I live in Kraków, where can I swim outdoors?", ("user", "home", "kraków")),
        ("What can I bake, given I am allergic to rye?", ("user", "allergy:rye", "rye")),
        ("As a vegan, what could I order there?", ("user", "diet", "vegan")),
        ("What should I buy my nephew Theo for Christmas?", ("user", "relative:theo", "theo")),
        ("Can you find a puzzle for my niece Runa, who is 5?", ("Runa", "age", "5")),
        ("Which collar fits our dog Bruno?", ("user", "pet:bruno", "bruno")),
    ],
)
def test_a_reason_and_a_role_are_stated_by_a_question(
    text: str, fact: tuple[str, str, str]
) -> None:
    """The reason one gives, as what one asks, and whose brother it is are so."""
    assert fact in stated_facts(read(text))


@pytest.mark.parametrize(
    "text",
    [
        "Is Theo my nephew?",
        "Is my nephew Theo?",
        "What would you buy if my nephew Theo were older?",
        "As a matter of fact, what should I order?",
        "What would a vegan order, since that menu is all meat?",
        "If I lived in Kraków, where could I swim?",
        "What should you do as a vegan?",
    ],
)
def test_what_is_asked_or_supposed_is_not_stated(text: str) -> None:
    """Nothing is learned of it."""
    assert stated_facts(read(text)) == set()
