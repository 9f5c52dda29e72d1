"""Plans what is deleted when a target is forgotten."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from django.db.models import Count, Q

from journal import selectors as journal
from journal.types import StoredMessage
from knowledge import identity
from knowledge.errors import CannotForgetYourself, NothingToForget
from knowledge.models import Alias, Block, Changeset, Entity, Mention, Source
from knowledge.retrieval.ranking.terms import terms
from knowledge.selectors.entities import member_ids
from knowledge.selectors.history import edited_blocks
from knowledge.services.forgetting.signals import messages_forgotten_with
from knowledge.services.forgetting.tellings import (
    MIN_TERMS,
    find_other_tellings,
    notes_and_facts_alike,
    statements_of,
)
from knowledge.services.forgetting.wording import MIN_WORDS_CHARS, Wording
from knowledge.types import BlockKind, ForgetItem, Target, TargetKind, TextSpan


@dataclass(frozen=True)
class Rewording:
    """A block that stays, in the words of a message that stays or in the user's own."""

    block: Block
    text: str
    source: Source
    is_edited: bool  # by the user, whose word has a time of its own


@dataclass(frozen=True)
class ForgetPlan:
    """Everything that a target takes with it."""

    user_id: UUID
    target: Target
    messages: Sequence[StoredMessage] = ()  # that leave the journal
    blocks: Sequence[Block] = ()
    entities: Sequence[Entity] = ()
    aliases: Sequence[Alias] = ()
    mentions: Sequence[Mention] = ()
    sources: Sequence[Source] = ()
    reworded: Sequence[Rewording] = ()
    renamed: Sequence[tuple[Entity, Alias]] = ()  # entities that stay, by another of their names
    spans: Sequence[TextSpan] = ()  # that the memory is not to know
    words: Sequence[str] = ()  # normal forms of what is forgotten
    quotes: Sequence[str] = ()  # normal forms of what messages that stay say of it
    positions: frozenset[tuple[str, int]] = frozenset()  # of all messages that it concerns

    @property
    def is_everything(self) -> bool:
        """True when nothing of the user's is to stay."""
        return self.target.kind == TargetKind.EVERYTHING

    @property
    def message_ids(self) -> list[UUID]:
        """Those of the messages that leave the journal."""
        return [message.id for message in self.messages]

    @cached_property
    def wording(self) -> Wording:
        """How what is forgotten was said."""
        # Answers that go with their questions are in everyday words, which others have, too.
        answers = {identity.normal_text(m.content) for m in self.messages if m.role != "user"}
        statements = [said for block in self.blocks for said in statements_of(block)]
        return Wording.of(said={*self.words, *self.quotes} - answers, statements=statements)

    def repeats_forgotten(self, text: str) -> bool:
        """True for a text that has the words of something forgotten."""
        if self.is_everything:
            return True
        normal = f" {identity.normal_text(text)} "
        return any(f" {said} " in normal for said in self.words if len(said) >= MIN_WORDS_CHARS)

    def tells_forgotten(self, text: str) -> bool:
        """True for a text of the assistant's that tells something forgotten, in whichever words."""
        return self.is_everything or self.wording.is_told_by(text)

    def rewritten_payload(self, payload: dict[str, Any]) -> dict[str, Any] | None:
        """The payload of a job without words that are forgotten; None when it has none."""
        reference, is_changed = payload.get("journal_reference"), False
        messages = []
        for message in payload.get("messages") or []:
            position = (reference, message.get("sequence"))
            content = message.get("content") or ""
            if content and (position in self.positions or self.repeats_forgotten(content)):
                is_changed = True
                messages.append({**message, "content": None})
            else:
                messages.append(message)
        return {**payload, "messages": messages} if is_changed else None

    def counts(self) -> dict[str, int]:
        """Numbers of messages, entities, redactions and blocks by kind that go."""
        if self.is_everything:
            mine = {"user_id": self.user_id}
            counts = {
                "message": journal.count_messages(user_id=self.user_id),
                "entity": Entity.objects.filter(**mine).count(),
                "changeset": Changeset.objects.filter(**mine).count(),
            }
            kinds = Block.objects.filter(**mine).values_list("kind")
            counts |= dict(kinds.annotate(count=Count("pk")))
        else:
            counts = {
                "message": len(self.messages),
                "entity": len(self.entities),
                "redaction": len(self.spans),
            }
            for block in self.blocks:
                counts[block.kind] = counts.get(block.kind, 0) + 1
        return {name: count for name, count in counts.items() if count}

    def items(self, *, limit: int) -> list[ForgetItem]:
        """Names and texts of the first messages, entities and statements that go."""
        messages = self.messages
        if self.is_everything:
            messages = journal.latest_messages(user_id=self.user_id, limit=limit)
        items = [ForgetItem("message", message.id, message.content) for message in messages]
        items += [ForgetItem("entity", entity.id, entity.name) for entity in self.entities]
        items += [
            ForgetItem(block.kind, block.id, block.text)
            for block in self.blocks
            if block.kind != BlockKind.EPISODE
        ]
        return items[:limit]


