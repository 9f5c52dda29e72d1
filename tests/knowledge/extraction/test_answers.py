"""A short answer to the assistant's question is a statement; the question alone is none."""

import pytest

from knowledge.extraction.relevance import filter_extraction
from knowledge.extraction.rules import RulesExtractor
from knowledge.types import Extraction
from tests.knowledge.extraction.support import SCHEMA, message, names, stated_facts


def answered(question: str, reply: str) -> Extraction:
    """What is learned when the assistant asks and the user replies."""
    messages = [message(question, role="assistant", number=1), message(reply, number=2)]
    found = RulesExtractor().extract(messages=messages, schema=SCHEMA)
    return filter_extraction(found, messages)


@pytest.mark.parametrize(
    ("question", "reply", "fact"),
    [
        ("Happy to help! Which city do you live in?", "Porto", ("user", "home", "porto")),
        ("Where are you based?", "in york, for now", ("user", "home", "york")),
        ("Any food allergies?", "yes, mustard", ("user", "allergy:mustard", "mustard")),
        ("Is there anything you don't eat?", "pork", ("user", "avoids:pork", "pork")),
        ("Any dietary requirements?", "vegan", ("user", "diet", "vegan")),
        ("Do you have any children?", "one, Ronja", ("user", "child:ronja", "ronja")),
        ("Do you have siblings?", "a sister, Beate", ("user", "sibling:beate", "beate")),
        ("What's your wife's name?", "it's Zofia", ("user", "partner", "zofia")),
        ("How old are you?", "51", ("user", "age", "51")),
        ("What's your favourite season?", "autumn", ("user", "favourite:season", "autumn")),
        ("What do you do for a living?", "a baker", ("user", "job", "baker")),
        ("Do you smoke?", "No.", ("user", "smoking", "no")),
        ("Are you vegetarian?", "yes I am", ("user", "diet", "vegetarian")),
    ],
)
def test_question_and_answer_are_read_together(
    question: str, reply: str, fact: tuple[str, str, str]
) -> None:
    """The question gives the topic, the answer its value."""
    assert fact in stated_facts(answered(question, reply))


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("Where do you live?", "why do you ask?"),
        ("Where do you live?", "not saying"),
        ("Where would you like to go, Norway or Iceland?", "Norway"),
        ("Where does your aunt live?", "Norway"),
        ("Do you have kids? Do you have pets?", "two, Mila and Jan"),
        ("Any allergies? I can leave things out.", "leave out the cheese"),
        ("Do you want kids?", "yes"),
        ("Shall I note that you live in Norway?", "yes"),
        ("You live in Norway.", "yes"),
        ("What's your boss's name?", "no idea"),
        ("Where do you live?", "Norway. No wait, ask me later"),
        ("Where do you live?", "Mars, obviously"),
        ("Do you smoke?", "no. Just kidding"),
    ],
)
def test_what_is_no_clear_answer_states_nothing(question: str, reply: str) -> None:
    """An evasion, a choice, a question of somebody else or two at once: nothing is learned."""
    assert stated_facts(answered(question, reply)) == set()


def test_an_answer_names_people() -> None:
    """Who is listed in an answer is known from then on."""
    found = answered("Do you have kids?", "three: Hanne, Per and Siri")

    assert names(found) == {"Hanne", "Per", "Siri"}


def test_the_rest_of_the_message_is_read_as_well() -> None:
    """Only its first sentence answers."""
    found = stated_facts(answered("Where do you live?", "Porto. I work as a roofer."))

    assert {("user", "home", "porto"), ("user", "job", "roofer")} <= found


def test_the_user_before_is_not_answered() -> None:
    """Two messages of the user in a row are no question and answer."""
    messages = [message("Where do you live?", number=1), message("Porto", number=2)]
    found = RulesExtractor().extract(messages=messages, schema=SCHEMA)

    assert stated_facts(filter_extraction(found, messages)) == set()
