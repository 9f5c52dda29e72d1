"""What a message takes back without saying what it was: "sorry, the 9th"."""

import pytest

from knowledge.extraction.corrections import bare_correction
from knowledge.types import LAST_SAID
from tests.knowledge.extraction.support import SAID, read, stated_facts


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Oh sorry, it's Katja.", "Katja"),
        ("Correction: his name is Mathijs", "Mathijs"),
        ("Whoops, I meant Norwich.", "Norwich"),
        ("*Ljubljana", "Ljubljana"),
        ("Actually it's 38.", "38"),
        ("Sorry, the 9th.", "the 9th"),
        ("No wait, it's at 8:30pm, my mistake.", "8:30pm"),
        ("Hill & Sons, I mean", ""),
        ("Hill Brothers, I mean", "Hill Brothers"),
        ("Sorry, I'm tired.", ""),
        ("No, Paris.", ""),
        ("Actually I like it.", ""),
        ("Oh no, Monday again!", ""),
        ("It's Katja.", ""),
        ("Sorry for the delay", ""),
    ],
)
def test_a_bare_correction_is_a_value_behind_a_word_of_regret(text: str, new: str) -> None:
    """Nothing else is: talk, an answer to a question, a sentence of its own."""
    found = bare_correction(text)

    assert (found.new if found else "") == new


def test_it_speaks_of_what_was_said_last() -> None:
    """What that is, the memory finds out; a time of day is an event's."""
    name, hour = read("Sorry, it's Katja.", "Oops, it's at 8pm.").facts

    assert (name.corrects, name.value, name.event) == (LAST_SAID, "katja", None)
    assert hour.corrects == LAST_SAID
    assert hour.event is not None


def test_what_another_wrote_corrects_nothing() -> None:
    """A pasted chat is its speakers' words."""
    pasted = "Rob: the party is on the 3rd\nUna: nice\nRob: sorry, the 4th\nUna: ok"

    assert not [each for each in read(pasted).facts if each.corrects]


@pytest.mark.parametrize(
    ("text", "topic", "value"),
    [
        ("They appointed me deputy director in March.", "job", "deputy director"),
        ("The board made me head of procurement.", "job", "head of procurement"),
        ("I cancelled Spotify.", "owns:spotify", "ended spotify"),
        ("I unsubscribed from the Gazette.", "owns:gazette", "ended gazette"),
        ("We left the choir in spring.", "membership:choir", "ended choir"),
        ("I completed my welding course.", "project:welding course", "ended welding course"),
        ("I dropped Portuguese.", "learns:portuguese", "ended portuguese"),
    ],
)
def test_new_offices_and_endings(text: str, topic: str, value: str) -> None:
    """Each with what it is the end or the beginning of."""
    assert ("user", topic, value) in stated_facts(read(text))


def test_an_office_has_the_date_from_which_it_is_held() -> None:
    """Also one that is to come."""
    (past,) = read("They promoted me to team lead last week.").facts
    (coming,) = read("The charity made me treasurer as of October.").facts

    assert past.valid_from is not None
    assert past.valid_from < SAID
    assert coming.valid_from is not None
    assert coming.valid_from.month == 10
    assert coming.valid_from > SAID


def test_who_only_makes_somebody_do_something_gives_no_office() -> None:
    """Nor does a cook at home."""
    for text in ("My aunt made me a scarf.", "The lead guitarist made me laugh."):
        assert not [f for f in stated_facts(read(text)) if f[1] == "job"]


def test_a_move_long_ago_does_not_say_that_it_holds() -> None:
    """One of last month does."""
    (past,) = [f for f in read("I moved to Trieste in 2014.").facts if f.topic == "home"]
    (recent,) = [f for f in read("I moved to Trieste last month.").facts if f.topic == "home"]

    assert (past.holds_now, recent.holds_now) == (False, True)
