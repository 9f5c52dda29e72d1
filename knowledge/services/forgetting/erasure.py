"""Forgetting: what the user wants gone is gone everywhere, and stays gone.

A forgotten message leaves the journal; of a forgotten fact or entity the journal keeps the
messages, and the memory has blanks there. `selection` says what goes. Its records are deleted with
their versions, and PostgreSQL's constraints delete all that names them, past and present; what
stays is changed in place, without a version. Other apps are told by the signals. Talks to Redis and
NATS after the commit; what could not be reached is reported.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import cast
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.dispatch import Signal

from journal import selectors as journal
from journal import services as journal_services
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
from knowledge.services.forgetting.past import delete_past_names, delete_records, past_records
from knowledge.services.forgetting.selection import ForgetPlan, companions, select
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
from knowledge.services.ledger.unit_of_work import UnitOfWork, lock_memory
from knowledge.services.rebuilding import empty_side_memories
from knowledge.types import (
    BlockKind,
    ForgetPreview,
    ForgetReport,
    Target,
    TargetKind,
    Verdict,
)
from orchestrator import services as orchestrator
from orchestrator.types import StreamPosition

__all__ = ["companions", "forget", "forgotten", "preview"]

log = structlog.get_logger(__name__)

# Sent within the transaction that forgets, with `user_id`, `message_ids` (of messages that go;
# None: every message of the user) and `words_gone` (a callable that tells whether a text has to
# go). Apps above keep copies of what was said: they end them here, or after the commit.
forgotten = Signal()

ITEMS_SHOWN = 100


def preview(*, user_id: UUID, target: Target) -> ForgetPreview:
    """What would go; nothing is written. Raises NothingToForget."""
    plan = select(user_id=user_id, target=target)
    return ForgetPreview(
        target=target,
        counts=plan.counts(),
        items=plan.items(limit=ITEMS_SHOWN),
        pending=outside_indexes(),
    )


def forget(*, user_id: UUID, target: Target) -> ForgetReport:
    """It is gone from the ledger, the indexes, caches, streams, queues; and it stays gone."""
    pending = outside_indexes()
    with transaction.atomic():
        lock_memory(user_id)
        plan = select(user_id=user_id, target=target)
        counts = plan.counts()
        forgotten.send(
            sender=None,
            user_id=user_id,
            message_ids=None if plan.is_everything else plan.message_ids,
            words_gone=plan.words_gone,
        )
        if plan.is_everything:
            changeset_id = _erase_everything(user_id)
            journal_services.delete_journals(user_id=user_id)
        else:
            _keep_forgotten(plan)
            changeset_id = _erase(plan)
            if target.kind == TargetKind.JOURNAL:
                journal_services.delete_journals(user_id=user_id, reference=target.reference)
            else:
                journal_services.delete_messages(user_id=user_id, message_ids=plan.message_ids)
        places = orchestrator.rewrite_payloads(
            user_id=str(user_id), job_type=UPDATE_JOB, rewrite=plan.rewritten_payload
        )
        empty_side_memories(user_id=user_id)
        transaction.on_commit(lambda: _follow_up(user_id, places, pending), robust=True)
    log.info("forgotten", kind=target.kind, counts=counts, pending=pending)
    return ForgetReport(changeset_id=changeset_id, target=target, counts=counts, pending=pending)


def _follow_up(user_id: UUID, places: Sequence[StreamPosition], pending: list[str]) -> None:
    """What is kept outside of PostgreSQL is gone, or is named as pending."""
    if not journal_services.forget_cached(user_id=user_id):
        pending.append("cache")
    if not orchestrator.erase_messages(places, user_id=str(user_id)):
        pending.append("queue")


def _keep_forgotten(plan: ForgetPlan) -> None:
    """What goes is not remembered again of what was said until now."""
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


def _erase(plan: ForgetPlan) -> UUID:
    """The ledger and its indexes know nothing of it; returns the changeset that says so."""
    user_id, gone = plan.user_id, {block.id for block in plan.blocks}
    work = UnitOfWork(user_id=user_id, kind=Changeset.Kind.FORGET)
    for source in plan.sources:
        work.remove(source)
    remove_with_dependents(work, [*plan.mentions, *plan.aliases, *plan.blocks, *plan.entities])
    for each in plan.retold:
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
        work.change(entity, name=alias.name[:200], normal_name=alias.normal_name[:200])
    spans: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
    for span in plan.spans:
        spans[span.message_id].append((span.start, span.end))
    episodes = Block.objects.filter(user_id=user_id, kind=BlockKind.EPISODE, message_id__in=spans)
    for episode in episodes:
        if episode.id not in gone:
            work.change(episode, text=blanked(episode.text, spans[cast(UUID, episode.message_id)]))
    lost = {source.record_id for source in plan.sources if source.table == "block"}
    topics = topics_of([*plan.blocks, *(each.block for each in plan.retold)])
    topics |= lower_trust(work, blocks=lost - gone, without=[s.pk for s in plan.sources])
    resolve_conflicts(work, topics)
    changeset_id = work.commit_without_history()
    removed = {id_ for _, id_ in work.removed}
    removed |= past_records(plan, removed)
    Decision.objects.filter(user_id=user_id, record_id__in=removed).update(
        verdict=Verdict.FORGOTTEN, reason="forgotten", record_id=None
    )
    delete_records(user_id=user_id, ids=removed)
    delete_past_names(plan, [*work.removals(Entity), *work.removals(Alias)])
    for learned in Episode.objects.filter(user_id=user_id, message_ids__overlap=plan.message_ids):
        learned.message_ids = [m for m in learned.message_ids if m not in plan.message_ids]
        learned.content_hash = ""  # it would tell whether a guess was right
        learned.save(update_fields=["message_ids", "content_hash"])
    return changeset_id


def _erase_everything(user_id: UUID) -> UUID:
    """Nothing is left but the word that nothing said until now is to be remembered."""
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
