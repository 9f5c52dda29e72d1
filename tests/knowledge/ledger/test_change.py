"""What holds after something changed, ended or was said wrongly."""

from datetime import UTC, datetime
from typing import Any

import pytest

from knowledge.models import Block, Edge, ReviewItem
from knowledge.services.pages import editing
from knowledge.types import Polarity, ProposedFact, Status
from tests.knowledge.ledger.proposing import Mind, fact, person

pytestmark = pytest.mark.django_db


def year(number: int) -> datetime:
    """The first day of that year."""
    return datetime(number, 1, 1, tzinfo=UTC)


def holding() -> list[str]:
    """The texts that hold, in the order in which they were said."""
    blocks = Block.objects.filter(kind="fact", superseded_at=None, valid_to=None)
    return list(blocks.exclude(status=Status.FALSIFIED).order_by("said_at", "id").values_list(
        "text", flat=True
    ))  # fmt: skip


def lives(place: str, **more: Any) -> ProposedFact:
    """A statement that the user lives there."""
    return fact(f"You live in {place}.", topic="home", value=place, single_valued=True, **more)


def owns(thing: str, **more: Any) -> ProposedFact:
    """A statement that the user has it."""
    return fact(f"You own {thing}.", topic=f"owns:{thing}", value=thing, **more)


# -- the order in which it held


def test_what_held_later_holds(mind: Mind) -> None:
    """Whatever was told first: an earlier time told later is history."""
    moved: dict[str, Any] = {"since_precision": "year", "holds_now": False}
    mind.tell("I moved to Bern in 2018.", lives("Bern", valid_from=year(2018), **moved), day=1)
    mind.tell("In 2012 I moved to Malaga.", lives("Malaga", valid_from=year(2012), **moved), day=9)

    assert holding() == ["You live in Bern."]
    malaga = Block.objects.get(value="malaga")
    assert (malaga.valid_from, malaga.valid_to) == (year(2012), year(2018))


def test_a_later_telling_of_an_earlier_time_leaves_the_present(mind: Mind) -> None:
    """Though the present was only said to be so, not since when."""
    mind.tell("I live in Bern.", lives("Bern"), day=1)
    mind.tell(
        "I moved to Malaga in 2012.",
        lives("Malaga", valid_from=year(2012), since_precision="year", holds_now=False),
        day=9,
    )

    assert holding() == ["You live in Bern."]


def test_what_is_said_to_be_so_now_wins(mind: Mind) -> None:
    """Also when it began before the other was said."""
    mind.tell("I live in Malaga.", lives("Malaga"), day=1)
    since: dict[str, Any] = {"valid_from": year(2018), "since_precision": "year"}
    mind.tell("I've lived in Bern since 2018.", lives("Bern", **since), day=9)

    assert holding() == ["You live in Bern."]


def test_what_is_past_ends_the_same_in_the_present(mind: Mind) -> None:
    """And nothing else: worked is not works."""
    job: dict[str, Any] = {"topic": "employer", "single_valued": True}
    mind.tell("I work at Shell.", fact("You work at Shell.", value="Shell", **job), day=1)
    mind.tell(
        "I worked at Shell until last week.",
        fact("You worked at Shell.", value="Shell", valid_from=year(2019), valid_to=year(2025)
             .replace(day=3), **job),
        day=9,
    )  # fmt: skip
    mind.tell(
        "I worked at BP in 2011.",
        fact("You worked at BP.", value="BP", valid_from=year(2011), valid_to=year(2012), **job),
        day=10,
    )

    assert holding() == []
    shell = Block.objects.get(text="You work at Shell.")
    assert shell.valid_to == year(2025).replace(day=3)


def test_the_past_of_what_began_again_ends_nothing(mind: Mind) -> None:
    """Who worked there long ago may work there now."""
    job: dict[str, Any] = {"topic": "employer", "value": "BP", "single_valued": True}
    mind.tell("I work at BP.", fact("You work at BP.", **job), day=1)
    then = {"valid_from": year(2011), "valid_to": year(2012)}
    mind.tell("I worked at BP in 2011.", fact("You worked at BP.", **then, **job), day=9)

    assert holding() == ["You work at BP."]


def test_two_values_in_one_sitting_are_asked_about(mind: Mind) -> None:
    """Neither is said to be a change, and nothing happened in between."""
    mind.tell("I live in Oslo.", lives("Oslo"), day=1)
    mind.tell("I live in Bergen.", lives("Bergen"), day=1.01)

    assert set(Block.objects.filter(kind="fact").values_list("status", flat=True)) == {"disputed"}
    assert ReviewItem.objects.get().kind == "conflict"


