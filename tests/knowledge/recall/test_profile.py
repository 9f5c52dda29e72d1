"""What holds of the user now, by slot."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from exobrain.lib import clock
from knowledge.models import Entity
from knowledge.services.recall.profile import current_profile, slots_by_topic
from knowledge.types import BlockKind, Slot, Status, Trust
from tests.knowledge.api import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(alice: User) -> Entity:
    """Alice, as her memory knows her."""
    return rows.entity(alice, "Alice", is_self=True)


def profile_of(user: User, **fields: Any) -> dict[str, list[str]]:
    """The texts in each slot."""
    profile = current_profile(user_id=user.id, now=clock.now(), **fields)
    return {
        slot.value: [fact.text for fact in profile.facts if fact.slot == slot]
        for slot in profile.slots
    }


def test_each_topic_has_its_slot(alice: User, me: Entity) -> None:
    """Wherever a value stands in the topic; what has no slot is left out."""
    rows.fact(alice, me, "I live in Ghent.", topic="home", value="ghent")
    rows.fact(alice, me, "I am allergic to cashews.", topic="allergy:cashews", value="yes")
    rows.fact(alice, me, "Answer in short.", topic="answer_style", value="short")
    rows.fact(alice, me, "I like tea.", topic="likes:tea", value="yes")
    rows.fact(alice, me, "Something without a topic.")

    assert profile_of(alice) == {
        "allergies": ["I am allergic to cashews."],
        "wishes": ["Answer in short."],
        "home": ["I live in Ghent."],
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"superseded_at": rows.SAID_AT},
        {"status": Status.FALSIFIED},
        {"valid_to": rows.SAID_AT},
        {"valid_from": clock.now() + timedelta(days=9)},
        {"trust": Trust.INFERRED},
        {"kind": BlockKind.NOTE},
        {"polarity": "ended"},
        {"is_secret": True},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_what_does_not_hold_is_not_in_it(alice: User, me: Entity, fields: dict[str, Any]) -> None:
    """Replaced, found wrong, over, not yet, not the user's own word."""
    rows.fact(alice, me, "I live in Ghent.", topic="home", value="ghent", **fields)

    assert profile_of(alice) == {}


def test_others_are_not_in_it(alice: User, bob: User, me: Entity) -> None:
    """Neither another user nor somebody the user knows."""
    rows.fact(bob, rows.entity(bob, "Bob", is_self=True), "I live in Rome.", topic="home")
    rows.fact(alice, rows.entity(alice, "Ann"), "Ann lives in Oslo.", topic="home")

    assert profile_of(alice) == {}


def test_the_allergies_of_the_family_are_in_it(alice: User, me: Entity) -> None:
    """Of a child, not of a colleague; and nothing else of either."""
    mia, tom = rows.entity(alice, "Mia"), rows.entity(alice, "Tom")
    for person, relation in ((mia, "daughter"), (tom, "colleague")):
        edge = rows.edge(alice, me, person)
        edge.relation = relation
        edge.save()
        name = person.name
        rows.fact(alice, person, f"{name} is allergic to eggs.", topic="allergy:eggs")
        rows.fact(alice, person, f"{name} lives in Oslo.", topic="home")

    assert profile_of(alice) == {"allergies": ["Mia is allergic to eggs."]}


def test_every_slot_of_the_topics_is_one_of_the_profile() -> None:
    """The table and the profile use the same words."""
    assert set(slots_by_topic().values()) == set(Slot) - {Slot.COMING}


def test_who_was_merged_into_the_user_is_the_user(alice: User, me: Entity) -> None:
    """However long the chain of merges."""
    ali = rows.entity(alice, "Ali", merged_into=me)
    al = rows.entity(alice, "Al", merged_into=ali)
    rows.fact(alice, al, "Al lives in Ghent.", topic="home")

    assert profile_of(alice) == {"home": ["Al lives in Ghent."]}


def test_doubt_is_marked(alice: User, me: Entity) -> None:
    """Disputed by another statement, or said by the way."""
    rows.fact(alice, me, "I live in Ghent.", topic="home", status=Status.DISPUTED)
    rows.fact(alice, me, "I work at Acme.", topic="employer", confidence=0.4)

    facts = current_profile(user_id=alice.id, now=clock.now()).facts

    assert [(fact.is_disputed, fact.is_unsure) for fact in facts] == [(True, False), (False, True)]


def test_a_slot_can_be_left_out(alice: User, me: Entity) -> None:
    """The others stay."""
    rows.fact(alice, me, "I live in Ghent.", topic="home")
    rows.fact(alice, me, "I work at Acme.", topic="employer")

    assert profile_of(alice, without=[Slot.HOME]) == {"work": ["I work at Acme."]}


def test_one_long_list_leaves_room_for_others(alice: User, me: Entity) -> None:
    """A slot has its most."""
    for number in range(30):
        rows.fact(alice, me, f"My project is number {number}.", topic=f"project:{number}")
    rows.fact(alice, me, "I live in Ghent.", topic="home")

    found = profile_of(alice)

    assert (len(found["projects"]), found["home"]) == (12, ["I live in Ghent."])


def an_event(user: User, me: Entity, text: str, days: float, **fields: Any) -> None:
    """Something that begins so many days from now."""
    rows.fact(
        user,
        me,
        text,
        kind=BlockKind.EVENT,
        starts_at=clock.now() + timedelta(days=days),
        time_precision="moment",
        event_state="planned",
        **fields,
    )


def test_what_is_near_in_time_is_in_it(alice: User, bob: User, me: Entity) -> None:
    """What has just passed and the next fourteen days, by time; nothing secret, cancelled or
    said by the assistant, and of what recurs the next time.
    """
    an_event(alice, me, "Long ago.", -9)
    an_event(alice, me, "Yesterday.", -1)
    an_event(alice, me, "Dentist.", 3)
    an_event(alice, me, "Yoga.", 1, recurrence="FREQ=DAILY")
    an_event(alice, me, "In a month.", 30)
    an_event(alice, me, "Hidden.", 2, is_secret=True)
    an_event(alice, me, "Guessed.", 2, trust=Trust.INFERRED)
    an_event(alice, me, "Private.", 4, is_private=True)
    an_event(bob, rows.entity(bob, "Bob", is_self=True), "Of Bob.", 2)

    def near(**fields: Any) -> list[tuple[str, bool]]:
        profile = current_profile(user_id=alice.id, now=clock.now(), **fields)
        return [(event.text, event.is_over) for event in profile.coming]

    found = [("Yesterday.", True), ("Yoga.", False), ("Dentist.", False), ("Private.", False)]
    assert near() == found
    assert near(private_too=False) == found[:-1]
    assert near(without=[Slot.COMING]) == []


def test_what_is_private_is_left_out_for_a_model_elsewhere(alice: User, me: Entity) -> None:
    """And is there for a local one."""
    rows.fact(alice, me, "I live in Ghent.", topic="home", is_private=True)

    assert profile_of(alice) == {"home": ["I live in Ghent."]}
    assert profile_of(alice, private_too=False) == {}
