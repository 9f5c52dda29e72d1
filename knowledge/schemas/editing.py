"""Shapes of what a user does to a page, but for its texts."""

from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from exobrain.lib.text import STORABLE
from knowledge.identity import MAX_NAME_CHARS
from knowledge.types import MAX_TEXT_CHARS


class NameIn(Schema):
    """Another name."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARS), STORABLE]


class NoteIn(Schema):
    """What the user writes on a page."""

    markdown_content: Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARS), STORABLE]


class NoteAddedOut(Schema):
    """The block that says it."""

    block_id: str


class OtherIn(Schema):
    """Another page."""

    page_id: UUID


class PrivacyIn(Schema):
    """Whether a block is private."""

    is_private: bool


BlockIds = Annotated[list[UUID], Field(min_length=1, max_length=500)]


class SplitIn(Schema):
    """What belongs on a new page, and what that is called."""

    block_ids: Annotated[
        BlockIds, Field(description="texts of the page, and episodes that speak of it")
    ]
    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARS), STORABLE]


class MoveIn(Schema):
    """What belongs on another page."""

    block_ids: BlockIds
    page_id: UUID


class TypeIn(Schema):
    """What the page is of."""

    category_id: Annotated[str, Field(min_length=1, max_length=60), STORABLE]


class SplitOut(Schema):
    """The new page, and the changeset that made it."""

    page_id: str
    changeset_id: str
