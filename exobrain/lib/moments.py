"""Moments that a client names."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

EARLIEST, LATEST = datetime(1000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)


def _within_reach(moment: datetime) -> datetime:
    try:
        at = moment.astimezone(UTC)
    except OverflowError:
        at = datetime.min.replace(tzinfo=UTC)
    if not EARLIEST <= at < LATEST:
        raise ValueError(f"must be between the years {EARLIEST.year} and {LATEST.year}")
    return at


# In UTC, and far enough from the ends of time to be shown in every zone, to be added to and to be
# told to PostgreSQL.
Moment = Annotated[AwareDatetime, AfterValidator(_within_reach)]
