"""What a user corrects on a page."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from exobrain.lib.database import retry_conflicts
from knowledge.errors import BlockNotOnPage, RepeatedBlock
from knowledge.selectors.entity_page import editable_blocks
from knowledge.services.pages import editing


@retry_conflicts
def edit_page(*, user_id: UUID, page_id: UUID, texts: Mapping[UUID, str]) -> dict[UUID, UUID]:
    """Blocks of the page read as given, all or none; maps each to what stands there now.

    Raises PageNotFound, BlockNotOnPage for a block that stands elsewhere, and RepeatedBlock when
    two of them stand in the same place by now.
    """
    with transaction.atomic():
        present = editable_blocks(user_id=user_id, page_id=page_id)
        if not texts.keys() <= present.keys():
            raise BlockNotOnPage
        if len({present[block_id] for block_id in texts}) < len(texts):
            raise RepeatedBlock
        edited = editing.edit_blocks(
            user_id=user_id, texts={present[block_id]: text for block_id, text in texts.items()}
        )
    return {block_id: edited[present[block_id]] for block_id in texts}
