"""Changesets: what rolling one back would do, and doing it.

Rolling back is a changeset of its own, so it can be rolled back in turn. What a later changeset
says of the same record is a conflict, except for what follows from statements by itself (see
`conflicts`): that is computed again.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from django.db import models, transaction

from exobrain.lib.database import retry_conflicts
from knowledge.errors import (
    AlreadyRolledBack,
    CannotRollBack,
    ChangedSince,
    ChangesetNotFound,
)
from knowledge.models import (
    LEDGER,
    Alias,
    Block,
    Changeset,
    Edge,
    Entity,
    LedgerRow,
    Mention,
    Record,
    ReviewItem,
    Source,
)
from knowledge.selectors.history import (
    adding_changesets,
    changes_of,
    later_changesets,
    removing_changesets,
)
from knowledge.services.ledger.conflicts import resolve_conflicts, topics_of
from knowledge.services.ledger.removal import (
    DERIVED,
    NOT_SUPERSEDED,
    lower_trust,
    remove_with_dependents,
)
from knowledge.services.ledger.unit_of_work import TABLE_OF, Key, UnitOfWork
from knowledge.services.locking import lock_memory
from knowledge.types import RollbackPreview, Status

# What a job may change of a record without saying anything new.
MECHANICAL = {
    *DERIVED,
    *("valid_from", "since_precision", "held_at", "confidence", "trust", "node_type_id"),
    *("name", "normal_name", "is_unnamed"),  # somebody known by a role has got a name
}
UNDECIDED = {Status.ASSERTED, Status.DISPUTED}  # statuses that follow from conflicts
ENTITY_REFERENCES: tuple[tuple[type[models.Model], str], ...] = (
    (Mention, "entity_id"),
    (Block, "entity_id"),
    (Edge, "source_id"),
    (Edge, "target_id"),
    (Entity, "merged_into_id"),
)


def preview_roll_back(*, user_id: UUID, changeset_id: UUID) -> RollbackPreview:
    """What rolling it back would do; nothing is written."""
    plan = _plan_rollback(_find_revertible(user_id, changeset_id))
    work = UnitOfWork(user_id=user_id, kind=Changeset.Kind.ROLLBACK, reverts_id=changeset_id)
    _apply_plan(work, plan)  # which is not committed
    return RollbackPreview(
        changeset_id=changeset_id,
        counts=Counter(table for table, _ in (*work.removed, *work.added, *work.changed)),
        kept=len(plan.kept),
        conflicts=plan.conflicts,
    )


@retry_conflicts
def roll_back(*, user_id: UUID, changeset_id: UUID) -> UUID:
    """The changeset is undone; returns the changeset that undid it.

    Rows that later changes use stay. Raises ChangedSince when later changes concern the same.
    """
    with transaction.atomic():
        lock_memory(user_id)
        changeset = _find_revertible(user_id, changeset_id)
        plan = _plan_rollback(changeset)
        if plan.conflicts:
            raise ChangedSince(plan.conflicts)
        work = UnitOfWork(user_id=user_id, kind=Changeset.Kind.ROLLBACK, reverts_id=changeset_id)
        _apply_plan(work, plan)
        _mark_rolled_back(changeset)
        return work.commit()


def _mark_rolled_back(changeset: Changeset) -> None:
    """It is rolled back; what it had rolled back is applied again, and so on alternately."""
    states = [Changeset.State.ROLLED_BACK, Changeset.State.APPLIED]
    current: Changeset | None = changeset
    while current is not None:
        Changeset.objects.filter(pk=current.pk).update(state=states[0])
        states.reverse()
        current = current.reverts if current.kind == Changeset.Kind.ROLLBACK else None


def _find_revertible(user_id: UUID, changeset_id: UUID) -> Changeset:
    changeset = Changeset.objects.filter(user_id=user_id, pk=changeset_id).first()
    if changeset is None:
        raise ChangesetNotFound
    if changeset.kind == Changeset.Kind.FORGET:
        raise CannotRollBack
    if changeset.state == Changeset.State.ROLLED_BACK:
        raise AlreadyRolledBack
    return changeset


# -- what is to be done


@dataclass
class RollbackPlan:
    """What a rollback does to each row: removed, restored with values, changed back, or kept."""

    remove: dict[Key, LedgerRow] = field(default_factory=dict)
    restore: dict[Key, Mapping[str, Any]] = field(default_factory=dict)
    change: dict[Key, tuple[LedgerRow, Mapping[str, Any]]] = field(default_factory=dict)
    kept: set[Key] = field(default_factory=set)  # added by the changeset, but used by later ones
    missing: set[Key] = field(default_factory=set)  # changed by it, and not there any more
    conflicts: Sequence[UUID] = ()

    def keep(self, is_kept: Callable[[Key, Any], bool]) -> None:
        """Rows of which this is true are not removed."""
        for key in [key for key, row in self.remove.items() if is_kept(key, row)]:
            del self.remove[key]
            self.kept.add(key)


def _plan_rollback(changeset: Changeset) -> RollbackPlan:
    """The inverse of each change, but for rows that later messages still use."""
    user_id, plan = changeset.user_id, RollbackPlan()
    changes = changes_of(user_id=user_id, changeset_id=changeset.pk)
    present: dict[Key, LedgerRow] = {}
    for name, table in LEDGER.items():
        ids = [change.record_id for change in changes if change.table == name]
        rows = cast(Any, table.model).objects.filter(user_id=user_id, pk__in=ids)
        present |= {(name, row.pk): row for row in rows}
    for change in reversed(changes):  # what comes back: parents before children
        key = (change.table, change.record_id)
        row = present.get(key)
        if change.before is None:
            if row is not None:
                plan.remove[key] = row
        elif change.after is None:
            if row is None:
                plan.restore[key] = change.before
        elif row is not None:
            plan.change[key] = (row, change.before)
        elif set(change.after) - set(DERIVED):
            plan.missing.add(key)

    # Statements that have no source but those that go now: their own changeset was rolled back
    # before, and left them because of these sources.
    gone = {id_ for table, id_ in plan.remove if table == "source"}
    cited = {row.record_id for row in plan.remove.values() if isinstance(row, Source)}
    left = Source.objects.filter(user_id=user_id, record_id__in=cited).exclude(pk__in=gone)
    uncited = cited - set(left.values_list("record_id", flat=True))
    for block in Block.objects.filter(user_id=user_id, pk__in=uncited):
        plan.remove.setdefault(("block", block.pk), block)
    _keep_used_rows(plan, user_id)
    plan.conflicts = _find_conflicts(changeset, plan)
    return plan


def _keep_used_rows(plan: RollbackPlan, user_id: UUID) -> None:
    """Facts that later messages repeat stay, and entities that are still spoken of."""
    gone = {id_ for _, id_ in plan.remove}
    blocks = [id_ for table, id_ in plan.remove if table == "block"]
    others = Source.objects.filter(user_id=user_id, record_id__in=blocks).exclude(pk__in=gone)
    repeated = set(others.values_list("record_id", flat=True))
    plan.keep(lambda key, row: key[1] in repeated or getattr(row, "block_id", None) in repeated)

    gone = {id_ for _, id_ in plan.remove}
    entities = [id_ for table, id_ in plan.remove if table == "entity"]
    used = {
        entity for _, id_, entity in _records_referring_to(user_id, entities) if id_ not in gone
    }
    plan.keep(lambda key, row: (row.entity_id if key[0] == "alias" else key[1]) in used)

    # A review item about what stays is kept, unless its other side goes. Of the rest,
    # `remove_with_dependents` removes those about what goes, and `resolve_conflicts` adds and
    # removes those of conflicts.
    gone, stay = {id_ for _, id_ in plan.remove}, {id_ for _, id_ in plan.kept}
    plan.keep(
        lambda _, row: (
            isinstance(row, ReviewItem)
            and bool({row.left_id, row.right_id} & stay)
            and not {row.left_id, row.right_id} & gone
        )
    )


def _records_referring_to(
    user_id: UUID, entities: Collection[UUID]
) -> Iterator[tuple[str, UUID, UUID]]:
    """(table, record, entity) for all records that name one of these entities."""
    for model, column in ENTITY_REFERENCES:
        rows = cast(Any, model).objects.filter(user_id=user_id, **{f"{column}__in": entities})
        for id_, entity in rows.values_list("pk", column):
            yield TABLE_OF[model].name, id_, entity


def _find_conflicts(changeset: Changeset, plan: RollbackPlan) -> list[UUID]:
    """Later changesets that say something else of the same records."""
    user_id = changeset.user_id
    concerned: dict[str, set[UUID]] = defaultdict(set)
    for table, id_ in (*plan.remove, *plan.change):
        concerned[table].add(id_)
    later = later_changesets(user_id=user_id, number=changeset.number, records=concerned)
    kinds = dict(Changeset.objects.filter(pk__in=later).values_list("pk", "kind"))
    conflicts = []
    for later_id in later:
        ignored = MECHANICAL if kinds[later_id] == Changeset.Kind.JOB else set(DERIVED)
        for change in changes_of(user_id=user_id, changeset_id=later_id, only=concerned):
            if change.before is None or change.after is None:
                continue
            columns = set(change.after)
            if {change.after.get("status"), change.before.get("status")} <= UNDECIDED:
                columns.discard("status")
            if columns - ignored:
                conflicts.append(later_id)
    # An entity that was split off and would be merged again would leave behind what was said of
    # it since.
    merged = [
        row.pk
        for row, values in plan.change.values()
        if isinstance(row, Entity) and row.merged_into_id is None and values.get("merged_into_id")
    ]
    since: dict[str, set[UUID]] = defaultdict(set)
    for table, id_, _ in _records_referring_to(user_id, merged):
        if id_ not in concerned.get(table, ()):
            since[table].add(id_)
    conflicts += adding_changesets(user_id=user_id, records=since)
    # Whoever removed a row would bring it back as this changeset left it.
    removed: dict[str, set[UUID]] = defaultdict(set)
    for table, id_ in plan.missing:
        removed[table].add(id_)
    conflicts += removing_changesets(user_id=user_id, number=changeset.number, records=removed)
    return list(dict.fromkeys(conflicts))


# -- doing it


def _apply_plan(work: UnitOfWork, plan: RollbackPlan) -> None:
    """The unit of work has the planned rows, with dependents, trust and conflicts adjusted."""
    touched: list[LedgerRow] = []
    for (table, _), values in plan.restore.items():
        record = LEDGER[table].model(**values)
        if has_valid_references(work, record):
            work.add(record)
            touched.append(record)
    topics = topics_of(touched)
    for changed, values in plan.change.values():
        topics |= topics_of([changed])
        work.change(changed, **values)
        topics |= topics_of([changed])
    topics |= topics_of(plan.remove.values())
    remove_with_dependents(work, plan.remove.values())
    _remove_orphans(work)
    topics |= lower_trust(
        work,
        blocks=[id_ for table, id_ in plan.kept if table == "block"],
        without=[id_ for table, id_ in plan.remove if table == "source"],
    )

    # Nothing that comes back is superseded by a block that is not there.
    reopened = set()
    for block in (*work.additions(Block), *work.changes(Block)):
        successor = block.superseded_by_id
        if successor is not None and not _exists(work, Block, successor):
            work.change(block, **NOT_SUPERSEDED)
            reopened.add(block.pk)
    stored = Edge.objects.filter(user_id=work.user_id, block_id__in=reopened)
    for edge in (*work.current(stored), *work.additions(Edge)):
        if edge.block_id in reopened:
            work.change(edge, **NOT_SUPERSEDED)
    resolve_conflicts(work, topics)


def _remove_orphans(work: UnitOfWork) -> None:
    """Entities that nothing mentions any more are removed, and those merged into them.

    Its first message may have been forgotten, or its last while it was merged into another.
    """
    mentions = [*work.additions(Mention), *work.changes(Mention), *work.removals(Mention)]
    touched: set[UUID] = {
        *(mention.entity_id for mention in mentions),
        *(
            old["entity_id"]
            for (table, _), old in work.before.items()
            if table == "mention" and "entity_id" in old
        ),
        *(entity.pk for entity in (*work.additions(Entity), *work.changes(Entity))),
    }
    stored = Mention.objects.filter(user_id=work.user_id, entity_id__in=touched)
    mentions_left = [*work.current(stored), *work.additions(Mention), *work.changes(Mention)]
    unmentioned = touched - {mention.entity_id for mention in mentions_left}
    known = work.current(Entity.objects.filter(user_id=work.user_id, pk__in=unmentioned))
    orphans = [
        entity
        for entity in (*known, *work.additions(Entity))
        if entity.pk in unmentioned and entity.merged_into_id is None and not entity.is_self
    ]
    gone = {entity.pk for entity in orphans}
    merged = work.current(Entity.objects.filter(user_id=work.user_id, merged_into__in=gone))
    orphans += [entity for entity in merged if entity.merged_into_id in gone]
    gone = {entity.pk for entity in orphans}
    # What is being added for them is not there yet for `remove_with_dependents` to find.
    for row in (*work.additions(Alias), *work.additions(Source), *work.additions(ReviewItem)):
        names = {getattr(row, n, None) for n in ("entity_id", "record_id", "left_id", "right_id")}
        if names & gone:
            work.remove(row)
    remove_with_dependents(work, orphans)


def has_valid_references(work: UnitOfWork, row: LedgerRow) -> bool:
    """True when every row it refers to is stored or added by the unit of work."""
    for column in row._meta.concrete_fields:
        target = cast(Any, column.related_model)
        id_ = getattr(row, column.attname)
        if id_ is None or target in (None, Record, Changeset) or column.name == "user":
            continue
        if not _exists(work, target, id_):
            return False
    if isinstance(row, Source):
        return _exists(work, LEDGER[row.table].model, row.record_id)
    if isinstance(row, ReviewItem):
        side = Entity if row.kind == ReviewItem.Kind.MERGE else Block
        is_left_there = _exists(work, side, row.left_id)
        if row.kind == ReviewItem.Kind.FORGET:  # somebody, or a statement
            is_left_there = is_left_there or _exists(work, Entity, row.left_id)
        return is_left_there and _exists(work, side, row.right_id)
    return True


def _exists(work: UnitOfWork, model: Any, id_: Any) -> bool:
    table = TABLE_OF.get(model)
    if table is not None and (table.name, id_) in work.removed:
        return False
    is_added = table is not None and (table.name, id_) in work.added
    return is_added or model.objects.filter(pk=id_).exists()
