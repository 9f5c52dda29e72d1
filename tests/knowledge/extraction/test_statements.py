"""What the parse of an English sentence carries: whole objects, tense, endings, events, people."""

import subprocess
import sys

import pytest

from knowledge.extraction.parsing import no_parser
from knowledge.extraction.rules import RulesExtractor
from knowledge.extraction.topics import all_topics, role_topic, slot_of
from knowledge.types import ProposedFact
from tests.knowledge.extraction.support import read, stated_facts, texts

# sentence, subject, topic, value
SECOND_HALVES = [
    ("I found a new job and moved to Porto.", "user", "home", "porto"),
    ("I left Nordwind and joined Hafenwerk.", "user", "employer", "hafenwerk"),
    ("My sister Hanna is a pilot and lives in Oslo.", "Hanna", "home", "oslo"),
    ("Kim likes tea and dislikes opera.", "Kim", "dislikes:opera", "opera"),
    ("my uncle lives in rome, my niece plays the cello", "your niece", "hobby:cello", "cello"),
    ("I moved to Malmo in 2011 and to Turku in 2019.", "user", "home", "turku"),
]


@pytest.mark.parametrize(("text", "who", "topic", "value"), SECOND_HALVES)
def test_the_second_half_of_a_sentence_counts(text: str, who: str, topic: str, value: str) -> None:
    """The subject carries over "and", "but" and a comma, and whose it is stays clear."""
    assert (who, topic, value) in stated_facts(read(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I don't like people who shout.", "I don't like people who shout."),
        ("I love the smell of rain on warm stone.", "I love the smell of rain on warm stone."),
        ("moved to Turin last year", "I live in Turin."),
        ("can't stand celery, tastes like soap", "I can't stand celery."),
        ("The band I play in is called Nebelhorn.", "The band I play in is called Nebelhorn."),
        ("My aunt, she's 91, taught me to knit.", "My aunt is 91."),
        ("She's 3 years old.", None),
    ],
)
def test_a_statement_is_whole_or_none(text: str, expected: str | None) -> None:
    """Its object stands in it with all its words, its subject is put in."""
    found = texts(read(text))

    assert expected in found if expected else not found


ENDINGS = [
    ("I no longer live in Bonn.", "home", "bonn"),
    ("I worked at Nordwind until 2019.", "employer", "nordwind"),
    ("got fired yesterday", "employer", ""),
    ("Lena and I split up.", "partner", "lena"),
    ("We sold the boat.", "owns:boat", "boat"),
    ("I stopped playing chess.", "hobby:chess", "chess"),
    ("My bike was stolen.", "owns:bike", "bike"),
    ("I went off olives.", "likes:olives", "olives"),
]


@pytest.mark.parametrize(("text", "topic", "value"), ENDINGS)
def test_an_ending_closes_its_topic(text: str, topic: str, value: str) -> None:
    """It names what is over, and its text says so."""
    endings = [fact for fact in read(text).facts if fact.ends]

    assert [(one.topic, one.value or "", one.polarity) for one in endings] == [
        (topic, value, "ended")
    ]


def _event(text: str) -> ProposedFact:
    return next(fact for fact in read(text).facts if fact.event is not None)


@pytest.mark.parametrize(
    ("text", "topic", "starts", "recurrence"),
    [
        ("I fly to Riga tomorrow at 6:40.", "event:fly riga", "2023-06-15T06:40", ""),
        ("Yoga is every Tuesday at 7pm.", "event:yoga", "2023-06-14T19:00", "FREQ=WEEKLY;BYDAY=TU"),
        ("Lunch with Kim on Friday.", "event:lunch with kim", "2023-06-16T00:00", ""),
        ("I run every morning.", "event:run", "", "FREQ=DAILY"),
        ("Rent is due on the 3rd of each month.", "event:rent", "", "FREQ=MONTHLY;BYMONTHDAY=3"),
    ],
)  # fmt: skip
def test_what_has_a_time_is_an_event(text: str, topic: str, starts: str, recurrence: str) -> None:
    """A coming day, a time of day, a recurrence; it goes by what happens."""
    fact = _event(text)

    assert fact.event is not None
    assert fact.topic == topic
    assert fact.event.recurrence == recurrence
    started = fact.event.starts_at.isoformat()[:16] if fact.event.starts_at else ""
    assert started == starts


def test_somebody_is_an_entity_before_they_have_a_name() -> None:
    """A role is a key, and a name that one statement gives comes with the role."""
    unnamed = read("My sister lives in Oslo.").entities
    named = read("My sister is called Runa.").entities

    assert ("role:sister", "sister", True) in {(e.key, e.role, e.is_unnamed) for e in unnamed}
    assert ("Runa", "sister", False) in {(e.name, e.role, e.is_unnamed) for e in named}


def test_what_is_taken_back_is_not_learned() -> None:
    """ "No wait" replaces a part of the sentence, and says what is wrong."""
    (fact,) = read("I'm allergic to dust, no wait, to pollen.").facts

    assert (fact.topic, fact.corrects) == ("allergy:pollen", "dust")


def test_what_has_taken_a_place_is_read_after_an_ending() -> None:
    """ "It's a Fiat now" says what is owned instead."""
    assert ("user", "owns:fiat panda", "fiat panda") in stated_facts(
        read("Sold the Saab, it's a Fiat Panda now.")
    )


def test_the_word_of_others_is_theirs() -> None:
    """What somebody tells of themselves is a fact with less trust, and says whose word it is."""
    (fact,) = [one for one in read("Kim told me she moved to Bergen.").facts if one.told_by]

    assert (fact.topic, fact.value) == ("home", "bergen")


@pytest.mark.parametrize(
    "text",
    [
        "The washing machine made a strange noise this morning.",
        "I watched a film about owls.",
        "Slept well for once.",
        "I feel great today.",
        "We had a lovely time.",
        "I'm 1.83 m tall and that is that.",
    ],
)
def test_the_day_goes_by_unlearned(text: str) -> None:
    """What names nothing and holds for a day only is left to its passage; no measure is an age."""
    assert not {topic for _, topic, _ in stated_facts(read(text)) if topic not in ("height",)}


def test_without_a_parser_fixed_forms_are_read() -> None:
    """Names, roles and forms need no parse."""
    extractor = RulesExtractor(no_parser)
    found = stated_facts(
        read("My sister Runa is nice. My phone number is 0151 555 0199.", extractor=extractor)
    )

    assert {("user", "sibling:runa", "runa"), ("user", "phone", "01515550199")} <= found


def test_the_table_tells_the_profile_its_slots() -> None:
    """Each topic says which slot it fills; every role has a topic."""
    assert [slot_of(topic) for topic in ("home", "allergy:dust", "likes:tea", "do:run")] == [
        "home",
        "allergies",
        None,
        None,
    ]
    slots = {row.slot for row in all_topics().values() if row.slot}
    assert slots <= {
        *("name", "home", "work", "partner", "children", "family", "pets", "health"),
        *("allergies", "diet", "wishes", "projects"),
    }
    sister = role_topic("sister")
    assert sister is not None
    assert sister.name == "sibling:"


def test_only_reading_loads_the_parser() -> None:
    """A process that serves pages imports the extraction, but neither its rules nor spaCy."""
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'exobrain.settings'\n"
        "import django; django.setup()\n"
        "import exobrain.asgi, exobrain.urls, knowledge.extraction\n"
        "late = {'spacy', 'knowledge.extraction.rules', 'knowledge.extraction.voices'}\n"
        "sys.exit(not late.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0