def test_a_change_in_one_sitting_is_none(mind: Mind) -> None:
    """It says that something began."""
    mind.tell("I live in Oslo.", lives("Oslo"), day=1)
    mind.tell("I've just moved to Bergen.", lives("Bergen", since_precision="day"), day=1.01)

    assert holding() == ["You live in Bergen."]
    assert not ReviewItem.objects.exists()


def test_what_cannot_change_is_asked_about(mind: Mind) -> None:
    """However much later another value is said."""
    for number, day in enumerate(("3 June", "5 July")):
        born = fact(f"Your birthday is {day}.", topic="birthday", value=day, single_valued=True)
        mind.tell(f"My birthday is {day}.", born, day=1 + 30 * number)

    assert ReviewItem.objects.get().kind == "conflict"


# -- endings


def test_an_ending_without_a_name_ends_the_only_one(mind: Mind) -> None:
    """It stands as a statement of its own, about what it ended."""
    job: dict[str, Any] = {"topic": "employer", "single_valued": True}
    mind.tell("I work at Acme.", fact("You work at Acme.", value="Acme", **job), day=1)
    quit_ = fact("You were fired.", topic="employer", ends=True)
    mind.tell("I got fired.", quit_, day=30)

    assert holding() == ["You were fired."]
    ending = Block.objects.get(text="You were fired.")
    assert (ending.polarity, ending.value) == (Polarity.ENDED, "acme")
    assert Block.objects.get(text="You work at Acme.").superseded_by_id == ending.id


def test_an_ending_finds_a_longer_name(mind: Mind) -> None:
    """The Golf is the VW Golf, and not the other car."""
    mind.tell("I have a VW Golf and a Fiat.", owns("VW Golf"), owns("Fiat"), day=1)
    mind.tell("Sold the Golf.", fact("You sold it.", topic="owns:the Golf", ends=True), day=30)

    assert holding() == ["You own Fiat.", "You sold it."]


def test_an_ending_that_fits_several_asks(mind: Mind) -> None:
    """Nothing ends before the user says which."""
    mind.tell("I have a cat and a dog.", owns("Golf GTI"), owns("Golf Kombi"), day=1)
    mind.tell("Sold the Golf.", fact("You sold it.", topic="owns:Golf", ends=True), day=30)

    assert set(holding()) >= {"You own Golf GTI.", "You own Golf Kombi."}
    assert ReviewItem.objects.filter(kind="ending").count() == 2


def test_what_ended_can_begin_again(mind: Mind) -> None:
    """As a statement of its own, which ends the ending."""
    job: dict[str, Any] = {"topic": "employer", "value": "Shell", "single_valued": True}
    for number, text in enumerate(("You work at Shell.", "You left Shell.", "You work at Shell.")):
        mind.tell(text, fact(text, ends=number == 1, **job), day=1 + number * 20)

    assert holding() == ["You work at Shell."]
    assert Block.objects.filter(kind="fact").count() == 3


def test_no_longer_ends_one_of_many(mind: Mind) -> None:
    """Of several likings only the one that is meant."""
    for food in ("sushi", "fish"):
        mind.tell(f"I like {food}.", fact(f"You like {food}.", topic=f"likes:{food}"), day=1)
    mind.tell("Not fish.", fact("You do not like fish.", topic="likes:fish", polarity="not"), day=9)

    assert holding() == ["You like sushi.", "You do not like fish."]


@pytest.mark.parametrize(
    ("text", "topic", "value", "given_up"),
    [
        ("You rent a shed in Kew.", "do:rent", "shed in kew", "shed"),
        ("You go to judo twice a week.", "do:go", "judo", "judo membership"),
    ],
)
def test_what_is_given_up_may_have_been_told_with_any_verb(
    mind: Mind, text: str, topic: str, value: str, given_up: str
) -> None:
    """It is found by what is spoken of, without the word for an agreement."""
    mind.tell(text, fact(text, topic=topic, value=value), day=1)
    ending = fact(f"You gave up the {given_up}.", topic=f"hobby:{given_up}", value=given_up,
                  polarity=Polarity.ENDED, ends=True)  # fmt: skip
    mind.tell(f"I gave up the {given_up}.", ending, day=9)

    assert text not in holding()


def test_what_is_only_alike_does_not_end(mind: Mind) -> None:
    """Who went off fish soup may like fish."""
    mind.tell("I like fish.", fact("You like fish.", topic="likes:fish"), day=1)
    soup = fact("You went off fish soup.", topic="likes:fish soup", ends=True)
    mind.tell("I went off fish soup.", soup, day=30)

    assert holding() == ["You like fish.", "You went off fish soup."]


