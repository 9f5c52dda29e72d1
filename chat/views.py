"""The chat page, and one turn of it for the page's script."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import InvalidProvider
from accounts.forms import ProviderForm
from accounts.selectors import provider_key_state, provider_values
from accounts.services.provider import load_provider, save_provider
from chat import selectors, services
from chat.auth import VISITOR_COOKIE, remember_visitor
from chat.errors import (
    ProposalDecided,
    ProposalNotFound,
    ReceiptNotFound,
    RemoteToolChanged,
    StreamNotFound,
)
from chat.events import Done, Notice, Reason, StreamError, text_of
from chat.models import Proposal
from chat.services import open_reading, start_warm_up
from chat.services.finishing import STATUS_BY_REASON, reasoning_in
from chat.services.mcp import allow_tool, offered_servers, refuse_tool
from chat.services.profile import profile_view
from chat.tools.web import why_no_web_tools
from chat.types import Requester
from exobrain.lib import clock
from exobrain.lib.background import spawn
from exobrain.lib.effective_config import effective_config, provider_address
from exobrain.lib.pages import PageRequest, reader_zone, signed_in, staff_only, to_sign_in
from exobrain.lib.text import storable
from journal.selectors import day_page, messages_with_tools
from journal.services import today_reference
from journal.types import DayPage, JournalMessage
from knowledge.services.checking import embedding_build
from knowledge.services.recall.profile import hide_slots
from knowledge.types import Slot

READ_SECONDS = 5.0
ANY_STREAM = UUID(int=0)  # the script puts the stream it means in this one's place


@require_safe
@never_cache
def chat(request: HttpRequest) -> HttpResponse:
    """Today's journal and a place to write; for a visitor, where they are allowed, just that."""
    zone = reader_zone(request)
    reference = today_reference(zone)
    context: dict[str, Any] = {
        "current": "today",
        "reference": reference,
        "zone": zone,
        "any_stream": ANY_STREAM,
        "turn_url": reverse("turn", args=[ANY_STREAM]),
    }
    if request.user.is_authenticated:
        user_id = request.user.pk
        start_warm_up(user_id=user_id)
        # Turns first: an answer that ends in between is then merely asked for again. The other
        # order could show one as being written that nobody follows.
        turns = selectors.active_turns(user_id=user_id)
        context |= {
            "page": day_page(user_id=user_id, reference=reference),
            "streams": {turn.answer_id: turn.stream_id for turn in turns},
        }
        return render(request, "chat/chat.html", context)
    if not settings.EXOBRAIN.chat_allow_anonymous:
        return to_sign_in(request)
    response = render(request, "chat/chat.html", context)
    if VISITOR_COOKIE not in request.COOKIES:
        remember_visitor(response)
    return response


@require_safe
@never_cache
def turn(request: HttpRequest, stream_id: UUID) -> HttpResponse:
    """The question and the answer of one turn, as far as it has come."""
    context: dict[str, Any]
    if request.user.is_authenticated:
        user_id = request.user.pk
        found = selectors.find_turn(user_id=user_id, stream_id=stream_id)
        if found is None:
            raise StreamNotFound
        ids = [found.question_id, found.answer_id]
        context = {
            "page": DayPage(messages_with_tools(user_id=user_id, ids=ids), before_sequence=None),
            "streams": {found.answer_id: stream_id} if found.state == "running" else {},
        }
    elif settings.EXOBRAIN.chat_allow_anonymous:
        visitor = Requester(visitor_key=request.COOKIES.get(VISITOR_COOKIE, ""))
        answer = spawn(_visitor_answer(visitor, stream_id)).result(READ_SECONDS * 2)
        if answer is None:
            raise StreamNotFound
        context = {"page": DayPage([answer], before_sequence=None)}
    else:
        return to_sign_in(request)
    return render(request, "journal/_messages.html", context)


@require_safe
@signed_in
def profile(request: PageRequest) -> HttpResponse:
    """What every answer is told of the reader, as it is sent, and the slots to switch off."""
    view = profile_view(user_id=request.user.pk, config=effective_config())
    return render(request, "chat/profile.html", {"view": view, "current": "memory"})


