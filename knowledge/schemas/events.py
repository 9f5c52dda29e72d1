"""Shapes of what the API tells about events and reminders."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Query, Schema
from pydantic import Field

from exobrain.lib.moments import Moment

USUAL_DAYS, MOST_DAYS = 14, 366  # of one answer

Since = Annotated[Moment | None, Query(description="from when on; now, if it is left out")]
DayCount = Annotated[int, Query(ge=1, le=MOST_DAYS, description="how many days ahead")]

PrecisionName = Literal["moment", "day", "month", "year", "unknown", ""]


class OccurrenceOut(Schema):
    """One time at which an event takes place."""

    event_id: str
    text: str
    topic: str
    starts_at: datetime
    ends_at: datetime = Field(description="exclusive; the end of its day where no hour is known")
    precision: PrecisionName = Field(description="how exactly the start is known")
    is_all_day: bool
    recurrence: str = Field(description="an iCalendar RRULE; empty for what takes place once")
    state: Literal["planned", "happened"]
    remind_at: datetime | None
    status: Literal["asserted", "disputed"]


class UpcomingOut(Schema):
    """What is coming, the first one first."""

    items: list[OccurrenceOut]


class ReminderOut(Schema):
    """Something of which the user wants to be reminded by now."""

    event_id: str
    text: str
    remind_at: datetime
    starts_at: datetime | None
    precision: PrecisionName
    recurrence: str


class RemindersOut(Schema):
    """The reminders that are due, the oldest first."""

    items: list[ReminderOut]


class SnoozeIn(Schema):
    """When to be reminded again."""

    until: Moment
