"""Time as the domain sees it: UTC, and one place for tests to move it."""

from datetime import UTC, date, datetime, tzinfo


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def today(zone: tzinfo = UTC) -> date:
    """The date of this moment in that zone; a journal belongs to one."""
    return now().astimezone(zone).date()
