"""What was read wrong by a person who read the pages of a month."""

import pytest

from tests.knowledge.extraction.support import read


def texts(said: str) -> set[str]:
    """What is learned of it, as it reads."""
    return {fact.text for fact in read(said).facts}


@pytest.mark.parametrize(
    ("said", "learned"),
    [
        ("The inspection is on Friday, 23 June, at 4 pm.", "on Friday, 23 June 2023, at 4 pm."),
        ("My uncle Karl turns 60 on 3 August.", "Karl turns 60 on 3 August 2023."),
        ("I can't stand olives, by the way.", "I can't stand olives."),
        ("New mobile number as of today: 0470 112233.", "My phone number is 0470 112233."),
        ("Keep it brief please, and never use emojis.", "Never use emojis."),
        ("Keep it brief please, and never use emojis.", "Keep it brief please."),
        ("Back from the dentist: Olga has a cavity.", "Olga has a cavity."),
    ],
)
def test_a_statement_reads_as_english(said: str, learned: str) -> None:
    """A date has its year once, and what is said by the way of it is left out."""
    assert any(text.endswith(learned) for text in texts(said)), texts(said)


def test_she_is_one_of_those_who_were_named_together() -> None:
    """The second sentence speaks of the brother alone."""
    said = "My brother Paul and his cousin fell out. He is sleeping at a hostel in Ghent."

    assert not any("cousin is" in text for text in texts(said))


def test_a_wish_under_a_condition_is_not_parted() -> None:
    """The condition is of both halves."""
    said = "When I ask about code, keep it brief and use metric units."

    assert texts(said) <= {said}


def test_quitting_a_job_gives_up_no_hobby() -> None:
    """It is told once."""
    topics = [fact.topic for fact in read("Olga quit her job at Nordlicht today.").facts]

    assert topics == ["employer"]


def test_two_of_one_name_and_two_roles_are_two_people() -> None:
    """A sister is no colleague."""
    said = "My sister Ines is a vet. My colleague Ines, the one in accounting, is retiring soon."
    found = read(said)
    roles = {entity.key: entity.role for entity in found.entities if entity.name == "Ines"}
    whose = {fact.topic: roles.get(fact.about[0]) for fact in found.facts}

    assert sorted(roles.values()) == ["colleague", "sister"]
    assert (whose["job"], whose["do:retire"]) == ("sister", "colleague")


@pytest.mark.parametrize(
    ("said", "clock"),
    [
        ("The inspection is on Friday, 23 June at quarter to nine.", "08:45"),
        ("The handover is on Friday at half past four.", "16:30"),
        ("My concert is on Friday, 23 June at half past seven.", "19:30"),
    ],
)
def test_parts_of_an_hour(said: str, clock: str) -> None:
    """Half past and quarter to."""
    (event,) = [fact.event for fact in read(said).facts if fact.event]

    assert event.starts_at is not None
    assert f"{event.starts_at:%d %H:%M}".endswith(clock)
