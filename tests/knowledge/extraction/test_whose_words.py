"""What the rules learn of a message with others' words, wishes and secrets in it."""

import pytest

from knowledge.extraction.port import KnownEntity
from knowledge.types import Trust
from tests.knowledge.extraction.support import read, stated_facts, texts

USER = KnownEntity("me", "Kim", "node.person", is_user=True)


@pytest.mark.parametrize(
    ("text", "topic", "value"),
    [
        ("Tom wrote: I live in Oslo.\nI live in Rome.", "home", "rome"),
        ("My boss said I'm fired, anyway I live in Leeds now.", "home", "leeds"),
        ("If I won I'd move to Oslo, but I live in Rome.", "home", "rome"),
        ("In my novel I live in Oslo. By the way, I live in Rome.", "home", "rome"),
        ("I live in Oslo. Just kidding, I live in Rome.", "home", "rome"),
        ("> I live in Oslo\nI live in Rome.", "home", "rome"),
    ],
)
def test_own_statements_beside_others_words_are_facts(text: str, topic: str, value: str) -> None:
    """They alone are the user's."""
    homes = {fact for fact in stated_facts(read(text)) if fact[:2] == ("user", topic)}

    assert homes == {("user", topic, value)}


def test_what_a_labelled_speaker_says_is_theirs() -> None:
    """Not the user's, unless the label is the user's own name."""
    told = stated_facts(read("Nora: I live in Oslo.\nBen: I live in Rome."))
    own = stated_facts(read("Kim: I live in Oslo.", known=[USER]))

    assert told == {("Nora", "home", "oslo"), ("Ben", "home", "rome")}
    assert own == {("me", "home", "oslo")}


def test_what_is_to_be_remembered_is_confirmed() -> None:
    """Word for word."""
    (kept,) = read("Remember that the bins go out on Monday.").facts

    assert (kept.text, kept.trust) == ("The bins go out on Monday.", Trust.CONFIRMED)


def test_what_is_to_be_forgotten_is_proposed_and_not_learned() -> None:
    """No fact is made of it, and no name."""
    found = read("Forget that I live in Oslo.")

    assert [wish.what for wish in found.forget_wishes] == ["I live in Oslo"]
    assert not found.facts
    assert not found.entities


def test_a_standing_wish_is_a_fact_of_its_topic() -> None:
    """Although it is a request."""
    facts = stated_facts(read("From now on use metric units only."))

    assert ("user", "unit_style", "metric") in facts


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The door code is 4471 and I live in Oslo.", "4471"),
        ("Remember that my bank pin is 9052.", "9052"),
        ("Der Türcode ist 4471#, ich wohne in Oslo.", "4471#"),
    ],
)
def test_a_secret_stands_in_no_other_fact(text: str, value: str) -> None:
    """Every fact that shows it is marked."""
    found = read(text)

    assert {fact.is_secret for fact in found.facts if value in fact.text} == {True}
    assert not any(value in entity.name for entity in found.entities)


def test_reported_speech_is_kept_as_reported() -> None:
    """The sentence with its teller may be kept, never what it says as the user's own."""
    found = read("My doctor said I have diabetes.")

    assert not any(fact.topic for fact in found.facts)
    assert all(text.startswith("My doctor said") for text in texts(found))
