"""Time as the domain sees it: UTC, and one place for tests to move it."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The UTC date of this moment; a journal belongs to one."""
    return now().date()
