"""What belongs on which page: two pages become one, or something moves to another page."""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from exobrain.lib.errors import Conflict, Invalid
from exobrain.lib.pages import PageRequest, signed_in
from exobrain.lib.paging import cut
from exobrain.lib.text import storable
from knowledge.selectors import entity_page, pages
from knowledge.selectors.entities import canonical_id
from knowledge.selectors.entity_page import EntityPage
from knowledge.services.identities import merging
from knowledge.services.pages import splitting

OTHERS_SHOWN = 30
PAGES_OFFERED = 300
MENTIONS_OFFERED = 50


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def merge(request: PageRequest, page_id: UUID) -> HttpResponse:
    """Which page is the same; with `other`, the two become one."""
    user_id = request.user.pk
    page = entity_page.find_page(user_id=user_id, page_id=page_id)
    if request.method == "POST":
        return _merge(request, page)
    name = request.GET.get("name", page.title)
    found = pages.list_all_pages(
        user_id=user_id, offset=0, limit=OTHERS_SHOWN + 1, name=storable(name)
    )
    others = [entry for entry in found.pages if entry.id != page.id][:OTHERS_SHOWN]
    context = {"current": "memory", "page": page, "name": name, "others": others}
    return render(request, "knowledge/merge.html", context)


def _merge(request: PageRequest, page: EntityPage) -> HttpResponse:
    user_id, other_id = request.user.pk, _other(request)
    if other_id is None:
        messages.error(request, "Choose the other page.")
        return redirect("memory-merge", page.id)
    other = entity_page.find_page(user_id=user_id, page_id=other_id)
    # The user's own page is the one that stays.
    keep, gone = (other, page) if other.is_self else (page, other)
    try:
        merging.merge(user_id=user_id, keep_id=keep.id, gone_id=gone.id)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("memory-merge", page.id)
    messages.success(request, f"{gone.title} and {keep.title} are one page now.")
    return redirect("memory-page", keep.id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def split(request: PageRequest, page_id: UUID) -> HttpResponse:
    """What of a page belongs elsewhere; with `block`, it moves there."""
    user_id = request.user.pk
    page = entity_page.find_page(user_id=user_id, page_id=page_id)
    if request.method == "POST":
        return _split(request, page)
    mentions = entity_page.mentions_of(user_id=user_id, page_id=page.id, limit=MENTIONS_OFFERED + 1)
    found = pages.list_all_pages(user_id=user_id, offset=0, limit=PAGES_OFFERED)
    texts = [(block, False) for block in page.blocks] + [(block, True) for block in page.past]
    context = {
        "current": "memory",
        "page": page,
        "blocks": [
            {"id": block.id, "text": block.text, "is_past": is_past} for block, is_past in texts
        ],
        "mentions": cut(mentions, size=MENTIONS_OFFERED),
        "others": [entry for entry in found.pages if entry.id != page.id],
    }
    return render(request, "knowledge/split.html", context)


def _split(request: PageRequest, page: EntityPage) -> HttpResponse:
    user_id, other_id = request.user.pk, _other(request)
    block_ids = []
    for text in request.POST.getlist("block"):
        with suppress(ValueError):
            block_ids.append(UUID(text))
    try:
        if other_id is None:
            name = storable(request.POST.get("name", ""))
            to_id, _ = splitting.split_page(
                user_id=user_id, entity_id=page.id, block_ids=block_ids, name=name
            )
        else:
            to_id = canonical_id(user_id=user_id, page_id=other_id)
            splitting.move_blocks(
                user_id=user_id, entity_id=page.id, to_id=to_id, block_ids=block_ids
            )
    except (Invalid, Conflict) as error:
        messages.error(request, error.message)
        return redirect("memory-split", page.id)
    messages.success(request, f"Moved from {page.title} to this page.")
    return redirect("memory-page", to_id)


def _other(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("other", ""))
    except ValueError:
        return None
