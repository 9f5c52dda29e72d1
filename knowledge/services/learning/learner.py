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
from typing import TypeVar
from uuid import UUID

import structlog
from django.db import transaction

from exobrain.lib.errors import Unavailable
from exobrain.lib.text import storable
from journal import selectors as journal
from knowledge import identity
from knowledge.extraction import configured_extractor
from knowledge.extraction.gate import judge
from knowledge.extraction.port import SchemaView
from knowledge.models import Block, Changeset, Edge, Entity, Mention
from knowledge.selectors import ledger
from knowledge.services.forgetting.redaction import (
    RedactionMask,
    add_redactions,
    load_redaction_mask,
)
from knowledge.services.identities.contexts import Contexts
from knowledge.services.identities.resolution import Resolved, Resolver
from knowledge.services.indexing.embedding import Embedded, embed_texts
from knowledge.services.learning.schema_context import known_entities, schema_view
from knowledge.services.ledger.conflicts import (
    Topic,
    load_topics,
    resolve_conflicts,
    statement_of,
)
from knowledge.services.ledger.unit_of_work import UnitOfWork, lock_memory
from knowledge.types import (
    TRUST_OF_ROLE,
    BlockKind,
    Extraction,
    Prepared,
    ProposedEntity,
    ProposedFact,
    Ruling,
    SourceMessage,
    Span,
    Status,
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
) -> Prepared:
    """What may be remembered of the messages is known; nothing is written.

    The extractor never sees what the user had forgotten: there are blanks in its place.
    """
    ids = [message.id for message in messages]
    known_already = ledger.learned(user_id=user_id, message_ids=ids)
    fresh = _in_order(m for m in messages if m.id not in known_already and m.content)
    if not fresh:
        return Prepared(messages=[], extraction=Extraction())
    mask = load_redaction_mask(user_id=user_id, messages=fresh)
    shown = [mask.redacted(message) for message in fresh if not mask.is_forgotten(message)]
    extractor = configured_extractor()
    proposed = extractor.extract(
        messages=shown, schema=schema_view(), known=known_entities(user_id=user_id)
    )
    if not proposed.extractor:
        proposed = replace(proposed, extractor=extractor.name)
    extraction = judge(proposed, shown)
    embedded = _embedded(user_id, shown, extraction) if embeds else Embedded()
    return Prepared(
        messages=fresh,
        extraction=extraction,
        vectors=embedded.vectors,
        tokens=embedded.tokens,
    )


def _embedded(user_id: UUID, messages: Sequence[SourceMessage], extraction: Extraction) -> Embedded:
    """What the coming blocks are compared by; nothing while the embedder is away.

    Which id a statement gets is not known yet, so its text stands for it.
    """
    texts = {identity.episode_id(user_id, message_id=m.id): storable(m.content) for m in messages}
    texts |= {identity.text_id(text): text for f in extraction.facts if (text := _text(f))}
    try:
        return embed_texts(texts)
    except Unavailable as error:
        log.warning("embedding_skipped", error=type(error).__name__, texts=len(texts))
        return Embedded()


def _in_order(messages: Iterable[SourceMessage]) -> list[SourceMessage]:
    return sorted(messages, key=lambda m: (m.said_at, m.reference, m.sequence))


# -- within it


