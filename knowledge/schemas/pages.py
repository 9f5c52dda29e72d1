"""Shapes of the memory's pages, as the API reads and edits them."""

from datetime import datetime
from typing import Annotated

from ninja import Query, Schema
from pydantic import Field

from exobrain.lib.moments import Moment
from exobrain.lib.text import STORABLE
from knowledge.types import MAX_TEXT_CHARS

USUAL_PAGES, MAX_PAGES = 50, 200  # in one answer

PageSize = Annotated[int, Query(ge=1, description=f"at most {MAX_PAGES} are given at once")]
PageToken = Annotated[
    str | None, Query(min_length=1, description="the next_page_token of the page before")
]

PageAsOf = Annotated[Moment | None, Query(description="what held then")]


class PageFilter(Schema):
    """Which pages of the index are wanted."""

    category_id: Annotated[str, Field(max_length=60), STORABLE] = Field(
        "", description="only pages of this very type"
    )
    name: Annotated[str, Field(max_length=200), STORABLE] = Field(
        "", description="part of any of its names"
    )
    as_of: Moment | None = Field(None, description="only what was spoken of by then")


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


class IndexEntryOut(PageEntryOut):
    """A page in the index of all pages."""

    category_id: str
    category_name: str


class TypeCountOut(Schema):
    """How many pages are of a type itself."""

    category_id: str
    display_name: str
    page_count: int


class PageIndexOut(Schema):
    """Some of all pages, by name."""

    pages: list[IndexEntryOut]
    types: list[TypeCountOut] = Field(description="of all that fit, also of other types")
    page_size: int
    next_page_token: str | None
    total_count: int


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
    relation: str = Field("", description="what connects them, such as `sister`; empty: unknown")
    text: str = Field("", description="the same as a sentence")


class ContentBlockOut(Schema):
    """A text of the page."""

    block_id: str
    markdown: str


class StatementOut(Schema):
    """A text of the page, with its time."""

    block_id: str
    kind: str
    markdown: str
    topic: str
    status: str
    said_at: datetime
    valid_from: datetime | None
    valid_to: datetime | None


class StatementGroupOut(Schema):
    """What holds on one subject."""

    heading: str
    statements: list[StatementOut]


class RelationOut(Schema):
    """How the page is connected with another."""

    page_id: str
    title: str
    relation: str
    text: str
    valid_from: datetime | None
    valid_to: datetime | None


class MergedOut(Schema):
    """A page that the user made one with this."""

    page_id: str
    title: str
    merged_at: datetime
    changeset_id: str = Field(description="roll it back to have two pages again")


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
    category_name: str
    aliases: list[str]
    as_of: datetime | None
    to_user: list[str] = Field(description="who or what it is to the user, as sentences")
    now: list[StatementGroupOut] = Field(description="what holds, by subject")
    coming: list[StatementOut] = Field(description="the next first")
    past: list[StatementOut] = Field(description="what is over or was found wrong, the last first")
    relations: list[RelationOut] = Field(description="to other pages, as they hold")
    past_relations: list[RelationOut]
    merged: list[MergedOut]


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
