"""Shapes of the memory's pages, as the API reads and edits them."""

from typing import Annotated

from ninja import Query, Schema
from pydantic import Field

from exobrain.lib.text import STORABLE
from knowledge.types import MAX_TEXT_CHARS

USUAL_PAGES, MAX_PAGES = 50, 200  # in one answer

PageSize = Annotated[int, Query(ge=1, description=f"at most {MAX_PAGES} are given at once")]
PageToken = Annotated[
    str | None, Query(min_length=1, description="the next_page_token of the page before")
]


class CategoryOut(Schema):
    """A node type, with those below it."""

    category_id: str
    display_name: str
    sub_categories: list["CategoryOut"]


class CategoriesOut(Schema):
    """The tree of categories."""

    categories: list[CategoryOut]


class TimesOut(Schema):
    """When it was first known and when it changed last; empty when unknown."""

    created_at: str
    updated_at: str


class PageEntryOut(Schema):
    """A page in a list."""

    id: str
    title: str
    summary: str | None
    metadata: TimesOut


class PageListOut(Schema):
    """Some pages of a category."""

    knowledge_pages: list[PageEntryOut]
    page_size: int = Field(description="how many are given at once")
    next_page_token: str | None
    total_count: int | None = Field(description="how many the category has")


class PageLinkOut(Schema):
    """A page that this one is connected to."""

    page_id: str
    title: str
    summary: str | None


class ContentBlockOut(Schema):
    """A text of the page."""

    block_id: str
    markdown: str


class PageOut(Schema):
    """All that is known of an entity."""

    id: str
    category_id: str
    title: str
    summary: str | None
    metadata: TimesOut
    properties: dict[str, str]
    links: list[PageLinkOut]
    content_blocks: list[ContentBlockOut]


class BlockEditIn(Schema):
    """A block's new text."""

    block_id: Annotated[str, Field(min_length=1)]
    markdown_content: Annotated[str, Field(max_length=MAX_TEXT_CHARS), STORABLE]


class PageEditIn(Schema):
    """Blocks that get another text, all or none."""

    content_blocks: Annotated[list[BlockEditIn], Field(min_length=1)]


class PageEditedOut(Schema):
    """What was changed."""

    page_id: str
    updated_block_ids: list[str]
    updated_block_count: int
    status: str
    successors: dict[str, str] = Field(description="the block that stands in each one's place now")
