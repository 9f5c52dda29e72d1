"""A model that reads well: the ledger is as the rules would have it, or better."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.models import User
from knowledge.extraction.rules import RulesExtractor
from knowledge.models import Block, Edge
from knowledge.services.learning import learner
from tests.knowledge import validity
from tests.knowledge.extraction.test_provider import model_answers
from tests.knowledge.updates.conftest import said
from tests.knowledge.updates.model_reading import learn
from tests.model_server import ModelServer

pytestmark = pytest.mark.django_db

Item = tuple[int, str, str, str, str]  # message, quote, subject, topic, value
Named = tuple[int, str, str]  # message, name, type
Held = tuple[str, str, str]  # whose, topic, value behind its polarity


@dataclass(frozen=True)
class Story:
    """What is told, what the model answers, and what is known afterwards."""

    texts: Sequence[str]
    items: list[Item]
    names: list[Named]
    holds: set[Held]


def story(*texts: str, items: list[Item], names: list[Named], holds: set[Held]) -> Any:
    """One story, under its beginning."""
    return pytest.param(Story(texts, items, names, holds), id=texts[0][:30])


STORIES = [
    story(
        "I moved to Utrecht in March.",
        items=[(1, "I moved to Utrecht in March", "user", "home", "utrecht")],
        names=[(1, "Utrecht", "city")],
        holds={("user", "home", "utrecht")},
    ),
    story(
        "I live in Ghent.", "I moved to Bruges last week.",
        items=[(1, "I live in Ghent", "user", "home", "ghent"),
               (2, "I moved to Bruges last week", "user", "home", "bruges")],
        names=[(1, "Ghent", "city"), (2, "Bruges", "city")],
        holds={("user", "home", "bruges")},
    ),
    story(
        "I work at Tidewater as a welder.",
        items=[(1, "I work at Tidewater as a welder", "user", "employer", "tidewater"),
               (1, "I work at Tidewater as a welder", "user", "job", "welder")],
        names=[(1, "Tidewater", "company")],
        holds={("user", "employer", "tidewater"), ("user", "job", "welder")},
    ),
    story(
        "I work at Tidewater.", "I quit Tidewater.",
        items=[(1, "I work at Tidewater", "user", "employer", "tidewater"),
               (2, "I quit Tidewater", "user", "employer", "tidewater")],
        names=[(1, "Tidewater", "company"), (2, "Tidewater", "company")],
        holds={("user", "employer", "ended tidewater")},
    ),
    story(
        "I'm allergic to peanuts and I don't eat pork.",
        items=[(1, "I'm allergic to peanuts", "user", "allergy", "peanuts"),
               (1, "I don't eat pork", "user", "avoids", "pork")],
        names=[],
        holds={("user", "allergy:peanut", "peanuts"), ("user", "avoids:pork", "pork")},
    ),
    story(
        "My sister Petra lives in Graz.",
        items=[(1, "My sister Petra", "user", "sibling", "petra"),
               (1, "My sister Petra lives in Graz", "Petra", "home", "graz")],
        names=[(1, "Petra", "person"), (1, "Graz", "city")],
        holds={("user", "sibling:petra", "petra"), ("Petra", "home", "graz")},
    ),
    story(
        "My wife is called Ines.",
        items=[(1, "My wife is called Ines", "user", "partner", "ines")],
        names=[(1, "Ines", "person")],
        holds={("user", "partner", "ines")},
    ),
    story(
        "I love rowing but I hate early mornings.",
        items=[(1, "I love rowing", "user", "likes", "rowing"),
               (1, "I hate early mornings", "user", "dislikes", "early mornings")],
        names=[],
        holds={("user", "likes:rowing", "rowing"),
               ("user", "dislikes:early morning", "early mornings")},
    ),
    story(
        "I speak Dutch.", "I'm learning Czech.",
        items=[(1, "I speak Dutch", "user", "speaks", "dutch"),
               (2, "I'm learning Czech", "user", "learns", "czech")],
        names=[],
        holds={("user", "speaks:dutch", "dutch"), ("user", "learns:czech", "czech")},
    ),
    story(
        "I gave up smoking.",
        items=[(1, "I gave up smoking", "user", "smoking", "")],
        names=[],
        holds={("user", "smoking", "ended")},
    ),
    story(
        "I bought a kayak.", "I sold the kayak yesterday.",
        items=[(1, "I bought a kayak", "user", "owns", "kayak"),
               (2, "I sold the kayak yesterday", "user", "owns", "kayak")],
        names=[],
        holds={("user", "owns:kayak", "ended kayak")},
    ),
    story(
        "Our dog is called Pixel.",
        items=[(1, "Our dog is called Pixel", "user", "pet", "pixel")],
        names=[(1, "Pixel", "animal")],
        holds={("user", "pet:pixel", "pixel")},
    ),
    story(
        "Ich wohne in Passau und arbeite als Tischler.",
        items=[(1, "Ich wohne in Passau", "user", "home", "passau"),
               (1, "arbeite als Tischler", "user", "job", "tischler")],
        names=[(1, "Passau", "city")],
        holds={("user", "home", "passau"), ("user", "job", "tischler")},
    ),
    story(
        "Please always answer me in metric units.",
        items=[],
        names=[],
        holds={("user", "unit_style", "metric")},
    ),
    story(
        "My birthday is on 4 May.", "I am 41 years old.",
        items=[(1, "My birthday is on 4 May", "user", "birthday", "4 May"),
               (2, "I am 41 years old", "user", "age", "41")],
        names=[],
        holds={("user", "birthday", "05 04"), ("user", "age", "41")},
    ),
]  # fmt: skip


def known(user: User) -> set[Held]:
    """What holds, or is known to be over, of whom."""
    found = Block.objects.filter(user=user, superseded_at=None).exclude(topic="")
    return {
        (
            "user" if block.entity.is_self else block.entity.name,
            block.topic,
            f"{block.polarity} {block.value}".strip(),
        )
        for block in found.select_related("entity")
        if block.entity is not None and not block.topic.startswith("do:")
    }


def edges(user: User) -> set[tuple[str, str, str]]:
    """The relations: their type, what they mean, to whom."""
    found = Edge.objects.filter(user=user).select_related("target")
    return {(edge.edge_type_id, edge.relation, edge.target.name) for edge in found}


def answer(server: ModelServer, items: list[Item], names: list[Named]) -> None:
    """The model answers with these."""
    entities = [
        {"message": number, "quote": name, "name": name, "type": kind}
        for number, name, kind in names
    ]
    facts = [
        {"message": number, "quote": quote, "text": f"{quote}.", "subject": subject,
         "topic": topic, "value": value, "since": "", "certainty": 0.9}
        for number, quote, subject, topic, value in items
    ]  # fmt: skip
    server.says(
        model_answers(json.dumps({"entities": entities})),
        model_answers(json.dumps({"facts": facts})),
    )


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("told", STORIES)
def test_a_story_is_known_as_the_rules_know_it(
    alice: User, bob: User, server: ModelServer, monkeypatch: pytest.MonkeyPatch, told: Story
) -> None:
    """The same topics, values, endings and edges; nothing beside them."""
    answer(server, told.items, told.names)
    learn(alice, *said(alice, *told.texts))
    monkeypatch.setattr(learner, "configured_extractor", RulesExtractor)
    learn(bob, *said(bob, *told.texts))

    assert told.holds <= known(alice)
    assert known(bob) <= known(alice)
    assert known(alice) <= known(bob) | told.holds
    assert edges(bob) <= edges(alice)
    assert validity.faults(alice.id) == []


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("text", "quote", "value"),
    [
        ("I have a dentist appointment on 3 March at 10 am.",
         "I have a dentist appointment on 3 March at 10 am", "dentist appointment"),
        ("We have book club every Thursday.", "We have book club every Thursday", "book club"),
        ("My passport expires on 9 June.", "My passport expires on 9 June", "passport expires"),
    ],
)  # fmt: skip
def test_what_is_coming_is_one_event(
    alice: User, server: ModelServer, text: str, quote: str, value: str
) -> None:
    """An appointment, a recurrence, a deadline: once, with the time that the words tell."""
    answer(server, [(1, quote, "user", "event", value)], [])

    learn(alice, *said(alice, text))

    (event,) = Block.objects.filter(user=alice, kind="event")
    assert event.starts_at is not None or event.recurrence
