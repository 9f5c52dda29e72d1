"""Forgetting: what the user wants gone is gone everywhere, and stays gone.

A forgotten message leaves the journal; of a forgotten fact or entity the journal keeps the
messages, and the memory has blanks there. What was made of them goes from the ledger, from what
changesets tell of it, from the indexes, caches, streams and queues. Other apps are told by the
signals below. Talks to Redis and NATS after the commit; what could not be reached is reported.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import structlog
from django.db import connection, models, transaction
from django.db.models import Q
from django.dispatch import Signal

from journal import selectors as journal
from journal import services as journal_services
from journal.types import StoredMessage
from knowledge import identity
from knowledge.errors import CannotForgetYourself, NothingToForget
from knowledge.events import UPDATE_JOB
from knowledge.models import (
    Alias,
    Block,
    Changeset,
    Decision,
    Distinct,
    Edge,
    Entity,
    Episode,
    Mention,
    Operation,
    Redaction,
    ReviewItem,
    Source,
    Tombstone,
    Update,
)
from knowledge.services.forgetting.redaction import EVERYTHING, blanked, bury, fact_keys, redact
from knowledge.services.indexing.outbox import outside_indexes
from knowledge.services.indexing.updating import update_indexes
from knowledge.services.ledger.conflicts import settle, topic_of
from knowledge.services.ledger.rebuilding import empty_side_memories
from knowledge.services.ledger.rollback import OPEN, lower_trust, remove_whole
from knowledge.services.ledger.unit_of_work import TABLES, Book, lock_memory, record_of, row_of
from knowledge.types import (
    BlockKind,
    ForgetItem,
    ForgetPreview,
    ForgetReport,
    Span,
    Target,
    TargetKind,
    Trust,
    Verdict,
)
from orchestrator import services as orchestrator
from orchestrator.types import StreamPosition

log = structlog.get_logger(__name__)

# Sent within the transaction that forgets, with `user_id`, `message_ids` (of messages that go;
# None: every message of the user) and `words_gone` (a callable that tells whether a text has to
# go). Apps above keep copies of what was said: they end them here, or after the commit.
forgotten = Signal()

# Sent with `user_id` and `message_ids`; answers with the ids of messages that go with these,
# such as the answer to a question.
companions = Signal()

ITEMS_SHOWN = 100
SAYING = frozenset({"text", "name", "normal_name"})  # columns that hold the user's words
PLACING = frozenset({"message_id", "reference", "sequence", "said_at"})  # where they were said
# Columns that name another record.
REFERENCES = (
    *("superseded_by_id", "entity_id", "merged_into_id", "parent_id", "block_id"),
    *("source_id", "target_id", "left_id", "right_id", "record_id"),
)
# The ids are sent once, and looked up in a hash: a day of many messages takes thousands with it.
LEADING = """
SELECT DISTINCT operation.id
FROM knowledge_changeset AS changeset
JOIN knowledge_operation AS operation ON operation.changeset_id = changeset.id
CROSS JOIN unnest(%(columns)s::text[]) AS named (name)
CROSS JOIN LATERAL (
    VALUES (operation.before ->> named.name), (operation.after ->> named.name)
) AS led (target)
JOIN unnest(%(names)s::text[]) AS gone (id) ON gone.id = led.target
WHERE changeset.user_id = %(user)s
"""
# Tables whose rows are named so; nothing names a source or an alias.
NAMED = frozenset({"entity", "block", "edge", "mention"})
MIN_WORDS_CHARS = 3  # shorter ones would be found everywhere


def preview(*, user_id: UUID, target: Target) -> ForgetPreview:
    """What would go; nothing is written. Raises NothingToForget."""
    plan = _plan(user_id, target)
    return ForgetPreview(
        target=target,
        counts=plan.counts(),
        items=plan.items()[:ITEMS_SHOWN],
        pending=outside_indexes(),
    )


def forget(*, user_id: UUID, target: Target) -> ForgetReport:
    """It is gone from the ledger, the indexes, caches, streams, queues; and it stays gone."""
    pending = outside_indexes()
    with transaction.atomic():
        lock_memory(user_id)
        plan = _plan(user_id, target)
        counts = plan.counts()
        forgotten.send(
            sender=None,
            user_id=user_id,
            message_ids=None if plan.is_everything else plan.message_ids,
            words_gone=plan.words_gone,
        )
        _bury(plan)
        changeset_id = _forget_all(plan) if plan.is_everything else _forget_some(plan)
        places = orchestrator.rewrite_payloads(
            user_id=str(user_id), job_type=UPDATE_JOB, rewrite=plan.rewritten_payload
        )
        _forget_in_journal(plan)
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


# -- what goes


@dataclass
class _Plan:
    """Everything that a target takes with it."""

    user_id: UUID
    target: Target
    messages: list[StoredMessage] = field(default_factory=list)  # that leave the journal
    blocks: dict[UUID, Block] = field(default_factory=dict)
    entities: dict[UUID, Entity] = field(default_factory=dict)
    aliases: list[Alias] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    texts: dict[UUID, tuple[Block, str, Source]] = field(default_factory=dict)  # told otherwise
    edits: set[UUID] = field(default_factory=set)  # of these, what the user wrote themselves
    names: dict[UUID, tuple[Entity, Alias]] = field(default_factory=dict)  # called otherwise
    spans: list[Span] = field(default_factory=list)  # that the memory is not to know
    words: list[str] = field(default_factory=list)  # normal forms of what is forgotten
    places: set[tuple[str, int]] = field(default_factory=set)  # of messages that it concerns

    @property
    def is_everything(self) -> bool:
        """True when nothing of the user's is to stay."""
        return self.target.kind == TargetKind.EVERYTHING

    @property
    def message_ids(self) -> list[UUID]:
        """Those of the messages that leave the journal."""
        return [message.id for message in self.messages]

    def words_gone(self, text: str) -> bool:
        """True for a text that repeats something forgotten."""
        if self.is_everything:
            return True
        normal = f" {identity.normal_text(text)} "
        return any(f" {said} " in normal for said in self.words if len(said) >= MIN_WORDS_CHARS)

    def rewritten_payload(self, payload: dict[str, Any]) -> dict[str, Any] | None:
        """The payload of a job without words that are forgotten; None when it has none."""
        reference, changed = payload.get("journal_reference"), False
        messages = []
        for message in payload.get("messages") or []:
            place = (reference, message.get("sequence"))
            content = message.get("content") or ""
            if content and (place in self.places or self.words_gone(content)):
                changed, message = True, {**message, "content": None}  # noqa: PLW2901
            messages.append(message)
        return {**payload, "messages": messages} if changed else None

    def counts(self) -> dict[str, int]:
        """How many of which go."""
        if self.is_everything:
            return _everything(self.user_id)
        kinds: dict[str, int] = defaultdict(int)
        for block in self.blocks.values():
            kinds[block.kind] += 1
        counts = {
            "message": len(self.messages),
            "entity": len(self.entities),
            "redaction": len(self.spans),
            **kinds,
        }
        return {name: count for name, count in counts.items() if count}

    def items(self) -> list[ForgetItem]:
        """What goes, as the user knows it."""
        messages = self.messages
        if self.is_everything:
            messages = journal.latest_messages(user_id=self.user_id, limit=ITEMS_SHOWN)
        return [
            *(ForgetItem("message", m.id, m.content) for m in messages),
            *(ForgetItem("entity", e.id, e.name) for e in self.entities.values()),
            *(
                ForgetItem(block.kind, block.id, block.text)
                for block in self.blocks.values()
                if block.kind != BlockKind.EPISODE
            ),
        ]


