"""The extractor that asks a model: two questions for a batch, and nothing it says is believed.

Every item of an answer is checked by itself: its quote must stand in the message it names, its
types must be of the schema, its words must be the message's. What fails is dropped with a ruling.
The rules run as well: they find what has a fixed form, and stand in where an answer is unusable.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from exobrain.lib.errors import Upstream
from knowledge.extraction import rules
from knowledge.extraction.drafts import value_of
from knowledge.extraction.names import CONCEPT, ENTITY, Name, folded
from knowledge.extraction.port import KnownEntity, SchemaView
from knowledge.extraction.prompts import entities as entities_prompt
from knowledge.extraction.prompts import facts as facts_prompt
from knowledge.extraction.provider import Provider
from knowledge.extraction.repair import items_of
from knowledge.extraction.text import Sentence, clean, sentences_of
from knowledge.extraction.vocabulary import date_of, edge_of, topic_of, type_of, types_offered
from knowledge.extraction.words import words
from knowledge.types import Extraction, ProposedFact, Ruling, SourceMessage, Span, Trust, Verdict

log = structlog.get_logger(__name__)

BATCH_CHARACTERS = 24_000  # of messages in one question: about 6,000 tokens
MESSAGE_CHARACTERS = 6_000  # of one message; the rest is left to the rules
MAX_BATCHES = 6  # of one job; further messages are left to the rules
MAX_ITEMS = 200  # of one answer
MAX_NAMES = 80  # named to the model when it is asked for facts
GROUNDED = 0.5  # share of a fact's words that its message must have
SURE = 0.85  # how sure a name is that a model saw and the message has

ItemT = TypeVar("ItemT", bound=BaseModel)


class Drop(StrEnum):
    """Why something that the model said is not proposed."""

    MALFORMED = "malformed"
    NO_MESSAGE = "no_such_message"
    NOT_QUOTED = "not_in_message"
    TYPE = "type_outside_schema"
    RELATION = "relation_outside_schema"
    SUBJECT = "unknown_subject"
    TOO_MANY = "too_many"
    UNUSABLE = "model_answer_unusable"


class ModelExtractor:
    """Proposes what a model reads out of the messages, as far as it stands there."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.name = f"model-1:{provider.name}"

    def extract(
        self,
        *,
        messages: Sequence[SourceMessage],
        schema: SchemaView,
        known: Sequence[KnownEntity] = (),
    ) -> Extraction:
        """What may be remembered of the messages; raises Unavailable."""
        batch = rules.read(messages=messages, schema=schema, known=known)
        reading = _Reading(batch, messages)
        for part in _parts(messages)[:MAX_BATCHES]:
            self._read(reading, part)
        return reading.extraction(name=self.name)

    def _read(self, reading: "_Reading", part: Sequence[SourceMessage]) -> None:
        """The reading has what the model says of these messages, or why it has not."""
        try:
            self._ask_for_entities(reading, part)
            self._ask_for_facts(reading, part)
        except Upstream as error:
            log.warning("extraction_fell_back", error=type(error).__name__, messages=len(part))
            reading.give_up(part)

    def _ask_for_entities(self, reading: "_Reading", part: Sequence[SourceMessage]) -> None:
        types = types_offered(reading.schema)
        answer = self._ask(
            reading,
            part,
            system=entities_prompt.system_prompt(types=types),
            field_name="entities",
            item=entities_prompt.Entity,
            choices={"type": types},
        )
        for message, entity in reading.valid(answer, part, entities_prompt.Entity):
            reading.note_entity(message, entity)

    def _ask_for_facts(self, reading: "_Reading", part: Sequence[SourceMessage]) -> None:
        relations = sorted(reading.schema.edge_types)
        answer = self._ask(
            reading,
            part,
            system=facts_prompt.system_prompt(names=reading.names(part), relations=relations),
            field_name="facts",
            item=facts_prompt.Fact,
            choices={"relation": ["", *relations]},
        )
        for message, fact in reading.valid(answer, part, facts_prompt.Fact):
            reading.note_fact(message, fact)

    def _ask(
        self,
        reading: "_Reading",
        part: Sequence[SourceMessage],
        *,
        system: str,
        field_name: str,
        item: type[BaseModel],
        choices: Mapping[str, Sequence[str]],
    ) -> list[dict[str, Any]]:
        reply = self.provider.ask(
            system=system,
            data=_as_data(part),
            name=field_name,
            schema=_schema(field_name, item, choices),
        )
        reading.usage.update(reply.usage)
        items = items_of(reply.text, field_name)
        if items is None:
            raise Upstream("The model's answer is no JSON.")
        return items