def test_an_opinion_that_turns_ends_the_other(mind: Mind) -> None:
    """What is disliked is liked no longer."""
    mind.tell("I love tea.", fact("You love tea.", topic="likes:tea"), day=1)
    mind.tell("I hate tea.", fact("You hate tea.", topic="dislikes:tea"), day=30)

    assert holding() == ["You hate tea."]


def test_an_uncertain_ending_asks(mind: Mind) -> None:
    """Both are in doubt."""
    mind.tell("I have a Golf.", owns("Golf"), day=1)
    sold = fact("You may have sold it.", topic="owns:golf", ends=True, confidence=0.4)
    mind.tell("I may sell the Golf.", sold, day=30)

    assert ReviewItem.objects.get().kind == "conflict"


def test_a_death_ends_what_was_said_of_the_dead(mind: Mind) -> None:
    """In the present tense, and who they were to others; not when they were born."""
    rex = person("Rex")
    born = fact("Rex was born in May.", "Rex", topic="birthday", value="May", single_valued=True)
    pet = fact("Your dog is Rex.", "me", "Rex", topic="pet", value="Rex")
    hurt = fact("Rex has a bad leg.", "Rex", topic="condition", value="bad leg")
    mind.tell("My dog Rex...", rex, born, pet, hurt, day=1)
    mind.tell("Rex died.", rex, fact("Rex died.", "Rex", topic="death"), day=30)

    assert holding() == ["Rex was born in May.", "Rex died."]


def test_an_ending_that_was_wrong_ends_nothing(mind: Mind) -> None:
    """Its user calls it wrong on the page, and what it ended holds again."""
    mind.tell("I love tea.", fact("You love tea.", topic="likes:tea"), day=1)
    mind.tell("I hate tea.", fact("You hate tea.", topic="dislikes:tea"), day=30)
    wrong = Block.objects.get(topic="dislikes:tea")

    editing.edit_blocks(user_id=mind.user.pk, texts={wrong.id: ""})

    assert holding() == ["You love tea."]


# -- corrections


def test_a_correction_replaces_what_it_names(mind: Mind) -> None:
    """It was never so, and the other facts of the message stay as they are."""
    soy = fact("You are allergic to soy.", topic="allergy", value="soy")
    mind.tell("I'm allergic to soy and live in Rome.", soy, lives("Rome"), day=1)
    mended = fact("You are allergic to sesame.", topic="allergy", value="sesame",
                  corrects="soy")  # fmt: skip
    mind.tell("Not soy, sesame I mean.", mended, day=2)

    assert holding() == ["You live in Rome.", "You are allergic to sesame."]
    wrong = Block.objects.get(value="soy")
    assert wrong.valid_to == wrong.valid_from


def test_a_correction_may_leave_out_what_it_is_about(mind: Mind) -> None:
    """The latest statement of that value is meant, and reads with the right one."""
    job: dict[str, Any] = {"topic": "employer", "single_valued": True}
    mind.tell("I work at Volvo.", fact("You work at Volvo.", value="Volvo", **job), day=1)
    mind.tell("I mean Scania.", fact("Scania.", value="Scania", corrects="Volvo"), day=1.01)

    assert holding() == ["You work at Scania."]


def test_the_same_value_in_other_words_is_one_fact(mind: Mind) -> None:
    """Neither article nor plural nor letters make another one."""
    mind.tell("I'm allergic to figs.", fact("You: figs.", topic="allergy", value="figs"), day=1)
    mind.tell("... to a Fig.", fact("You: a fig.", topic="allergy", value="a Fig"), day=2)

    assert holding() == ["You: figs."]


def test_a_relation_ends_with_its_statement(mind: Mind) -> None:
    """Two who broke up are no couple, and the ending is no relation."""
    kate = person("Kate")
    love: dict[str, Any] = {"topic": "partner", "value": "Kate", "single_valued": True}
    couple: dict[str, Any] = {"edge_type": "edge.partner_of", "relation": "girlfriend"}
    mind.tell("Kate", kate, fact("Kate is your girlfriend.", "me", "Kate", **love, **couple), day=1)
    over = fact("You and Kate broke up.", "me", "Kate", ends=True, **love, **couple)
    mind.tell("It is over.", kate, over, day=30)

    edge = Edge.objects.get()
    assert (edge.relation, edge.valid_to is not None) == ("girlfriend", True)
