"""Answers to the questions of the memory."""

from uuid import UUID

from django.db import transaction

from knowledge.errors import AlreadyDecided, RecordNotFound, ReviewItemNotFound
from knowledge.models import Block, Changeset, Entity, ReviewItem
from knowledge.services.identities.merging import add_cannot_link, merge_into
from knowledge.services.ledger.unit_of_work import UnitOfWork, lock_memory
from knowledge.services.pages.editing import assure, refute


def accept(*, user_id: UUID, item_id: UUID) -> UUID:
    """Of a merge: the two are one. Of a conflict: the left one holds. Returns the changeset."""
    return _answer(user_id, item_id, ReviewItem.State.ACCEPTED)


def reject(*, user_id: UUID, item_id: UUID) -> UUID:
    """Of a merge: different for ever. Of a conflict: the right one holds. Returns the changeset."""
    return _answer(user_id, item_id, ReviewItem.State.REJECTED)


def _answer(user_id: UUID, item_id: UUID, state: ReviewItem.State) -> UUID:
    with transaction.atomic():
        lock_memory(user_id)
        item = ReviewItem.objects.filter(user_id=user_id, pk=item_id).first()
        if item is None:
            raise ReviewItemNotFound
        if item.state != ReviewItem.State.OPEN:
            raise AlreadyDecided
        is_merge = item.kind == ReviewItem.Kind.MERGE
        kinds = Changeset.Kind
        is_accepted = state == ReviewItem.State.ACCEPTED
        work = UnitOfWork(
            user_id=user_id, kind=kinds.MERGE if is_merge and is_accepted else kinds.EDIT
        )
        if is_merge:
            _decide_merge(work, item, is_accepted)
        else:
            _decide_conflict(work, item, is_accepted)
        # Last: what was done about the records may have taken the question for settled.
        work.keep(item)
        work.change(item, state=state, decided_at=work.now)
        return work.commit()


def _decide_merge(work: UnitOfWork, item: ReviewItem, is_accepted: bool) -> None:
    found = Entity.objects.filter(user_id=work.user_id).in_bulk([item.left_id, item.right_id])
    if len(found) < 2:
        raise RecordNotFound
    left, right = found[item.left_id], found[item.right_id]
    if not is_accepted:
        add_cannot_link(work, left, right)
    elif right.is_self:
        merge_into(work, keep=right, gone=left)
    else:
        merge_into(work, keep=left, gone=right)


def _decide_conflict(work: UnitOfWork, item: ReviewItem, left_holds: bool) -> None:
    found = Block.objects.filter(user_id=work.user_id).in_bulk([item.left_id, item.right_id])
    if len(found) < 2:
        raise RecordNotFound
    left, right = found[item.left_id], found[item.right_id]
    winner, loser = (left, right) if left_holds else (right, left)
    refute(work, loser)
    assure(work, winner)
