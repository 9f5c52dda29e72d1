"""Forgetting: first what would go, then, when the user says so, it is gone."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from exobrain.lib.errors import Conflict
from exobrain.lib.pages import PageRequest, signed_in
from knowledge.services.forgetting import erasure
from knowledge.types import Target, TargetKind

CONFIRMATION = "everything"
LATER = {
    "vectors": "the index of meanings outside the database",
    "graph": "the graph outside the database",
    "cache": "what is kept for speed",
    "queue": "what waits in the queue",
}
HERE = "memory"  # where a page that is gone leads to


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def forget_fact(request: PageRequest, page_id: UUID, block_id: UUID) -> HttpResponse:
    """One fact or note of a page."""
    target = Target(TargetKind.FACT, id=block_id)
    return _forget(request, target, back=("memory-page", page_id))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def forget_entity(request: PageRequest, page_id: UUID) -> HttpResponse:
    """An entity with all that is known of it."""
    target = Target(TargetKind.ENTITY, id=page_id)
    return _forget(request, target, back=("memory-page", page_id), after=(HERE,))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def forget_message(request: PageRequest, message_id: UUID) -> HttpResponse:
    """A message of the journal, with what is known from it alone."""
    target = Target(TargetKind.MESSAGE, id=message_id)
    return _forget(request, target, back=("memory-why", message_id), after=(HERE,))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def forget_journal(request: PageRequest, reference: str) -> HttpResponse:
    """A day, with what is known from it alone."""
    target = Target(TargetKind.JOURNAL, reference=reference)
    return _forget(request, target, back=("journal", reference), after=(HERE,))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def forget_everything(request: PageRequest) -> HttpResponse:
    """The whole memory and the whole journal; the word has to be typed."""
    target = Target(TargetKind.EVERYTHING)
    if request.method == "POST" and request.POST.get("confirm", "").strip() != CONFIRMATION:
        messages.error(request, f"Nothing was forgotten: type “{CONFIRMATION}” to go on.")
        return redirect(request.path)
    return _forget(request, target, back=("settings",), after=("settings",))


def _forget(
    request: PageRequest,
    target: Target,
    *,
    back: tuple[object, ...],
    after: tuple[object, ...] | None = None,
) -> HttpResponse:
    """The preview for a GET; for a POST it is done, and the next page says so."""
    if request.method != "POST":
        return _preview(request, target, back=back)
    try:
        report = erasure.forget(user_id=request.user.pk, target=target)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect(*map(str, back))
    later = f" Gone in a moment: {in_words(report.pending)}." if report.pending else ""
    messages.success(request, f"Forgotten.{later}")
    return redirect(*map(str, after or back))


def in_words(pending: Iterable[str]) -> str:
    """What is gone a moment later than the rest."""
    return ", ".join(LATER.get(name, name) for name in pending)


def _preview(request: PageRequest, target: Target, *, back: tuple[object, ...]) -> HttpResponse:
    preview = erasure.preview(user_id=request.user.pk, target=target)
    context = {
        "current": "memory",
        "target": target,
        "preview": preview,
        "later": in_words(preview.pending),
        "back": redirect(*map(str, back)).url,
        "action": request.path,
        "confirmation": CONFIRMATION if target.kind == TargetKind.EVERYTHING else "",
    }
    name = "knowledge/_forget.html" if request.htmx else "knowledge/forget.html"
    return render(request, name, context)
