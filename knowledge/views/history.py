"""How the memory came to be: its changes, its review items, and what became of a message."""

from typing import Literal
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from exobrain.lib.errors import Conflict
from exobrain.lib.pages import PageRequest, signed_in
from exobrain.lib.paging import cut
from journal.selectors import messages_by_ids
from knowledge.errors import RecordNotFound
from knowledge.selectors import changesets
from knowledge.selectors.review import review_items
from knowledge.services.ledger import rollback
from knowledge.services.pages import reviewing
from knowledge.services.pages.telling import all_sentences, first_sentences
from knowledge.templatetags.memory import message_url

CHANGES_SHOWN = 30
SENTENCES_IN_LIST = 3
REVIEW_ITEMS_SHOWN = 20


@require_safe
@signed_in
def list_changes(request: PageRequest) -> HttpResponse:
    """Every change in sentences, the latest first."""
    user_id = request.user.pk
    page = changesets.list_changesets(user_id=user_id, size=CHANGES_SHOWN, before=_before(request))
    told = first_sentences(user_id=user_id, entries=page.rows, limit=SENTENCES_IN_LIST + 1)
    context = {
        "current": "memory",
        "page": page,
        "changes": [
            {"entry": entry, "told": cut(told[entry.id], size=SENTENCES_IN_LIST)}
            for entry in page.rows
        ],
    }
    name = "knowledge/_changes.html" if request.htmx else "knowledge/changes.html"
    return render(request, name, context)


@require_safe
@signed_in
def show_change(request: PageRequest, changeset_id: UUID) -> HttpResponse:
    """One change, and what rolling it back would do."""
    user_id = request.user.pk
    entry = changesets.changeset(user_id=user_id, changeset_id=changeset_id)
    context = {
        "current": "memory",
        "change": entry,
        "sentences": all_sentences(user_id=user_id, entry=entry),
        "preview": _preview(user_id, changeset_id) if entry.can_roll_back else None,
    }
    return render(request, "knowledge/change.html", context)


@require_POST
@signed_in
def roll_back(request: PageRequest, changeset_id: UUID) -> HttpResponse:
    """The memory is as if the change had not been made."""
    try:
        done = rollback.roll_back(user_id=request.user.pk, changeset_id=changeset_id)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("memory-change", changeset_id)
    messages.success(request, "Rolled back.")
    return redirect("memory-change", done)


@require_safe
@signed_in
def review(request: PageRequest) -> HttpResponse:
    """What the memory would like to know."""
    page = review_items(user_id=request.user.pk, size=REVIEW_ITEMS_SHOWN, before=_before(request))
    return render(request, "knowledge/review.html", {"current": "memory", "page": page})


@require_POST
@signed_in
def answer(
    request: PageRequest, item_id: UUID, verdict: Literal["accept", "reject"]
) -> HttpResponse:
    """A review item is decided."""
    decide = reviewing.accept if verdict == "accept" else reviewing.reject
    try:
        decide(user_id=request.user.pk, item_id=item_id)
    except Conflict as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Thank you; the memory knows now.")
    return redirect("memory-review")


@require_safe
@signed_in
def why(request: PageRequest, message_id: UUID) -> HttpResponse:
    """What became of a message, part by part, and why."""
    user_id = request.user.pk
    found = messages_by_ids(user_id=user_id, ids=[message_id])
    if not found:
        raise RecordNotFound
    said = found[0]
    decisions = [
        {"decision": each, "words": said.content[each.start : each.end] if each.end else ""}
        for each in changesets.why(user_id=user_id, message_id=message_id)
    ]
    context = {"current": "memory", "message": said, "decisions": decisions}
    return render(request, "knowledge/why.html", context)


@require_safe
@signed_in
def message(request: PageRequest, message_id: UUID) -> HttpResponse:
    """The place of a message on its day's page."""
    found = messages_by_ids(user_id=request.user.pk, ids=[message_id])
    if not found:
        raise RecordNotFound
    said = found[0]
    return redirect(message_url(said.reference, said.sequence, said.id))


def _preview(user_id: UUID, changeset_id: UUID) -> object:
    try:
        return rollback.preview_roll_back(user_id=user_id, changeset_id=changeset_id)
    except Conflict:
        return None


def _before(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET["before"])
    except (KeyError, ValueError):
        return None
