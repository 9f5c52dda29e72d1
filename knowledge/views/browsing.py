"""The memory as its owner reads it: categories, and a page for every entity."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from exobrain.lib.pages import PageRequest, signed_in
from exobrain.lib.paging import cut
from knowledge.selectors import pages, review
from knowledge.selectors.pages import Category
from knowledge.services.recall import searching
from knowledge.types import Recalled, Scope

PAGES_SHOWN = 50
RECENT_SHOWN = 12
MENTIONS_SHOWN = 10
FOUND_SHOWN = 20
LONGEST_QUERY = 500
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
def page(request: PageRequest, page_id: UUID) -> HttpResponse:
    """All that is known of an entity, since when, how surely, and from where."""
    user_id = request.user.pk
    found = pages.find_page(user_id=user_id, page_id=page_id)
    if found.id != page_id:
        return redirect("memory-page", found.id)
    mentions = pages.mentions_of(user_id=user_id, page_id=page_id, limit=MENTIONS_SHOWN + 1)
    context = {
        "current": "memory",
        "page": found,
        "mentions": cut(mentions, size=MENTIONS_SHOWN),
    }
    return render(request, "knowledge/page.html", context)


def _found(request: PageRequest, query: str) -> HttpResponse:
    found = searching.search(scope=Scope(request.user.pk), query=query, limit=FOUND_SHOWN)
    known = pages.known_blocks(user_id=request.user.pk, ids=[item.block_id for item in found.items])
    context = {
        "current": "memory",
        "query": query,
        "items": [
            {"memory": item, "page_id": known[item.block_id].page_id, "parts": _parts(item)}
            for item in found.items
            if item.block_id in known
        ],
    }
    return render(request, "knowledge/search.html", context)


def _parts(item: Recalled) -> str:
    """What each retriever gave, the largest first."""
    parts = sorted(item.parts.items(), key=lambda part: -part[1])
    return ", ".join(f"{name} {value:.2f}" for name, value in parts)


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