def _plan(user_id: UUID, target: Target) -> _Plan:
    plan = _aimed(user_id, target)
    concerned = {*plan.message_ids, *(span.message_id for span in plan.spans)}
    messages = journal.messages_by_ids(user_id=user_id, ids=[*concerned])
    plan.places = {(message.reference, message.sequence) for message in messages}
    return plan


def _aimed(user_id: UUID, target: Target) -> _Plan:
    plan = _Plan(user_id, target)
    if target.kind == TargetKind.FACT and target.id:
        return _of_fact(plan, target.id)
    if target.kind == TargetKind.ENTITY and target.id:
        return _of_entity(plan, target.id)
    if target.kind == TargetKind.MESSAGE and target.id:
        return _of_messages(plan, _with_companions(user_id, [target.id]))
    if target.kind == TargetKind.JOURNAL and target.reference:
        found = journal.messages_of(user_id=user_id, reference=target.reference)
        if found is None:
            raise NothingToForget
        return _of_messages(plan, found)
    if target.kind == TargetKind.EVERYTHING:
        return plan
    raise NothingToForget


def _with_companions(user_id: UUID, ids: Sequence[UUID]) -> list[StoredMessage]:
    asked = journal.messages_by_ids(user_id=user_id, ids=ids)
    if not asked:
        raise NothingToForget
    answers = companions.send(sender=None, user_id=user_id, message_ids=ids)
    wanted = set(ids)
    for _, answer in answers:
        wanted.update(cast(Iterable[UUID], answer or ()))
    return journal.messages_by_ids(user_id=user_id, ids=[*wanted])


