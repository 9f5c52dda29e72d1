"""The JSON API of the chat app. Its streams are answered by `chat.consumers`."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from accounts.auth import SignedInRequest, address_of, authenticated
from chat import selectors, services
from chat.auth import ChatHttpRequest, remember_visitor, requester_of
from chat.errors import ReceiptNotFound, StreamNotFound
from chat.models import Proposal
from chat.schemas import (
    ActiveTurnOut,
    CancelOut,
    MessageIn,
    ProfileOut,
    ProposalOut,
    ReceiptOut,
    SlotsIn,
    StreamOut,
)
from chat.services.profile import profile_view
from exobrain.lib.effective_config import effective_config
from exobrain.lib.http import Problem, json_response
from knowledge.services.recall.profile import hide_slots

router = Router(tags=["chat"])
profile_router = Router(tags=["memory"], auth=authenticated)

EVENTS = {
    "responses": {
        200: {
            "description": "OK",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    }
}


@router.post("/message", auth=requester_of, response={200: StreamOut, 429: Problem})
def send_message(request: ChatHttpRequest, body: MessageIn) -> HttpResponse:
    """Ask a question; it is stored when this answers, and its answer is being written."""
    if request.requester.user_id is not None:
        stream_id = services.start_turn(
            user_id=request.requester.user_id,
            message=body.message,
            client_message_id=body.client_message_id,
            uses_memory=body.memory != "none",
        )
        return json_response({"stream_id": stream_id})
    stream_id = services.start_visitor_turn(
        visitor_key=request.requester.visitor_key,
        address=address_of(request),
        message=body.message,
        client_message_id=body.client_message_id,
    )
    response = json_response({"stream_id": stream_id})
    if not request.requester.visitor_key:
        remember_visitor(response)
    return response


@router.get("/stream/{stream_id}", auth=requester_of, response={404: Problem}, openapi_extra=EVENTS)
def read_stream(request: HttpRequest, stream_id: str) -> HttpResponse:
    """The events of an answer as server-sent events, from `Last-Event-ID` on if that is given.

    Only declared here: `chat.consumers.sse` answers before Django is asked.
    """
    raise StreamNotFound


@router.post(
    "/stream/{stream_id}/cancel", auth=requester_of, response={200: CancelOut, 404: Problem}
)
def cancel(request: ChatHttpRequest, stream_id: str) -> HttpResponse:
    """Stop an answer; what there is of it stays. Doing it again changes nothing."""
    state = services.cancel(requester=request.requester, stream_id=stream_id)
    return json_response({"stream_id": stream_id, "state": state})


@router.get("/turns/active", auth=authenticated, response=list[ActiveTurnOut])
def active_turns(request: SignedInRequest) -> HttpResponse:
    """The turns that are still being answered, the oldest first."""
    return json_response(selectors.active_turns(user_id=request.principal.user_id))


@router.get(
    "/messages/{uuid:message_id}/receipt",
    auth=authenticated,
    response={200: ReceiptOut, 404: Problem},
)
def get_receipt(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    """Which memories this answer was given, and which of them it cites."""
    receipt = selectors.find_receipt(user_id=request.principal.user_id, message_id=message_id)
    if receipt is None:
        raise ReceiptNotFound
    return json_response(receipt)


@router.get("/proposals", auth=authenticated, response=list[ProposalOut])
def list_proposals(request: SignedInRequest) -> HttpResponse:
    """What the assistant proposes to the memory and the user has not decided, oldest first."""
    found = selectors.open_proposals(user_id=request.principal.user_id)
    return json_response([_proposal(each) for each in found])


@router.post(
    "/proposals/{uuid:proposal_id}/accept",
    auth=authenticated,
    response={200: ProposalOut, 404: Problem, 409: Problem},
)
def accept_proposal(request: SignedInRequest, proposal_id: UUID) -> HttpResponse:
    """It is remembered, as a note on the user's own page, or forgotten for good."""
    user_id = request.principal.user_id
    return json_response(
        _proposal(services.accept_proposal(user_id=user_id, proposal_id=proposal_id))
    )


@router.post(
    "/proposals/{uuid:proposal_id}/decline",
    auth=authenticated,
    response={200: ProposalOut, 404: Problem, 409: Problem},
)
def decline_proposal(request: SignedInRequest, proposal_id: UUID) -> HttpResponse:
    """Nothing is done."""
    user_id = request.principal.user_id
    return json_response(
        _proposal(services.decline_proposal(user_id=user_id, proposal_id=proposal_id))
    )


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        "id": proposal.id,
        "message_id": proposal.answer_id,
        "kind": proposal.kind,
        "text": proposal.text,
        "state": proposal.state,
        "is_from_outside": proposal.is_from_outside,
        "created_at": proposal.created_at,
        "decided_at": proposal.decided_at,
    }


@profile_router.get("/profile", response=ProfileOut)
def get_profile(request: SignedInRequest) -> HttpResponse:
    """What every answer is told of the user, as it is sent, and what is left out of it."""
    return _profile(request)


@profile_router.put("/profile/slots", response=ProfileOut)
def choose_slots(request: SignedInRequest, body: SlotsIn) -> HttpResponse:
    """Answers are not told these slots of the profile, and are told all others."""
    hide_slots(user_id=request.principal.user_id, slots=body.hidden_slots)
    return _profile(request)


def _profile(request: SignedInRequest) -> HttpResponse:
    view = profile_view(user_id=request.principal.user_id, config=effective_config())
    return json_response(view)
