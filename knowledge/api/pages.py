"""The memory as pages: a tree of categories, and a page for every entity."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from accounts.auth import SignedInRequest, authenticated
from exobrain.lib.http import Problem, json_response
from knowledge.api.forgetting import forget_or_preview
from knowledge.errors import BadPageToken, BlockNotOnPage, PageNotFound, RepeatedBlock
from knowledge.schemas.forgetting import ForgetOut, Preview
from knowledge.schemas.pages import (
    MAX_PAGES,
    USUAL_PAGES,
    CategoriesOut,
    PageAsOf,
    PageEditedOut,
    PageEditIn,
    PageFilter,
    PageIndexOut,
    PageListOut,
    PageOut,
    PageSize,
    PageToken,
)
from knowledge.selectors import pages
from knowledge.selectors.entity_page import EntityPage, PageBlock, find_page
from knowledge.selectors.pages import Category, PageEntry
from knowledge.selectors.relations import Relation
from knowledge.services.pages.page_edits import edit_page
from knowledge.types import Target, TargetKind

LONGEST_TOKEN = 9  # digits

router = Router(tags=["memory"], auth=authenticated)


@router.get("/category", response=CategoriesOut)
def list_categories(request: SignedInRequest) -> HttpResponse:
    """The kinds of things that the memory knows, as a tree."""
    return json_response({"categories": _tree(pages.categories())})


@router.get(
    "/category/{category_id}/pages", response={200: PageListOut, 400: Problem, 404: Problem}
)
def list_pages(
    request: SignedInRequest,
    category_id: str,
    page_size: PageSize = USUAL_PAGES,
    page_token: PageToken = None,
) -> HttpResponse:
    """The pages of a category and of those below it, the weightiest first."""
    offset, limit = offset_of(page_token), min(page_size, MAX_PAGES)
    found = pages.list_pages(
        user_id=request.principal.user_id, category_id=category_id, offset=offset, limit=limit
    )
    return json_response(
        {
            "knowledge_pages": [_entry(page) for page in found.pages],
            "page_size": limit,
            "next_page_token": next_token(offset + len(found.pages), total=found.total),
            "total_count": found.total,
        }
    )


@router.get("/pages", response={200: PageIndexOut, 400: Problem})
def list_all_pages(
    request: SignedInRequest,
    wanted: Query[PageFilter],
    page_size: PageSize = USUAL_PAGES,
    page_token: PageToken = None,
) -> HttpResponse:
    """Every page, by name, whatever it is of, and how many there are of each type."""
    offset, limit = offset_of(page_token), min(page_size, MAX_PAGES)
    found = pages.list_all_pages(
        user_id=request.principal.user_id,
        offset=offset,
        limit=limit,
        type_id=wanted.category_id,
        name=wanted.name,
        as_of=wanted.as_of,
    )
    return json_response(
        {
            "pages": [
                {
                    **_entry(page),
                    "category_id": page.category_id,
                    "category_name": page.category_name,
                }
                for page in found.pages
            ],
            "types": [
                {"category_id": each.id, "display_name": each.name, "page_count": each.count}
                for each in found.types
            ],
            "page_size": limit,
            "next_page_token": next_token(offset + len(found.pages), total=found.total),
            "total_count": found.total,
        }
    )


@router.get("/page/{page_id}", response={200: PageOut, 404: Problem})
def get_page(request: SignedInRequest, page_id: str, as_of: PageAsOf = None) -> HttpResponse:
    """All that is known of an entity; one that was merged into another is that other."""
    user_id = request.principal.user_id
    page = find_page(user_id=user_id, page_id=parse_page_id(page_id), as_of=as_of)
    return json_response(_page(page))


@router.patch(
    "/page/{page_id}", response={200: PageEditedOut, 400: Problem, 404: Problem, 409: Problem}
)
def update_page(request: SignedInRequest, page_id: str, body: PageEditIn) -> HttpResponse:
    """The given blocks read as given, by the user's word; all or none, and each once.

    An empty text says that a block is wrong. What a block replaced may be named in its place.
    """
    found_id = parse_page_id(page_id)
    texts = {_block_id(edit.block_id): edit.markdown_content for edit in body.content_blocks}
    if len(texts) < len(body.content_blocks):
        raise RepeatedBlock
    successors = edit_page(user_id=request.principal.user_id, page_id=found_id, texts=texts)
    return json_response(
        {
            "page_id": page_id,
            "updated_block_ids": list(successors),
            "updated_block_count": len(successors),
            "status": "updated",
            "successors": {str(old): new for old, new in successors.items()},
        }
    )


# Here and not in `forgetting`: Ninja joins the methods of one address within one router only.
@router.delete("/page/{page_id}", response={200: ForgetOut, 404: Problem, 409: Problem})
def forget_page(request: SignedInRequest, page_id: str, preview: Preview = False) -> HttpResponse:
    """The entity is forgotten with all that is known of it."""
    target = Target(TargetKind.ENTITY, id=parse_page_id(page_id))
    return forget_or_preview(request, target, preview=preview)


def _block_id(text: str) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError:
        raise BlockNotOnPage from None


def offset_of(token: str | None) -> int:
    """Where a list goes on; raises BadPageToken."""
    if token is None:
        return 0
    if not (token.isascii() and token.isdigit() and len(token) <= LONGEST_TOKEN):
        raise BadPageToken
    return int(token)


def next_token(offset: int, *, total: int) -> str | None:
    """Where the list goes on after so many, if it does."""
    return str(offset) if offset < total else None


def parse_page_id(text: str) -> UUID:
    """The id that the text writes; raises PageNotFound when it writes none."""
    try:
        return UUID(text)
    except ValueError:
        raise PageNotFound from None


def _tree(categories: Iterable[Category]) -> list[dict[str, Any]]:
    return [
        {
            "category_id": category.id,
            "display_name": category.name,
            "sub_categories": _tree(category.children),
        }
        for category in categories
    ]


def _entry(page: PageEntry) -> dict[str, Any]:
    return {
        "id": page.id,
        "title": page.title,
        "summary": page.summary,
        "metadata": {"created_at": "", "updated_at": page.updated_at},
    }


def _page(page: EntityPage) -> dict[str, Any]:
    return {
        "id": page.id,
        "category_id": page.category_id,
        "title": page.title,
        "summary": page.summary,
        "metadata": {"created_at": page.created_at, "updated_at": page.updated_at},
        "properties": page.properties,
        "links": [
            {
                "page_id": link.page_id,
                "title": link.title,
                "summary": link.summary,
                "relation": link.relation,
                "text": link.text,
            }
            for link in page.links
        ],
        "content_blocks": [{"block_id": block.id, "markdown": block.text} for block in page.blocks],
        "category_name": page.category_name,
        "aliases": page.aliases,
        "as_of": page.as_of,
        "to_user": page.who,
        "now": [
            {"heading": group.heading, "statements": _statements(group.blocks)}
            for group in page.groups
        ],
        "coming": _statements(page.coming),
        "past": _statements(page.past),
        "relations": _relations(page.relations),
        "past_relations": _relations(page.past_relations),
        "merged": [
            {
                "page_id": each.id,
                "title": each.title,
                "merged_at": each.merged_at,
                "changeset_id": each.changeset_id,
            }
            for each in page.merged
        ],
    }


def _statements(blocks: Iterable[PageBlock]) -> list[dict[str, Any]]:
    return [
        {
            "block_id": block.id,
            "kind": block.kind,
            "markdown": block.text,
            "topic": block.topic,
            "status": block.status,
            "said_at": block.said_at,
            "valid_from": block.valid_from,
            "valid_to": block.valid_to,
        }
        for block in blocks
    ]


def _relations(relations: Iterable[Relation]) -> list[dict[str, Any]]:
    names = ("page_id", "title", "relation", "text", "valid_from", "valid_to")
    return [{name: getattr(each, name) for name in names} for each in relations]