# a fact


def _of_fact(plan: _Plan, block_id: UUID) -> _Plan:
    """The block, the texts it had before, and the words it was made from."""
    block = _blocks(plan).exclude(kind=BlockKind.EPISODE).filter(pk=block_id).first()
    if block is None:
        raise NothingToForget
    _take_blocks(plan, _versions(plan, block))
    return _with_orphans(plan)


def _versions(plan: _Plan, block: Block) -> list[Block]:
    """The block with those that the user's edits put in its place, and those it replaced."""
    found = {block.id: block}
    level = [block]
    while level:
        ids = [b.id for b in level]
        near = Q(superseded_by_id__in=ids) | Q(pk__in=[b.superseded_by_id for b in level])
        edits = _edited(plan.user_id)
        level = [
            other
            for other in _blocks(plan).filter(near)
            if other.id not in found
            and (other.id in edits or any(other.superseded_by_id == i and i in edits for i in ids))
            and other.message_id == block.message_id
        ]
        found |= {other.id: other for other in level}
    return list(found.values())


def _edited(user_id: UUID) -> set[UUID]:
    """Blocks that the user wrote."""
    made = Operation.objects.filter(
        changeset__user_id=user_id,
        changeset__kind=Changeset.Kind.EDIT,
        table="block",
        before__isnull=True,
    )
    return set(made.values_list("record_id", flat=True))


def _take_blocks(plan: _Plan, blocks: Iterable[Block]) -> None:
    """The blocks go, and with them the words they were made from."""
    for block in blocks:
        plan.blocks[block.id] = block
        plan.words.append(identity.normal_text(block.text))
    ids = [id_ for id_, block in plan.blocks.items() if block.kind != BlockKind.EPISODE]
    for source in Source.objects.filter(user_id=plan.user_id, record_id__in=ids):
        plan.spans.append(Span(source.message_id, source.start, source.end))


# an entity


def _of_entity(plan: _Plan, entity_id: UUID) -> _Plan:
    """The entity under all its names, and everything that speaks of it."""
    entity = Entity.objects.filter(user_id=plan.user_id, pk=entity_id).first()
    if entity is None:
        raise NothingToForget
    if entity.is_self:
        raise CannotForgetYourself
    plan.entities = {e.id: e for e in _members(plan.user_id, entity)}
    aliases = Alias.objects.filter(user_id=plan.user_id, entity_id__in=plan.entities)
    names = {entity.normal_name for entity in plan.entities.values()}
    names |= {identity.normal_text(alias.name) for alias in aliases}
    names |= set(aliases.values_list("normal_name", flat=True))
    plan.words = sorted(name for name in names if name)
    written = sorted({a.name for a in aliases} | {e.name for e in plan.entities.values()})
    spoken = Q(mentions__entity_id__in=plan.entities) | Q(entity_id__in=plan.entities)
    about = _blocks(plan).exclude(kind=BlockKind.EPISODE).filter(spoken | _names_it(written))
    _take_blocks(plan, _with_corrected(plan, about.distinct()))
    _blank_names(plan, written)
    return _with_orphans(plan)


