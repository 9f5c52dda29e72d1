"""What becomes of somebody in whose place another one comes."""

import pytest

from knowledge.models import Block, ReviewItem
from knowledge.types import HOLDER, ProposedFact
from tests.knowledge.ledger.proposing import Mind, fact, person

pytestmark = pytest.mark.django_db


def holding() -> list[str]:
    """The texts that hold."""
    blocks = Block.objects.filter(kind="fact", superseded_at=None, valid_to=None)
    return sorted(blocks.values_list("text", flat=True))


def role(name: str, word: str, **more: object) -> ProposedFact:
    """Somebody is that to the user."""
    value = name.lower()
    text = f"{name} is my {word}."
    return fact(text, "me", name, topic=f"contact:{value}", value=value, **more)


def test_the_successor_has_the_role_from_then_on(mind: Mind) -> None:
    """Which one it was, the memory knows."""
    mind.tell("Lorna is my coach.", person("Lorna"), role("Lorna", "coach"), day=1)
    successor = fact("Piet", "me", "Piet", value="piet", replaces="lorna")
    mind.tell("Piet takes over from Lorna.", person("Piet"), successor, day=9)

    assert holding() == ["Piet is my coach."]


def test_of_nobody_known_nothing_is_learned(mind: Mind) -> None:
    """Nor of somebody who is nothing to the user."""
    mind.tell("hi", person("Piet"), fact("Piet", "me", "Piet", value="piet", replaces="lorna"))

    assert holding() == []


@pytest.mark.parametrize(
    ("word", "is_over", "is_asked"),
    [("coach", True, False), ("flatmate", False, True), ("colleague", False, False)],
)
def test_a_new_one_ends_what_only_one_can_be(
    mind: Mind, word: str, is_over: bool, is_asked: bool
) -> None:
    """Of flatmates it is asked; colleagues are many."""
    mind.tell("Lorna.", person("Lorna"), role("Lorna", word), day=1)
    new = role("Piet", word, replaces=HOLDER)
    mind.tell("Piet is the new one.", person("Piet"), new, day=9)

    assert (f"Lorna is my {word}." not in holding()) is is_over
    assert ReviewItem.objects.exists() is is_asked


def test_what_is_swapped_is_over(mind: Mind) -> None:
    """The new one is said in the words of the old, without what was said of that alone."""
    squash = fact("I play squash twice a week.", topic="do:play", value="squash twice a week")
    mind.tell("I play squash twice a week.", squash, day=1)
    mind.tell("I dropped it for padel.", fact("padel", value="padel", replaces="squash"), day=9)

    assert holding() == ["I play padel."]


def test_who_is_home_again_is_not_in_hospital(mind: Mind) -> None:
    """That was told of the same person."""
    away = fact("Ilse is in hospital.", "Ilse", topic="do:be", value="in hospital")
    back = fact("Ilse is home again.", "Ilse", topic="do:be", value="home again")
    mind.tell("Ilse is in hospital.", person("Ilse"), away, day=1)
    mind.tell("Ilse is home again.", person("Ilse"), back, day=9)

    assert holding() == ["Ilse is home again."]
