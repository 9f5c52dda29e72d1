"""The user's answers to review items: entities to merge, statements that conflict."""

from typing import Any
from uuid import UUID

from django.db import transaction

from exobrain.lib.database import retry_conflicts
from knowledge.errors import AlreadyDecided, RecordNotFound, ReviewItemNotFound
from knowledge.models import Block, Changeset, Entity, ReviewItem
from knowledge.services.identities.merging import add_cannot_link, merge_into
from knowledge.services.ledger.unit_of_work import UnitOfWork
from knowledge.services.locking import lock_memory
from knowledge.services.pages.editing import assure, refute


@retry_conflicts
def accept(*, user_id: UUID, item_id: UUID) -> UUID:
    """Of a merge: the two are one. Of a conflict: the left one holds. Returns the changeset."""
    return _decide(user_id, item_id, ReviewItem.State.ACCEPTED)


@retry_conflicts
def reject(*, user_id: UUID, item_id: UUID) -> UUID:
    """Of a merge: different for ever. Of a conflict: the right one holds. Returns the changeset."""
    return _decide(user_id, item_id, ReviewItem.State.REJECTED)


def _decide(user_id: UUID, item_id: UUID, state: ReviewItem.State) -> UUID:
    with transaction.atomic():
        lock_memory(user_id)
        item = ReviewItem.objects.filter(user_id=user_id, pk=item_id).first()
        if item is None:
            raise ReviewItemNotFound
        if item.state != ReviewItem.State.OPEN:
            raise AlreadyDecided
        is_merge = item.kind == ReviewItem.Kind.MERGE
        is_accepted = state == ReviewItem.State.ACCEPTED
        kinds = Changeset.Kind
        work = UnitOfWork(
            user_id=user_id, kind=kinds.MERGE if is_merge and is_accepted else kinds.EDIT
        )
        model: Any = Entity if is_merge else Block
        found = model.objects.filter(user_id=user_id).in_bulk([item.left_id, item.right_id])
        if len(found) < 2:
            raise RecordNotFound
        left, right = found[item.left_id], found[item.right_id]
        if is_merge and not is_accepted:
            add_cannot_link(work, left, right)
        elif is_merge:
            keep, gone = (right, left) if right.is_self else (left, right)
            merge_into(work, keep=keep, gone=gone)
        else:
            winner, loser = (left, right) if is_accepted else (right, left)
            refute(work, loser)
            assure(work, winner)
        # Last: merging or resolving may have changed or removed the item as no longer open.
        work.keep(item)
        work.change(item, state=state, decided_at=work.now)
        return work.commit()
