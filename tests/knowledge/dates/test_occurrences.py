"""When events take place."""

from datetime import UTC, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest

from knowledge.dates.occurrences import end_of, is_rule, occurrences

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 1, 5, tzinfo=UTC)


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


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=YEARLY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=99999999999999",
        "FREQ=DAILY;COUNT=1000000000",
        "FREQ=DAILY;COUNT=5\nRRULE:FREQ=SECONDLY",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=MONTHLY;BYDAY=+9MO",
        "FREQ=YEARLY;BYWEEKNO=60",
        "FREQ=YEARLY;BYEASTER=1000",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(["31"] * 100_000),
        "INTERVAL=1",
        "\x00",
    ],
    ids=lambda rule: repr(rule[:40]),
)
def test_a_rule_that_would_never_end_is_none(rule: str) -> None:
    """Nor one that never takes place, or that dateutil stumbles over; and that is said at once."""
    start = datetime(2000, 1, 1, tzinfo=UTC)
    began = perf_counter()

    assert not is_rule(rule)
    assert occurrences(rule, start, since=start, until=start + timedelta(1), zone=UTC) == [start]
    assert perf_counter() - began < 1


@pytest.mark.parametrize("rule", ["FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;INTERVAL=2"])
def test_a_rule_of_long_ago_keeps_its_rhythm(rule: str) -> None:
    """Its days are not counted one by one."""
    first = datetime(1000, 1, 1, 9, tzinfo=UTC)
    since = datetime(2026, 1, 1, tzinfo=UTC)
    began = perf_counter()

    found = occurrences(rule, first, since=since, until=since + timedelta(60), zone=UTC)

    assert perf_counter() - began < 0.5
    step = {"FREQ=DAILY": 1, "FREQ=DAILY;INTERVAL=3": 3, "FREQ=WEEKLY;INTERVAL=2": 14}[rule]
    assert {(at - first).days % step for at in found} == {0}
    assert len(found) in (60 // step, 60 // step + 1)


def test_an_event_of_no_time_that_there_is_harms_nobody() -> None:
    """A time near the ends of what a clock can show is no reason to fail."""
    end = datetime(9999, 12, 31, 23, tzinfo=UTC)
    zone = ZoneInfo("Pacific/Kiritimati")

    assert occurrences("FREQ=DAILY", end, since=NOW, until=NOW + timedelta(1), zone=zone) == []


def test_a_day_that_a_zone_skipped_takes_place_once() -> None:
    """Samoa went from the 29th to the 31st of December 2011."""
    zone = ZoneInfo("Pacific/Apia")
    first = datetime(2011, 12, 28, 9, tzinfo=zone)

    found = occurrences("FREQ=DAILY", first, since=first, until=first + timedelta(5), zone=zone)

    assert [at.astimezone(zone).day for at in found] == [28, 29, 31, 1]