def _with_corrected(plan: _Plan, blocks: Iterable[Block]) -> list[Block]:
    """The blocks, and what they were written for by the user: that was wrong, and stays so."""
    found = {block.id: block for block in blocks}
    level = list(found.values())
    while level:
        ended = _blocks(plan).filter(superseded_by_id__in=[block.id for block in level])
        level = [
            block
            for block in ended
            if block.id not in found
            and _corrects(found[cast(UUID, block.superseded_by_id)], block.id)
        ]
        found |= {block.id: block for block in level}
    return list(found.values())


def _corrects(heir: Block, block_id: UUID) -> bool:
    """True when the user put the one in the other's place, with these words."""
    return heir.id == identity.edit_id(
        heir.user_id, record_id=block_id, text=heir.text, at=heir.recorded_at
    )


def _members(user_id: UUID, entity: Entity) -> list[Entity]:
    found, level = [entity], [entity.id]
    while level:
        merged = list(Entity.objects.filter(user_id=user_id, merged_into_id__in=level))
        found += merged
        level = [each.id for each in merged]
    return found


def _names_it(names: Sequence[str]) -> Q:
    return Q(text__iregex=_pattern(names)) if names else Q(pk__in=[])


def _pattern(names: Sequence[str]) -> str:
    """Any of the names as whole words, for PostgreSQL and for Python alike."""
    longest_first = sorted(names, key=len, reverse=True)
    return rf"(^|\W)({'|'.join(map(re.escape, longest_first))})($|\W)"


def _blank_names(plan: _Plan, names: Sequence[str]) -> None:
    """Wherever an episode has one of the names, the memory is to have blanks."""
    ids = Mention.objects.filter(user_id=plan.user_id, entity_id__in=plan.entities)
    for source in Source.objects.filter(
        user_id=plan.user_id, record_id__in=ids.values("pk"), table="mention"
    ):
        plan.spans.append(Span(source.message_id, source.start, source.end))
    if not names:
        return
    word = re.compile(_pattern(names).replace(r"($|\W)", r"(?=$|\W)"), re.IGNORECASE)
    for episode in _blocks(plan).filter(_names_it(names), kind=BlockKind.EPISODE):
        if episode.message_id is not None:
            for found in word.finditer(episode.text):
                plan.spans.append(Span(episode.message_id, found.start(2), found.end(2)))


# messages


def _of_messages(plan: _Plan, messages: Sequence[StoredMessage]) -> _Plan:
    """The messages leave the journal, with all that was learned from them alone."""
    plan.messages = list(messages)
    plan.words += [identity.normal_text(message.content) for message in messages]
    gone = set(plan.message_ids)
    plan.sources = list(Source.objects.filter(user_id=plan.user_id, message_id__in=gone))
    lost = defaultdict(list)
    for source in plan.sources:
        lost[source.table].append(source.record_id)
    left = _other_sources(plan, gone)
    plan.edits = _edited(plan.user_id)
    blocks = _blocks(plan).filter(Q(pk__in=lost["block"]) | Q(message_id__in=gone))
    for block in blocks:
        if block.kind == BlockKind.EPISODE or block.id not in left:
            plan.blocks[block.id] = block
        elif block.message_id in gone:
            _tell_from(plan, block, left[block.id])
    plan.mentions = [
        mention
        for mention in Mention.objects.filter(user_id=plan.user_id, pk__in=lost["mention"])
        if mention.id not in left
    ]
    return _with_orphans(plan, without=gone)


def _other_sources(plan: _Plan, gone: Collection[UUID]) -> dict[UUID, Source]:
    """For each record that loses a source, the earliest of those that stay."""
    ids = {source.record_id for source in plan.sources}
    stay = (
        Source.objects.filter(user_id=plan.user_id, record_id__in=ids)
        .exclude(message_id__in=gone)
        .select_related("message")
        .order_by("-message__created_at", "-id")
    )
    return {source.record_id: source for source in stay}