# -- the questions


def _parts(messages: Sequence[SourceMessage]) -> list[list[SourceMessage]]:
    """The messages in questions that fit the budget."""
    parts: list[list[SourceMessage]] = []
    room = 0
    for message in messages:
        size = min(len(message.content), MESSAGE_CHARACTERS) + 60
        if not parts or size > room:
            parts.append([])
            room = BATCH_CHARACTERS
        parts[-1].append(message)
        room -= size
    return parts


def _as_data(part: Sequence[SourceMessage]) -> str:
    """The messages as numbered lines; their text cannot end its own quotation marks."""
    return "\n".join(
        f"[{number}] {'user' if message.role == 'user' else 'assistant'}, "
        f"{message.said_at:%Y-%m-%d (%A)}: «{_harmless(message.content[:MESSAGE_CHARACTERS])}»"
        for number, message in enumerate(part, 1)
    )


def _harmless(text: str) -> str:
    return clean(text).replace("«", '"').replace("»", '"')


_SCHEMA_TYPES = {int: "integer", float: "number", str: "string"}


def _schema(
    name: str, item: type[BaseModel], choices: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """A flat JSON schema as strict providers want it: all required, nothing else allowed."""
    properties: dict[str, Any] = {}
    for key, info in item.model_fields.items():
        kind = info.annotation if isinstance(info.annotation, type) else str
        properties[key] = {"type": _SCHEMA_TYPES.get(kind, "string")}
        if key in choices:
            properties[key]["enum"] = list(choices[key])
    listed = {"type": "array", "items": _object(properties)}
    return _object({name: listed})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


# -- the answers


@dataclass
class _Reading:
    """What the rules found, and what of the model's words holds."""

    batch: rules.Batch
    messages: Sequence[SourceMessage]
    facts: list[ProposedFact] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)
    usage: Counter[str] = field(default_factory=Counter)
    read: set[object] = field(default_factory=set)  # ids of messages that the model has read
    sentences: dict[object, Sequence[Sentence]] = field(default_factory=dict)

    @property
    def schema(self) -> SchemaView:
        """The types in force."""
        return self.batch.schema

    def extraction(self, *, name: str) -> Extraction:
        """All that is proposed: the model's facts, and those of the rules that it does not have."""
        told = {(fact.about[:1], fact.topic) for fact in self.facts if fact.topic}
        kept = [fact for fact in self.batch.facts if self._adds(fact, told)]
        self.batch.facts = [*self.facts, *kept]
        return replace(
            self.batch.extraction(),
            rulings=tuple(self.rulings),
            extractor=name,
            usage=dict(self.usage),
        )

    def _adds(self, fact: ProposedFact, told: set[Any]) -> bool:
        """A fact of the rules counts where the model has read nothing, and when it has a topic."""
        if fact.span.message_id not in self.read:
            return True
        return fact.topic is not None and (fact.about[:1], fact.topic) not in told

    def give_up(self, part: Sequence[SourceMessage]) -> None:
        """These messages are left to the rules."""
        ids = {message.id for message in part}
        self.read -= ids
        self.facts = [fact for fact in self.facts if fact.span.message_id not in ids]
        self.rulings += [Ruling(id_, Verdict.ERROR, Drop.UNUSABLE) for id_ in sorted(ids)]

    def valid(
        self, items: Iterable[dict[str, Any]], part: Sequence[SourceMessage], kind: type[ItemT]
    ) -> Iterator[tuple[SourceMessage, ItemT]]:
        """The items that are whole, each with the message it is about."""
        for number, raw in enumerate(items):
            if number >= MAX_ITEMS:
                self._drop(part[0], Drop.TOO_MANY)
                return
            item = _validated(raw, kind)
            if item is None:
                self._drop(part[0], Drop.MALFORMED)
                continue
            index = getattr(item, "message", 0)
            if not 1 <= index <= len(part):
                self._drop(part[0], Drop.NO_MESSAGE)
                continue
            yield part[index - 1], item
        if kind is facts_prompt.Fact:
            self.read |= {message.id for message in part}

    def _drop(self, message: SourceMessage, why: Drop, span: Span | None = None) -> None:
        self.rulings.append(Ruling(message.id, Verdict.DROPPED, why, span))

    # -- entities

    def note_entity(self, message: SourceMessage, entity: entities_prompt.Entity) -> None:
        """The entity is proposed when its name stands in the message and its type in the schema."""
        span = located(message, entity.quote)
        if span is None or folded(entity.quote) in words("not_names"):
            return self._drop(message, Drop.NOT_QUOTED)
        node_type = type_of(entity.type, types_offered(self.schema))
        if node_type is None:
            return self._drop(message, Drop.TYPE, span)
        key = self.batch.gazetteer.keys.get(folded(entity.quote))
        if message.role != "user" and key is None:
            return None  # an answer makes nobody known
        full = entity.name if self._is_said(entity.name) else ""
        text = full or message.content[span.start : span.end]
        known = key or self.batch.gazetteer.keys.get(folded(text))
        name = Name(span.start, span.end, " ".join(text.split()), node_type, SURE, known)
        self.batch.entity(name, span, node_type=node_type if self._is_untyped(name) else None)
        return None

    def _is_untyped(self, name: Name) -> bool:
        """The rules have not seen what it is: there the model may say."""
        key = self.batch.gazetteer.keys.get(folded(name.text))
        seen = self.batch.entities.get(key) if key else None
        return seen is not None and seen.node_type in (ENTITY, CONCEPT)

    def _is_said(self, name: str) -> bool:
        """Some message has the name: a model does not give names."""
        return bool(name.strip()) and any(
            located(message, name) is not None for message in self.messages
        )

    def names(self, part: Sequence[SourceMessage]) -> list[str]:
        """The names that a fact may be about."""
        ids = {message.id for message in part}
        found = [
            clean(entity.name)
            for entity in self.batch.entities.values()
            if not entity.is_user and any(span.message_id in ids for span in entity.spans)
        ]
        return found[:MAX_NAMES]

    # -- facts

    def note_fact(self, message: SourceMessage, fact: facts_prompt.Fact) -> None:
        """The fact is proposed when it is quoted and about somebody known."""
        span = located(message, fact.quote)
        if span is None:
            return self._drop(message, Drop.NOT_QUOTED)
        subject = self._key(fact.subject, message, span)
        if subject is None:
            return self._drop(message, Drop.SUBJECT, span)
        thing = self._key(fact.object, message, span) if fact.object.strip() else None
        about = tuple(dict.fromkeys(key for key in (subject, thing) if key))
        proposed = self._proposed(message, fact, span)
        edge = self._edge(message, fact, about, span)
        self.facts.append(replace(proposed, about=about, edge_type=edge))
        return None

    def _proposed(
        self,
        message: SourceMessage,
        fact: facts_prompt.Fact,
        span: Span,
    ) -> ProposedFact:
        """The fact in the message's own words, not yet tied to anybody."""
        said = message.content[span.start : span.end]
        text = fact.text if self._is_grounded(fact.text, message) else said
        topic, value = topic_of(fact.topic), value_of(fact.value)
        if not value or not topic or not self._is_grounded(f"{value} {_about(topic)}", message):
            topic = None
        return ProposedFact(
            text=" ".join(text.split()),
            span=span,
            about=(),
            trust=Trust.USER_SAID if message.role == "user" else Trust.INFERRED,
            confidence=round(min(fact.certainty, 0.9), 3),
            topic=topic,
            value=value if topic else None,
            single_valued=topic is not None,
            valid_from=date_of(fact.since, message.said_at),
        )

    def _key(self, name: str, message: SourceMessage, span: Span) -> str | None:
        """The key of whom the model names; "user" is whoever speaks there."""
        wanted = folded(clean(name))
        if wanted in ("user", "the user", "i", "me", "speaker", "author", ""):
            return self._speaker(message, span)
        key = self.batch.gazetteer.keys.get(wanted)
        if key is not None and key not in self.batch.entities:
            place = located(message, name)
            if place is None:
                return None  # known, but not spoken of
            kind = self.batch.gazetteer.types[key]
            self.batch.entity(Name(place.start, place.end, name, kind, 1.0, key), place)
        return key

    def _speaker(self, message: SourceMessage, span: Span) -> str | None:
        label = next(
            (s.speaker for s in self._sentences(message) if s.start <= span.start < s.end), None
        )
        if label is not None:
            return self.batch.gazetteer.keys.get(folded(label))
        return self.batch.the_user(span).key if message.role == "user" else None

    def _sentences(self, message: SourceMessage) -> Sequence[Sentence]:
        if message.id not in self.sentences:
            self.sentences[message.id] = sentences_of(message.content)
        return self.sentences[message.id]

    def _edge(
        self,
        message: SourceMessage,
        fact: facts_prompt.Fact,
        about: Sequence[str],
        span: Span,
    ) -> str | None:
        """The relation between the two; one that the schema does not have costs only itself."""
        if not fact.relation.strip() or len(about) < 2:
            return None
        edge = edge_of(fact.relation, self.schema.edge_types)
        if edge is None or not self.batch.fits(edge, about):
            self._drop(message, Drop.RELATION, span)
            return None
        return edge

    def _is_grounded(self, text: str, message: SourceMessage) -> bool:
        """Most of the words are the message's own, or say who speaks."""
        spoken = {token[:4] for token in _tokens(message.content)}
        wanted = [token for token in _tokens(text) if token not in _FREE]
        if not wanted:
            return True
        return sum(token[:4] in spoken for token in wanted) >= GROUNDED * len(wanted)