def plan_forgetting(*, user_id: UUID, target: Target, also: Sequence[TextSpan] = ()) -> ForgetPlan:
    """What goes with the target, and with other words that say it; raises NothingToForget."""
    if target.kind == TargetKind.EVERYTHING:
        return ForgetPlan(user_id, target)
    if target.kind == TargetKind.FACT and target.id:
        plan = _plan_fact(user_id, target, target.id)
    elif target.kind == TargetKind.ENTITY and target.id:
        plan = _plan_entity(user_id, target, target.id)
    elif target.kind == TargetKind.MESSAGE and target.id:
        asked = [target.id]
        if not journal.messages_by_ids(user_id=user_id, ids=asked):
            raise NothingToForget
        answers = messages_forgotten_with.send(sender=None, user_id=user_id, message_ids=asked)
        wanted = {target.id}.union(*(cast(Iterable[UUID], answer or ()) for _, answer in answers))
        found = journal.messages_by_ids(user_id=user_id, ids=[*wanted])
        plan = _plan_messages(user_id, target, found)
    elif target.kind == TargetKind.JOURNAL and target.reference:
        day = journal.messages_of(user_id=user_id, reference=target.reference)
        if day is None:
            raise NothingToForget
        plan = _plan_messages(user_id, target, day)
    else:
        raise NothingToForget
    plan = _add_orphans(replace(plan, spans=[*plan.spans, *also]))
    concerned = {*plan.message_ids, *(span.message_id for span in plan.spans)}
    messages = journal.messages_by_ids(user_id=user_id, ids=[*concerned])
    positions = frozenset((message.reference, message.sequence) for message in messages)
    contents = {message.id: message.content for message in messages}
    quotes = [contents.get(span.message_id, "")[span.start : span.end] for span in plan.spans]
    return replace(
        plan,
        positions=positions,
        quotes=[
            identity.normal_text(each) for each in quotes if len(set(terms(each))) >= MIN_TERMS
        ],
    )


def _plan_fact(user_id: UUID, target: Target, block_id: UUID) -> ForgetPlan:
    """The block, what it corrected and what corrected it, and the words that say them.

    What the user wanted remembered is a note, and learned from their message besides: a note and a
    fact that say the same go together.
    """
    mine = Block.objects.filter(user_id=user_id).exclude(kind=BlockKind.EPISODE)
    found: dict[UUID, Block] = {}
    level = list(mine.filter(pk=block_id))
    if not level:
        raise NothingToForget
    while level:
        found |= {block.id: block for block in level}
        earlier = [block.corrects_id for block in level]
        near = Q(pk__in=earlier) | Q(corrects__in=[block.id for block in level])
        again = [*mine.filter(near), *notes_and_facts_alike(user_id=user_id, blocks=level)]
        level = [block for block in again if block.id not in found]
    # Of an entity every name goes, so that nothing else is told of it.
    tellings = find_other_tellings(user_id=user_id, blocks=found.values())
    return _plan_statements(user_id, target, found, spans=tellings)