def _tell_from(plan: _Plan, block: Block, source: Source) -> None:
    """The block has its text from a message that stays; but for what the user wrote on a page."""
    said = source.message.content or ""
    text = said[source.start : source.end].strip() or "…"
    if block.id in plan.edits and not plan.words_gone(block.text):
        text = block.text
    plan.texts[block.id] = (block, text, source)


# who nobody speaks of any more


def _with_orphans(plan: _Plan, *, without: Collection[UUID] = ()) -> _Plan:
    """Entities that were known from what goes alone go with it, and so do names."""
    going = Q(block_id__in=plan.blocks) | Q(pk__in=[m.pk for m in plan.mentions])
    inside = _mentions_inside(plan)
    plan.mentions += inside
    going |= Q(pk__in=[m.pk for m in inside])
    mine = Mention.objects.filter(user_id=plan.user_id)
    touched = set(mine.filter(going).values_list("entity_id", flat=True)) - plan.entities.keys()
    still = set(mine.filter(entity_id__in=touched).exclude(going).values_list("entity", flat=True))
    kept_by_hand = _touched_by_hand(plan.user_id, touched)
    orphans = touched - still - kept_by_hand
    for entity in Entity.objects.filter(user_id=plan.user_id, pk__in=orphans, is_self=False):
        plan.entities |= {member.id: member for member in _members(plan.user_id, entity)}
    for entity in Entity.objects.filter(user_id=plan.user_id, pk__in=touched - orphans):
        if not entity.is_self:
            _forget_names(plan, entity, without)
    return plan


def _mentions_inside(plan: _Plan) -> list[Mention]:
    """Mentions in episodes that stay, all of whose places are to be blank."""
    if not plan.spans:
        return []
    blank: dict[UUID, list[Span]] = defaultdict(list)
    for span in plan.spans:
        blank[span.message_id].append(span)
    cited: dict[UUID, list[Source]] = defaultdict(list)
    sources = Source.objects.filter(user_id=plan.user_id, table="mention", message_id__in=blank)
    for source in sources:
        cited[source.record_id].append(source)
    hidden = [
        record_id
        for record_id, places in cited.items()
        if all(any(b.start <= p.start and p.end <= b.end for b in blank[p.message_id])
               for p in places)
    ]  # fmt: skip
    return list(Mention.objects.filter(user_id=plan.user_id, pk__in=hidden))


def _touched_by_hand(user_id: UUID, ids: Iterable[UUID]) -> set[UUID]:
    """Entities on whose page the user wrote something themselves."""
    notes = Block.objects.filter(user_id=user_id, entity_id__in=ids, kind=BlockKind.NOTE)
    return {id_ for id_ in notes.values_list("entity_id", flat=True) if id_ is not None}


def _forget_names(plan: _Plan, entity: Entity, without: Collection[UUID]) -> None:
    """Names that only the forgotten messages used are forgotten; one is left in any case."""
    if not without:
        return
    gone = " ".join(f" {identity.normal_name(m.content)} " for m in plan.messages)
    episodes = Block.objects.filter(
        user_id=plan.user_id, kind=BlockKind.EPISODE, mentions__entity=entity
    ).exclude(message_id__in=without)
    stay = " ".join(
        f" {identity.normal_name(text)} " for text in episodes.values_list("text", flat=True)
    )
    aliases = list(Alias.objects.filter(user_id=plan.user_id, entity=entity).order_by("pk"))
    lost = [a for a in aliases if f" {_plain(a)} " in gone and f" {_plain(a)} " not in stay]
    kept = [alias for alias in aliases if alias not in lost]
    names = [alias for alias in kept if not alias.is_identifier] or kept
    if not names:
        return
    plan.aliases += lost
    if entity.normal_name in {alias.normal_name for alias in lost}:
        plan.names[entity.id] = (entity, names[0])


