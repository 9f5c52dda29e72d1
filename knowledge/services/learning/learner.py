"""Learns messages: everything that one job makes of them is one changeset.

Each message becomes an episode, as it was said; what an extractor proposes becomes entities,
statements and relations, if the schema allows it, the user did not have it forgotten, and it
is not known already. The decision about each proposal is recorded. An extractor is not trusted:
an invalid proposal is dropped, and the rest of the batch is learned.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from operator import attrgetter
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from accounts.selectors import zone_of
from exobrain.lib.config import Config
from exobrain.lib.effective_config import effective_config
from exobrain.lib.errors import Unavailable
from exobrain.lib.text import storable
from journal import selectors as journal
from journal.types import StoredMessage
from knowledge import identity
from knowledge.extraction import Extractor, configured_extractor, filter_extraction
from knowledge.extraction.port import SchemaView
from knowledge.models import Alias, Block, Changeset, Edge, Entity, Mention, ReviewItem
from knowledge.retrieval.passages import passage_id, passages_of
from knowledge.selectors.history import learned_messages
from knowledge.services.identities import people
from knowledge.services.identities.contexts import Contexts
from knowledge.services.identities.resolution import Resolved, Resolver
from knowledge.services.indexing.embedding import (
    BlockEmbeddings,
    embed_texts,
    withheld_from_embedder,
)
from knowledge.services.learning.changes import Changes
from knowledge.services.learning.privacy import PrivateTopics
from knowledge.services.learning.references import (
    Statements,
    head_of,
    tail_of,
)
from knowledge.services.learning.resolved_fact import ResolvedFact, as_utc, member
from knowledge.services.learning.schema_context import known_entities, schema_view
from knowledge.services.learning.wishes import Fresh, meant_by
from knowledge.services.ledger.conflicts import (
    Topic,
    is_over_by_its_words,
    load_topics,
    resolve_conflicts,
    statement_of,
)
from knowledge.services.ledger.redaction import (
    RedactionMask,
    add_redactions,
    blanked,
    load_redaction_mask,
)
from knowledge.services.ledger.unit_of_work import UnitOfWork
from knowledge.services.locking import lock_memory
from knowledge.services.withholding import Withheld, withheld_from
from knowledge.stores.spaces import searched_embedder
from knowledge.types import (
    BlockKind,
    EventState,
    Extraction,
    ForgetWish,
    Precision,
    PreparedLearning,
    ProposedEntity,
    ProposedEvent,
    ProposedFact,
    SourceMessage,
    Status,
    TextSpan,
    Trust,
    Verdict,
)

log = structlog.get_logger(__name__)

# Columns by which what is new may name an entity: itself, its names, sources, review items.
NAMING_ENTITIES = ("id", "entity_id", "record_id", "left_id", "right_id")
MAX_FACT_CHARS = 2_000
MAX_TOPIC_CHARS = 120
MAX_RELATION_CHARS = 40
MAX_RECURRENCE_CHARS = 200
# What the words "is now on Friday" and "from now on at eight" seem to tell besides.
TOLD_BY_CHANGES = frozenset({"do", "event", "owns", "answer_style"})
CHRONOLOGICAL = attrgetter("said_at", "reference", "sequence")


# -- before the transaction


def prepare_learning(
    *,
    user_id: UUID,
    messages: Sequence[SourceMessage],
    embeds: bool = True,
    again: bool = False,
    private: Withheld | None = None,
) -> PreparedLearning:
    """Returns what may be remembered of the messages; writes nothing.

    What is learned already is left out, unless it is to be read `again`; so is an answer that no
    model made, as it only says what a file or the memory says.

    The extractor never sees what the user had forgotten: there are blanks in its place. While the
    embedder is unavailable the vectors are left out. Nor does a model elsewhere see what is
    `private`, or by the memory is: there are blanks in the place of the characters that say it, and
    a message that names it all the same is left to the rules.
    """
    ids = [message.id for message in messages]
    known_already = set() if again else learned_messages(user_id=user_id, message_ids=ids)
    fresh = [
        message
        for message in messages
        if message.id not in known_already and message.content and not message.is_without_model
    ]
    if not fresh:
        return PreparedLearning(messages=[], extraction=Extraction())
    fresh.sort(key=CHRONOLOGICAL)
    mask = load_redaction_mask(user_id=user_id, messages=fresh)
    zone = zone_of(user_id=user_id)  # "tomorrow at nine" is nine o'clock where the user is
    shown = [
        replace(mask.redacted(message), said_at=message.said_at.astimezone(zone))
        for message in fresh
        if not mask.is_forgotten(message)
    ]
    # An answer made from what others wrote is found again, and nothing is learned from it.
    read = [message for message in shown if not message.is_from_outside]
    config, extractor = _extractor_and_config()
    if config.uses_model_extractor and config.model_is_elsewhere:
        if private is None:
            private = withheld_from(user_id=user_id, is_elsewhere=True)
        read = [_for_model_elsewhere(message, private) for message in read]
    proposed = extractor.extract(
        messages=read, schema=schema_view(), known=known_entities(user_id=user_id)
    )
    if not proposed.extractor:
        proposed = replace(proposed, extractor=extractor.name)
    extraction = filter_extraction(proposed, read)
    embedded = BlockEmbeddings()
    if embeds:
        texts = {identity.episode_id(user_id, message_id=m.id): storable(m.content) for m in shown}
        # Which id a statement gets is not known yet, so its text stands for it.
        texts |= {identity.text_id(t): t for fact in extraction.facts if (t := _fact_text(fact))}
        embedder = searched_embedder()
        withheld = withheld_from_embedder(embedder, user_id=user_id)
        try:
            embedded = embed_texts(texts, withheld=withheld, embedder=embedder)
        except Unavailable as error:
            log.warning("embedding_skipped", error=type(error).__name__, texts=len(texts))
    return PreparedLearning(
        messages=fresh,
        extraction=extraction,
        vectors=embedded.vectors,
        tokens=embedded.tokens,
        space=embedded.space,
    )


def _extractor_and_config() -> tuple[Config, Extractor]:
    """The extractor, and the settings that say where its model is: not those of a moment later."""
    while True:
        config = effective_config()
        extractor = configured_extractor()
        if config is effective_config():
            return config, extractor


def _for_model_elsewhere(message: SourceMessage, private: Withheld) -> SourceMessage:
    """The message with blanks in the place of what is private, or as one that stays here."""
    shown = replace(message, content=blanked(message.content, private.spans.get(message.id, ())))
    if private.is_named_in(shown.content) or message.id in private.answers:
        return replace(message, stays_here=True)
    return shown


def message_to_learn(message: StoredMessage) -> SourceMessage:
    """A message of the journal, as memory is made from it."""
    return SourceMessage(
        id=message.id,
        reference=message.reference,
        sequence=message.sequence,
        role=message.role,
        content=message.content,
        said_at=message.created_at,
        is_from_outside=message.is_from_outside,
        is_without_model=message.is_without_model,
    )


# -- within it


def apply_learning(*, user_id: UUID, job_id: UUID, prepared: PreparedLearning) -> UUID:
    """The memory holds what was prepared; returns the changeset.

    Idempotent: a second call for the same job returns the changeset of the first, unless that was
    rolled back.
    """
    with transaction.atomic(savepoint=False):
        lock_memory(user_id)
        for attempt in count():  # another one follows each that was rolled back
            id_ = identity.changeset_id(user_id, job_id=job_id, attempt=attempt)
            done = Changeset.objects.filter(user_id=user_id, pk=id_).first()
            if done is None:
                break
            if done.state != Changeset.State.ROLLED_BACK:
                return done.id
        work = UnitOfWork(
            user_id=user_id,
            kind=Changeset.Kind.JOB,
            changeset_id=id_,
            job_id=job_id,
            extractor=prepared.extraction.extractor,
            fallback=fallback_of(prepared),
        )
        learn_prepared(work, prepared)
        return commit_prepared(work, prepared)


def fallback_of(prepared: PreparedLearning) -> str:
    """Why rules have read for a model; empty where they have not."""
    return next(iter(sorted(prepared.extraction.fallbacks.values())), "")


def commit_prepared(work: UnitOfWork, prepared: PreparedLearning) -> UUID:
    """The unit of work is committed with the vectors that were prepared for its blocks."""
    vectors, tokens = {}, {}
    for block in work.additions(Block):
        for number, passage in enumerate(passages_of(block.id, block.text)):
            for key in (block.id, identity.text_id(block.text)):
                id_ = passage_id(key, number)
                if id_ in prepared.vectors:
                    vectors[passage.id] = prepared.vectors[id_]
                if id_ in prepared.tokens:
                    tokens[passage.id] = prepared.tokens[id_]
    return work.commit(vectors=vectors, tokens=tokens, space=prepared.space)


def learn_prepared(work: UnitOfWork, prepared: PreparedLearning, *, again: bool = False) -> None:
    """Adds what was prepared, as far as the journal still says it and it is new."""
    ids = [message.id for message in prepared.messages]
    stored = {m.id: m for m in journal.messages_by_ids(user_id=work.user_id, ids=ids)}
    known = set() if again else learned_messages(user_id=work.user_id, message_ids=ids)
    messages = [
        message
        for message in sorted(prepared.messages, key=CHRONOLOGICAL)
        if message.id not in known
        and message.id in stored
        and (stored[message.id].content or "") == message.content
    ]
    if messages:
        Learner(work, messages, prepared).learn()


class Learner:
    """Makes a batch of messages part of a unit of work."""

    def __init__(
        self, work: UnitOfWork, messages: Sequence[SourceMessage], prepared: PreparedLearning
    ) -> None:
        self.work = work
        self.user_id = work.user_id
        self.messages = {message.id: message for message in messages}
        self.extraction = prepared.extraction
        self.vectors = prepared.vectors
        self.space = prepared.space
        self.schema: SchemaView = schema_view()
        self.mask: RedactionMask = load_redaction_mask(user_id=self.user_id, messages=messages)
        self.entities: dict[str, Resolved] = {}
        self.refused: set[str] = set()  # keys of proposed entities that are not to be known
        self.decided: set[UUID] = set()
        self.topics: dict[Topic, list[Block]] = {}
        self.by_words: dict[tuple[UUID | None, str], Block] = {}
        self.taken: set[UUID] = set()  # ids of statements that are stored
        self.statements = Statements(work, zone_of(user_id=work.user_id))
        self.changes = Changes(work, self.statements, self._accept_edge, self._drop_fact)
        self.changed: list[TextSpan] = []  # what tells of events that are moved or cancelled
        self.private = PrivateTopics(work.user_id)

    def learn(self) -> None:
        """All of the batch is in the unit of work, with a decision about each part."""
        for ruling in self.extraction.rulings:
            if ruling.message_id in self.messages and ruling.verdict in set(Verdict):
                self._decide(ruling.verdict, ruling.reason, ruling.message_id, ruling.span)
        self._resolve_entities()
        facts = [fact for p in self.extraction.facts if (fact := self._resolve_fact(p))]
        facts.sort(key=_place_of)
        self.topics = load_topics(
            self.work,
            {(fact.subject.id, fact.topic) for fact in facts if fact.subject and fact.topic},
        )
        shared = {self._statement_id(f, is_shared=True): f for f in facts}
        for block in Block.objects.filter(user_id=self.user_id, pk__in=shared):
            self.taken.add(block.id)
            if block.status != Status.FALSIFIED:  # else it is said again after it was called wrong
                self.by_words[shared[block.id].repeat_key] = block
        for fact in facts:
            if fact.proposal.change is not None or not self._is_told_by_change(fact):
                self._learn_fact(fact)
        self._add_episodes()
        for wish in self.extraction.forget_wishes:
            self._propose_forgetting(wish)

        # An entity all of whose mentions turned out to be forgotten is not added.
        spoken = {mention.entity_id for mention in self.work.additions(Mention)}
        unspoken = {
            entity.id
            for entity in self.work.additions(Entity)
            if entity.id not in spoken and not entity.is_self
        }
        for record in [*self.work.added.values()] if unspoken else ():
            if unspoken & {getattr(record, column, None) for column in NAMING_ENTITIES}:
                self.work.remove(record)
        resolve_conflicts(self.work, self.topics)
        add_redactions(user_id=self.user_id, spans=self.mask.added)

    def _decide(
        self,
        verdict: Verdict,
        reason: str,
        message_id: UUID,
        span: TextSpan | None = None,
        record_id: UUID | None = None,
    ) -> None:
        self.decided.add(message_id)
        if span is not None and not self._is_in_batch(span):
            span = None
        self.work.decide(
            Verdict(verdict),
            storable(str(reason)),
            message_id=message_id,
            span=span,
            record_id=record_id,
        )

    def _is_in_batch(self, span: TextSpan) -> bool:
        """True when these characters are in a message of the batch."""
        message = self.messages.get(span.message_id)
        return message is not None and 0 <= span.start <= span.end <= len(message.content)

    # entities

    def _accept_entities(self) -> list[tuple[ProposedEntity, Trust]]:
        """The proposals that may be remembered, ready to be stored; decides why others are not."""
        accepted = []
        for proposal in self.extraction.entities:
            spans = [span for span in proposal.spans if self._is_in_batch(span)]
            if not spans:
                continue
            spans.sort(key=lambda s: (self.messages[s.message_id].said_at, s.start))
            first = spans[0]
            names = [proposal.name, *proposal.aliases, *proposal.identifiers]
            if proposal.role:
                names.append(people.role_alias(proposal.role))
            said_at = self.messages[first.message_id].said_at
            refusal = None
            if not proposal.is_user:
                if not identity.normal_name(storable(proposal.name)):
                    refusal = Verdict.DROPPED, "no_name"
                elif proposal.node_type not in self.schema.node_types:
                    refusal = Verdict.DROPPED, "unknown_type"
                elif self.mask.is_forgotten_name(names, said_at=said_at):
                    refusal = Verdict.FORGOTTEN, "forgotten"
                    for span in spans:
                        self.mask.add(span)
            if refusal:
                self._decide(*refusal, first.message_id, first)
                self.refused.add(proposal.key)
                continue
            limit = identity.MAX_NAME_CHARS
            stored = replace(
                proposal,
                name=storable(proposal.name).strip()[:limit],
                aliases=[storable(alias).strip()[:limit] for alias in proposal.aliases],
                identifiers=[
                    storable(each).strip()[: identity.MAX_ALIAS_CHARS]
                    for each in proposal.identifiers
                ],
                spans=spans,
                confidence=_clamp_confidence(proposal.confidence),
            )
            accepted.append((stored, max(self.messages[s.message_id].trust for s in spans)))
        return accepted

    def _resolve_entities(self) -> None:
        """Every accepted proposal, and every known entity that is named, has its entity."""
        proposals = self._accept_entities()
        # The contexts: which messages speak of whom, without what the user had forgotten.
        ids = {
            message.id: identity.episode_id(self.user_id, message_id=message.id)
            for message in self.messages.values()
            if not self.mask.is_forgotten(message)
        }
        episodes: dict[str, set[UUID]] = defaultdict(set)
        spoken = [(p.key, span) for p in self.extraction.entities for span in p.spans]
        spoken += [(mention.entity_key, mention.span) for mention in self.extraction.mentions]
        for key, span in spoken:
            if self._is_in_batch(span) and span.message_id in ids:
                episodes[key].add(ids[span.message_id])
        texts = {
            episode_id: storable(self.mask.redacted(self.messages[message_id]).content)
            for message_id, episode_id in ids.items()
        }
        contexts = Contexts(
            user_id=self.user_id,
            episodes=episodes,
            texts=texts,
            vectors=self.vectors,
            space=self.space,
        )
        resolver = Resolver(self.work, self.schema, contexts)
        self.entities = resolver.resolve(proposals)
        used = {key for fact in self.extraction.facts for key in fact.about}
        used |= {mention.entity_key for mention in self.extraction.mentions}
        # An extractor may name entities that are known already without proposing them.
        self.entities |= resolver.named(used - self.entities.keys() - self.refused)
        for proposal, _ in proposals:
            entity = self.entities[proposal.key].entity
            if ("entity", entity.id) in self.work.added:
                for span in proposal.spans:
                    self.work.cite(entity, span)

    # statements

    def _resolve_fact(self, proposal: ProposedFact) -> ResolvedFact | None:
        """The fact with all it speaks of, or a decision why not."""
        span = proposal.span
        if not self._is_in_batch(span):
            if span.message_id in self.messages:
                self._decide(Verdict.DROPPED, "not_said_there", span.message_id)
            return None
        text, reason = _fact_text(proposal), ""
        if not text:
            reason = "no_text"
        elif self.mask.overlaps(span):
            reason = "forgotten"
        elif any(key not in self.entities for key in proposal.about):
            reason = "unknown_entity"
        if reason:
            is_forgotten = reason == "forgotten"
            self._drop_fact(
                proposal, reason, Verdict.FORGOTTEN if is_forgotten else Verdict.DROPPED
            )
            return None
        proposal = replace(proposal, text=text, confidence=_clamp_confidence(proposal.confidence))
        message = self.messages[span.message_id]
        if message.is_from_outside:
            self._drop_fact(proposal, "not_said_by_user", Verdict.LOW_TRUST)
            return None
        about = [self.entities[key] for key in dict.fromkeys(proposal.about)]
        edge_type = self._accept_edge(proposal, about)
        topic = storable(proposal.topic or "").strip()[:MAX_TOPIC_CHARS] if about else ""
        if proposal.event is not None and about and not topic and not proposal.corrects:
            topic = f"event:{text}"[:MAX_TOPIC_CHARS]
        topic = identity.canonical_topic(topic)
        value = identity.canonical_value(storable(proposal.value or "")) or tail_of(topic)
        is_single = proposal.single_valued
        if edge_type in self.schema.single_valued and not topic:
            topic, is_single = str(edge_type), True
            value = identity.canonical_value(str(about[1].entity.id))
        if not value and not (topic and (proposal.ends or proposal.polarity)):
            value = identity.normal_text(text)
        start = as_utc(proposal.valid_from) or message.said_at
        fact = ResolvedFact(
            proposal=proposal,
            message=message,
            about=about,
            edge_type=edge_type,
            topic=topic,
            value=value[: identity.MAX_VALUE_CHARS],
            read_value=(identity.normal_text(storable(proposal.value or "")) or value)[
                : identity.MAX_VALUE_CHARS
            ],
            is_single_valued=is_single and bool(topic),
            trust=min(proposal.trust, message.trust),
            start=start,
            held_at=_held_at(proposal, start, message.said_at),
        )
        if self.mask.is_forgotten_fact(
            text=text,
            subject=fact.subject.normal_name if fact.subject else "",
            topic=fact.topic,
            value=fact.value,
            said_at=message.said_at,
        ):
            self.mask.add(span)
            self._drop_fact(proposal, "forgotten", Verdict.FORGOTTEN)
            return None
        if fact.trust < Trust.USER_SAID and fact.subject is not None and fact.subject.is_self:
            self._drop_fact(proposal, "not_said_by_user", Verdict.LOW_TRUST)
            return None
        return fact

    def _drop_fact(
        self, proposal: ProposedFact, reason: str, verdict: Verdict = Verdict.DROPPED
    ) -> None:
        """Decides that the fact is not learned, and why."""
        self._decide(verdict, reason, proposal.span.message_id, proposal.span)

    def _accept_edge(self, proposal: ProposedFact, about: Sequence[Resolved]) -> str | None:
        """The relation, if the schema has it between these two; the statement stays anyway."""
        edge_type = proposal.edge_type
        if edge_type is None:
            return None
        if edge_type not in self.schema.edge_types or len(about) < 2:
            self._drop_fact(proposal, "unknown_relation")
            return None
        source, target = about[0].entity, about[1].entity
        fits = self.schema.allows(edge_type, source.node_type_id, target.node_type_id)
        if source.id == target.id or not fits:
            self._drop_fact(proposal, "relation_not_allowed")
            return None
        return edge_type

    def _statement_id(self, fact: ResolvedFact, *, is_shared: bool) -> UUID:
        """One id for all who say it, if nothing contradicts it; else an id of this message's."""
        return identity.fact_id(
            self.user_id,
            message_id=UUID(int=0) if is_shared else fact.message.id,
            subject_id=fact.subject_id,
            topic=fact.topic,
            said=fact.repeat_key[1] if is_shared else fact.said,
        )

    def _learn_fact(self, fact: ResolvedFact) -> None:
        """The statement is added, or its source to what is known; what it ends is ended."""
        change = fact.proposal.change
        placed = (
            self.changes.refer(fact)
            if change is None
            else self.changes.changed_event_of(fact, change)
        )
        if placed is None:
            return
        fact, corrected, asked = placed
        if change is not None:
            self.changed.append(fact.proposal.span)
        elif fact.proposal.event is not None:
            fact, known, asked = self.changes.place_event_of(fact, fact.proposal.event, corrected)
            if known is not None:
                self._add_source(fact, known)
                return
        if not fact.topic or fact.subject_id is None:
            if known := self.by_words.get(fact.repeat_key):
                self._add_source(fact, known)
                return
            self.by_words[fact.repeat_key] = self._add_statement(fact, self._free_id(fact))
            return
        topic = (fact.subject_id, fact.topic)
        if topic not in self.topics:
            self.topics |= load_topics(self.work, [topic])
        chain = self.topics[topic]
        if known := _find_adjacent_repeat(fact, chain):
            self._add_source(fact, known)
            return
        is_others = fact.trust < Trust.USER_SAID and (fact.is_single_valued or fact.polarity)
        if is_others and any(b.trust >= Trust.USER_SAID for b in chain):
            self._drop_fact(fact.proposal, "user_said_otherwise", Verdict.LOW_TRUST)
            return
        block = self._add_statement(fact, self._free_id(fact))
        chain.append(block)
        self.changes.end_what_it_ends(fact, block, corrected)
        for each in (
            *asked,
            *self.changes.doubted_by(block),
            *self.changes.taken_over(fact, block),
        ):
            self.changes.ask_whether_ended(block, each)

    def _is_told_by_change(self, fact: ResolvedFact) -> bool:
        """True when the same words have moved or cancelled an event already."""
        span = fact.proposal.span
        return head_of(fact.topic) in TOLD_BY_CHANGES and any(
            one.message_id == span.message_id and one.start < span.end and span.start < one.end
            for one in self.changed
        )

    def _free_id(self, fact: ResolvedFact) -> UUID:
        """The id that all who say it share, while nothing has it; else one of this message's."""
        if fact.is_single_valued or fact.is_referring or fact.corrects_id:
            return self._statement_id(fact, is_shared=False)
        id_ = self._statement_id(fact, is_shared=True)
        if id_ in self.taken:
            return self._statement_id(fact, is_shared=False)
        self.taken.add(id_)
        return id_

    def _propose_forgetting(self, wish: ForgetWish) -> None:
        """There is a question whether what the wish means is to be forgotten."""
        span = wish.span
        message = self.messages.get(span.message_id)
        if message is None or not self._is_in_batch(span) or self.mask.overlaps(span):
            return
        if message.trust < Trust.USER_SAID:
            self._decide(Verdict.LOW_TRUST, "not_said_by_user", message.id, span)
            return
        episode_id = identity.episode_id(self.user_id, message_id=message.id)
        meant = meant_by(self.user_id, wish, self._learned_before(message))
        for record in meant:
            self.work.add(
                ReviewItem(
                    id=identity.pair_id(
                        self.user_id, kind="forget", left_id=record.id, right_id=episode_id
                    ),
                    user_id=self.user_id,
                    kind=ReviewItem.Kind.FORGET,
                    left_id=record.id,
                    right_id=episode_id,
                    features={"start": span.start, "end": span.end},  # of the wish
                )
            )
        if meant:
            self._decide(Verdict.REMEMBERED, "wish_to_forget", message.id, span)
        else:
            self._decide(Verdict.DROPPED, "nothing_to_forget", message.id, span)

    def _learned_before(self, message: SourceMessage) -> Fresh:
        """What this batch adds from earlier messages: people say and take back on one day."""
        blocks = {
            block.id: block
            for block in self.work.additions(Block)
            if (block.said_at, block.sequence) < (message.said_at, message.sequence)
        }
        spoken = {m.entity_id for m in self.work.additions(Mention) if m.block_id in blocks}
        return Fresh(
            entities=[each for each in self.work.additions(Entity) if each.id in spoken],
            aliases=self.work.additions(Alias),
            blocks=list(blocks.values()),
        )

    def _add_source(self, fact: ResolvedFact, known: Block) -> None:
        """The known block gets this source, the earlier beginning and the higher confidence."""
        self.work.cite(known, fact.proposal.span)
        began = known.valid_from or known.said_at
        precision = member(Precision, fact.proposal.since_precision)
        self.work.change(
            known,
            confidence=max(known.confidence, fact.proposal.confidence),
            trust=max(known.trust, int(fact.trust)),
            valid_from=min(began, fact.start),
            since_precision=precision if fact.start < began else known.since_precision,
            held_at=max(known.held_at or known.said_at, fact.held_at),
        )
        self._decide(
            Verdict.DUPLICATE, "known", fact.message.id, fact.proposal.span, record_id=known.id
        )

    def _add_statement(self, fact: ResolvedFact, id_: UUID) -> Block:
        valid_to = as_utc(fact.proposal.valid_to)
        block = self.work.add(
            Block(
                id=id_,
                user_id=self.user_id,
                kind=BlockKind.EVENT if fact.proposal.event else BlockKind.FACT,
                text=fact.proposal.text,
                entity_id=fact.subject_id,
                topic=fact.topic,
                value=fact.read_value if fact.topic else "",
                is_single_valued=fact.is_single_valued,
                polarity=fact.polarity,
                corrects_id=fact.corrects_id,
                held_at=fact.held_at if fact.held_at != fact.message.said_at else None,
                is_secret=fact.proposal.is_secret,
                is_private=self.private.holds(
                    subject_id=fact.subject_id,
                    topic=fact.topic,
                    text=fact.proposal.text,
                    corrects_id=fact.corrects_id,
                ),
                **_event_columns(fact.proposal.event),
                trust=int(fact.trust),
                confidence=fact.proposal.confidence,
                valid_from=fact.start,
                since_precision=member(Precision, fact.proposal.since_precision),
                valid_to=valid_to if fact.is_over else None,
                until_precision=member(Precision, fact.proposal.until_precision)
                if valid_to
                else "",
                recorded_at=self.work.now,
                message_id=fact.message.id,
                reference=fact.message.reference,
                sequence=fact.message.sequence,
                said_at=fact.message.said_at,
            )
        )
        self.work.cite(block, fact.proposal.span)
        for resolved in fact.about:
            mention = self.work.add_mention(
                block, resolved.entity.id, confidence=resolved.confidence
            )
            self.work.cite(mention, fact.proposal.span)
        if fact.edge_type and not fact.polarity:
            self._add_edge(fact, block)
        if teller := self.entities.get(fact.proposal.told_by or ""):
            mention = self.work.add_mention(block, teller.entity.id, confidence=teller.confidence)
            self.work.cite(mention, fact.proposal.span)
        self._decide(
            Verdict.REMEMBERED, "fact", fact.message.id, fact.proposal.span, record_id=block.id
        )
        return block

    def _add_edge(self, fact: ResolvedFact, block: Block) -> None:
        source, target = (resolved.entity for resolved in fact.about[:2])
        edge = self.work.add(
            Edge(
                id=identity.edge_id(
                    self.user_id,
                    block_id=block.id,
                    edge_type=str(fact.edge_type),
                    source_id=source.id,
                    target_id=target.id,
                ),
                user_id=self.user_id,
                edge_type_id=str(fact.edge_type),
                relation=storable(fact.proposal.relation or "").strip()[:MAX_RELATION_CHARS],
                source_id=source.id,
                target_id=target.id,
                block_id=block.id,
                trust=block.trust,
                confidence=block.confidence * min(r.confidence for r in fact.about[:2]),
                valid_from=block.valid_from,
                valid_to=block.valid_to,
                recorded_at=self.work.now,
            )
        )
        self.work.cite(edge, fact.proposal.span)

    # episodes and mentions

    def _add_episodes(self) -> None:
        """Each message is an episode, which mentions the entities that were found in it."""
        mentioned: dict[UUID, list[tuple[str, TextSpan, float]]] = defaultdict(list)
        for proposal in self.extraction.entities:
            for span in proposal.spans:
                mentioned[span.message_id].append((proposal.key, span, proposal.confidence))
        for each in self.extraction.mentions:
            mentioned[each.span.message_id].append((each.entity_key, each.span, each.confidence))
        for message in self.messages.values():
            whole = TextSpan(message.id, 0, len(message.content))
            if self.mask.is_forgotten(message):
                self._decide(Verdict.FORGOTTEN, "forgotten", message.id, whole)
                continue
            text = storable(self.mask.redacted(message).content)
            for start, end in sorted(set(self.mask.spans.get(message.id, ()))):
                self._decide(
                    Verdict.FORGOTTEN, "forgotten", message.id, TextSpan(message.id, start, end)
                )
            block = self.work.add(
                Block(
                    id=identity.episode_id(self.user_id, message_id=message.id),
                    user_id=self.user_id,
                    kind=BlockKind.EPISODE,
                    text=text,
                    trust=int(message.trust),
                    valid_from=message.said_at,
                    recorded_at=self.work.now,
                    message_id=message.id,
                    reference=message.reference,
                    sequence=message.sequence,
                    said_at=message.said_at,
                )
            )
            self.work.cite(block, whole)
            if message.id not in self.decided:
                self._decide(Verdict.REMEMBERED, "episode", message.id, record_id=block.id)
            for key, span, confidence in mentioned[message.id]:
                resolved = self.entities.get(key)
                if resolved and self._is_in_batch(span) and not self.mask.overlaps(span):
                    sure = _clamp_confidence(confidence) * resolved.confidence
                    mention = self.work.add_mention(block, resolved.entity.id, confidence=sure)
                    self.work.cite(mention, span)


