"""What is coming, and reminders."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from accounts.auth import SignedInRequest, authenticated
from accounts.selectors import zone_of
from exobrain.lib import clock
from exobrain.lib.http import Problem, json_response
from knowledge.schemas.events import (
    USUAL_DAYS,
    DayCount,
    RemindersOut,
    Since,
    SnoozeIn,
    UpcomingOut,
)
from knowledge.schemas.history import ChangedOut
from knowledge.selectors import events
from knowledge.services.pages import reminding

router = Router(tags=["memory"], auth=authenticated)


@router.get("/upcoming", response=UpcomingOut)
def upcoming(
    request: SignedInRequest, since: Since = None, days: DayCount = USUAL_DAYS
) -> HttpResponse:
    """What takes place in the next days; recurring events with each of their times."""
    user_id = request.principal.user_id
    start = since or clock.now()
    found = events.upcoming(
        user_id=user_id,
        since=start,
        until=start + timedelta(days=days),
        zone=zone_of(user_id=user_id),
    )
    return json_response({"items": found})


@router.get("/reminders", response=RemindersOut)
def list_reminders(request: SignedInRequest) -> HttpResponse:
    """Reminders that are due by now and not seen to."""
    found = events.due_reminders(user_id=request.principal.user_id, now=clock.now())
    return json_response({"items": found})


@router.post(
    "/reminders/{uuid:event_id}/done", response={200: ChangedOut, 404: Problem, 409: Problem}
)
def finish_reminder(request: SignedInRequest, event_id: UUID) -> HttpResponse:
    """The reminder is seen to; a recurring one comes again before its next time."""
    user_id = request.principal.user_id
    changeset_id = reminding.finish(
        user_id=user_id, event_id=event_id, zone=zone_of(user_id=user_id)
    )
    return json_response({"changeset_id": changeset_id})


@router.post(
    "/reminders/{uuid:event_id}/snooze",
    response={200: ChangedOut, 400: Problem, 404: Problem, 409: Problem},
)
def snooze_reminder(request: SignedInRequest, event_id: UUID, body: SnoozeIn) -> HttpResponse:
    """The reminder is due again later."""
    changeset_id = reminding.snooze(
        user_id=request.principal.user_id, event_id=event_id, until=body.until
    )
    return json_response({"changeset_id": changeset_id})
