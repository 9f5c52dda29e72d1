"""What moves or cancels an event, and what only sounds like it."""

from datetime import UTC, date, datetime

import pytest

from knowledge.extraction.beginnings import later_beginning
from knowledge.extraction.changed_events import changed_event

SAID = datetime(2026, 11, 17, 8, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    "text",
    [
        "I've extended my reading challenge to 12 books by March.",
        "The series is set in a world of magic.",
        "I rescheduled my final meeting to have more time.",
        "My shift was changed.",
        "He moved in with his girlfriend on Friday.",
        "We moved house on Friday.",
        "I put the kettle on at eight.",
        "The price was changed to 20 euros.",
        "Anna's interview was moved to Friday.",
        "If it rains, the match is off.",
    ],
)
def test_what_moves_no_event_says_nothing(text: str) -> None:
    """Things are moved, too, and events of others."""
    assert changed_event(text, said_at=SAID, language="en") is None


@pytest.mark.parametrize(
    ("text", "language", "name", "day"),
    [
        ("They extended the deadline to 4 December.", "en", "deadline", date(2026, 12, 4)),
        ("She put the wedding off until 2 May.", "en", "wedding", date(2027, 5, 2)),
        ("Das Derby wird auf Sonntag verlegt.", "de", "derby", date(2026, 11, 22)),
    ],
)
def test_a_new_day_makes_an_event_where_none_is_known(
    text: str, language: str, name: str, day: date
) -> None:
    """It goes by the name that the words give it."""
    found = changed_event(text, said_at=SAID, language=language)

    assert found is not None
    assert found.change.name == name
    assert found.event is not None
    assert found.event.starts_at is not None
    assert found.event.starts_at.date() == day


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The car is now in the garage.", "en"),
        ("I cancelled Netflix.", "en"),
        ("Das Auto ist jetzt in der Werkstatt.", "de"),
    ],
)
def test_what_need_be_no_event_counts_for_a_known_one_alone(text: str, language: str) -> None:
    """Of itself it says nothing of an event."""
    found = changed_event(text, said_at=SAID, language=language)

    assert found is None or found.change.needs_known


@pytest.mark.parametrize(
    "text",
    ["I live in Spain in January.", "The invoice from January is open.", "I may work from March."],
)
def test_a_month_alone_begins_nothing(text: str) -> None:
    """Only work, school and home begin, and only from then on."""
    assert later_beginning(text, said_at=SAID, language="en") is None