def _plan_entity(user_id: UUID, target: Target, entity_id: UUID) -> ForgetPlan:
    """The entity under all its names, and everything that speaks of it."""
    entity = Entity.objects.filter(user_id=user_id, pk=entity_id).first()
    if entity is None:
        raise NothingToForget
    if entity.is_self:
        raise CannotForgetYourself
    members = member_ids(user_id=user_id, entity_ids=[entity_id])
    entities = Entity.objects.filter(user_id=user_id).in_bulk(members)
    aliases = list(Alias.objects.filter(user_id=user_id, entity_id__in=entities))
    names = {
        *(member.normal_name for member in entities.values()),
        *(identity.normal_text(alias.name) for alias in aliases),
        *(alias.normal_name for alias in aliases),
    } - {""}
    written = {alias.name for alias in aliases} | {member.name for member in entities.values()}
    pattern = _pattern_of_names(written)
    called = Q(text__iregex=rf"(^|\W|_){pattern}($|\W|_)")

    mine = Block.objects.filter(user_id=user_id)
    speaking = Q(mentions__entity_id__in=entities) | Q(entity_id__in=entities) | called
    about = mine.exclude(kind=BlockKind.EPISODE).filter(speaking).distinct()
    blocks = {block.id: block for block in about}
    level = list(blocks.values())
    while level:  # what these corrected was wrong, and stays so
        earlier = mine.filter(pk__in=[block.corrects_id for block in level])
        level = [block for block in earlier if block.id not in blocks]
        blocks |= {block.id: block for block in level}

    mentions = Mention.objects.filter(user_id=user_id, entity_id__in=entities)
    spoken = Source.objects.filter(
        user_id=user_id, record_id__in=mentions.values("pk"), table="mention"
    )
    spans = [TextSpan(source.message_id, source.start, source.end) for source in spoken]
    word = re.compile(rf"(?:^|\W|_){pattern}(?=$|\W|_)", re.IGNORECASE)
    for episode in mine.filter(called, kind=BlockKind.EPISODE):
        if episode.message_id is not None:
            spans += [TextSpan(episode.message_id, *m.span(1)) for m in word.finditer(episode.text)]
    plan = _plan_statements(user_id, target, blocks, words=sorted(names), spans=spans)
    return replace(plan, entities=list(entities.values()))


def _pattern_of_names(names: Iterable[str]) -> str:
    """Any of the names as its first group, for PostgreSQL and for Python alike.

    Between its words may stand whatever is neither letter nor digit ("*Ann*  Lee", "ann_lee"), and
    the last may come first ("Lee, Ann").
    """
    forms: set[tuple[str, ...]] = set()
    for name in names:
        words = tuple(word for word in re.split(r"[\W_]+", name) if word) or (name,)
        forms |= {words, (words[-1], *words[:-1])}
    between = r"(?:\W|_)+"
    patterns = [between.join(map(re.escape, words)) for words in forms]
    return f"({'|'.join(sorted(patterns, key=lambda pattern: (-len(pattern), pattern)))})"


def _plan_statements(
    user_id: UUID,
    target: Target,
    blocks: Mapping[UUID, Block],
    *,
    words: Sequence[str] = (),
    spans: Sequence[TextSpan] = (),
) -> ForgetPlan:
    """A plan with these blocks and the spans and words that they were learned from."""
    sources = Source.objects.filter(user_id=user_id, record_id__in=blocks)
    said = [TextSpan(source.message_id, source.start, source.end) for source in sources]
    return ForgetPlan(
        user_id,
        target,
        blocks=list(blocks.values()),
        words=[*words, *(identity.normal_text(block.text) for block in blocks.values())],
        spans=[*spans, *said],
    )


def _plan_messages(user_id: UUID, target: Target, messages: Sequence[StoredMessage]) -> ForgetPlan:
    """The messages leave the journal, with all that was learned from them alone."""
    deleted_ids = {message.id for message in messages}
    words = [identity.normal_text(message.content) for message in messages]
    sources = list(Source.objects.filter(user_id=user_id, message_id__in=deleted_ids))
    records_citing: dict[str, set[UUID]] = defaultdict(set)
    for source in sources:
        records_citing[source.table].add(source.record_id)
    others = (
        Source.objects.filter(user_id=user_id, record_id__in={s.record_id for s in sources})
        .exclude(message_id__in=deleted_ids)
        .select_related("message")
        .order_by("-message__created_at", "-id")
    )
    remaining_sources = {source.record_id: source for source in others}  # the earliest that stays
    plan = ForgetPlan(user_id, target, messages=messages, sources=sources, words=words)
    blocks, reworded = [], []
    edited = edited_blocks(user_id=user_id, ids=records_citing["block"])
    concerned = Q(pk__in=records_citing["block"]) | Q(message_id__in=deleted_ids)
    for block in Block.objects.filter(concerned, user_id=user_id):
        if block.kind == BlockKind.EPISODE or block.id not in remaining_sources:
            blocks.append(block)
        elif block.message_id in deleted_ids:
            source = remaining_sources[block.id]
            text = (source.message.content or "")[source.start : source.end].strip() or "…"
            if block.id in edited and not plan.repeats_forgotten(block.text):
                text = block.text
            reworded.append(Rewording(block, text, source, block.id in edited))
    mentions = Mention.objects.filter(
        user_id=user_id, pk__in=records_citing["mention"] - remaining_sources.keys()
    )
    return replace(plan, blocks=blocks, reworded=reworded, mentions=list(mentions))