def _plain(alias: Alias) -> str:
    return identity.normal_name(alias.name)


def _blocks(plan: _Plan) -> models.QuerySet[Block]:
    return Block.objects.filter(user_id=plan.user_id)


# -- and goes


def _bury(plan: _Plan) -> None:
    """What goes is not remembered again of what was said until now."""
    user_id, kind = plan.user_id, plan.target.kind
    bury(user_id=user_id, kind="message", said=map(str, plan.message_ids))
    if kind == TargetKind.ENTITY:
        bury(user_id=user_id, kind="entity", said=plan.words)
    if kind in {TargetKind.FACT, TargetKind.ENTITY}:
        subjects = Entity.objects.filter(user_id=user_id).in_bulk(
            [b.entity_id for b in plan.blocks.values() if b.entity_id]
        )
        keys: list[str] = []
        for block in plan.blocks.values():
            subject = subjects.get(block.entity_id) if block.entity_id else None
            keys += fact_keys(
                text=block.text,
                subject=subject.normal_name if subject else "",
                topic=block.topic,
                value=block.value,
            )
        bury(user_id=user_id, kind="block", said=keys)
        redact(user_id=user_id, spans=plan.spans)


def _forget_some(plan: _Plan) -> UUID:
    """The ledger and its indexes know nothing of it; returns the changeset that says so."""
    book = Book(user_id=plan.user_id, kind=Changeset.Kind.FORGET)
    topics = {topic for block in plan.blocks.values() if (topic := topic_of(block))}
    for row in (*plan.sources, *_rules_about(plan)):
        book.remove(row)
    remove_whole(
        book, [*plan.mentions, *plan.aliases, *plan.blocks.values(), *plan.entities.values()]
    )
    for block, text, source in plan.texts.values():
        message = source.message
        said_at = block.said_at if block.id in plan.edits else message.created_at
        book.change(
            block, text=text, message_id=message.id, sequence=message.sequence,
            reference=_reference_of(plan, message.id), said_at=said_at,
        )  # fmt: skip
        topics |= {topic} if (topic := topic_of(block)) else set()
    for entity, alias in plan.names.values():
        book.change(entity, name=alias.name[:200], normal_name=alias.normal_name[:200])
    _blank_episodes(book, plan)
    told = {source.record_id for source in plan.sources if source.table == "block"}
    topics |= lower_trust(
        book, blocks=told - plan.blocks.keys(), without=[s.pk for s in plan.sources]
    )
    settle(book, topics)
    changeset_id = book.write(tells=False)
    _scrub(plan, book)
    return changeset_id


def _rules_about(plan: _Plan) -> models.QuerySet[Distinct]:
    """Nobody is different from whom nobody knows any more."""
    about = Q(left_id__in=plan.entities) | Q(right_id__in=plan.entities)
    return Distinct.objects.filter(about, user_id=plan.user_id)


def _reference_of(plan: _Plan, message_id: UUID) -> str:
    [message] = journal.messages_by_ids(user_id=plan.user_id, ids=[message_id])
    return message.reference


def _blank_episodes(book: Book, plan: _Plan) -> None:
    spans: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
    for span in plan.spans:
        spans[span.message_id].append((span.start, span.end))
    for episode in _blocks(plan).filter(kind=BlockKind.EPISODE, message_id__in=spans):
        if episode.message_id and episode.id not in plan.blocks:
            book.change(episode, text=blanked(episode.text, spans[episode.message_id]))


