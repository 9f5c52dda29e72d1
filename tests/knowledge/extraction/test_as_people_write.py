"""Sentences as people type them: run-ons, fragments, dropped subjects, slips of the tongue."""

from datetime import UTC, datetime

import pytest

from knowledge.types import Trust
from tests.knowledge.extraction.support import names, read, stated_facts, texts


@pytest.mark.parametrize(
    ("text", "who", "topic", "value"),
    [
        ("I haven't got a wife, Nina is our parrot.", "user", "pet:nina", "nina"),
        ("My new coach is a woman called Zeynep.", "user", "contact:zeynep", "zeynep"),
        ("Mila (our youngest) can ride a bike.", "user", "child:mila", "mila"),
        ("got a baby brother, Tobias, he's two", "user", "sibling:tobias", "tobias"),
        ("our bassist Henrik is ill", "user", "contact:henrik", "henrik"),
        ("Hi! I'm Zofia, 41, florist living in Poznan", "user", "name", "zofia"),
        ("Hi! I'm Zofia, 41, florist living in Poznan", "user", "age", "41"),
        ("Hi! I'm Zofia, 41, florist living in Poznan", "user", "job", "florist"),
        ("Hi! I'm Zofia, 41, florist living in Poznan", "user", "home", "poznan"),
        ("New job: baker at Crumb & Co", "user", "employer", "crumb & co"),
        ("the name's Teddy, nothing else", "user", "name", "teddy"),
        ("You can call me on 07700 900123", "user", "phone", "07700900123"),
        ("I'm a cat person.", "user", "likes:cat", "cat"),
        ("I'm dating a man named Arlo.", "user", "partner", "arlo"),
        ("me and Arlo are done", "user", "partner", "ended arlo"),
        ("Myself and Arlo broke up", "user", "partner", "ended arlo"),
        ("cancelled my yoga membership", "user", "owns:yoga membership", "ended yoga membership"),
        ("I don't drink", "user", "do:drink", "not"),
        ("haven't smoked for a month", "user", "smoking", "no"),
        ("traded in the Volvo for a bike yesterday", "user", "owns:volvo", "ended volvo"),
        ("not a fan of techno tbh, prefer a good waltz", "user", "dislikes:techno", "techno"),
        ("not a fan of techno tbh, prefer a good waltz", "user", "likes:good waltz", "good waltz"),
        ("cocoa over wine any day", "user", "likes:cocoa", "cocoa"),
        ("my work mail is u.holm@firm.example", "user", "email", "u.holm@firm.example"),
        ("Inga, my neighbour, works at the zoo.", "Inga", "employer", "zoo"),
        ("Rosalind from accounting is pregnant", "Rosalind", "condition:pregnant", "pregnant"),
        ("started at Harbour Energy last week", "user", "employer", "harbour energy"),
        ("bumped into Ravi, he's living in Leeds", "Ravi", "home", "leeds"),
    ],
)
def test_what_is_told(text: str, who: str, topic: str, value: str) -> None:
    """Whatever the punctuation."""
    assert (who, topic, value) in stated_facts(read(text))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("I haven't got a wife, Nina is our parrot.", "is my wife"),
        ("The Volvo is my uncle's.", "Volvo is my uncle"),
        ("That dog is my neighbour's.", "dog is my neighbour"),
        ("haha sure, because I'm made of money", "made of money"),
        ("I see my dentist twice a year.", "partner"),
        ("I'm a quiet person.", "likes:"),
        ("Love is blind, they say.", "I love is"),
        ("RIP Bubbles, gave him the best pond", "Bubbles gave"),
        ("well no, 37, had my party last week", "37 had"),
        ("Thinking about going to Malta next summer, not sure yet", "summer"),
        ("Ann and I are done with the fence.", "partner"),
        ("I'm over it.", "partner"),
    ],
)
def test_what_is_not_told(text: str, wrong: str) -> None:
    """No fact and no topic that nobody said."""
    found = [f"{fact.text} [{fact.topic}={fact.value}]" for fact in read(text).facts]

    assert not [one for one in found if wrong in one]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("My eczema is flaring up, using the strong cream", "I am using the strong cream."),
        ("Grew up in Split, been living in Zadar since", "I have been living in Zadar since."),
        ("My sister in law Mette is moving in with us", "Mette is moving in with us."),
        ("MY LANDLORD IS A TOTAL NIGHTMARE", "My landlord is a total nightmare."),
        ("the shed is due on friday", "The shed is due on friday (16 June 2023)."),
        ("Dad passed his test", "My dad passed his test."),
        ("the neighbours are from Chile", "The neighbours are from Chile."),
        ("oops I meant Turin, not Milan", "Not Milan but Turin."),
    ],
)
def test_how_it_reads(text: str, shown: str) -> None:
    """As a whole sentence of whom it is about."""
    assert shown in texts(read(text))


@pytest.mark.parametrize(
    "text",
    [
        "We're playing golf on Friday at 10.",
        "I have a haircut tomorrow.",
        "Wir gehen am Freitag um 19 Uhr ins Theater.",
        "Ich gehe morgen klettern.",
    ],
)
def test_what_is_done_on_a_day_to_come_is_an_event(text: str) -> None:
    """And no hobby or possession."""
    (fact,) = read(text).facts

    assert fact.event is not None
    assert fact.topic is not None
    assert fact.topic.startswith("event:")


def test_parental_leave_ends_no_job() -> None:
    """It is no other profession."""
    assert "job" not in {topic for _, topic, _ in stated_facts(read("Ich bin in Elternzeit."))}


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("Choir on Friday, 7-9pm", 19),
        ("Yoga on Friday from 11-1pm", 11),
        ("I have a haircut on Friday at 4.", 16),
        ("I have a haircut at 8 on Friday.", 8),
        ("I feed the hens every morning at six", 6),
        ("Dinner with Ann tmrw at 7:30", 19),
    ],
)
def test_the_hour_that_is_meant(text: str, hour: int) -> None:
    """A span begins at its first hour; few things are at four in the morning."""
    (event,) = [fact.event for fact in read(text).facts if fact.event is not None]

    assert event.starts_at is not None
    assert event.starts_at.hour == hour


def test_how_long_something_will_take_is_no_beginning() -> None:
    """ "For two weeks" looks ahead where nothing says that it has been so."""
    (fact,) = read("I'm in Kyoto for two weeks.").facts
    (has_been,) = read("I've been in Kyoto for two weeks.").facts

    assert fact.valid_from is None
    assert has_been.valid_from == datetime(2023, 5, 31, tzinfo=UTC)


def test_what_somebody_tells_of_themselves_is_theirs() -> None:
    """It is kept as told, and nothing that they say of the user is."""
    (fact,) = read("Oskar says he's leaving Bosch in May").facts

    assert fact.text == "Oskar is leaving Bosch in May 2024."
    assert fact.trust == Trust.INFERRED
    assert not texts(read("Oskar says I'm leaving Bosch in May"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Visiting Bruges today, so pretty", "Bruges"),
        ("We bank with Helmsley Mutual", "Helmsley Mutual"),
    ],
)
def test_a_name_is_without_the_verb_before_it(text: str, name: str) -> None:
    """The verb that begins a sentence has a capital as well."""
    assert names(read(text)) == {name}


def test_each_of_several_is_one() -> None:
    """The count of them is no part of what each one is."""
    found = texts(read("We live here with our three cousins, Mia and Jon."))

    assert {"Mia is my cousin.", "Jon is my cousin."} <= set(found)
