"""What a correction that names nothing puts right, and what is asked about instead."""

from datetime import UTC, datetime, timedelta

import pytest

from knowledge.models import Block, ReviewItem
from knowledge.types import LAST_SAID, ProposedEvent, ProposedFact
from tests.knowledge.ledger.proposing import Mind, fact, person

pytestmark = pytest.mark.django_db

THURSDAY = datetime(2025, 1, 16, 18, tzinfo=UTC)


def meant(
    value: str, *, confidence: float = 0.9, event: ProposedEvent | None = None
) -> ProposedFact:
    """A bare correction."""
    return fact(value, value=value, corrects=LAST_SAID, confidence=confidence, event=event)


def holding() -> list[str]:
    """The texts that hold."""
    blocks = Block.objects.filter(kind__in=("fact", "event"), superseded_at=None, valid_to=None)
    return sorted(blocks.values_list("text", flat=True))


def vet(starts_at: datetime, text: str = "The vet is on Thursday at 6pm.") -> ProposedFact:
    """An appointment."""
    event = ProposedEvent(starts_at, precision="moment")
    return fact(text, topic="event:vet", event=event, single_valued=True)


def test_the_right_value_takes_the_place_of_the_wrong_one(mind: Mind) -> None:
    """In the sentence as in the topic."""
    size = fact("My shoe size is 41.", topic="size:shoe", value="41", single_valued=True)
    mind.tell("My shoe size is 41.", size, day=1)
    mind.tell("Sorry, 42.", meant("42"), day=1.1)

    assert holding() == ["My shoe size is 42."]
    assert Block.objects.get(value="42").topic == "size:shoe"


def test_a_name_that_looks_like_it_needs_no_word_of_regret(mind: Mind) -> None:
    """Another one does: it may answer a question."""
    bank = fact("Ella is my banker.", topic="contact:ella", value="ella")
    mind.tell("My banker is Ella.", bank, day=1)
    mind.tell("Actually it's Zurich.", meant("Zurich", confidence=0.7), day=1.1)
    assert holding() == ["Ella is my banker."]

    mind.tell("Actually it's Elle.", meant("Elle", confidence=0.7), day=1.2)
    assert holding() == ["Elle is my banker."]


def test_where_two_fit_nothing_is_put_right(mind: Mind) -> None:
    """Nor is what was said days ago."""
    size = fact("My shoe size is 41.", topic="size:shoe", value="41", single_valued=True)
    ring = fact("My ring size is 17.", topic="size:ring", value="17", single_valued=True)
    mind.tell("Shoes 41, ring 17.", size, ring, day=1)
    mind.tell("Sorry, 42.", meant("42"), day=1.1)
    mind.tell("Sorry, 18.", meant("18"), day=9)

    assert holding() == ["My ring size is 17.", "My shoe size is 41."]


@pytest.mark.parametrize(
    ("words", "at", "text"),
    [
        ("7pm", THURSDAY.replace(hour=19), "The vet is on Thursday at 7pm."),
        ("the 17th", THURSDAY.replace(day=17), "The vet is on 17 January 2025 at 6pm."),
    ],
)
def test_a_time_is_put_right_in_what_it_leaves_out(
    mind: Mind, words: str, at: datetime, text: str
) -> None:
    """The day of an hour, the month of a day."""
    mind.tell("The vet is on Thursday at 6pm.", vet(THURSDAY), day=1)
    mind.tell(f"Sorry, {words}.", meant(words, event=ProposedEvent()), day=2)

    assert holding() == [text]
    assert Block.objects.get(text=text).starts_at == at


def test_two_times_in_one_sitting_are_asked_about(mind: Mind) -> None:
    """A word of change answers it, and so does a night in between."""
    mind.tell("The vet is on Thursday.", vet(THURSDAY), day=1)
    later = THURSDAY + timedelta(days=1)
    mind.tell("The vet is on Friday.", vet(later, "The vet is on Friday."), day=1.1)

    assert len(holding()) == 2
    assert ReviewItem.objects.get().kind == ReviewItem.Kind.ENDING


def test_a_moved_time_is_not_asked_about(mind: Mind) -> None:
    """Its words say that it is another."""
    mind.tell("The vet is on Thursday.", vet(THURSDAY), day=1)
    later = THURSDAY + timedelta(days=1)
    mind.tell("The vet moved to Friday.", vet(later, "The vet moved to Friday."), day=1.1)

    assert holding() == ["The vet moved to Friday."]


def test_two_birthdays_are_asked_about(mind: Mind) -> None:
    """With its year it is the same one."""

    def born(value: str) -> ProposedFact:
        event = ProposedEvent(recurrence="FREQ=YEARLY", is_all_day=True, precision="day")
        text = f"My birthday is {value}."
        return fact(text, topic="birthday", value=value, single_valued=True, event=event)

    mind.tell("3 June", born("--06-03"), day=1)
    mind.tell("3 June 1990", born("1990-06-03"), day=2)
    assert not ReviewItem.objects.exists()

    mind.tell("5 July", born("--07-05"), day=3)
    assert ReviewItem.objects.filter(kind=ReviewItem.Kind.CONFLICT).exists()


def test_an_unsure_holder_of_a_role_is_asked_about(mind: Mind) -> None:
    """Of another role nothing is asked."""
    mind.tell("My tutor is Pia.", fact("Pia is my tutor.", topic="contact:pia", value="pia"))
    unsure = {"confidence": 0.5}
    mind.tell(
        "I think my tutor is Ole now, and my barber Jo.",
        fact("Ole is my tutor.", topic="contact:ole", value="ole", **unsure),
        fact("Jo is my barber.", topic="contact:jo", value="jo", **unsure),
        day=3,
    )

    (item,) = ReviewItem.objects.all()
    assert Block.objects.get(pk=item.right_id).value == "pia"


@pytest.mark.parametrize(
    ("text", "topic", "value", "is_over"),
    [
        ("Pia left the company.", "do:leave", "company", True),
        ("Pia left the party.", "do:leave", "party", False),
        ("Pia retired.", "do:retire", "", True),
        ("Pia moved out.", "do:move out", "", False),
    ],
)
def test_who_leaves_is_no_longer_the_boss(
    mind: Mind, text: str, topic: str, value: str, is_over: bool
) -> None:
    """Whoever leaves a party stays it."""
    boss = fact("Pia is my boss.", "me", "Pia", topic="manager", value="pia", single_valued=True)
    mind.tell("My boss is Pia.", person("Pia"), boss, day=1)
    mind.tell(text, person("Pia"), fact(text, "Pia", topic=topic, value=value or None), day=9)

    assert ("Pia is my boss." not in holding()) is is_over


def test_what_is_done_every_week_ends_in_other_words(mind: Mind) -> None:
    """The series holds what is not done any more."""
    event = ProposedEvent(recurrence="FREQ=WEEKLY;BYDAY=SA", is_all_day=True, precision="day")
    helps = fact(
        "I help at the shelter every Saturday.", topic="event:help at the shelter", event=event
    )
    mind.tell("I help at the shelter every Saturday.", helps, day=1)
    text = "I don't help at the shelter anymore."
    mind.tell(text, fact(text, topic="do:help", value="at the shelter", ends=True), day=9)

    assert "I help at the shelter every Saturday." not in holding()
