"""Reads of review items: what the memory asks its user."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Q

from exobrain.lib.paging import PagedRows, cut
from knowledge.errors import ReviewItemNotFound
from knowledge.models import Block, Entity, ReviewItem
from knowledge.selectors.changesets import record_texts
from knowledge.selectors.evidence import evidence_of
from knowledge.types import ReviewEntry


def review_items(
    *,
    user_id: UUID,
    size: int,
    before: UUID | None = None,
    kind: str | None = None,
    state: str = "open",
) -> PagedRows[ReviewEntry]:
    """The user's review items of that state, the latest first; those before the given one."""
    found = ReviewItem.objects.filter(user_id=user_id, state=state).order_by("-created_at", "-id")
    if kind is not None:
        found = found.filter(kind=kind)
    if before is not None:
        mark = ReviewItem.objects.filter(user_id=user_id, pk=before).first()
        if mark is None:
            raise ReviewItemNotFound
        at = mark.created_at
        found = found.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=mark.id))
    page = cut(list(found[: size + 1]), size=size)
    return PagedRows(_review_entries(user_id, page.rows), has_more=page.has_more)


def open_forget_wishes(*, user_id: UUID, record_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Which of the records the memory asks whether to forget, and in which review item."""
    asked = ReviewItem.objects.filter(
        user_id=user_id,
        kind=ReviewItem.Kind.FORGET,
        state=ReviewItem.State.OPEN,
        left_id__in=record_ids,
    )
    return dict(asked.values_list("left_id", "id"))


def _review_entries(user_id: UUID, rows: Sequence[ReviewItem]) -> list[ReviewEntry]:
    ids = [id_ for row in rows for id_ in (row.left_id, row.right_id)]
    texts = record_texts(user_id, ids)
    blocks = Block.objects.filter(user_id=user_id, pk__in=ids).values_list("id", "said_at")
    entities = Entity.objects.filter(user_id=user_id, pk__in=ids)
    details = {id_: at.isoformat() for id_, at in blocks}
    details |= dict(entities.values_list("id", "node_type_id"))
    evidence = evidence_of(user_id=user_id, record_ids=ids)
    own = set(entities.filter(is_self=True).values_list("id", flat=True))
    return [
        ReviewEntry(
            id=row.id,
            kind=row.kind,
            state=row.state,
            left_id=row.left_id,
            right_id=row.right_id,
            left_text=texts.get(row.left_id, ""),
            right_text=texts.get(row.right_id, ""),
            left_detail=details.get(row.left_id, ""),
            right_detail=details.get(row.right_id, ""),
            score=row.score,
            features=row.features,
            created_at=row.created_at,
            left_evidence=evidence.get(row.left_id, ()),
            right_evidence=evidence.get(row.right_id, ()),
            **_words(row, texts, own),
        )
        for row in rows
    ]


def _words(row: ReviewItem, texts: dict[UUID, str], own: set[UUID]) -> dict[str, str]:
    """The question, and what each answer to it will do."""
    left, right = texts.get(row.left_id, ""), texts.get(row.right_id, "")
    if row.kind == ReviewItem.Kind.MERGE:
        kept = right if row.right_id in own else left
        return {
            "question": f"Are {left} and {right} the same?",
            "if_accepted": f"They become one page, {kept}, with all that is known of both.",
            "if_rejected": "They stay two pages, and you are not asked about them again.",
        }
    if row.kind == ReviewItem.Kind.ENDING:
        return {
            "question": "Is this over?",
            "if_accepted": f"“{right}” is ended, and stays among what was.",
            "if_rejected": "Nothing is ended.",
        }
    if row.kind == ReviewItem.Kind.FORGET:
        return {
            "question": "Shall this be forgotten?",
            "if_accepted": f"“{left}” is gone for good and is not learned again.",
            "if_rejected": "Nothing is forgotten.",
        }
    return {
        "question": "Which of these holds?",
        "if_accepted": f"“{left}” holds, by your word; “{right}” is marked as wrong.",
        "if_rejected": f"“{right}” holds, by your word; “{left}” is marked as wrong.",
    }
