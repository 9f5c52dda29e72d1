"""Erases what the user wants forgotten from everywhere, for good.

A forgotten message leaves the journal; of a forgotten fact or entity the journal keeps the
messages, and the memory has blanks there. `planning` works out what goes. Its records are deleted
with their versions, and PostgreSQL's constraints delete all that refers to them, past and present;
what stays is changed in place, without a version. Other apps listen to `signals`. Redis and NATS
are cleared after the commit; where that fails, the report says so.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import cast
from uuid import UUID

import structlog
from django.db import connection, transaction

from exobrain.lib.database import retry_conflicts
from journal import selectors as journal
from journal import services as journal_services
from knowledge import identity
from knowledge.events import UPDATE_JOB
from knowledge.models import (
    LEDGER,
    Alias,
    Block,
    Changeset,
    Decision,
    Entity,
    Episode,
    Record,
    Redaction,
    Tombstone,
    Update,
)
from knowledge.services.forgetting.past import delete_from_history
from knowledge.services.forgetting.planning import ForgetPlan, plan_forgetting
from knowledge.services.forgetting.signals import forgetting_begins
from knowledge.services.identities import people
from knowledge.services.indexing.outbox import outside_indexes
from knowledge.services.indexing.updating import update_indexes
from knowledge.services.ledger.conflicts import resolve_conflicts, topics_of
from knowledge.services.ledger.redaction import (
    EVERYTHING,
    add_redactions,
    add_tombstones,
    blanked,
    fact_keys,
)
from knowledge.services.ledger.removal import lower_trust, remove_with_dependents
from knowledge.services.ledger.unit_of_work import UnitOfWork
from knowledge.services.locking import lock_memory
from knowledge.services.rebuilding import truncate_rebuilds
from knowledge.types import (
    BlockKind,
    ForgetPreview,
    ForgetReport,
    Target,
    TargetKind,
    TextSpan,
)
from orchestrator import services as orchestrator

log = structlog.get_logger(__name__)

ITEMS_SHOWN = 100


def preview(*, user_id: UUID, target: Target) -> ForgetPreview:
    """What would go; nothing is written. Raises NothingToForget."""
    plan = plan_forgetting(user_id=user_id, target=target)
    return ForgetPreview(
        target=target,
        counts=plan.counts(),
        items=plan.items(limit=ITEMS_SHOWN),
        pending=outside_indexes(),
    )


@retry_conflicts
def forget(*, user_id: UUID, target: Target, also: Sequence[TextSpan] = ()) -> ForgetReport:
    """The target is erased and is not learned again; the report names what is still pending.

    The memory does not know the words of `also` any more, either: a wish says what it wants gone.
    Raises NothingToForget. Ledger, journal and PostgreSQL indexes change in one transaction; the
    cache and the queue follow after the commit.
    """
    pending = outside_indexes()
    with transaction.atomic():
        lock_memory(user_id)
        plan = plan_forgetting(user_id=user_id, target=target, also=also)
        counts = plan.counts()
        forgetting_begins.send(
            sender=None,
            user_id=user_id,
            message_ids=None if plan.is_everything else plan.message_ids,
            tells_forgotten=plan.tells_forgotten,
        )
        if plan.is_everything:
            changeset_id = _erase_everything(user_id)
            journal_services.delete_journals(user_id=user_id)
        else:
            _prevent_relearning(plan)
            changeset_id = _erase_planned(plan)
            if target.kind == TargetKind.JOURNAL:
                journal_services.delete_journals(user_id=user_id, reference=target.reference)
            else:
                journal_services.delete_messages(user_id=user_id, message_ids=plan.message_ids)
        positions = orchestrator.rewrite_payloads(
            user_id=str(user_id), job_type=UPDATE_JOB, rewrite=plan.rewritten_payload
        )
        truncate_rebuilds(user_id=user_id)

        def clear_outside_copies() -> None:
            if not journal_services.forget_cached(user_id=user_id):
                pending.append("cache")
            if not orchestrator.erase_messages(positions, user_id=str(user_id)):
                pending.append("queue")

        transaction.on_commit(clear_outside_copies, robust=True)
    log.info("forgotten", kind=target.kind, counts=counts, pending=pending)
    return ForgetReport(changeset_id=changeset_id, target=target, counts=counts, pending=pending)


def _prevent_relearning(plan: ForgetPlan) -> None:
    """Nothing said until now makes the memory learn again what the plan removes."""
    user_id, kind = plan.user_id, plan.target.kind
    add_tombstones(user_id=user_id, kind="message", said=map(str, plan.message_ids))
    if kind == TargetKind.ENTITY:
        add_tombstones(user_id=user_id, kind="entity", said=plan.words)
    if kind in {TargetKind.FACT, TargetKind.ENTITY}:
        subjects = Entity.objects.filter(user_id=user_id).in_bulk(
            {block.entity_id for block in plan.blocks} - {None}
        )
        keys: list[str] = []
        for block in plan.blocks:
            subject = subjects.get(block.entity_id) if block.entity_id else None
            keys += fact_keys(
                text=block.text,
                subject=subject.normal_name if subject else "",
                topic=block.topic,
                value=block.value,
            )
        add_tombstones(user_id=user_id, kind="block", said=keys)
        add_redactions(user_id=user_id, spans=plan.spans)


def _erase_planned(plan: ForgetPlan) -> UUID:
    """The ledger and its indexes hold nothing of the plan; returns the changeset."""
    user_id, gone = plan.user_id, {block.id for block in plan.blocks}
    work = UnitOfWork(user_id=user_id, kind=Changeset.Kind.FORGET)
    for source in plan.sources:
        work.remove(source)
    remove_with_dependents(work, [*plan.mentions, *plan.aliases, *plan.blocks, *plan.entities])
    for each in plan.reworded:
        message = each.source.message
        [stored] = journal.messages_by_ids(user_id=user_id, ids=[message.id])
        work.change(
            each.block,
            text=each.text,
            message_id=message.id,
            reference=stored.reference,
            sequence=message.sequence,
            said_at=each.block.said_at if each.is_edited else message.created_at,
        )
    for entity, alias in plan.renamed:
        name = alias.name[: identity.MAX_NAME_CHARS]
        role = people.role_of_alias(alias.normal_name)
        if role:  # they are known by what they are to the user, as before they had a name
            name = f"your {role.replace('_', ' ')}"
        normal = identity.normal_name(name) if role else alias.normal_name[:200]
        work.change(entity, name=name, normal_name=normal, is_unnamed=bool(role))
    spans: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
    for span in plan.spans:
        spans[span.message_id].append((span.start, span.end))
    episodes = Block.objects.filter(user_id=user_id, kind=BlockKind.EPISODE, message_id__in=spans)
    for episode in episodes:
        if episode.id not in gone:
            work.change(episode, text=blanked(episode.text, spans[cast(UUID, episode.message_id)]))
    lost = {source.record_id for source in plan.sources if source.table == "block"}
    topics = topics_of([*plan.blocks, *(each.block for each in plan.reworded)])
    topics |= lower_trust(work, blocks=lost - gone, without=[s.pk for s in plan.sources])
    resolve_conflicts(work, topics)
    changeset_id = work.commit(keeps_history=False)
    delete_from_history(
        plan,
        removed={id_ for _, id_ in work.removed},
        names={
            *(entity.normal_name for entity in work.removals(Entity)),
            *(alias.normal_name for alias in work.removals(Alias)),
        },
    )
    for learned in Episode.objects.filter(user_id=user_id, message_ids__overlap=plan.message_ids):
        learned.message_ids = [m for m in learned.message_ids if m not in plan.message_ids]
        learned.content_hash = ""  # it would confirm a guess of the text
        learned.save(update_fields=["message_ids", "content_hash"])
    return changeset_id


def _erase_everything(user_id: UUID) -> UUID:
    """Deletes all rows of the user's memory and sets one tombstone, for all said until now."""
    mine = {"user_id": user_id}
    block_ids = list(Block.objects.filter(**mine).values_list("pk", flat=True))
    entity_ids = list(Entity.objects.filter(**mine).values_list("pk", flat=True))
    tables = [
        model for table in reversed(LEDGER.values()) for model in (table.model, table.versions)
    ]
    with connection.cursor() as cursor:
        for model in (*tables, Record, Decision, Changeset, Redaction, Tombstone):
            cursor.execute(
                f'DELETE FROM "{model._meta.db_table}" WHERE user_id = %s',  # noqa: S608
                [user_id],
            )
    Update.objects.filter(**mine).delete()
    Episode.objects.filter(**mine).delete()
    update_indexes(user_id=user_id, block_ids=block_ids, entity_ids=entity_ids)
    add_tombstones(user_id=user_id, kind=EVERYTHING, said=[""])
    return UnitOfWork(user_id=user_id, kind=Changeset.Kind.FORGET).commit()
