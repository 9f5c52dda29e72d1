"""The memory as its owner reads it: categories, and a page for every entity."""

from collections.abc import Mapping
from datetime import date, datetime, time
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from exobrain.lib.pages import PageRequest, signed_in
from exobrain.lib.paging import cut
from exobrain.lib.text import storable
from knowledge.selectors import entity_page, pages, review
from knowledge.selectors.pages import Category
from knowledge.selectors.told_elsewhere import told_elsewhere
from knowledge.services.recall import searching
from knowledge.types import BlockKind, Scope

PAGES_SHOWN = 50
RECENT_SHOWN = 12
MENTIONS_SHOWN = 10
TOLD_SHOWN = 50  # on other pages
FOUND_SHOWN = 20
NAMED_SHOWN = 5  # pages that a question names
LONGEST_QUERY = 500
LONGEST_NAME = 200
LARGEST_OFFSET = 10_000_000


@require_safe
@signed_in
def memory(request: PageRequest) -> HttpResponse:
    """What the memory knows, by kind; or what it has for a question."""
    user_id = request.user.pk
    query = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
    if query:
        return _found(request, query)
    counts = pages.count_by_category(user_id=user_id)
    context = {
        "current": "memory",
        "categories": [_branch(category, counts) for category in pages.categories()],
        "recent": pages.recent_pages(user_id=user_id, limit=RECENT_SHOWN),
        "has_questions": bool(review.review_items(user_id=user_id, size=1).rows),
    }
    return render(request, "knowledge/memory.html", context)


@require_safe
@signed_in
def category(request: PageRequest, category_id: str) -> HttpResponse:
    """The pages of one kind."""
    offset = _offset(request)
    found = pages.list_pages(
        user_id=request.user.pk, category_id=category_id, offset=offset, limit=PAGES_SHOWN
    )
    following = offset + len(found.pages)
    context = {
        "current": "memory",
        "category": pages.find_category(category_id),
        "pages": found.pages,
        "total": found.total,
        "following": following if following < found.total else None,
    }
    is_part = bool(request.htmx) and offset > 0
    return render(
        request, "knowledge/_pages.html" if is_part else "knowledge/category.html", context
    )


@require_safe
@signed_in
def index(request: PageRequest) -> HttpResponse:
    """Every page of every kind, by name, with a filter."""
    day = asked_day(request)
    offset = _offset(request)
    wanted = {
        "name": storable(request.GET.get("name", "")).strip()[:LONGEST_NAME],
        "as_of": day.isoformat() if day else "",
    }
    type_id = storable(request.GET.get("type", ""))[:LONGEST_NAME]
    found = pages.list_all_pages(
        user_id=request.user.pk,
        offset=offset,
        limit=PAGES_SHOWN,
        type_id=type_id,
        name=wanted["name"],
        as_of=end_of(day),
    )
    following = offset + len(found.pages)
    context = {
        "current": "memory",
        "pages": found.pages,
        "total": found.total,
        "types": found.types,
        "type_id": type_id,
        "name": wanted["name"],
        "as_of_day": day,
        "filter": _encoded(wanted),
        "whole_filter": _encoded({**wanted, "type": type_id}),
        "following": following if following < found.total else None,
        "previous": max(0, offset - PAGES_SHOWN) if offset else None,
    }
    return render(request, "knowledge/pages.html", context)


@require_safe
@signed_in
def page(request: PageRequest, page_id: UUID) -> HttpResponse:
    """All that is known of an entity, by subject and time, and from where."""
    user_id, day = request.user.pk, asked_day(request)
    found = entity_page.find_page(user_id=user_id, page_id=page_id, as_of=end_of(day))
    if found.id != page_id:
        return redirect("memory-page", found.id)
    mentions = entity_page.mentions_of(
        user_id=user_id, page_id=page_id, limit=MENTIONS_SHOWN + 1, as_of=end_of(day)
    )
    relations = (*found.to_user, *found.relations, *found.past_relations)
    elsewhere = told_elsewhere(
        user_id=user_id,
        page_id=page_id,
        limit=TOLD_SHOWN,
        without=[relation.block_id for relation in relations],
        as_of=end_of(day),
    )
    context = {
        "current": "memory",
        "page": found,
        "elsewhere": [] if found.is_self else elsewhere,
        "mentions": cut(mentions, size=MENTIONS_SHOWN),
        "as_of_day": day,
        "types": [] if found.is_self else pages.entity_types(),
    }
    return render(request, "knowledge/page.html", context)


def _found(request: PageRequest, query: str) -> HttpResponse:
    """First what is known, then the passages of messages; nothing that hardly fits."""
    user_id, day = request.user.pk, asked_day(request)
    scope = Scope(user_id, as_of=end_of(day))
    found = searching.search(scope=scope, query=query, limit=FOUND_SHOWN)
    known = pages.known_blocks(user_id=user_id, ids=[item.block_id for item in found.items])
    events = entity_page.event_times(user_id=user_id, ids=list(known))
    facts: list[dict[str, object]] = []
    passages: list[dict[str, object]] = []
    for item in found.items:
        if item.block_id in known:
            group = passages if item.kind == BlockKind.EPISODE else facts
            block = known[item.block_id]
            shown = {"memory": item, "page_id": block.page_id, "is_secret": block.is_secret}
            group.append({**shown, "event": events.get(item.block_id)})
    context = {
        "current": "memory",
        "query": query,
        "as_of_day": day,
        "facts": facts,
        "passages": passages,
        "pages": pages.pages_named_in(user_id=user_id, text=query, limit=NAMED_SHOWN),
    }
    return render(request, "knowledge/search.html", context)


def asked_day(request: HttpRequest) -> date | None:
    """The day of which a page is to be shown; none for today."""
    try:
        return date.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        return None


def end_of(day: date | None) -> datetime | None:
    """The last moment of the day, by the clock that all pages go by."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day, time.max))


def _encoded(values: Mapping[str, str]) -> str:
    return urlencode({name: value for name, value in values.items() if value})


def _branch(category: Category, counts: dict[str, int]) -> dict[str, object]:
    """A category with how many pages it and those below it have."""
    below = [_branch(child, counts) for child in category.children]
    filled = [branch for branch in below if branch["count"]]
    return {"category": category, "count": _count(category, counts), "below": filled}


def _count(category: Category, counts: dict[str, int]) -> int:
    """A type under several parents is counted once."""
    return sum(counts.get(type_id, 0) for type_id in _ids(category))


def _ids(category: Category) -> set[str]:
    return {category.id}.union(*map(_ids, category.children))


def _offset(request: HttpRequest) -> int:
    text = request.GET.get("after", "")
    return min(int(text[:9]), LARGEST_OFFSET) if text.isascii() and text.isdigit() else 0