def _scrub(plan: _Plan, book: Book) -> None:
    """No changeset and no decision tells what was forgotten."""
    gone = [id_ for _, id_ in book.removed]
    mine = Operation.objects.filter(changeset__user_id=plan.user_id)
    mine.filter(record_id__in=gone).delete()
    told = {
        id_: record
        for (table, id_), record in book.changed.items()
        if book.before[table, id_].keys() & (SAYING | PLACING)
    }
    for operation in mine.filter(record_id__in=told):
        row = row_of(told[operation.record_id])
        operation.before = _told_as(operation.before, row, plan)
        operation.after = _told_as(operation.after, row, plan)
        operation.save(update_fields=["before", "after"])
    past = _scrub_past(plan)
    _scrub_names(plan, book)
    named = [id_ for table, id_ in book.removed if table in NAMED]
    _scrub_references(plan.user_id, {*named, *past})
    Decision.objects.filter(user_id=plan.user_id, record_id__in={*gone, *past}).update(
        verdict=Verdict.FORGOTTEN, reason="forgotten", record_id=None
    )
    for episode in Episode.objects.filter(
        user_id=plan.user_id, message_ids__overlap=plan.message_ids
    ):
        episode.message_ids = [m for m in episode.message_ids if m not in plan.message_ids]
        episode.content_hash = ""  # it would tell whether a guess was right
        episode.save(update_fields=["message_ids", "content_hash"])


def _scrub_past(plan: _Plan) -> set[UUID]:
    """Nor is it told of rows that were rolled back before, and are only in changesets: these."""
    mine = Operation.objects.filter(changeset__user_id=plan.user_id)
    ids = [str(id_) for id_ in plan.message_ids]
    said = mine.filter(Q(after__message_id__in=ids) | Q(before__message_id__in=ids))
    past: set[UUID] = set()
    for table, record_id, after, before in said.values_list(
        "table", "record_id", "after", "before"
    ):
        past.add(record_id)
        if table == "source":
            past.add(UUID(cast(Any, after or before)["record_id"]))
    if plan.target.kind in {TargetKind.FACT, TargetKind.ENTITY}:
        wordy = mine.filter(table__in=["block", "entity", "alias"])
        for record_id, after, before in wordy.values_list("record_id", "after", "before"):
            sides = [*(after or {}).items(), *(before or {}).items()]
            if any(name in SAYING and plan.words_gone(str(value)) for name, value in sides):
                past.add(record_id)
        while corrected := _corrected_past(plan, past) - past:
            past |= corrected
    for model in (Block, Entity, Alias, Edge, Mention, Source):
        there = cast(Any, model).objects.filter(user_id=plan.user_id, pk__in=past)
        past -= set(there.values_list("pk", flat=True))
    mine.filter(record_id__in=past).delete()
    return past


def _corrected_past(plan: _Plan, past: Collection[UUID]) -> set[UUID]:
    """What the user wrote these for, and what goes, as far as changesets tell of it."""
    blocks = Operation.objects.filter(changeset__user_id=plan.user_id, table="block")
    heirs = {str(id_): block for id_, block in plan.blocks.items()}
    for sides in blocks.filter(record_id__in=past).values_list("before", "after"):
        rows = [cast(Block, record_of("block", side)) for side in sides if side and "id" in side]
        heirs |= {str(row.id): row for row in rows}
    ids = [id_ for id_, heir in heirs.items() if heir.trust == Trust.CONFIRMED]  # the user's hand
    ended = blocks.filter(Q(before__superseded_by_id__in=ids) | Q(after__superseded_by_id__in=ids))
    found = set()
    for record_id, *both in ended.values_list("record_id", "before", "after"):
        named = [heirs.get(side.get("superseded_by_id")) for side in both if side]
        if any(heir and _corrects(heir, record_id) for heir in named):
            found.add(record_id)
    return found


def _scrub_references(user_id: UUID, gone: Collection[UUID]) -> None:
    """Nor does a changeset lead from what stays to what is gone: ids are made from what was said.

    An operation that makes no sense without it goes, too.
    """
    names = set(map(str, gone))
    for operation in Operation.objects.filter(pk__in=_leading(user_id, names)):
        sides = (operation.before, operation.after)
        lost = {c for side in sides if side for c in REFERENCES if side.get(c) in names}
        if _needs(operation, lost):
            operation.delete()
            continue
        operation.before, operation.after = (_without(side, names) for side in sides)
        operation.save(update_fields=["before", "after"])


