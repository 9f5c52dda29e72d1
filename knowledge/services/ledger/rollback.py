"""Changesets: what rolling one back would do, and doing it.

Rolling back is a changeset of its own, so it can be rolled back in turn. What a later changeset
says of the same record stands in the way and is named, except for what follows from statements
by itself (see `contradictions`): that is worked out again.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q

from knowledge.errors import (
    AlreadyRolledBack,
    CannotRollBack,
    ChangedSince,
    ChangesetNotFound,
)
from knowledge.models import (
    Alias,
    Block,
    Changeset,
    Edge,
    Entity,
    Mention,
    Operation,
    ReviewItem,
    Source,
)
from knowledge.services.learning.learner import TRUST_OF_ROLE
from knowledge.services.ledger.conflicts import Topic, settle, topic_of
from knowledge.services.ledger.unit_of_work import TABLES, Book, lock_memory, record_of, values_of
from knowledge.types import RollbackPreview, Status, Trust

# What `settle` works out, and what a job may change of a record without saying anything new.
DERIVED = frozenset({"valid_to", "superseded_at", "superseded_by_id"})
MECHANICAL = DERIVED | {"valid_from", "confidence", "trust", "node_type_id"}
OF_ENTITY: tuple[tuple[type[models.Model], str], ...] = (
    (Mention, "entity_id"),
    (Block, "entity_id"),
    (Edge, "source_id"),
    (Edge, "target_id"),
    (Entity, "merged_into_id"),
)
OPEN = dict.fromkeys(sorted(DERIVED))  # what nothing has ended
OPEN_STATUSES = frozenset({Status.ASSERTED, Status.DISPUTED})


def preview_roll_back(*, user_id: UUID, changeset_id: UUID) -> RollbackPreview:
    """What rolling it back would do; nothing is written."""
    plan = _plan(_changeset(user_id, changeset_id))
    book = Book(user_id=user_id, kind=Changeset.Kind.ROLLBACK, reverts_id=changeset_id)
    _carry_out(book, plan)  # which is not written
    return RollbackPreview(
        changeset_id=changeset_id,
        counts=Counter(table for table, _ in (*book.removed, *book.added, *book.changed)),
        kept=len(plan.kept),
        conflicts=plan.conflicts,
    )


def roll_back(*, user_id: UUID, changeset_id: UUID) -> UUID:
    """The memory is as if the changeset had not been; returns the changeset that did it.

    Rows that later changes use stay. Raises ChangedSince when later changes concern the same.
    """
    with transaction.atomic():
        lock_memory(user_id)
        changeset = _changeset(user_id, changeset_id)
        plan = _plan(changeset)
        if plan.conflicts:
            raise ChangedSince(plan.conflicts)
        book = Book(user_id=user_id, kind=Changeset.Kind.ROLLBACK, reverts_id=changeset_id)
        _carry_out(book, plan)
        _mark(changeset)
        return book.write()


def _changeset(user_id: UUID, changeset_id: UUID) -> Changeset:
    changeset = Changeset.objects.filter(user_id=user_id, pk=changeset_id).first()
    if changeset is None:
        raise ChangesetNotFound
    if changeset.kind == Changeset.Kind.FORGET:
        raise CannotRollBack
    if changeset.state == Changeset.State.ROLLED_BACK:
        raise AlreadyRolledBack
    return changeset


def _mark(changeset: Changeset) -> None:
    """It is no longer in force; what it had rolled back is again."""
    states = Changeset.State
    Changeset.objects.filter(pk=changeset.pk).update(state=states.ROLLED_BACK)
    if changeset.kind == Changeset.Kind.ROLLBACK and changeset.reverts_id:
        Changeset.objects.filter(pk=changeset.reverts_id).update(state=states.APPLIED)


# -- what is to be done

Key = tuple[str, UUID]


@dataclass
class _Plan:
    """Rows as they will be."""

    remove: dict[Key, models.Model] = field(default_factory=dict)
    restore: dict[Key, Mapping[str, Any]] = field(default_factory=dict)
    change: dict[Key, tuple[models.Model, dict[str, Any]]] = field(default_factory=dict)
    kept: set[Key] = field(default_factory=set)
    conflicts: list[UUID] = field(default_factory=list)


def _plan(changeset: Changeset) -> _Plan:
    operations = list(Operation.objects.filter(changeset=changeset).order_by("-position"))
    rows = _rows(changeset.user_id, operations)
    plan = _Plan()
    for operation in operations:
        _invert(plan, operation, rows.get((operation.table, operation.record_id)))
    _take_what_nobody_says(plan, changeset.user_id)
    _keep_what_is_used(plan, changeset.user_id)
    plan.conflicts = _conflicts(changeset, operations, plan)
    return plan


def _rows(user_id: UUID, operations: Iterable[Operation]) -> dict[Key, models.Model]:
    ids: dict[str, list[UUID]] = defaultdict(list)
    for operation in operations:
        ids[operation.table].append(operation.record_id)
    return {
        (table, row.pk): row
        for table, wanted in ids.items()
        for row in cast(Any, TABLES[table]).objects.filter(user_id=user_id, pk__in=wanted)
    }


def _invert(plan: _Plan, operation: Operation, row: models.Model | None) -> None:
    key = (operation.table, operation.record_id)
    if operation.before is None:
        if row is not None:
            plan.remove[key] = row
    elif operation.after is None:
        if row is None:
            plan.restore[key] = operation.before
    elif row is not None:
        plan.change[key] = (row, values_of(operation.table, operation.before))


def _take_what_nobody_says(plan: _Plan, user_id: UUID) -> None:
    """Statements that only this changeset still has a message for go, too.

    Their own changeset was rolled back before, and left them because of what goes now.
    """
    gone = {id_ for table, id_ in plan.remove if table == "source"}
    said = {row.record_id for row in plan.remove.values() if isinstance(row, Source)}
    still = Source.objects.filter(user_id=user_id, record_id__in=said).exclude(pk__in=gone)
    silent = said - set(still.values_list("record_id", flat=True))
    for block in Block.objects.filter(user_id=user_id, pk__in=silent):
        plan.remove.setdefault(("block", block.pk), block)


def _keep_what_is_used(plan: _Plan, user_id: UUID) -> None:
    """Facts that later messages repeat stay, and entities that are still spoken of."""
    gone = {key[1] for key in plan.remove}
    blocks = [id_ for table, id_ in plan.remove if table == "block"]
    repeated = set(
        Source.objects.filter(user_id=user_id, record_id__in=blocks)
        .exclude(pk__in=gone)
        .values_list("record_id", flat=True)
    )
    _keep(plan, lambda key, row: key[1] in repeated or getattr(row, "block_id", None) in repeated)
    gone = {key[1] for key in plan.remove}
    entities = [id_ for table, id_ in plan.remove if table == "entity"]
    used = _used_entities(user_id, entities, gone)
    _keep(plan, lambda key, row: (row.entity_id if key[0] == "alias" else key[1]) in used)
    # A question about what stays is still open, unless the other side goes.
    gone, stay = {key[1] for key in plan.remove}, {key[1] for key in plan.kept}
    _keep(plan, lambda _, row: isinstance(row, ReviewItem) and _is_between(row, stay, gone))


def _is_between(item: ReviewItem, stay: set[UUID], gone: set[UUID]) -> bool:
    sides = {item.left_id, item.right_id}
    return bool(sides & stay) and not sides & gone


def _keep(plan: _Plan, is_kept: Any) -> None:
    for key in [key for key, row in plan.remove.items() if is_kept(key, row)]:
        del plan.remove[key]
        plan.kept.add(key)


def _used_entities(user_id: UUID, entities: Sequence[UUID], gone: set[UUID]) -> set[UUID]:
    """Entities that something speaks of which stays."""
    return {id_ for pk, id_ in _speaking_of(user_id, entities) if pk not in gone}


def _speaking_of(user_id: UUID, entities: Sequence[UUID]) -> Iterator[tuple[UUID, UUID]]:
    """(record, entity) for all that speaks of these entities."""
    for model, column in OF_ENTITY:
        rows = cast(Any, model).objects.filter(user_id=user_id, **{f"{column}__in": entities})
        yield from rows.values_list("pk", column)


def _conflicts(changeset: Changeset, operations: Sequence[Operation], plan: _Plan) -> list[UUID]:
    """Later changesets that say something else of the same records."""
    last = max((operation.pk for operation in operations), default=0)
    concerned = {id_ for _, id_ in (*plan.remove, *plan.change)}
    later = (
        Operation.objects.filter(
            changeset__user_id=changeset.user_id,
            changeset__state=Changeset.State.APPLIED,
            record_id__in=concerned,
            pk__gt=last,
            before__isnull=False,
        )
        .exclude(changeset__kind=Changeset.Kind.ROLLBACK)
        .select_related("changeset")
        .order_by("-pk")
    )
    found = [operation.changeset_id for operation in later if _says_something(operation)]
    return list(dict.fromkeys([*found, *_speaking_of_parted(changeset.user_id, plan, concerned)]))


def _speaking_of_parted(user_id: UUID, plan: _Plan, concerned: Collection[UUID]) -> list[UUID]:
    """Changesets that speak of one that was parted and would be merged again: left behind by it."""
    merged = [
        row.pk
        for row, values in plan.change.values()
        if isinstance(row, Entity) and row.merged_into_id is None and values.get("merged_into_id")
    ]
    since = {record for record, _ in _speaking_of(user_id, merged)}.difference(concerned)
    added = Operation.objects.filter(
        changeset__user_id=user_id, before__isnull=True, record_id__in=since
    )
    return list(added.order_by("-pk").values_list("changeset_id", flat=True))


def _says_something(operation: Operation) -> bool:
    if operation.after is None:
        return False
    columns = set(operation.after)
    if {operation.after.get("status"), (operation.before or {}).get("status")} <= OPEN_STATUSES:
        columns.discard("status")
    is_job = operation.changeset.kind == Changeset.Kind.JOB
    return bool(columns - (MECHANICAL if is_job else DERIVED))


# -- doing it


def _carry_out(book: Book, plan: _Plan) -> None:
    topics: set[Topic] = set()
    for (table, _), row in plan.restore.items():
        record = record_of(table, row)
        if stands(book, record):
            book.add(record)
            topics |= _topics(record)
    for changed, values in plan.change.values():
        topics |= _topics(changed)
        book.change(changed, **values)
        topics |= _topics(changed)
    for removed in plan.remove.values():
        topics |= _topics(removed)
    remove_whole(book, plan.remove.values())
    _take_orphans(book)
    topics |= lower_trust(
        book,
        blocks=[id_ for table, id_ in plan.kept if table == "block"],
        without=[id_ for table, id_ in plan.remove if table == "source"],
    )
    settle(book, topics)


def _take_orphans(book: Book) -> None:
    """Nobody is known any more whom nothing speaks of, nor who became one of them.

    Their first message may have been forgotten, or their last while they were another's name.
    """
    touched = _touched(book)
    mentions = Mention.objects.filter(user_id=book.user_id, entity_id__in=touched)
    speaking = [*book.current(mentions), *book.additions(Mention), *book.changes(Mention)]
    silent = touched - {mention.entity_id for mention in speaking}
    stored = Entity.objects.filter(user_id=book.user_id, pk__in=silent)
    orphans = [
        entity
        for entity in (*book.current(stored), *book.additions(Entity))
        if entity.pk in silent and entity.merged_into_id is None and not entity.is_self
    ]
    gone = {entity.pk for entity in orphans}
    became = book.current(Entity.objects.filter(user_id=book.user_id, merged_into__in=gone))
    orphans += [entity for entity in became if entity.merged_into_id in gone]
    _withdraw(book, {entity.pk for entity in orphans})
    remove_whole(book, orphans)


def _touched(book: Book) -> set[UUID]:
    """Entities that the book adds or changes, and whom its mentions spoke or will speak of."""
    mentions = [*book.additions(Mention), *book.changes(Mention)]
    mentions += [row for row in book.removed.values() if isinstance(row, Mention)]
    before = [
        side.get("entity_id") for (table, _), side in book.before.items() if table == "mention"
    ]
    return {
        *(mention.entity_id for mention in mentions),
        *(UUID(id_) for id_ in before if id_),
        *(entity.pk for entity in (*book.additions(Entity), *book.changes(Entity))),
    }


def _withdraw(book: Book, entities: set[UUID]) -> None:
    """The book adds nothing that belongs to these."""
    own: list[models.Model] = [a for a in book.additions(Alias) if a.entity_id in entities]
    own += [source for source in book.additions(Source) if source.record_id in entities]
    own += [item for item in book.additions(ReviewItem) if {item.left_id, item.right_id} & entities]
    for record in own:
        book.remove(record)


def lower_trust(book: Book, *, blocks: Collection[UUID], without: Collection[UUID]) -> set[Topic]:
    """What stays counts no more than the best of those who still say it, without these sources.

    Returns what is to be settled.
    """
    topics: set[Topic] = set()
    mine = Block.objects.filter(user_id=book.user_id, pk__in=blocks)
    for block in book.current(mine.exclude(trust=Trust.CONFIRMED)):
        left = Source.objects.filter(user_id=book.user_id, record_id=block.id)
        roles = left.exclude(pk__in=without).values_list("message__role", flat=True)
        best = max((TRUST_OF_ROLE.get(role, Trust.WEB) for role in roles), default=None)
        if best is None or best >= block.trust:
            continue
        book.change(block, trust=int(best))
        topics |= _topics(block)
        for model in (Edge, Mention):
            rows = cast(Any, model).objects.filter(user_id=book.user_id, block_id=block.id)
            for row in book.current(rows):
                book.change(row, trust=min(row.trust, int(best)))
    return topics


def _topics(record: models.Model) -> set[Topic]:
    topic = topic_of(record) if isinstance(record, Block) else None
    return {topic} if topic else set()


def stands(book: Book, record: models.Model) -> bool:
    """True when everything the record refers to is there, or about to be."""
    for relation in record._meta.concrete_fields:
        target = cast(Any, relation.related_model)
        id_ = getattr(record, relation.attname)
        if target is None or id_ is None or target._meta.app_label == "accounts":
            continue
        table = next((name for name, model in TABLES.items() if model is target), None)
        if table is not None and (table, id_) in book.added:
            continue
        if not target.objects.filter(pk=id_).exists():
            return False
    if isinstance(record, Source):
        return _is_there(book, record.table, record.record_id)
    if isinstance(record, ReviewItem):
        table = "entity" if record.kind == ReviewItem.Kind.MERGE else "block"
        return all(_is_there(book, table, id_) for id_ in (record.left_id, record.right_id))
    return True


def _is_there(book: Book, table: str, id_: UUID) -> bool:
    mine = cast(Any, TABLES[table]).objects.filter(user_id=book.user_id, pk=id_)
    return (table, id_) in book.added or bool(mine.exists())


def remove_whole(book: Book, records: Iterable[models.Model]) -> None:
    """The records go with all that cannot be without them, as the book will have left it."""
    user_id, doomed = book.user_id, {record.pk: record for record in records}
    entities = {id_ for id_, record in doomed.items() if isinstance(record, Entity)}
    blocks = _with_children(user_id, [id_ for id_, r in doomed.items() if isinstance(r, Block)])
    doomed |= {row.pk: row for row in Block.objects.filter(user_id=user_id, pk__in=blocks)}
    spoken = Q(entity_id__in=entities) | Q(block_id__in=blocks)
    related = Q(source_id__in=entities) | Q(target_id__in=entities) | Q(block_id__in=blocks)
    for rows in (
        Alias.objects.filter(user_id=user_id, entity_id__in=entities),
        Mention.objects.filter(spoken, user_id=user_id),
        Edge.objects.filter(related, user_id=user_id),
    ):
        doomed |= {row.pk: row for row in book.current(rows) if _belongs(row, entities, blocks)}
    about = Q(left_id__in=doomed) | Q(right_id__in=doomed)
    for row in (
        *doomed.values(),
        *Source.objects.filter(user_id=user_id, record_id__in=doomed),
        *ReviewItem.objects.filter(about, user_id=user_id),
    ):
        book.remove(row)
    for block in book.current(Block.objects.filter(user_id=user_id, entity_id__in=entities)):
        if block.entity_id in entities:
            book.change(block, entity_id=None)
    for entity in book.current(Entity.objects.filter(user_id=user_id, merged_into__in=entities)):
        if entity.merged_into_id in entities:
            book.change(entity, merged_into_id=None)
    _reopen(book, doomed)


def _belongs(row: models.Model, entities: set[UUID], blocks: set[UUID]) -> bool:
    """True for an alias, a mention or an edge of one of these."""
    ends = (getattr(row, column, None) for column in ("entity_id", "source_id", "target_id"))
    return any(end in entities for end in ends) or getattr(row, "block_id", None) in blocks


def _reopen(book: Book, doomed: Collection[UUID]) -> None:
    """What goes has ended nothing; `settle` tells what does now."""
    ids, opened = list(doomed), set()
    for block in book.current(Block.objects.filter(user_id=book.user_id, superseded_by_id__in=ids)):
        if block.superseded_by_id in doomed:
            book.change(block, **OPEN)
            opened.add(block.id)
    ended = Q(superseded_by_id__in=ids) | Q(block_id__in=opened)
    for edge in book.current(Edge.objects.filter(ended, user_id=book.user_id)):
        if edge.block_id in opened:
            book.change(edge, **OPEN)
        elif edge.superseded_by_id in doomed:
            book.change(edge, superseded_by_id=None)


def _with_children(user_id: UUID, blocks: Sequence[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    level = set(blocks)
    while level:
        found |= level
        below = Block.objects.filter(user_id=user_id, parent_id__in=level)
        level = set(below.values_list("pk", flat=True)) - found
    return found
