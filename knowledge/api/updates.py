"""Updates of the memory: requested, listed, watched."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from accounts.auth import SignedInRequest, authenticated
from exobrain.lib.http import json_response
from knowledge.schemas.updates import (
    USUAL_UPDATES,
    UpdateCursor,
    UpdateErrorOut,
    UpdateIn,
    UpdateOut,
    UpdatePageSize,
    UpdateRequestedOut,
)
from knowledge.selectors.updates import list_updates
from knowledge.services.updates import request_update
from orchestrator.errors import JobNotFound

router = Router(tags=["memory"], auth=authenticated)

EVERYTHING = UpdateIn(journal_reference=None)
ERRORS = dict.fromkeys((409, 502, 503), UpdateErrorOut)


@router.post("/update", response={200: UpdateRequestedOut, **ERRORS})
def update_memory(request: SignedInRequest, body: Body[UpdateIn] = EVERYTHING) -> HttpResponse:
    """Learn what was said and is not in the memory yet.

    409 when there is nothing to learn, 503 when the orchestrator is not there: the update is kept
    then and starts by itself, and asking again is the same update. When only some of several jobs
    were accepted, the answer is 200 and `waiting_count` is what follows later.
    """
    requested = request_update(user_id=request.auth.user_id, reference=body.journal_reference)
    return json_response(
        {
            "job_id": str(requested.job_ids[0]),
            "status": "queued",
            "job_ids": list(map(str, requested.job_ids)),
            "message_count": requested.message_count,
            "waiting_count": requested.waiting_count,
        }
    )


@router.get("/updates", response=list[UpdateOut])
def list_recent_updates(
    request: SignedInRequest, limit: UpdatePageSize = USUAL_UPDATES, cursor: UpdateCursor = None
) -> HttpResponse:
    """The updates of the memory, newest first."""
    found = list_updates(user_id=request.auth.user_id, limit=limit, before_update_id=cursor)
    return json_response([asdict(update) for update in found])


@router.get("/update/{job_id}/watch", response={404: UpdateErrorOut, 503: UpdateErrorOut})
def watch_update(request: HttpRequest, job_id: str) -> HttpResponse:
    """How a job fares, as server-sent events: `status` for each change, `done` at its end.

    `Last-Event-ID` resumes. Only declared here: `knowledge.consumers.watch` answers before Django
    is asked.
    """
    raise JobNotFound
