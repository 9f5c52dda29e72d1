"""From messages to memory: everything a job makes of them is one changeset.

Each message becomes an episode, as it was said; what an extractor proposes becomes entities,
statements and relations, if the schema allows it, the user did not have it forgotten, and it
is not known already. What becomes of each proposal is recorded. An extractor is not trusted: a
proposal that makes no sense is dropped, and costs nothing but itself.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import TypeVar
from uuid import UUID

import structlog
from django.db import transaction

from exobrain.lib.errors import Unavailable
from exobrain.lib.text import storable
from journal import selectors as journal
from knowledge import identity
from knowledge.extraction import configured_extractor
from knowledge.extraction.port import SchemaView
from knowledge.extraction.relevance import filter_extraction
from knowledge.models import Block, Changeset, Edge, Entity, Mention
from knowledge.selectors import ledger
from knowledge.services.identities.contexts import Contexts
from knowledge.services.identities.resolution import Resolved, Resolver
from knowledge.services.indexing.embedding import BlockEmbeddings, embed_texts
from knowledge.services.learning.schema_context import known_entities, schema_view
from knowledge.services.ledger.conflicts import (
    Topic,
    load_topics,
    resolve_conflicts,
    statement_of,
)
from knowledge.services.ledger.redaction import (
    RedactionMask,
    add_redactions,
    load_redaction_mask,
)
from knowledge.services.ledger.unit_of_work import UnitOfWork, lock_memory
from knowledge.types import (
    TRUST_OF_ROLE,
    BlockKind,
    Extraction,
    PreparedLearning,
    ProposedEntity,
    ProposedFact,
    SourceMessage,
    Status,
    TextSpan,
    Trust,
    Verdict,
)

log = structlog.get_logger(__name__)

V = TypeVar("V")

# Columns by which what is new may name an entity: itself, its names, its sources, its questions.
NAMING_ENTITIES = ("id", "entity_id", "record_id", "left_id", "right_id")
MAX_FACT_CHARS = 2_000
MAX_TOPIC_CHARS = 120


# -- before the transaction


def prepare_learning(
    *, user_id: UUID, messages: Sequence[SourceMessage], embeds: bool = True
) -> PreparedLearning:
    """What may be remembered of the messages is known; nothing is written.

    The extractor never sees what the user had forgotten: there are blanks in its place.
    """
    ids = [message.id for message in messages]
    known_already = ledger.learned(user_id=user_id, message_ids=ids)
    fresh = _in_order(m for m in messages if m.id not in known_already and m.content)
    if not fresh:
        return PreparedLearning(messages=[], extraction=Extraction())
    mask = load_redaction_mask(user_id=user_id, messages=fresh)
    shown = [mask.redacted(message) for message in fresh if not mask.is_forgotten(message)]
    extractor = configured_extractor()
    proposed = extractor.extract(
        messages=shown, schema=schema_view(), known=known_entities(user_id=user_id)
    )
    if not proposed.extractor:
        proposed = replace(proposed, extractor=extractor.name)
    extraction = filter_extraction(proposed, shown)
    embedded = _embedded(user_id, shown, extraction) if embeds else BlockEmbeddings()
    return PreparedLearning(
        messages=fresh,
        extraction=extraction,
        vectors=embedded.vectors,
        tokens=embedded.tokens,
    )


def _embedded(
    user_id: UUID, messages: Sequence[SourceMessage], extraction: Extraction
) -> BlockEmbeddings:
    """What the coming blocks are compared by; nothing while the embedder is away.

    Which id a statement gets is not known yet, so its text stands for it.
    """
    texts = {identity.episode_id(user_id, message_id=m.id): storable(m.content) for m in messages}
    texts |= {identity.text_id(text): text for f in extraction.facts if (text := _text_of(f))}
    try:
        return embed_texts(texts)
    except Unavailable as error:
        log.warning("embedding_skipped", error=type(error).__name__, texts=len(texts))
        return BlockEmbeddings()


def _in_order(messages: Iterable[SourceMessage]) -> list[SourceMessage]:
    return sorted(messages, key=lambda m: (m.said_at, m.reference, m.sequence))


# -- within it


def apply_learning(*, user_id: UUID, job_id: UUID, prepared: PreparedLearning) -> UUID:
    """The memory holds what was prepared; returns the changeset. Twice is as good as once."""
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
        )
        remember(work, prepared)
        return work.commit(
            vectors=_by_block(work, prepared.vectors), tokens=_by_block(work, prepared.tokens)
        )


def _by_block(work: UnitOfWork, values: Mapping[UUID, V]) -> dict[UUID, V]:
    """What was found out about texts, by the blocks that say them."""
    found = {}
    for block in work.additions(Block):
        for id_ in (block.id, identity.text_id(block.text)):
            if id_ in values:
                found[block.id] = values[id_]
    return found


def remember(work: UnitOfWork, prepared: PreparedLearning) -> None:
    """Adds what was prepared, as far as the journal still says it and it is new."""
    ids = [message.id for message in prepared.messages]
    stored = {m.id: m for m in journal.messages_by_ids(user_id=work.user_id, ids=ids)}
    known = ledger.learned(user_id=work.user_id, message_ids=ids)
    messages = [
        message
        for message in _in_order(prepared.messages)
        if message.id not in known
        and message.id in stored
        and (stored[message.id].content or "") == message.content
    ]
    if messages:
        Learner(work, messages, prepared).learn()


@dataclass(frozen=True)
class ResolvedFact:
    """A proposed fact that makes sense, with the entities it speaks of."""

    proposal: ProposedFact
    message: SourceMessage
    about: Sequence[Resolved]
    edge_type: str | None
    topic: str
    value: str
    is_single_valued: bool
    trust: Trust
    start: datetime

    @property
    def subject(self) -> Entity | None:
        """Whom or what it tells something of."""
        return self.about[0].entity if self.about else None

    @property
    def subject_id(self) -> UUID | None:
        """The subject's id."""
        return self.subject.id if self.subject else None

    @property
    def repeat_key(self) -> tuple[UUID | None, str]:
        """What it has in common with others that say the same."""
        if self.topic:
            return self.subject_id, f"{self.topic}\x00{self.value}"
        return self.subject_id, identity.normal_text(self.proposal.text)


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
        self.schema: SchemaView = schema_view()
        self.mask: RedactionMask = load_redaction_mask(user_id=self.user_id, messages=messages)
        self.entities: dict[str, Resolved] = {}
        self.refused: set[str] = set()  # keys of proposed entities that are not to be known
        self.decided: set[UUID] = set()
        self.topics: dict[Topic, list[Block]] = {}
        self.by_words: dict[tuple[UUID | None, str], Block] = {}
        self.refuted: set[UUID] = set()  # what the user called wrong

    def learn(self) -> None:
        """All of the batch is in the unit of work, with a decision about each part."""
        for ruling in self.extraction.rulings:
            if ruling.message_id in self.messages and ruling.verdict in set(Verdict):
                self._decide(ruling.verdict, ruling.reason, ruling.message_id, ruling.span)
        self._resolve_entities()
        facts = [fact for p in self.extraction.facts if (fact := self._resolve_fact(p))]
        facts.sort(key=lambda f: (f.message.said_at, f.message.sequence, f.proposal.span.start))
        self._load_known(facts)
        for fact in facts:
            self._learn_fact(fact)
        self._add_episodes()
        self._drop_unmentioned_entities()
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
        if span is not None and not self._is_in(span):
            span = None
        self.work.decide(
            Verdict(verdict),
            storable(str(reason)),
            message_id=message_id,
            span=span,
            record_id=record_id,
        )

    def _is_in(self, span: TextSpan) -> bool:
        """True when these characters are in a message of the batch."""
        message = self.messages.get(span.message_id)
        return message is not None and 0 <= span.start <= span.end <= len(message.content)

    # entities

    def _resolve_entities(self) -> None:
        proposals = []
        for proposal in self.extraction.entities:
            spans = [span for span in proposal.spans if self._is_in(span)]
            if not spans:
                continue
            spans.sort(key=lambda s: (self.messages[s.message_id].said_at, s.start))
            if not proposal.is_user and not self._may_be_known(proposal, spans):
                self.refused.add(proposal.key)
            else:
                trust = max(self._trust_of(span) for span in spans)
                proposals.append((_storable(proposal, spans), trust))
        resolver = Resolver(self.work, self.schema, self._contexts())
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

    def _contexts(self) -> Contexts:
        """Which messages speak of whom; not what the user had forgotten."""
        ids = {
            message.id: identity.episode_id(self.user_id, message_id=message.id)
            for message in self.messages.values()
            if not self.mask.is_forgotten(message)
        }
        episodes: dict[str, set[UUID]] = defaultdict(set)
        spoken = [(p.key, span) for p in self.extraction.entities for span in p.spans]
        spoken += [(mention.entity_key, mention.span) for mention in self.extraction.mentions]
        for key, span in spoken:
            if self._is_in(span) and span.message_id in ids:
                episodes[key].add(ids[span.message_id])
        texts = {
            episode_id: storable(self.mask.redacted(self.messages[message_id]).content)
            for message_id, episode_id in ids.items()
        }
        return Contexts(user_id=self.user_id, episodes=episodes, texts=texts, vectors=self.vectors)

    def _may_be_known(self, proposal: ProposedEntity, spans: Sequence[TextSpan]) -> bool:
        first = spans[0]
        if not identity.normal_name(storable(proposal.name)):
            self._decide(Verdict.DROPPED, "no_name", first.message_id, first)
            return False
        if proposal.node_type not in self.schema.node_types:
            self._decide(Verdict.DROPPED, "unknown_type", first.message_id, first)
            return False
        said_at = self.messages[first.message_id].said_at
        names = [proposal.name, *proposal.aliases, *proposal.identifiers]
        if self.mask.is_forgotten_name(names, said_at=said_at):
            self._decide(Verdict.FORGOTTEN, "forgotten", first.message_id, first)
            for span in spans:
                self.mask.add(span)
            return False
        return True

    def _trust_of(self, span: TextSpan) -> Trust:
        return TRUST_OF_ROLE.get(self.messages[span.message_id].role, Trust.WEB)

    # statements

    def _resolve_fact(self, proposal: ProposedFact) -> ResolvedFact | None:
        """The fact with all it speaks of, or a decision why not."""
        span = proposal.span
        if not self._is_in(span):
            if span.message_id in self.messages:
                self._decide(Verdict.DROPPED, "not_said_there", span.message_id)
            return None
        text, reason = _text_of(proposal), ""
        if not text:
            reason = "no_text"
        elif self.mask.overlaps(span):
            reason = "forgotten"
        elif any(key not in self.entities for key in proposal.about):
            reason = "unknown_entity"
        if reason:
            is_forgotten = reason == "forgotten"
            self._drop(proposal, reason, Verdict.FORGOTTEN if is_forgotten else Verdict.DROPPED)
            return None
        proposal = replace(proposal, text=text, confidence=_share(proposal.confidence))
        message = self.messages[span.message_id]
        about = [self.entities[key] for key in dict.fromkeys(proposal.about)]
        edge_type = self._allowed_edge(proposal, about)
        topic = storable(proposal.topic or "").strip()[:MAX_TOPIC_CHARS] if about else ""
        value = identity.normal_text(storable(proposal.value or ""))[: identity.MAX_VALUE_CHARS]
        is_single = proposal.single_valued
        if edge_type in self.schema.single_valued and not topic:
            topic, value, is_single = str(edge_type), str(about[1].entity.id), True
        fact = ResolvedFact(
            proposal=proposal,
            message=message,
            about=about,
            edge_type=edge_type,
            topic=topic,
            value=value or identity.normal_text(text)[: identity.MAX_VALUE_CHARS],
            is_single_valued=is_single and bool(topic),
            trust=Trust(min(proposal.trust, self._trust_of(span))),
            start=_aware(proposal.valid_from) or message.said_at,
        )
        if self.mask.is_forgotten_fact(
            text=text,
            subject=fact.subject.normal_name if fact.subject else "",
            topic=fact.topic,
            value=fact.value,
            said_at=message.said_at,
        ):
            self.mask.add(span)
            self._drop(proposal, "forgotten", Verdict.FORGOTTEN)
            return None
        if fact.trust < Trust.USER_SAID and fact.subject is not None and fact.subject.is_self:
            self._drop(proposal, "not_said_by_user", Verdict.LOW_TRUST)
            return None
        return fact

    def _drop(
        self, proposal: ProposedFact, reason: str, verdict: Verdict = Verdict.DROPPED
    ) -> None:
        """Decides that the fact is not learned, and why."""
        self._decide(verdict, reason, proposal.span.message_id, proposal.span)

    def _allowed_edge(self, proposal: ProposedFact, about: Sequence[Resolved]) -> str | None:
        """The relation, if the schema has it between these two; the statement stays anyway."""
        edge_type = proposal.edge_type
        if edge_type is None:
            return None
        if edge_type not in self.schema.edge_types or len(about) < 2:
            self._drop(proposal, "unknown_relation")
            return None
        source, target = about[0].entity, about[1].entity
        fits = self.schema.allows(edge_type, source.node_type_id, target.node_type_id)
        if source.id == target.id or not fits:
            self._drop(proposal, "relation_not_allowed")
            return None
        return edge_type

    def _load_known(self, facts: Sequence[ResolvedFact]) -> None:
        """What is known already of the same topics, or in the same words."""
        topics = {(fact.subject.id, fact.topic) for fact in facts if fact.subject and fact.topic}
        self.topics = load_topics(self.work, topics)
        plain = {self._shared_id(fact): fact for fact in facts if not fact.is_single_valued}
        for block in Block.objects.filter(user_id=self.user_id, pk__in=plain):
            if block.status == Status.FALSIFIED:
                self.refuted.add(block.id)
            else:
                self.by_words[plain[block.id].repeat_key] = block

    def _shared_id(self, fact: ResolvedFact) -> UUID:
        """The id of a statement that no other contradicts: one record, whoever repeats it."""
        return identity.fact_id(
            self.user_id,
            message_id=UUID(int=0),
            subject_id=fact.subject_id,
            topic=fact.topic,
            said=fact.repeat_key[1],
        )

    def _own_id(self, fact: ResolvedFact) -> UUID:
        """The id of a statement that is one of its message alone."""
        return identity.fact_id(
            self.user_id,
            message_id=fact.message.id,
            subject_id=fact.subject_id,
            topic=fact.topic,
            said=fact.value,
        )

    def _learn_fact(self, fact: ResolvedFact) -> None:
        """The statement is added, or its source to what is known."""
        if fact.is_single_valued and fact.subject is not None:
            chain = self.topics.setdefault((fact.subject.id, fact.topic), [])
            if known := _neighbour_saying_same(fact, chain):
                self._add_source(fact, known)
            elif fact.trust < Trust.USER_SAID and any(b.trust >= Trust.USER_SAID for b in chain):
                self._drop(fact.proposal, "user_said_otherwise", Verdict.LOW_TRUST)
            else:
                chain.append(self._add_statement(fact, self._own_id(fact)))
        elif known := self.by_words.get(fact.repeat_key):
            self._add_source(fact, known)
        else:
            id_ = self._shared_id(fact)
            if id_ in self.refuted:
                id_ = self._own_id(fact)  # said again after the user called it wrong
            self.by_words[fact.repeat_key] = self._add_statement(fact, id_)

    def _add_source(self, fact: ResolvedFact, known: Block) -> None:
        """What is known already is known from here too, since when it began, and more surely."""
        self.work.cite(known, fact.proposal.span)
        self.work.change(
            known,
            confidence=max(known.confidence, fact.proposal.confidence),
            trust=max(known.trust, int(fact.trust)),
            valid_from=min(known.valid_from or known.said_at, fact.start),
        )
        self._decide(
            Verdict.DUPLICATE, "known", fact.message.id, fact.proposal.span, record_id=known.id
        )

    def _add_statement(self, fact: ResolvedFact, id_: UUID) -> Block:
        valid_to = _aware(fact.proposal.valid_to)
        block = self.work.add(
            Block(
                id=id_,
                user_id=self.user_id,
                kind=BlockKind.FACT,
                text=fact.proposal.text,
                entity_id=fact.subject_id,
                topic=fact.topic,
                value=fact.value if fact.topic else "",
                is_single_valued=fact.is_single_valued,
                trust=int(fact.trust),
                confidence=fact.proposal.confidence,
                valid_from=fact.start,
                valid_to=valid_to if valid_to and valid_to > fact.start else None,
                recorded_at=self.work.now,
                message_id=fact.message.id,
                reference=fact.message.reference,
                sequence=fact.message.sequence,
                said_at=fact.message.said_at,
            )
        )
        self.work.cite(block, fact.proposal.span)
        for resolved in fact.about:
            self._add_mention(block, resolved.entity, fact.proposal.span, resolved.confidence)
        if fact.edge_type:
            self._add_edge(fact, block)
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
        for mention in self.extraction.mentions:
            place = mention.span
            mentioned[place.message_id].append((mention.entity_key, place, mention.confidence))
        for message in self.messages.values():
            whole = TextSpan(message.id, 0, len(message.content))
            if self.mask.is_forgotten(message):
                self._decide(Verdict.FORGOTTEN, "forgotten", message.id, whole)
                continue
            text = storable(self.mask.redacted(message).content)
            for start, end in sorted(set(self.mask.spans[message.id])):
                self._decide(
                    Verdict.FORGOTTEN, "forgotten", message.id, TextSpan(message.id, start, end)
                )
            trust = self._trust_of(whole)
            block = self.work.add(
                Block(
                    id=identity.episode_id(self.user_id, message_id=message.id),
                    user_id=self.user_id,
                    kind=BlockKind.EPISODE,
                    text=text,
                    trust=int(trust),
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
                if resolved and self._is_in(span) and not self.mask.overlaps(span):
                    sure = _share(confidence) * resolved.confidence
                    self._add_mention(block, resolved.entity, span, sure)

    def _drop_unmentioned_entities(self) -> None:
        """Nobody becomes known of whom all that is said turned out to be forgotten."""
        spoken = {mention.entity_id for mention in self.work.additions(Mention)}
        unspoken = {
            entity.id
            for entity in self.work.additions(Entity)
            if entity.id not in spoken and not entity.is_self
        }
        for record in [*self.work.added.values()] if unspoken else ():
            if unspoken & {getattr(record, column, None) for column in NAMING_ENTITIES}:
                self.work.remove(record)

    def _add_mention(self, block: Block, entity: Entity, span: TextSpan, confidence: float) -> None:
        mention = self.work.add(
            Mention(
                id=identity.mention_id(self.user_id, block_id=block.id, entity_id=entity.id),
                user_id=self.user_id,
                block_id=block.id,
                entity_id=entity.id,
                trust=block.trust,
                confidence=confidence,
                valid_from=block.valid_from,
                recorded_at=self.work.now,
            )
        )
        self.work.cite(mention, span)


# -- small questions


def _text_of(proposal: ProposedFact) -> str:
    return storable(proposal.text).strip()[:MAX_FACT_CHARS]


def _neighbour_saying_same(fact: ResolvedFact, chain: Sequence[Block]) -> Block | None:
    """The statement just before or just after it that says the same, if the user's word counts
    as much.
    """
    said = (fact.message.said_at, fact.message.sequence)
    rank = fact.trust >= Trust.USER_SAID
    peers = [
        block
        for block in chain
        if block.status != Status.FALSIFIED and (block.trust >= Trust.USER_SAID) >= rank
    ]
    peers.sort(key=lambda b: statement_of(b).said)
    before = [b for b in peers if (b.said_at, b.sequence or 0) <= said][-1:]
    after = [b for b in peers if (b.said_at, b.sequence or 0) > said][:1]
    return next((b for b in (*before, *after) if b.value == fact.value), None)


def _storable(proposal: ProposedEntity, spans: Sequence[TextSpan]) -> ProposedEntity:
    """The proposal with names that can be stored."""
    limit = identity.MAX_NAME_CHARS
    return replace(
        proposal,
        name=storable(proposal.name).strip()[:limit],
        aliases=[storable(alias).strip()[:limit] for alias in proposal.aliases],
        identifiers=[storable(i).strip()[: identity.MAX_ALIAS_CHARS] for i in proposal.identifiers],
        spans=spans,
        confidence=_share(proposal.confidence),
    )


def _share(value: float) -> float:
    """A number from 0 to 1, whatever was given."""
    return min(1.0, max(0.0, value)) if math.isfinite(value) else 0.0


def _aware(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is not None:
        return value
    return value.replace(tzinfo=UTC)
