"""A list of tasks is what the user has yet to do."""

import pytest

from knowledge.types import Extraction
from tests.knowledge.extraction.support import names, read, texts


def coming(extraction: Extraction) -> set[tuple[str, str]]:
    """What is to be done, and from when, as far as it says."""
    return {
        (fact.topic or "", f"{fact.event.starts_at:%m-%d %H:%M}" if fact.event.starts_at else "")
        for fact in extraction.facts
        if fact.event is not None
    }


def test_open_boxes_are_plans_and_ticked_ones_are_not() -> None:
    """A ticked box is done."""
    found = read("- [ ] optician Friday 2pm\n- [ ] sharpen the skates\n- [x] feed the hens")

    assert coming(found) == {("event:optician", "06-16 14:00"), ("event:sharpen the skates", "")}


def test_a_task_behind_a_colon_has_its_deadline() -> None:
    """The day is the event's, the words before it its name."""
    found = read("todo: cancel the gym by 30 June, water the tomatoes")

    assert coming(found) == {
        ("event:cancel the gym", "06-30 00:00"),
        ("event:water the tomatoes", ""),
    }


def test_bullets_below_a_heading_have_its_day() -> None:
    """ "Tasks for tomorrow" is said of each."""
    found = read("Tasks for tomorrow:\n* call Hedwig about the fence\n* empty the shed")

    assert coming(found) == {
        ("event:call hedwig about the fence", "06-15 00:00"),
        ("event:empty the shed", "06-15 00:00"),
    }
    assert names(found) == {"Hedwig"}


@pytest.mark.parametrize(
    "text",
    [
        "```\n# TODO: close the file\n```",
        "Alice wrote:\n> todo: ring the bank",
        "todo: nothing",
        "My to-do list is endless.",
    ],
)
def test_code_quotes_and_talk_of_lists_are_no_tasks(text: str) -> None:
    """Only the user's own list is theirs."""
    assert not any(one.startswith("On my to-do list:") for one in texts(read(text)))