def _place_of(fact: ResolvedFact) -> tuple[datetime, int, int, bool]:
    """Where it was said; what tells of a change comes before what else the same words tell."""
    proposal, message = fact.proposal, fact.message
    return message.said_at, message.sequence, proposal.span.start, proposal.change is None


def _fact_text(proposal: ProposedFact) -> str:
    return storable(proposal.text).strip()[:MAX_FACT_CHARS]


def _find_adjacent_repeat(fact: ResolvedFact, chain: Sequence[Block]) -> Block | None:
    """The statement just before or after it in time that says the same.

    Statements that are less trusted than the user's word do not stand for one of the user's own.
    """
    if fact.corrects_id is not None:
        return None
    rank = fact.trust >= Trust.USER_SAID
    said = (fact.held_at, fact.message.sequence)

    def is_concerned(block: Block) -> bool:
        is_single = fact.is_single_valued and block.is_single_valued
        if is_single and not fact.polarity and not block.polarity:
            return True
        value = identity.canonical_value(block.value)
        return value == fact.value or not value or not fact.value

    peers = [
        block
        for block in chain
        if block.status != Status.FALSIFIED
        and (block.trust >= Trust.USER_SAID) >= rank
        and is_over_by_its_words(block) == fact.is_over
        and is_concerned(block)
    ]
    peers.sort(key=lambda b: statement_of(b).order)
    before = [b for b in peers if (b.held_at or b.said_at, b.sequence or 0) <= said][-1:]
    after = [b for b in peers if (b.held_at or b.said_at, b.sequence or 0) > said][:1]
    return next(
        (
            b
            for b in (*before, *after)
            if identity.canonical_value(b.value) == fact.value
            and b.polarity == fact.polarity
            and (fact.is_over or b.valid_to is None or fact.start < b.valid_to)
        ),
        None,
    )


def _event_columns(event: ProposedEvent | None) -> dict[str, Any]:
    """The columns of an event's block; none for a fact."""
    if event is None:
        return {}
    return {
        "starts_at": as_utc(event.starts_at),
        "ends_at": as_utc(event.ends_at),
        "time_precision": member(Precision, event.precision),
        "is_all_day": event.is_all_day,
        "recurrence": storable(event.recurrence)[:MAX_RECURRENCE_CHARS],
        "event_state": member(EventState, event.state) or EventState.PLANNED,
        "remind_at": as_utc(event.remind_at),
    }


def _held_at(proposal: ProposedFact, start: datetime, said_at: datetime) -> datetime:
    """The latest moment at which the statement says to be so."""
    valid_to = as_utc(proposal.valid_to)
    if valid_to is not None and valid_to > start:
        return min(valid_to, said_at)
    return said_at if proposal.holds_now else min(start, said_at)


def _clamp_confidence(value: float) -> float:
    """The value within 0 to 1; 0 for NaN and the infinities."""
    return min(1.0, max(0.0, value)) if math.isfinite(value) else 0.0
