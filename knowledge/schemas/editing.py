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