@require_safe
@signed_in
def usage(request: PageRequest) -> HttpResponse:
    """What the assistant can use, and how many tokens the reader's answers have cost."""
    context = {
        "why_no_web": why_no_web_tools(settings.EXOBRAIN),
        "servers": offered_servers(user_id=request.user.pk, config=settings.EXOBRAIN),
        "usage": selectors.token_usage(user_id=request.user.pk),
        "limit": settings.EXOBRAIN.chat_daily_tokens,
        "current": "settings",
    }
    return render(request, "chat/usage.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("key")
@staff_only
def provider(request: PageRequest) -> HttpResponse:
    """Which model provider the instance uses; staff set it."""
    if request.method != "POST":
        load_provider()
        return _provider_page(request)
    form = ProviderForm(request.POST, initial=asdict(provider_values()))
    if not form.is_valid():
        return _provider_page(request, form=form, status=400)
    try:
        save_provider(
            values=form.values(),
            key=form.cleaned_data["key"].strip(),
            removes_key=form.cleaned_data["removes_key"],
            by=request.user.pk,
        )
    except InvalidProvider as error:
        form.add_error(None, error.message)
        return _provider_page(request, form=form, status=400)
    messages.success(request, "The provider is saved, and used from the next question on.")
    return redirect("provider")


@require_POST
@staff_only
def check_provider(request: PageRequest) -> HttpResponse:
    """The provider page, with what a real call of one of its models has come to."""
    load_provider()
    try:
        role = services.Role(request.POST.get("role", ""))
    except ValueError:
        raise Http404 from None
    return _provider_page(request, result=services.check_role(role))


def _provider_page(
    request: PageRequest,
    *,
    form: ProviderForm | None = None,
    result: services.CheckResult | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form or ProviderForm(initial=asdict(provider_values())),
        "key_state": provider_key_state().value,
        "address": provider_address(),
        "build": embedding_build(),
        "result": result,
        "roles": [*services.Role],
        "current": "settings",
    }
    return render(request, "chat/provider.html", context, status=status)


@require_POST
@signed_in
def choose_tool(request: PageRequest) -> HttpResponse:
    """The assistant may use a tool of another program for the reader, or may not any more."""
    user_id = request.user.pk
    server, tool, fingerprint = (
        storable(request.POST.get(name, "")) for name in ("server", "tool", "fingerprint")
    )
    if "allow" not in request.POST:
        refuse_tool(user_id=user_id, server=server, tool=tool)
        messages.success(request, "The assistant does not use it any more.")
        return redirect("usage")
    try:
        allow_tool(
            user_id=user_id,
            server=server,
            tool=tool,
            fingerprint=fingerprint,
            config=settings.EXOBRAIN,
        )
    except RemoteToolChanged as changed:
        messages.error(request, changed.message)
    else:
        messages.success(request, "The assistant may use it from your next question on.")
    return redirect("usage")


@require_POST
@signed_in
def choose_slots(request: PageRequest) -> HttpResponse:
    """Answers are told the slots whose boxes were ticked, and no other."""
    wanted = set(request.POST.getlist("slot"))
    hide_slots(user_id=request.user.pk, slots=[slot for slot in Slot if slot.value not in wanted])
    messages.success(request, "Your profile is saved.")
    return redirect("memory-profile")


@require_safe
@signed_in
def receipt(request: PageRequest, message_id: UUID) -> HttpResponse:
    """Which memories an answer was given, below it or on a page of its own."""
    found = selectors.find_receipt(user_id=request.user.pk, message_id=message_id)
    if found is None:
        raise ReceiptNotFound
    name = "chat/_receipt.html" if request.htmx else "chat/receipt.html"
    return render(request, name, {"receipt": found})


@require_safe
@signed_in
def proposals(request: PageRequest, message_id: UUID) -> HttpResponse:
    """What an answer proposes to the memory, below it or on a page of its own."""
    found = selectors.proposals_of(user_id=request.user.pk, answer_id=message_id)
    if not found:
        raise ProposalNotFound
    name = "chat/_proposals.html" if request.htmx else "chat/proposals.html"
    return render(request, name, {"proposals": found, "current": "today"})


@require_POST
@signed_in
def accept_proposal(request: PageRequest, proposal_id: UUID) -> HttpResponse:
    """The memory keeps it, or forgets it."""
    return _decide(request, proposal_id, services.accept_proposal)


@require_POST
@signed_in
def decline_proposal(request: PageRequest, proposal_id: UUID) -> HttpResponse:
    """The memory stays as it is."""
    return _decide(request, proposal_id, services.decline_proposal)


def _decide(
    request: PageRequest, proposal_id: UUID, decide: Callable[..., Proposal]
) -> HttpResponse:
    """The proposal as it is now; one that was decided in another tab stays so."""
    try:
        proposal = decide(user_id=request.user.pk, proposal_id=proposal_id)
    except ProposalDecided:
        proposal = selectors.find_proposal(user_id=request.user.pk, proposal_id=proposal_id)
    if request.htmx:
        return render(request, "chat/_proposal.html", {"proposal": proposal})
    return redirect("answer-proposals", proposal.answer_id)


async def _visitor_answer(visitor: Requester, stream_id: UUID) -> JournalMessage | None:
    """The answer as far as the log holds it, which is all there is; None if not this visitor's."""
    try:
        reading = await open_reading(requester=visitor, stream_id=str(stream_id), after=0)
    except StreamNotFound:
        return None  # raised from here, the log would call it a failure
    try:
        entries = await reading.next(seconds=READ_SECONDS)
    finally:
        reading.close()
    events = [entry.event for entry in entries]
    errors = [e.message for e in events if isinstance(e, StreamError) and not e.tool_call_id]
    notes = [e.message for e in events[-2:] if isinstance(e, Notice)]  # else it was of a wait
    reasons: list[Reason] = [event.reason for event in events if isinstance(event, Done)]
    return JournalMessage(
        id=stream_id,
        role="assistant",
        content=text_of(entries),
        sequence=0,
        created_at=clock.now(),
        metadata={
            "error": "".join(errors[-1:]),
            "note": "".join(notes[-1:]),
            **reasoning_in(entries),
        },
        status=STATUS_BY_REASON[reasons[0]] if reasons else "complete",
        model="",
        tool_calls=[],
    )