def _leading(user_id: UUID, names: Collection[str]) -> list[int]:
    """Operations on the user's rows that name one of these in a column for that."""
    with connection.cursor() as cursor:
        cursor.execute(LEADING, {"user": user_id, "columns": [*REFERENCES], "names": [*names]})
        return [id_ for (id_,) in cursor.fetchall()]


def _without(side: dict[str, Any] | None, names: Collection[str]) -> dict[str, Any] | None:
    """One side of an operation that leads to none of these; what they had ended is not ended."""
    if side is None:
        return None
    lost = [column for column in REFERENCES if side.get(column) in names]
    return {**side, **dict.fromkeys(lost), **(OPEN if "superseded_by_id" in lost else {})}


def _needs(operation: Operation, columns: Collection[str]) -> bool:
    """True when the row cannot be without what these columns name, or could not come back so."""
    model = cast(Any, TABLES[operation.table])
    if not all(model._meta.get_field(column).null for column in columns):
        return True
    is_whole = operation.before is None or operation.after is None
    is_only_ended = set(columns) <= {"superseded_by_id"}
    return (
        is_whole and not is_only_ended and not model.objects.filter(pk=operation.record_id).exists()
    )


def _scrub_names(plan: _Plan, book: Book) -> None:
    """Nor do rows that are only in changesets have a name that nobody has any more."""
    mine = {"user_id": plan.user_id}
    lost = {r.normal_name for r in book.removed.values() if isinstance(r, Entity | Alias)}
    lost -= set(Alias.objects.filter(**mine).values_list("normal_name", flat=True))
    lost -= set(Entity.objects.filter(**mine).values_list("normal_name", flat=True))
    named = Q(after__normal_name__in=lost) | Q(before__normal_name__in=lost)
    names = Operation.objects.filter(changeset__user_id=plan.user_id, table__in=["entity", "alias"])
    names.filter(named).delete()


def _told_as(
    side: dict[str, Any] | None, row: Mapping[str, Any], plan: _Plan
) -> dict[str, Any] | None:
    """One side of an operation, in the words that the record has now, and from where."""
    if side is None:
        return None
    is_gone = side.get("message_id") in {str(id_) for id_ in plan.message_ids}
    now = SAYING | PLACING if is_gone else SAYING
    return {name: row[name] if name in now else value for name, value in side.items()}


OWNED: Sequence[type[models.Model]] = (
    Changeset,
    ReviewItem,
    Distinct,
    Redaction,
    Tombstone,
    Source,
    Block,
    Entity,
    Update,
    Episode,
)


def _everything(user_id: UUID) -> dict[str, int]:
    counts = {
        "message": journal.count_messages(user_id=user_id),
        "entity": Entity.objects.filter(user_id=user_id).count(),
        "changeset": Changeset.objects.filter(user_id=user_id).count(),
    }
    kinds = Block.objects.filter(user_id=user_id).values_list("kind")
    counts |= dict(kinds.annotate(count=models.Count("pk")))
    return {name: count for name, count in counts.items() if count}


def _forget_all(plan: _Plan) -> UUID:
    """Nothing is left but the word that nothing said until now is to be remembered."""
    user_id = plan.user_id
    ids: Mapping[str, list[UUID]] = {
        "block_ids": list(Block.objects.filter(user_id=user_id).values_list("pk", flat=True)),
        "entity_ids": list(Entity.objects.filter(user_id=user_id).values_list("pk", flat=True)),
    }
    for model in OWNED:
        cast(Any, model).objects.filter(user_id=user_id).delete()
    update_indexes(user_id=user_id, **cast(Any, ids))
    bury(user_id=user_id, kind=EVERYTHING, said=[""])
    return Book(user_id=user_id, kind=Changeset.Kind.FORGET).write()


def _forget_in_journal(plan: _Plan) -> None:
    if plan.is_everything:
        journal_services.delete_journals(user_id=plan.user_id)
    elif plan.target.kind == TargetKind.JOURNAL:
        journal_services.delete_journals(user_id=plan.user_id, reference=plan.target.reference)
    else:
        journal_services.delete_messages(user_id=plan.user_id, message_ids=plan.message_ids)
