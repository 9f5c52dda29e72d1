"""Two people of one name who are told apart in a sentence are two."""

import pytest

from tests.knowledge.extraction.support import names, read, stated_facts


@pytest.mark.parametrize(
    ("text", "people"),
    [
        (
            "We have two Karls in the choir, Karl the tenor and Karl from Ulm.",
            {"Karl the tenor", "Karl from Ulm"},
        ),
        (
            "I know three people called Ines: Ines from uni, Ines at the bar and Ines with a dog.",
            {"Ines from uni", "Ines at the bar", "Ines with a dog"},
        ),
    ],
)
def test_each_is_somebody(text: str, people: set[str]) -> None:
    """By what tells them apart, and nobody else is of that name."""
    assert names(read(text)) == people


def test_what_is_said_of_each_is_theirs() -> None:
    """A clause behind the name is about that one."""
    found = read(
        "I have two cousins named Kim: Kim from Bath is a nurse and Kim from Hove is a cook."
    )

    assert {
        ("Kim from Bath", "job", "nurse"),
        ("Kim from Hove", "job", "cook"),
    } <= stated_facts(found)


def test_nobody_is_owned() -> None:
    """ "We have two Karls" tells of no possession."""
    found = read("We have two Karls in the choir, Karl the tenor and Karl from Ulm.")

    assert not any(topic.startswith("owns:") for _, topic, _ in stated_facts(found))


def test_one_name_said_twice_is_one() -> None:
    """Without anything that tells them apart there is one."""
    assert names(read("Karl sings, and Karl from Ulm he is.")) == {"Karl", "Ulm"}