# -- entities and names without a mention


def _add_orphans(plan: ForgetPlan) -> ForgetPlan:
    """Entities and names that were learned only from what goes go with it."""
    user_id, taken = plan.user_id, {entity.id for entity in plan.entities}
    # A mention in an episode that stays goes, too, if all characters it cites will be blank.
    blank: dict[UUID, list[TextSpan]] = defaultdict(list)
    for span in plan.spans:
        blank[span.message_id].append(span)
    cited: dict[UUID, list[Source]] = defaultdict(list)
    for source in Source.objects.filter(user_id=user_id, table="mention", message_id__in=blank):
        cited[source.record_id].append(source)
    hidden = [
        mention_id
        for mention_id, sources in cited.items()
        if all(
            any(b.start <= each.start and each.end <= b.end for b in blank[each.message_id])
            for each in sources
        )
    ]
    mentions = [*plan.mentions, *Mention.objects.filter(user_id=user_id, pk__in=hidden)]

    going = Q(block_id__in=[block.id for block in plan.blocks])
    going |= Q(pk__in=[mention.id for mention in mentions])
    mine = Mention.objects.filter(user_id=user_id)
    touched = set(mine.filter(going).values_list("entity_id", flat=True)) - taken
    still = set(mine.filter(entity_id__in=touched).exclude(going).values_list("entity", flat=True))
    # An entity with a note of the user's on its page stays.
    notes = Block.objects.filter(user_id=user_id, entity_id__in=touched, kind=BlockKind.NOTE)
    orphans = touched - still - set(notes.values_list("entity_id", flat=True))
    others = Entity.objects.filter(user_id=user_id, pk__in=touched, is_self=False)
    entities = {entity.id: entity for entity in plan.entities}
    known = [entity.id for entity in others if entity.id in orphans]
    members = member_ids(user_id=user_id, entity_ids=known)
    entities |= Entity.objects.filter(user_id=user_id).in_bulk(members)
    aliases: list[Alias] = []
    renamed = []
    for entity in others:
        if entity.id in orphans or not plan.messages:
            continue
        deleted, kept = _split_names(plan, entity)
        if not kept:
            continue  # one name is left in any case
        aliases += deleted
        if entity.normal_name in {alias.normal_name for alias in deleted}:
            renamed.append((entity, kept[0]))
    return replace(
        plan,
        mentions=mentions,
        entities=list(entities.values()),
        aliases=aliases,
        renamed=renamed,
    )


def _split_names(plan: ForgetPlan, entity: Entity) -> tuple[list[Alias], list[Alias]]:
    """Names of the entity that only the forgotten messages used, and the others, names first."""
    gone = " ".join(f" {identity.normal_name(message.content)} " for message in plan.messages)
    episodes = Block.objects.filter(
        user_id=plan.user_id, kind=BlockKind.EPISODE, mentions__entity=entity
    ).exclude(message_id__in=plan.message_ids)
    stay = " ".join(
        f" {identity.normal_name(text)} " for text in episodes.values_list("text", flat=True)
    )
    deleted: list[Alias] = []
    kept: list[Alias] = []
    for alias in Alias.objects.filter(user_id=plan.user_id, entity=entity).order_by("pk"):
        name = f" {identity.normal_name(alias.name)} "
        (deleted if name in gone and name not in stay else kept).append(alias)
    return deleted, sorted(kept, key=lambda alias: alias.is_identifier)
