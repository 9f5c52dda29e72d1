"""When events take place."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from knowledge.dates.occurrences import end_of, is_rule, occurrences

BERLIN = ZoneInfo("Europe/Berlin")


def test_what_is_at_nine_stays_at_nine() -> None:
    """Also when the clocks change in between."""
    first = datetime(2026, 10, 19, 9, tzinfo=BERLIN)

    found = occurrences(
        "FREQ=WEEKLY", first, since=first, until=first + timedelta(days=15), zone=BERLIN
    )

    assert [at.astimezone(BERLIN).hour for at in found] == [9, 9, 9]
    assert [at.astimezone(UTC).hour for at in found] == [7, 8, 8]


def test_what_takes_place_once_has_one_time() -> None:
    """Or none within the time asked for."""
    at = datetime(2026, 1, 5, tzinfo=UTC)
    day = timedelta(days=1)

    assert occurrences("", at, since=at, until=at + day, zone=UTC) == [at]
    assert occurrences("", at, since=at + day, until=at + 2 * day, zone=UTC) == []


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=TU", True),
        ("FREQ=YEARLY", True),
        ("FREQ=SECONDLY", False),
        ("FREQ=DAILY;BYMINUTE=1,2,3", False),
        ("every Tuesday", False),
        ("FREQ=WEEKLY;BYDAY=XX", False),
        ("", False),
    ],
)
def test_only_rules_of_days_are_read(rule: str, expected: bool) -> None:
    """Whatever an extractor proposes."""
    assert is_rule(rule) == expected


@pytest.mark.parametrize(("precision", "days"), [("moment", 0), ("day", 1), ("month", 31)])
def test_an_event_without_an_end_lasts_as_long_as_its_time_is_known(
    precision: str, days: int
) -> None:
    """A day is over at its end."""
    at = datetime(2026, 1, 1, tzinfo=UTC)

    assert end_of(at, None, precision=precision) == at + timedelta(days=days)
