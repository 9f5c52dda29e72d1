"""What the rules found in a batch, and what of a model's answers holds beside it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol, TypeVar
from uuid import UUID

from pydantic import ValidationError

from knowledge.extraction.gazetteer import fold_name
from knowledge.extraction.masking import strip_unprintable
from knowledge.extraction.names import Name
from knowledge.extraction.node_types import CONCEPT, ENTITY
from knowledge.extraction.prompts.entities import Entity
from knowledge.extraction.prompts.facts import Fact
from knowledge.extraction.proposals import Proposals
from knowledge.extraction.quotes import is_grounded, locate_quote
from knowledge.extraction.sentences import Sentence, split_sentences
from knowledge.extraction.statements import OPEN_TOPIC, normal_value
from knowledge.extraction.vocabulary import (
    match_edge_type,
    match_node_type,
    normal_topic,
    offered_types,
    parse_start_date,
)
from knowledge.extraction.words import word_list
from knowledge.types import (
    Extraction,
    ProposedFact,
    Ruling,
    SourceMessage,
    TextSpan,
    Trust,
    Verdict,
)

MAX_ITEMS = 200  # of one answer
MAX_NAMES = 80  # named to the model when it is asked for facts
MAX_CERTAINTY = 0.9  # of a fact, however sure the model is
NAME_CONFIDENCE = 0.85  # of a name that a model saw and the message has

_USER_WORDS = ("user", "the user", "i", "me", "speaker", "author", "")


class DropReason(StrEnum):
    """Why something that the model said is not proposed."""

    MALFORMED = "malformed"
    NO_MESSAGE = "no_such_message"
    NOT_QUOTED = "not_in_message"
    TYPE = "type_outside_schema"
    RELATION = "relation_outside_schema"
    SUBJECT = "unknown_subject"
    TOO_MANY = "too_many"
    UNUSABLE = "model_answer_unusable"


class _Item(Protocol):
    message: int  # number of the message in the question, from 1

    @classmethod
    def model_validate(cls, obj: Any) -> Any: ...


ItemT = TypeVar("ItemT", bound=_Item)


@dataclass
class ModelProposals:
    """The proposals of the rules, with the entities, facts and rulings that a model adds."""

    by_rules: Proposals
    messages: Sequence[SourceMessage]
    facts: list[ProposedFact] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)
    usage: Counter[str] = field(default_factory=Counter)
    read_ids: set[UUID] = field(default_factory=set)  # of messages that the model has read
    sentences: dict[UUID, Sequence[Sentence]] = field(default_factory=dict)

    def extraction(self, *, extractor: str) -> Extraction:
        """All that is proposed: the model's facts, and those of the rules that it does not have.

        A fact of the rules counts where the model has read nothing, and when its topic is new.
        """
        topics = {(fact.about[:1], fact.topic) for fact in self.facts if fact.topic}
        added = [
            fact
            for fact in self.by_rules.facts
            if fact.span.message_id not in self.read_ids
            or (
                fact.topic is not None
                and not fact.topic.startswith(OPEN_TOPIC)
                and (fact.about[:1], fact.topic) not in topics
            )
        ]
        return replace(
            self.by_rules.extraction(extractor=extractor),
            facts=(*self.facts, *added),
            rulings=tuple(self.rulings),
            usage=dict(self.usage),
        )

    def leave_to_rules(self, batch: Sequence[SourceMessage]) -> None:
        """Nothing that the model said of these messages counts."""
        ids = {message.id for message in batch}
        self.read_ids -= ids
        self.facts = [fact for fact in self.facts if fact.span.message_id not in ids]
        self.rulings += [Ruling(id_, Verdict.ERROR, DropReason.UNUSABLE) for id_ in sorted(ids)]

    def names(self, batch: Sequence[SourceMessage]) -> list[str]:
        """The names in these messages: whom a fact may be about."""
        ids = {message.id for message in batch}
        found = [
            strip_unprintable(entity.name)
            for entity in self.by_rules.entities.values()
            if not entity.is_user and any(span.message_id in ids for span in entity.spans)
        ]
        return found[:MAX_NAMES]

    def add_entities(
        self, batch: Sequence[SourceMessage], items: Sequence[Mapping[str, Any]]
    ) -> None:
        """Each entity is proposed when the message has its name and the schema its type."""
        types = offered_types(self.by_rules.schema)
        gazetteer = self.by_rules.gazetteer
        for message, entity in self._valid(items, batch, Entity):
            span = locate_quote(message, entity.quote)
            if span is None or fold_name(entity.quote) in word_list("not_names"):
                self._drop(message, DropReason.NOT_QUOTED)
                continue
            node_type = match_node_type(entity.type, types)
            if node_type is None:
                self._drop(message, DropReason.TYPE, span)
                continue
            key = gazetteer.keys.get(fold_name(entity.quote))
            if message.role != "user" and key is None:
                continue  # an answer makes nobody known
            text = message.content[span.start : span.end]
            if entity.name.strip() and any(locate_quote(one, entity.name) for one in self.messages):
                text = entity.name  # some message has the full name: a model does not give names
            text = " ".join(text.split())
            folded = fold_name(text)
            # The type is the model's where the rules have not seen what it is.
            seen = self.by_rules.entities.get(gazetteer.keys.get(folded, ""))
            is_untyped = seen is not None and seen.node_type in (ENTITY, CONCEPT)
            name = Name(
                span.start,
                span.end,
                text,
                node_type,
                NAME_CONFIDENCE,
                key or gazetteer.keys.get(folded),
            )
            self.by_rules.propose_entity(name, span, node_type=node_type if is_untyped else None)

    def add_facts(self, batch: Sequence[SourceMessage], items: Sequence[Mapping[str, Any]]) -> None:
        """Each fact is proposed when it is quoted and about somebody known."""
        for message, fact in self._valid(items, batch, Fact):
            span = locate_quote(message, fact.quote)
            if span is None:
                self._drop(message, DropReason.NOT_QUOTED)
                continue
            subject = self._key(fact.subject, message, span)
            if subject is None:
                self._drop(message, DropReason.SUBJECT, span)
                continue
            target = self._key(fact.object, message, span) if fact.object.strip() else None
            about = tuple(dict.fromkeys(key for key in (subject, target) if key))
            edge_type = None
            if fact.relation.strip() and len(about) >= 2:
                edge_type = match_edge_type(fact.relation, self.by_rules.schema.edge_types)
                if edge_type is None or not self.by_rules.allows_edge(edge_type, about):
                    edge_type = None
                    self._drop(message, DropReason.RELATION, span)  # the fact itself stays
            self.facts.append(_proposed_fact(message, fact, span, about, edge_type))
        if len(items) <= MAX_ITEMS:
            self.read_ids |= {message.id for message in batch}

    def _valid(
        self,
        items: Sequence[Mapping[str, Any]],
        batch: Sequence[SourceMessage],
        item_type: type[ItemT],
    ) -> Iterator[tuple[SourceMessage, ItemT]]:
        """The items that are whole, each with the message it is about."""
        for raw in items[:MAX_ITEMS]:
            try:
                item: ItemT = item_type.model_validate(
                    {
                        str(key): strip_unprintable(value) if isinstance(value, str) else value
                        for key, value in raw.items()
                    }
                )
            except (ValidationError, ValueError, OverflowError):
                self._drop(batch[0], DropReason.MALFORMED)
                continue
            if not 1 <= item.message <= len(batch):
                self._drop(batch[0], DropReason.NO_MESSAGE)
                continue
            yield batch[item.message - 1], item
        if len(items) > MAX_ITEMS:
            self._drop(batch[0], DropReason.TOO_MANY)

    def _drop(
        self, message: SourceMessage, reason: DropReason, span: TextSpan | None = None
    ) -> None:
        self.rulings.append(Ruling(message.id, Verdict.DROPPED, reason, span))

    def _key(self, name: str, message: SourceMessage, span: TextSpan) -> str | None:
        """The key of whom the model names; "user" is whoever speaks there."""
        folded = fold_name(strip_unprintable(name))
        gazetteer = self.by_rules.gazetteer
        if folded in _USER_WORDS:
            if message.id not in self.sentences:
                self.sentences[message.id] = split_sentences(message.content)
            for sentence in self.sentences[message.id]:
                if sentence.start <= span.start < sentence.end and sentence.speaker is not None:
                    return gazetteer.keys.get(fold_name(sentence.speaker))
            return self.by_rules.propose_user(span).key if message.role == "user" else None
        key = gazetteer.keys.get(folded)
        if key is not None and key not in self.by_rules.entities:
            place = locate_quote(message, name)
            if place is None:
                return None  # known, but not spoken of
            known = Name(place.start, place.end, name, gazetteer.types[key], 1.0, key)
            self.by_rules.propose_entity(known, place)
        return key


def _proposed_fact(
    message: SourceMessage,
    fact: Fact,
    span: TextSpan,
    about: tuple[str, ...],
    edge_type: str | None,
) -> ProposedFact:
    """The fact, in the message's own words where the model's are not grounded in it."""
    text = fact.text if is_grounded(fact.text, message) else message.content[span.start : span.end]
    topic, value = normal_topic(fact.topic), normal_value(fact.value)
    if topic is not None:
        matter = topic.partition(":")[2]  # what a topic with a colon is of
        if not value or not is_grounded(f"{value} {matter}", message):
            topic = None
    return ProposedFact(
        text=" ".join(text.split()),
        span=span,
        about=about,
        trust=Trust.USER_SAID if message.role == "user" else Trust.INFERRED,
        confidence=round(min(fact.certainty, MAX_CERTAINTY), 3),
        edge_type=edge_type,
        topic=topic,
        value=value if topic else None,
        single_valued=topic is not None,
        valid_from=parse_start_date(fact.since, message.said_at),
    )