def apply_learning(*, user_id: UUID, job_id: UUID, prepared: Prepared) -> UUID:
    """The memory holds what was prepared; returns the changeset. Twice is as good as once."""
    with transaction.atomic(savepoint=False):
        lock_memory(user_id)
        attempt, before = 0, _attempt(user_id, job_id, 0)
        while before is not None and before.state == Changeset.State.ROLLED_BACK:
            attempt += 1
            before = _attempt(user_id, job_id, attempt)
        if before is not None:
            return before.id
        work = UnitOfWork(
            user_id=user_id,
            kind=Changeset.Kind.JOB,
            changeset_id=identity.changeset_id(user_id, job_id=job_id, attempt=attempt),
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


def _attempt(user_id: UUID, job_id: UUID, attempt: int) -> Changeset | None:
    id_ = identity.changeset_id(user_id, job_id=job_id, attempt=attempt)
    return Changeset.objects.filter(user_id=user_id, pk=id_).first()


def remember(work: UnitOfWork, prepared: Prepared) -> None:
    """The work holds what was prepared, as far as the journal still says it and it is new."""
    messages = _still_said(work.user_id, prepared.messages)
    if messages:
        _Learner(work, messages, prepared).learn()


def _still_said(user_id: UUID, messages: Sequence[SourceMessage]) -> list[SourceMessage]:
    """The messages that are in the user's journal and not in the memory."""
    ids = [message.id for message in messages]
    stored = {m.id: m for m in journal.messages_by_ids(user_id=user_id, ids=ids)}
    known = ledger.learned(user_id=user_id, message_ids=ids)
    return [
        message
        for message in _in_order(messages)
        if message.id not in known
        and message.id in stored
        and (stored[message.id].content or "") == message.content
    ]


@dataclass(frozen=True)
class _Fact:
    """A proposal that makes sense, with the entities it speaks of."""

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


class _Learner:
    """One batch on its way into the work."""

    def __init__(
        self, work: UnitOfWork, messages: Sequence[SourceMessage], prepared: Prepared
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
        self.texts: dict[tuple[UUID | None, str], Block] = {}
        self.refuted: set[UUID] = set()  # what the user called wrong

    def learn(self) -> None:
        """Everything of the batch is in the work."""
        self._rulings(self.extraction.rulings)
        self._resolve_entities()
        facts = [fact for p in self.extraction.facts if (fact := self._checked(p))]
        facts.sort(key=lambda f: (f.message.said_at, f.message.sequence, f.proposal.span.start))
        self._load(facts)
        for fact in facts:
            self._fact(fact)
        self._episodes()
        self._mentions()
        self._drop_the_unspoken()
        resolve_conflicts(self.work, self.topics)
        add_redactions(user_id=self.user_id, spans=self.mask.added)

    # what was decided elsewhere

    def _rulings(self, rulings: Iterable[Ruling]) -> None:
        for ruling in rulings:
            if ruling.message_id in self.messages and ruling.verdict in set(Verdict):
                self._decide(ruling.verdict, ruling.reason, ruling.message_id, ruling.span)

    def _decide(
        self,
        verdict: Verdict,
        reason: str,
        message_id: UUID,
        span: Span | None = None,
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

    def _is_in(self, span: Span) -> bool:
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
            if not proposal.is_user and not self._is_allowed(proposal, spans):
                self.refused.add(proposal.key)
            else:
                trust = max(self._trust_in(span) for span in spans)
                proposals.append((_clean(proposal, spans), trust))
        resolver = Resolver(self.work, self.schema, self._contexts())
        self.entities = resolver.resolve(proposals)
        self.entities |= resolver.named(self._other_keys() - self.refused)
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

    def _other_keys(self) -> set[str]:
        """Keys that are used without being proposed."""
        used = {key for fact in self.extraction.facts for key in fact.about}
        used |= {mention.entity_key for mention in self.extraction.mentions}
        return used - self.entities.keys()

    def _is_allowed(self, proposal: ProposedEntity, spans: Sequence[Span]) -> bool:
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

    def _trust_in(self, span: Span) -> Trust:
        return TRUST_OF_ROLE.get(self.messages[span.message_id].role, Trust.WEB)

    # statements

    def _checked(self, proposal: ProposedFact) -> _Fact | None:
        """The proposal with all it speaks of, or a decision why not."""
        span = proposal.span
        if not self._is_in(span):
            if span.message_id in self.messages:
                self._decide(Verdict.DROPPED, "not_said_there", span.message_id)
            return None
        text = _text(proposal)
        if not text:
            self._drop(proposal, "no_text")
            return None
        if self.mask.overlaps(span):
            self._drop(proposal, "forgotten", Verdict.FORGOTTEN)
            return None
        if any(key not in self.entities for key in proposal.about):
            self._drop(proposal, "unknown_entity")
            return None
        return self._told(replace(proposal, text=text, confidence=_share(proposal.confidence)))

    def _told(self, proposal: ProposedFact) -> _Fact | None:
        message = self.messages[proposal.span.message_id]
        about = [self.entities[key] for key in dict.fromkeys(proposal.about)]
        edge_type = self._allowed_edge(proposal, about)
        topic = storable(proposal.topic or "").strip()[:MAX_TOPIC_CHARS]
        value = identity.normal_text(storable(proposal.value or ""))[: identity.MAX_VALUE_CHARS]
        is_single = proposal.single_valued
        if edge_type in self.schema.single_valued and not topic:
            topic, value, is_single = str(edge_type), str(about[1].entity.id), True
        if not about:
            topic, is_single = "", False
        said_at = message.said_at
        fact = _Fact(
            proposal=proposal,
            message=message,
            about=about,
            edge_type=edge_type,
            topic=topic,
            value=value or identity.normal_text(proposal.text)[: identity.MAX_VALUE_CHARS],
            is_single_valued=is_single and bool(topic),
            trust=Trust(min(proposal.trust, self._trust_in(proposal.span))),
            start=_moment(proposal.valid_from) or said_at,
        )
        if self._is_forgotten(fact):
            self.mask.add(proposal.span)
            self._drop(proposal, "forgotten", Verdict.FORGOTTEN)
            return None
        if fact.trust < Trust.USER_SAID and fact.subject is not None and fact.subject.is_self:
            self._drop(proposal, "not_said_by_user", Verdict.LOW_TRUST)
            return None
        return fact

    def _is_forgotten(self, fact: _Fact) -> bool:
        subject = fact.subject.normal_name if fact.subject else ""
        return self.mask.is_forgotten_fact(
            text=fact.proposal.text,
            subject=subject,
            topic=fact.topic,
            value=fact.value,
            said_at=fact.message.said_at,
        )

    def _drop(
        self, proposal: ProposedFact, reason: str, verdict: Verdict = Verdict.DROPPED
    ) -> None:
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

    def _load(self, facts: Sequence[_Fact]) -> None:
        """What is known already of the same topics, or in the same words."""
        topics = {(fact.subject.id, fact.topic) for fact in facts if fact.subject and fact.topic}
        self.topics = load_topics(self.work, topics)
        plain = {self._plain_id(fact): fact for fact in facts if not fact.is_single_valued}
        for block in Block.objects.filter(user_id=self.user_id, pk__in=plain):
            fact = plain[block.id]
            if block.status == Status.FALSIFIED:
                self.refuted.add(block.id)
            else:
                self.texts[_words(fact)] = block

    def _plain_id(self, fact: _Fact) -> UUID:
        """A statement that no other contradicts is one record, whoever repeats it."""
        subject_id = fact.subject.id if fact.subject else None
        return identity.fact_id(
            self.user_id,
            message_id=UUID(int=0),
            subject_id=subject_id,
            topic=fact.topic,
            said=_words(fact)[1],
        )

    def _fact(self, fact: _Fact) -> None:
        """The statement is in the work, or adds its source to what is known."""
        if fact.is_single_valued:
            chain = self.topics.setdefault(topic_key(fact), [])
            if known := _same_in_chain(fact, chain):
                self._again(fact, known)
                return
            if fact.trust < Trust.USER_SAID and any(b.trust >= Trust.USER_SAID for b in chain):
                self._drop(fact.proposal, "user_said_otherwise", Verdict.LOW_TRUST)
                return
            chain.append(self._new(fact, self._chain_id(fact)))
            return
        if known := self.texts.get(_words(fact)):
            self._again(fact, known)
            return
        self.texts[_words(fact)] = self._new(fact, self._plain_id(fact))

    def _chain_id(self, fact: _Fact) -> UUID:
        return identity.fact_id(
            self.user_id,
            message_id=fact.message.id,
            subject_id=fact.subject.id if fact.subject else None,
            topic=fact.topic,
            said=fact.value,
        )

    def _again(self, fact: _Fact, known: Block) -> None:
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

    def _new(self, fact: _Fact, id_: UUID) -> Block:
        if id_ in self.refuted:
            id_ = self._chain_id(fact)  # said again after the user called it wrong
        valid_to = _moment(fact.proposal.valid_to)
        block = self.work.add(
            Block(
                id=id_,
                user_id=self.user_id,
                kind=BlockKind.FACT,
                text=fact.proposal.text,
                entity_id=fact.subject.id if fact.subject else None,
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
            self._mention(block, resolved.entity, fact.proposal.span, resolved.confidence)
        if fact.edge_type:
            self._edge(fact, block)
        self._decide(
            Verdict.REMEMBERED, "fact", fact.message.id, fact.proposal.span, record_id=block.id
        )
        return block

    def _edge(self, fact: _Fact, block: Block) -> None:
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

    def _episodes(self) -> None:
        for message in self.messages.values():
            whole = Span(message.id, 0, len(message.content))
            if self.mask.is_forgotten(message):
                self._decide(Verdict.FORGOTTEN, "forgotten", message.id, whole)
                continue
            text = storable(self.mask.redacted(message).content)
            for start, end in sorted(set(self.mask.spans[message.id])):
                self._decide(
                    Verdict.FORGOTTEN, "forgotten", message.id, Span(message.id, start, end)
                )
            trust = self._trust_in(whole)
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

    def _mentions(self) -> None:
        """Each episode mentions the entities that were found in its message."""
        spans: dict[tuple[UUID, str], list[tuple[Span, float]]] = defaultdict(list)
        for proposal in self.extraction.entities:
            for span in proposal.spans:
                spans[span.message_id, proposal.key].append((span, proposal.confidence))
        for mention in self.extraction.mentions:
            span = mention.span
            spans[span.message_id, mention.entity_key].append((span, mention.confidence))
        episodes = {
            block.message_id: block
            for block in self.work.additions(Block)
            if block.kind == BlockKind.EPISODE
        }
        for (message_id, key), found in spans.items():
            if message_id in episodes and key in self.entities:
                self._mention_spans(episodes[message_id], self.entities[key], found)

    def _drop_the_unspoken(self) -> None:
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

    def _mention_spans(
        self, episode: Block, resolved: Resolved, found: Sequence[tuple[Span, float]]
    ) -> None:
        for span, confidence in found:
            if self._is_in(span) and not self.mask.overlaps(span):
                sure = _share(confidence) * resolved.confidence
                self._mention(episode, resolved.entity, span, sure)

    def _mention(self, block: Block, entity: Entity, span: Span, confidence: float) -> None:
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


def _text(proposal: ProposedFact) -> str:
    return storable(proposal.text).strip()[:MAX_FACT_CHARS]


def topic_key(fact: _Fact) -> Topic:
    """What the fact tells of whom."""
    if fact.subject is None:
        raise ValueError("a fact without a subject has no topic")
    return fact.subject.id, fact.topic


def _words(fact: _Fact) -> tuple[UUID | None, str]:
    """What repeats of a statement have in common."""
    subject_id = fact.subject.id if fact.subject else None
    if fact.topic:
        return subject_id, f"{fact.topic}\x00{fact.value}"
    return subject_id, identity.normal_text(fact.proposal.text)


def _same_in_chain(fact: _Fact, chain: Sequence[Block]) -> Block | None:
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
    same = [block for block in (*before, *after) if block.value == fact.value]
    return same[0] if same else None


def _clean(proposal: ProposedEntity, spans: Sequence[Span]) -> ProposedEntity:
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


def _moment(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is not None:
        return value
    return value.replace(tzinfo=UTC)
