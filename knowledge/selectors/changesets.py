"""Reads of changesets, their changes and their decisions. Always of one user."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from exobrain.lib.paging import PagedRows, cut
from knowledge.errors import ChangesetNotFound
from knowledge.models import Block, Changeset, Decision, Entity
from knowledge.selectors.history import changes_of
from knowledge.types import Change, ChangesetEntry, Verdict, Why

# -- changesets


def list_changesets(
    *, user_id: UUID, size: int, before: UUID | None = None
) -> PagedRows[ChangesetEntry]:
    """The user's changesets, the latest first; those before the given one."""
    found = Changeset.objects.filter(user_id=user_id).order_by("-created_at", "-id")
    if before is not None:
        mark = Changeset.objects.filter(user_id=user_id, pk=before).values_list("created_at", "id")
        try:
            at, last = mark.get()
        except Changeset.DoesNotExist:
            raise ChangesetNotFound from None
        found = found.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=last))
    page = cut(list(found[: size + 1]), size=size)
    dropped = dropped_counts([row.pk for row in page.rows])
    entries = [_changeset_entry(row, dropped[row.pk]) for row in page.rows]
    return PagedRows(entries, has_more=page.has_more)


def changeset(*, user_id: UUID, changeset_id: UUID) -> ChangesetEntry:
    """One changeset; raises ChangesetNotFound."""
    row = Changeset.objects.filter(user_id=user_id, pk=changeset_id).first()
    if row is None:
        raise ChangesetNotFound
    return _changeset_entry(row, dropped_counts([row.pk])[row.pk])


def dropped_counts(changeset_ids: Collection[UUID]) -> Mapping[UUID, dict[str, int]]:
    """How many parts of messages each changeset has dropped, by the reason."""
    found: dict[UUID, dict[str, int]] = {id_: {} for id_ in changeset_ids}
    rows = Decision.objects.filter(changeset_id__in=changeset_ids, verdict=Verdict.DROPPED)
    counted = rows.values_list("changeset_id", "reason").annotate(count=Count("id"))
    for id_, reason, count in counted.order_by("-count", "reason"):
        found[id_][reason] = count
    return found


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
            Change(
                change.table,
                change.record_id,
                _to_json_values(change.before),
                _to_json_values(change.after),
            ),
        )
        for position, change in page.rows
    ]
    return PagedRows(rows, has_more=page.has_more)


def _to_json_values(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
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


def _changeset_entry(row: Changeset, dropped: Mapping[str, int]) -> ChangesetEntry:
    is_applied = row.state == Changeset.State.APPLIED
    return ChangesetEntry(
        id=row.id,
        kind=row.kind,
        state=row.state,
        created_at=row.created_at,
        job_id=row.job_id,
        reverts_id=row.reverts_id,
        extractor=row.extractor,
        fallback=row.fallback,
        summary=row.summary,
        can_roll_back=is_applied and row.kind != Changeset.Kind.FORGET,
        dropped=dropped,
    )


# -- decisions


def why(*, user_id: UUID, message_id: UUID) -> list[Why]:
    """What was decided about a message and its parts, in the order of its text.

    A statement that a newer one has ended since is reported as superseded.
    """
    decisions = list(
        Decision.objects.filter(user_id=user_id, message_id=message_id)
        .select_related("changeset")
        .order_by("changeset__created_at", "start", "end", "id")
    )
    ids = [d.record_id for d in decisions if d.record_id is not None]
    texts = record_texts(user_id, ids)
    ended = set(
        Block.objects.filter(user_id=user_id, pk__in=ids)
        .exclude(superseded_at=None)
        .values_list("pk", flat=True)
    )
    entries = []
    for decision in decisions:
        verdict, reason = Verdict(decision.verdict), decision.reason
        if decision.changeset.state == Changeset.State.ROLLED_BACK:
            verdict, reason = Verdict.DROPPED, "rolled_back"
        elif verdict == Verdict.REMEMBERED and decision.record_id in ended:
            verdict, reason = Verdict.SUPERSEDED, "newer_statement"
        entries.append(
            Why(
                verdict=verdict,
                reason=reason,
                start=decision.start,
                end=decision.end,
                record_id=decision.record_id,
                record_text=texts.get(decision.record_id, "") if decision.record_id else "",
                changeset_id=decision.changeset_id,
                decided_at=decision.changeset.created_at,
            )
        )
    return entries


def record_texts(user_id: UUID, record_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The texts of blocks and names of entities, by their ids."""
    blocks = Block.objects.filter(user_id=user_id, pk__in=record_ids).values_list("id", "text")
    entities = Entity.objects.filter(user_id=user_id, pk__in=record_ids).values_list("id", "name")
    return {**dict(blocks), **dict(entities)}
