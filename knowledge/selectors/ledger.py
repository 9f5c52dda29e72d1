"""Reads of the ledger: its changes, its decisions, its questions. Always somebody's."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from exobrain.lib.paging import PagedRows, cut
from exobrain.lib.sql import all_rows
from knowledge.errors import ChangesetNotFound, ReviewItemNotFound
from knowledge.models import Block, Changeset, Decision, Entity, ReviewItem
from knowledge.selectors.history import changes_of
from knowledge.types import Change, ChangesetEntry, ReviewEntry, Verdict, Why

# -- messages


def learned(*, user_id: UUID, message_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the messages whose episode is in the memory."""
    episodes = Block.objects.filter(user_id=user_id, kind="episode", message_id__in=message_ids)
    return {id_ for id_ in episodes.values_list("message_id", flat=True) if id_ is not None}


# -- entities

# Entities and all that were merged into them, however long the chain.
MEMBERS = """
WITH RECURSIVE member AS (
    SELECT id FROM knowledge_entity WHERE user_id = %s AND id = ANY(%s)
  UNION
    SELECT merged.id FROM knowledge_entity merged JOIN member ON merged.merged_into_id = member.id
    WHERE merged.user_id = %s
)
SELECT id FROM member
"""


def member_ids(*, user_id: UUID, entity_ids: Collection[UUID]) -> list[UUID]:
    """Those of the entities that are the user's, with all that were merged into them."""
    return [id_ for (id_,) in all_rows(MEMBERS, [user_id, list(entity_ids), user_id])]


# -- changesets


def changesets(
    *, user_id: UUID, size: int, before: UUID | None = None
) -> PagedRows[ChangesetEntry]:
    """The user's changesets, the latest first; those before the given one."""
    found = _changesets(user_id)
    if before is not None:
        mark = Changeset.objects.filter(user_id=user_id, pk=before).values_list("created_at", "id")
        try:
            at, last = mark.get()
        except Changeset.DoesNotExist:
            raise ChangesetNotFound from None
        found = found.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=last))
    page = cut(list(found[: size + 1]), size=size)
    return PagedRows([_changeset_entry(row) for row in page.rows], has_more=page.has_more)


def changeset(*, user_id: UUID, changeset_id: UUID) -> ChangesetEntry:
    """One changeset; raises ChangesetNotFound."""
    row = _changesets(user_id).filter(pk=changeset_id).first()
    if row is None:
        raise ChangesetNotFound
    return _changeset_entry(row)


def changes(
    *, user_id: UUID, changeset_id: UUID, size: int, after: int = -1
) -> PagedRows[tuple[int, Change]]:
    """The changes of a changeset with their positions, those after the given position.

    Values are as JSON has them.
    """
    everything = list(enumerate(changes_of(user_id=user_id, changeset_id=changeset_id)))
    page = cut(everything[after + 1 : after + size + 2], size=size)
    rows = [
        (
            position,
            Change(change.table, change.record_id, _plain(change.before), _plain(change.after)),
        )
        for position, change in page.rows
    ]
    return PagedRows(rows, has_more=page.has_more)


def _plain(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        name: value.isoformat()
        if isinstance(value, datetime)
        else str(value)
        if isinstance(value, UUID)
        else value
        for name, value in row.items()
    }


def _changesets(user_id: UUID) -> QuerySet[Changeset]:
    return Changeset.objects.filter(user_id=user_id).order_by("-created_at", "-id")


def _changeset_entry(row: Changeset) -> ChangesetEntry:
    is_applied = row.state == Changeset.State.APPLIED
    return ChangesetEntry(
        id=row.id,
        kind=row.kind,
        state=row.state,
        created_at=row.created_at,
        job_id=row.job_id,
        reverts_id=row.reverts_id,
        extractor=row.extractor,
        summary=row.summary,
        can_roll_back=is_applied and row.kind != Changeset.Kind.FORGET,
    )


# -- decisions


def why(*, user_id: UUID, message_id: UUID) -> list[Why]:
    """What was decided about a message and its parts, in the order of its text.

    A statement that a newer one has ended since is told as superseded.
    """
    decisions = list(
        Decision.objects.filter(user_id=user_id, message_id=message_id)
        .select_related("changeset")
        .order_by("changeset__created_at", "start", "end", "id")
    )
    ids = [d.record_id for d in decisions if d.record_id is not None]
    texts = _texts(user_id, ids)
    ended = set(
        Block.objects.filter(user_id=user_id, pk__in=ids)
        .exclude(superseded_at=None)
        .values_list("pk", flat=True)
    )
    return [_why(decision, texts, ended) for decision in decisions]


def _why(decision: Decision, texts: Mapping[UUID, str], ended: Collection[UUID]) -> Why:
    verdict, reason = Verdict(decision.verdict), decision.reason
    if decision.changeset.state == Changeset.State.ROLLED_BACK:
        verdict, reason = Verdict.DROPPED, "rolled_back"
    elif verdict == Verdict.REMEMBERED and decision.record_id in ended:
        verdict, reason = Verdict.SUPERSEDED, "newer_statement"
    return Why(
        verdict=verdict,
        reason=reason,
        start=decision.start,
        end=decision.end,
        record_id=decision.record_id,
        record_text=texts.get(decision.record_id, "") if decision.record_id else "",
        changeset_id=decision.changeset_id,
        decided_at=decision.changeset.created_at,
    )


def _texts(user_id: UUID, record_ids: Sequence[UUID]) -> dict[UUID, str]:
    """How blocks and entities read."""
    blocks = Block.objects.filter(user_id=user_id, pk__in=record_ids).values_list("id", "text")
    entities = Entity.objects.filter(user_id=user_id, pk__in=record_ids).values_list("id", "name")
    return {**dict(blocks), **dict(entities)}


# -- questions


def review_items(
    *,
    user_id: UUID,
    size: int,
    before: UUID | None = None,
    kind: str | None = None,
    state: str = "open",
) -> PagedRows[ReviewEntry]:
    """The user's questions of that state, the latest first; those before the given one."""
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


def review_item(*, user_id: UUID, item_id: UUID) -> ReviewEntry:
    """One question; raises ReviewItemNotFound."""
    row = ReviewItem.objects.filter(user_id=user_id, pk=item_id).first()
    if row is None:
        raise ReviewItemNotFound
    return _review_entries(user_id, [row])[0]


def _review_entries(user_id: UUID, rows: Sequence[ReviewItem]) -> list[ReviewEntry]:
    ids = [id_ for row in rows for id_ in (row.left_id, row.right_id)]
    texts, details = _texts(user_id, ids), _details(user_id, ids)
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
        )
        for row in rows
    ]


def _details(user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, str]:
    blocks = Block.objects.filter(user_id=user_id, pk__in=ids).values_list("id", "said_at")
    entities = Entity.objects.filter(user_id=user_id, pk__in=ids)
    said = {id_: at.isoformat() for id_, at in blocks}
    return {**said, **dict(entities.values_list("id", "node_type_id"))}