_FREE = words("small_talk") | {"user", "yes", "likes", "dislikes", "not", "lives", "works", "name"}


def _about(topic: str) -> str:
    """What a topic with a colon is of."""
    return topic.partition(":")[2]


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\W_]{2,}", text.casefold())


def _validated(raw: dict[str, Any], kind: type[ItemT]) -> ItemT | None:
    try:
        cleaned = {
            str(key): clean(value) if isinstance(value, str) else value
            for key, value in raw.items()
        }
        return kind.model_validate(cleaned)
    except (ValidationError, ValueError, OverflowError):
        return None


_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\xa0": " "})
MAX_QUOTE_WORDS = 120


def located(message: SourceMessage, quote: str) -> Span | None:
    """Where the message says that, word for word; spacing and kinds of apostrophes do not count."""
    tokens = quote.translate(_SAME).strip(" \"'.…").split()
    if not tokens or len(tokens) > MAX_QUOTE_WORDS or len("".join(tokens)) < 2:
        return None
    pattern = r"\s+".join(re.escape(token) for token in tokens)
    content = message.content.translate(_SAME)
    for flags in (0, re.IGNORECASE):
        if match := re.compile(rf"(?<!\w){pattern}(?!\w)", flags).search(content):
            return Span(message.id, match.start(), match.end())
    return None
