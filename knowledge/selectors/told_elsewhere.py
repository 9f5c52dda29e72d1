"""What the pages of others tell of an entity: who works there, who has bought it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exobrain.lib import clock
from knowledge.models import Block, Mention
from knowledge.selectors.entities import canonical_id, member_ids
from knowledge.selectors.entity_page import PAST, PageBlock, time_of, to_page_block
from knowledge.selectors.pages import PAGE_KINDS
from knowledge.types import Status


@dataclass(frozen=True)
class ToldElsewhere:
    """A text that speaks of the entity and stands on another page."""

    block: PageBlock
    page_id: UUID
    is_past: bool  # it says what is over


def told_elsewhere(
    *,
    user_id: UUID,
    page_id: UUID,
    limit: int,
    without: Collection[UUID | None] = (),
    as_of: datetime | None = None,
) -> list[ToldElsewhere]:
    """The latest statements that speak of it on other pages: what holds first, then what is over.

    Those in `without` are left out: the page tells them already, as relations.
    """
    members = member_ids(
        user_id=user_id, entity_ids=[canonical_id(user_id=user_id, page_id=page_id)]
    )
    mentions = Mention.objects.filter(user_id=user_id, entity__in=members, superseded_at=None)
    blocks = (
        Block.objects.filter(
            user_id=user_id,
            id__in=mentions.values("block_id"),
            kind__in=PAGE_KINDS,
            entity__superseded_at=None,
        )
        .exclude(entity__in=members)
        .exclude(entity=None)
        .exclude(status=Status.FALSIFIED)
        .exclude(id__in=[id_ for id_ in without if id_ is not None])
        .order_by("-said_at", "id")[:limit]
    )
    at = as_of or clock.now()
    told = [
        ToldElsewhere(to_page_block(block, {}, at=at), block.entity_id, time == PAST)
        for block in blocks
        if block.entity_id is not None and (time := time_of(block, as_of=as_of))
    ]
    return sorted(told, key=lambda one: one.is_past)
