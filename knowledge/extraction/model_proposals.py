"""What the rules found in a batch, and what of a model's answers holds beside it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol, TypeVar
from uuid import UUID

from pydantic import ValidationError

from knowledge.extraction.carried import (
    Mismatch,
    Person,
    is_about,
    person_of,
    text_mismatch,
)
from knowledge.extraction.gazetteer import fold_name
from knowledge.extraction.masking import strip_unprintable
from knowledge.extraction.model_facts import fact_of
from knowledge.extraction.names import Name
from knowledge.extraction.node_types import CONCEPT, ENTITY, PERSON
from knowledge.extraction.own_words import OwnWords, why_not_own_words
from knowledge.extraction.prompts.entities import Entity
from knowledge.extraction.prompts.facts import Fact
from knowledge.extraction.proposals import Proposals
from knowledge.extraction.quoted_clauses import THIRD_PERSON, QuotedClause, clause_at, clauses_at
from knowledge.extraction.quotes import find_quotes, locate_quote
from knowledge.extraction.relevance import VERDICTS, RejectionReason
from knowledge.extraction.sentences import Sentence, split_sentences
from knowledge.extraction.statements import OPEN_TOPIC
from knowledge.extraction.topic_frames import has_unnamed_person
from knowledge.extraction.topics import topic_named
from knowledge.extraction.vocabulary import match_node_type, offered_types
from knowledge.extraction.words import word_list
from knowledge.types import (
    Extraction,
    FallbackReason,
    ProposedFact,
    Ruling,
    SourceMessage,
    TextSpan,
    Trust,
    Verdict,
)

MAX_ITEMS = 200  # of one answer
MAX_NAMES = 80  # named to the model when it is asked for facts
NAME_CONFIDENCE = 0.85  # of a name that a model saw and the message has

_YEAR = re.compile(r"\b\d{4}\b")
_USER_WORDS = ("user", "the user", "i", "me", "speaker", "author", "")


Known = tuple[str, Person]  # an entity's key, and how a clause may speak of it


class DropReason(StrEnum):
    """Why something that the model said is not proposed."""

    MALFORMED = "malformed"
    NO_MESSAGE = "no_such_message"
    NOT_QUOTED = "not_in_message"
    TYPE = "type_outside_schema"
    SUBJECT = "unknown_subject"
    TOPIC_NOT_SAID = "topic_not_said"  # the statement stays, as what was said
    DATE_NOT_SAID = "date_not_said"  # the statement stays, without one
    TOO_MANY = "too_many"


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
    exact: list[ProposedFact] = field(default_factory=list)  # those in the words of the message
    rulings: list[Ruling] = field(default_factory=list)
    usage: Counter[str] = field(default_factory=Counter)
    read_ids: set[UUID] = field(default_factory=set)  # of messages that the model has read
    sentences: dict[UUID, Sequence[Sentence]] = field(default_factory=dict)
    dropped: list[TextSpan] = field(default_factory=list)  # of which nothing by the model is left
    fallbacks: dict[UUID, FallbackReason] = field(default_factory=dict)
    why_not_own: OwnWords = why_not_own_words

    def extraction(self, *, extractor: str) -> Extraction:
        """All that is proposed: the facts of the rules, and what the model adds to them."""
        kept = [self._worded(fact) for fact in self.by_rules.facts if self._is_kept(fact)]
        added = [fact for fact in self.facts if not _is_said_by(kept, fact)]
        return replace(
            self.by_rules.extraction(extractor=extractor),
            facts=(*kept, *added),
            rulings=tuple(self.rulings),
            usage=dict(self.usage),
            fallbacks=self.fallbacks,
        )

    def _is_kept(self, fact: ProposedFact) -> bool:
        """True for a fact of the rules that counts beside what the model has read.

        What fits a row of the table, has a time or was asked for always does. What is only in the
        user's own words has to be worth keeping to the model as well.
        """
        is_open = fact.topic is None or fact.topic.startswith(OPEN_TOPIC)
        is_sure = not is_open or fact.event is not None or fact.corrects is not None
        return (
            is_sure
            or fact.trust != Trust.USER_SAID
            or fact.span.message_id not in self.read_ids
            or _overlaps(fact.span, self.dropped)
            or _overlaps(fact.span, [one.span for one in self.facts])
        )

    def _worded(self, fact: ProposedFact) -> ProposedFact:
        """The fact of the rules in the words of the model's sentence, where that says the same."""
        if fact.event is not None or _YEAR.search(fact.text):
            return fact  # the rules write out which day is meant
        same = (fact.about[:1], fact.topic, fact.value, fact.polarity)
        for one in self.facts:
            says = (one.about[:1], one.topic, one.value, one.polarity)
            if says == same and one in self.exact and _overlaps(fact.span, [one.span]):
                return replace(fact, text=one.text)
        return fact

    def leave_to_rules(self, batch: Sequence[SourceMessage], reason: FallbackReason) -> None:
        """Nothing that the model said of these messages counts."""
        ids = {message.id for message in batch}
        self.read_ids -= ids
        self.facts = [fact for fact in self.facts if fact.span.message_id not in ids]
        self.fallbacks |= dict.fromkeys(ids, reason)
        self.rulings = [ruling for ruling in self.rulings if ruling.message_id not in ids]
        self.rulings += [Ruling(id_, Verdict.ERROR, reason) for id_ in sorted(ids)]

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
            if self._is_full_name(entity.name, text):
                text = entity.name
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
        """Each fact is proposed as far as its quote carries it, and the user states that."""
        for message, fact in self._valid(items, batch, Fact):
            clause = self._own_clause(message, fact)
            if clause is None:
                continue
            subject = self._person(fact.subject, clause)
            if subject is None:
                self._drop(message, DropReason.SUBJECT, clause.span)
                continue
            person = subject[1]
            # A model may quote a whole sentence and say what one clause of it says.
            for part in clauses_at(message, clause.span):
                if text_mismatch(part, fact.text, person) is None:
                    clause = part
            mismatch = text_mismatch(clause, fact.text, person)
            if not is_about(clause, person):
                mismatch = Mismatch.SPEAKER
            if mismatch not in (None, Mismatch.WORDS):
                self._drop(message, mismatch, clause.span)
                continue
            text = fact.text if mismatch is None and fact.text.strip() else clause.text
            proposed = fact_of(fact, text, clause, subject, self.by_rules)
            self.facts.append(proposed)
            if mismatch is None:
                self.exact.append(proposed)
            if fact.topic.strip() and proposed.topic is None:
                self._rule(message, DropReason.TOPIC_NOT_SAID, clause.span)
            if fact.since.strip() and proposed.topic and proposed.valid_from is None:
                self._rule(message, DropReason.DATE_NOT_SAID, clause.span)
        if len(items) <= MAX_ITEMS:
            self.read_ids |= {message.id for message in batch}

    def _is_full_name(self, name: str, quoted: str) -> bool:
        """True when the user's messages have this name, and the quoted one is a part of it."""
        words, parts = fold_name(name).split(), fold_name(quoted).split()
        return set(parts) < set(words) and any(
            one.role == "user" and locate_quote(one, name) for one in self.messages
        )

    def _own_clause(self, message: SourceMessage, fact: Fact) -> QuotedClause | None:
        """The first clauses with the quote that their author states; drops the fact without any."""
        refusal, quoted = RejectionReason.NOT_IN_MESSAGE, None
        for span in find_quotes(message, fact.quote):
            clause = clause_at(message, span)
            reason = self.why_not_own(message, clause.span if clause else span)
            if reason is None and clause is not None:
                return clause
            if quoted is None:
                refusal, quoted = reason or RejectionReason.EMPTY, span
        verdict = VERDICTS.get(refusal, Verdict.GATED)
        self.rulings.append(Ruling(message.id, verdict, refusal, quoted))
        if quoted is not None:
            self.dropped.append(quoted)
        return None

    def _person(self, name: str, clause: QuotedClause) -> Known | None:
        """The key of whom the model names, and how the clause may speak of them."""
        key = self._key(name, clause.message, clause.span)
        if key is None:
            return None
        speaker = self._speaker(clause.message, clause.span)
        user = self.by_rules.user
        if speaker is None and user is not None and key == user.key:
            return key, person_of(user.name, is_speaker=True)
        if fold_name(name) in {*_USER_WORDS, fold_name(speaker or "")}:
            return key, person_of(speaker or "", is_speaker=True)
        is_pronoun = clause.subject.word in THIRD_PERSON and self._is_only_person(key, clause)
        person = person_of(name, is_pronoun=is_pronoun)
        return (key, person) if is_about(clause, person) else None

    def _is_only_person(self, key: str, clause: QuotedClause) -> bool:
        """True when nobody else has been spoken of before the clause."""
        people = {
            entity.key: entity
            for entity in self.by_rules.entities.values()
            if PERSON in self.by_rules.schema.ancestors(entity.node_type)
            and not entity.is_user
            and any(
                span.message_id == clause.message.id and span.start < clause.lead_start
                for span in entity.spans
            )
        }
        before = clause.message.content[: clause.lead_start]
        return people.keys() == {key} and not has_unnamed_person(before, people[key].name)

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
        self,
        message: SourceMessage,
        reason: DropReason | Mismatch | None,
        span: TextSpan | None = None,
    ) -> None:
        self._rule(message, reason, span)
        if span is not None:
            self.dropped.append(span)

    def _rule(
        self,
        message: SourceMessage,
        reason: DropReason | Mismatch | None,
        span: TextSpan | None = None,
    ) -> None:
        self.rulings.append(Ruling(message.id, Verdict.DROPPED, str(reason), span))

    def _speaker(self, message: SourceMessage, span: TextSpan) -> str | None:
        """Who says "I" there by a label of the message; None: its author."""
        if message.id not in self.sentences:
            self.sentences[message.id] = split_sentences(message.content)
        for sentence in self.sentences[message.id]:
            if sentence.start <= span.start < sentence.end:
                return sentence.speaker
        return None

    def _key(self, name: str, message: SourceMessage, span: TextSpan) -> str | None:
        """The key of whom the model names; "user" is whoever speaks there."""
        folded = fold_name(strip_unprintable(name))
        gazetteer = self.by_rules.gazetteer
        if folded in _USER_WORDS:
            if (speaker := self._speaker(message, span)) is not None:
                return gazetteer.keys.get(fold_name(speaker))
            return self.by_rules.propose_user(span).key if message.role == "user" else None
        key = gazetteer.keys.get(folded)
        if key is not None and key not in self.by_rules.entities:
            place = locate_quote(message, name)
            if place is None:
                return None  # known, but not spoken of
            known = Name(place.start, place.end, name, gazetteer.types[key], 1.0, key)
            self.by_rules.propose_entity(known, place)
        return key


def _is_said_by(facts: Sequence[ProposedFact], fact: ProposedFact) -> bool:
    """True when one of the facts says the same, or more, of the same words."""
    for one in facts:
        if not _overlaps(fact.span, [one.span]):
            continue
        if fact.topic is None:
            return True
        if one.topic is None or one.about[:1] != fact.about[:1]:
            continue
        row = topic_named(fact.topic)
        if one.topic == fact.topic or (
            row is not None and row.is_single and row == topic_named(one.topic)
        ):
            return True
        if one.event is not None and fact.event is not None:
            return True
    return False


def _overlaps(span: TextSpan, others: Sequence[TextSpan]) -> bool:
    return any(
        span.message_id == other.message_id and span.start < other.end and other.start < span.end
        for other in others
    )
