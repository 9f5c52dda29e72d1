"""The user's answers to review items: what is one, what holds, what is over, what is to go."""

from typing import Any
from uuid import UUID

from django.db import transaction

from exobrain.lib.database import retry_conflicts
from knowledge.errors import AlreadyDecided, RecordNotFound, ReviewItemNotFound
from knowledge.models import Block, Changeset, Entity, ReviewItem
from knowledge.services.forgetting.erasure import forget
from knowledge.services.identities.merging import add_cannot_link, merge_into
from knowledge.services.ledger.unit_of_work import UnitOfWork
from knowledge.services.locking import lock_memory
from knowledge.services.pages.editing import assure, end, refute
from knowledge.types import Target, TargetKind, TextSpan


@retry_conflicts
def accept(*, user_id: UUID, item_id: UUID) -> UUID:
    """Of a merge: the two are one. Of a conflict: the left one holds. Of an ending: the right one
    is over. Of a wish to forget: it is forgotten. Returns the changeset.
    """
    return _decide(user_id, item_id, ReviewItem.State.ACCEPTED)


@retry_conflicts
def reject(*, user_id: UUID, item_id: UUID) -> UUID:
    """Of a merge: different for ever. Of a conflict: the right one holds. Of the others: nothing is
    done. Returns the changeset.
    """
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
        if item.kind == ReviewItem.Kind.FORGET and is_accepted:
            return _forget(item)
        kinds = Changeset.Kind
        work = UnitOfWork(
            user_id=user_id, kind=kinds.MERGE if is_merge and is_accepted else kinds.EDIT
        )
        if item.kind != ReviewItem.Kind.FORGET:
            _answer(work, item, is_accepted=is_accepted)
        # Last: merging or resolving may have changed or removed the item as no longer open.
        work.keep(item)
        work.change(item, state=state, decided_at=work.now)
        return work.commit()


def _answer(work: UnitOfWork, item: ReviewItem, *, is_accepted: bool) -> None:
    """What the item asks about is as the user says."""
    is_merge = item.kind == ReviewItem.Kind.MERGE
    model: Any = Entity if is_merge else Block
    found = model.objects.filter(user_id=work.user_id).in_bulk([item.left_id, item.right_id])
    if len(found) < 2:
        raise RecordNotFound
    left, right = found[item.left_id], found[item.right_id]
    if is_merge and not is_accepted:
        add_cannot_link(work, left, right)
    elif is_merge:
        keep, gone = (right, left) if right.is_self else (left, right)
        merge_into(work, keep=keep, gone=gone)
    elif item.kind == ReviewItem.Kind.CONFLICT:
        winner, loser = (left, right) if is_accepted else (right, left)
        refute(work, loser)
        assure(work, winner)
    elif is_accepted:
        end(work, right, by=left)
        about = ReviewItem.objects.filter(
            user_id=work.user_id, kind=item.kind, state=ReviewItem.State.OPEN, left_id=left.id
        )
        for other in about.exclude(pk=item.pk):  # it has found what it ends
            work.remove(other)


def _forget(item: ReviewItem) -> UUID:
    """What the user wanted forgotten is, with the words of the wish itself."""
    mine = {"user_id": item.user_id, "pk": item.left_id}
    kind = TargetKind.ENTITY if Entity.objects.filter(**mine).exists() else TargetKind.FACT
    wish = Block.objects.filter(user_id=item.user_id, pk=item.right_id).first()
    also = []
    if wish is not None and wish.message_id is not None:
        start, end_ = (int(item.features[name]) for name in ("start", "end"))
        also = [TextSpan(wish.message_id, start, end_)]
    target = Target(kind, id=item.left_id)
    return forget(user_id=item.user_id, target=target, also=also).changeset_id
