"""The extractor without a model: names, dates and patterns of what people say of themselves."""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from knowledge.dates import DateInterval, Precision, read_dates, read_duration_start
from knowledge.extraction import clauses
from knowledge.extraction import names as kinds
from knowledge.extraction.drafts import Draft, Thing, Who
from knowledge.extraction.german import german_drafts
from knowledge.extraction.names import (
    Gazetteer,
    Name,
    folded,
    identifiers_in,
    language_of,
    names_in,
)
from knowledge.extraction.port import KnownEntity, SchemaView
from knowledge.extraction.text import (
    Kind,
    Sentence,
    clean,
    explicit_lead,
    parts_of,
    plain,
    sentences_of,
)
from knowledge.extraction.words import words
from knowledge.types import (
    Extraction,
    ProposedEntity,
    ProposedFact,
    ProposedMention,
    SourceMessage,
    Span,
    Trust,
)

NAME = "rules-1"
USER_KEY = "user"
USER_ALIASES = ("me", "I", "myself")
MAX_FACTS = 60  # of one message
MAX_ABOUT = 8  # entities of one fact
MAX_FACT_CHARACTERS = 600
STATED = 0.6  # how sure a sentence is that no pattern understood


class RulesExtractor:
    """Proposes what its patterns understand; the same text gives the same proposals."""

    name = NAME

    def extract(
        self,
        *,
        messages: Sequence[SourceMessage],
        schema: SchemaView,
        known: Sequence[KnownEntity] = (),
    ) -> Extraction:
        """What may be remembered of the messages."""
        return read(messages=messages, schema=schema, known=known).extraction()


def read(
    *, messages: Sequence[SourceMessage], schema: SchemaView, known: Sequence[KnownEntity]
) -> "Batch":
    """What the rules find in the messages, still open for more."""
    batch = Batch.of(messages, schema, known)
    for message in messages:
        _read_message(batch, message)
    return batch


_SMALL = re.compile(r"(?<![\w'])[^\W\d_]{4,}")


@dataclass
class Batch:
    """What has been found so far."""

    schema: SchemaView
    gazetteer: Gazetteer
    user: KnownEntity | None
    entities: dict[str, ProposedEntity] = field(default_factory=dict)
    remembered: Mapping[str, str] = field(default_factory=dict)  # types of what memory has
    mentions: dict[tuple[str, Span], ProposedMention] = field(default_factory=dict)
    facts: list[ProposedFact] = field(default_factory=list)

    @classmethod
    def of(
        cls, messages: Sequence[SourceMessage], schema: SchemaView, known: Sequence[KnownEntity]
    ) -> "Batch":
        """An empty one that knows what the memory and the speakers' labels tell."""
        gazetteer = Gazetteer.of(known, schema)
        for message in messages:
            tokens = _SMALL.findall(message.content[:5000])
            gazetteer.small.update(token for token in tokens if token.islower())
        user = next((entity for entity in known if entity.is_user), None)
        return cls(schema, gazetteer, user, remembered=dict(gazetteer.types))

    def extraction(self) -> Extraction:
        """All of it, as values."""
        return Extraction(
            entities=tuple(self.entities.values()),
            mentions=tuple(self.mentions.values()),
            facts=tuple(self.facts),
            extractor=NAME,
        )

    def the_user(self, span: Span) -> Who:
        """The user, who becomes an entity when they first speak of themselves."""
        key = self.user.key if self.user else USER_KEY
        if self.user is None:
            self._note(
                ProposedEntity(
                    key=key,
                    name="User",
                    node_type=self.gazetteer.fitting(kinds.PERSON),
                    spans=(span,),
                    aliases=USER_ALIASES,
                    is_user=True,
                )
            )
        return Who(key, self.user.name if self.user else "User", is_self=True)

    def entity(self, name: Name, span: Span, *, node_type: str | None = None) -> str:
        """The key of the entity with this name, which is proposed from now on."""
        key = name.key or self.gazetteer.keys.get(folded(name.text)) or f"name:{folded(name.text)}"
        kind = self.gazetteer.fitting(node_type or name.node_type)
        self._note(
            ProposedEntity(
                key=key,
                name=name.text,
                node_type=self.remembered.get(key, kind),
                spans=(span,),
                confidence=name.confidence,
                identifiers=name.identifiers,
            ),
            is_sure=node_type is not None,
        )
        if name.confidence >= 0.5 and not name.identifiers:
            self.gazetteer.learn(name.text, key, self.entities[key].node_type)
        mention = ProposedMention(key, span, name.confidence)
        self.mentions.setdefault((key, span), mention)
        return key

    def _note(self, entity: ProposedEntity, *, is_sure: bool = False) -> None:
        """Proposed, or the same one seen once more; what a pattern says it is counts most."""
        before = self.entities.get(entity.key)
        if before is None:
            self.entities[entity.key] = entity
            return
        better = is_sure or entity.confidence > before.confidence
        spans = before.spans if entity.spans[0] in before.spans else (*before.spans, *entity.spans)
        self.entities[entity.key] = replace(
            before,
            spans=spans,
            node_type=entity.node_type if better else before.node_type,
            confidence=max(before.confidence, entity.confidence),
            identifiers=tuple(dict.fromkeys((*before.identifiers, *entity.identifiers))),
        )

    def fits(self, edge: str, about: Sequence[str]) -> bool:
        """The schema allows the edge between the first two."""
        if len(about) < 2 or about[0] == about[1]:
            return False
        start, end = (self._type_of(key) for key in about[:2])
        return self.schema.allows(edge, start, end)

    def _type_of(self, key: str) -> str:
        if entity := self.entities.get(key):
            return entity.node_type
        return self.gazetteer.types.get(key, kinds.PERSON)  # else the user, who is known

    def identify(self, key: str, identifiers: Sequence[str]) -> None:
        """The entity has these from now on."""
        entity = self.entities.get(key)
        if entity is not None and identifiers:
            merged = tuple(dict.fromkeys((*entity.identifiers, *identifiers)))
            self.entities[key] = replace(entity, identifiers=merged)


# -- one message


def _read_message(batch: Batch, message: SourceMessage) -> None:
    """Its names are mentions; where the user speaks, its statements are facts."""
    content = message.content
    is_user = message.role == "user"
    language = language_of(content)
    speakers = _speakers(batch, message) if is_user else {}
    people: list[Who] = []
    count = len(batch.facts)
    for sentence in sentences_of(content):
        names = _names(batch, sentence, language)
        if not is_user:
            names = [name for name in names if name.key]  # an answer makes nobody known
        named = _entities(batch, message, sentence, names)
        if (is_user and sentence.is_stated) or _has_statement(sentence):
            if not is_user or len(batch.facts) - count >= MAX_FACTS:
                continue
            speaker = _speaker(batch, message, sentence, speakers)
            last = people[-1] if len({who.key for who in people}) == 1 else None
            told = clauses.People(speaker, named, replace(last, certainty=0.8) if last else None)
            _Reader(batch, message, sentence, language, names, told).read()
        people = _remembered(people, sentence, names, named)
    _identify_all(batch, message)


def _has_statement(sentence: Sentence) -> bool:
    """A question or thanks may begin with how things are: "I moved to Lyon, what is there?"."""
    return sentence.kind in (Kind.QUESTION, Kind.THANKS, Kind.CHITCHAT, Kind.GREETING) and bool(
        re.search(r"[,;:!–-]", sentence.text)
    )


_ADDRESSED = re.compile(
    r"(?:^|[,!.]\s*|\b(?:hi|hey|hello|thanks|thank you|wow|dear|ok|yes|oh)\s+)$", re.I
)


def _remembered(
    people: list[Who], sentence: Sentence, names: Sequence[Name], named: Mapping[int, Who]
) -> list[Who]:
    """Whom "she" can be in the next sentence: the people of this one, else those before."""
    here = [
        named[name.start]
        for name in names
        if name.start in named
        and name.node_type == kinds.PERSON
        and not _is_addressed(sentence.text, name)
    ]
    others = _SOMEBODY.search(sentence.text) and not here
    return here or ([] if others else people)


# After one of these, "she" may be somebody without a name.
_SOMEBODY = re.compile(
    r"\b(?:sister|brother|mother|father|mom|mum|dad|son|daughter|wife|husband|friend|girl|boy|man|woman|"
    r"puppy|dog|cat|kitten|baby|boss|colleague|teacher|doctor|girlfriend|boyfriend|one-year-old|kid|guy|"
    r"lady|coach|neighbou?r|partner|youngest|oldest|aunt|uncle|cousin|he|she)\b",
    re.IGNORECASE,
)


def _is_addressed(text: str, name: Name) -> bool:
    """The name is whom the message talks to: "Hey Ann!"."""
    ends = text[name.end : name.end + 1] in ("", ",", "!", ".", "?")
    return ends and _ADDRESSED.search(text[: name.start]) is not None


def _speakers(batch: Batch, message: SourceMessage) -> dict[str, Who]:
    """Who speaks in the message by its labels; each is an entity."""
    found: dict[str, Who] = {}
    text = plain(message.content)
    for part in parts_of(text):
        if part.speaker is None or part.speaker in found:
            continue
        start = text.rfind(part.speaker, 0, part.start)
        span = Span(message.id, start, start + len(part.speaker))
        label = Name(span.start, span.end, part.speaker, kinds.PERSON, 0.95)
        if batch.user is not None and folded(batch.user.name) == folded(part.speaker):
            found[part.speaker] = Who(batch.user.key, batch.user.name, is_self=True)
            continue
        key = batch.entity(label, span, node_type=kinds.PERSON)
        found[part.speaker] = Who(key, part.speaker, is_self=False)
    return found


def _speaker(
    batch: Batch, message: SourceMessage, sentence: Sentence, speakers: Mapping[str, Who]
) -> Who:
    if sentence.speaker is not None:
        return speakers[sentence.speaker]
    return batch.the_user(Span(message.id, sentence.start, sentence.end))


def _names(batch: Batch, sentence: Sentence, language: str) -> list[Name]:
    if sentence.kind is Kind.PASTED:
        return [
            name
            for name in names_in(sentence.text, batch.gazetteer, language="headline")
            if name.key
        ]
    return list(names_in(sentence.text, batch.gazetteer, language=language))


def _entities(
    batch: Batch, message: SourceMessage, sentence: Sentence, names: Sequence[Name]
) -> dict[int, Who]:
    """Every name is a mention of its entity; the people among them, by where they stand."""
    named: dict[int, Who] = {}
    for name in names:
        span = Span(message.id, sentence.start + name.start, sentence.start + name.end)
        key = batch.entity(name, span)
        if clauses.can_be_subject(name):
            named[name.start] = Who(key, name.text, is_self=False, certainty=0.9)
    return named


def _identify_all(batch: Batch, message: SourceMessage) -> None:
    """Addresses and hashtags are entities, unless a pattern has said whose they are."""
    if message.role != "user":
        return
    owned = {identifier for entity in batch.entities.values() for identifier in entity.identifiers}
    for name in identifiers_in(plain(message.content)):
        if not owned.intersection(name.identifiers):
            batch.entity(name, Span(message.id, name.start, name.end))


# -- one sentence


@dataclass
class _Reader:
    """Turns the statements of one sentence into facts."""

    batch: Batch
    message: SourceMessage
    sentence: Sentence
    language: str
    names: Sequence[Name]
    people: clauses.People

    def read(self) -> None:
        """The batch has the facts of this sentence."""
        drafts = list(self._drafts())
        for draft in _unlike(drafts):
            self._note(draft)
        if self.sentence.is_stated and not _covers(drafts, self.sentence):
            self._note_sentence()

    def _drafts(self) -> Iterator[Draft]:
        text = self._stated_text()
        begin = explicit_lead(text)
        if self.language == "de":
            yield from german_drafts(text, names=self.names, people=self.people)
        yield from clauses.drafts_in(text, begin=begin, names=self.names, people=self.people)

    def _stated_text(self) -> str:
        """What stands before the question, when the sentence ends in one."""
        text = self.sentence.text
        if self.sentence.kind is not Kind.QUESTION:
            return text
        cuts = [match.start() for match in re.finditer(r"[,;:!–]|\s-\s", text)]
        return text[: cuts[-1]] if cuts else ""

    def _span(self, start: int, end: int) -> Span:
        return Span(self.message.id, self.sentence.start + start, self.sentence.start + end)

    def _note(self, draft: Draft) -> None:
        who, thing = draft.who, draft.thing
        about = [who.key]
        if thing is not None:
            about.append(self._thing_key(thing))
        self.batch.identify(who.key, draft.identifiers)
        edge = draft.edge if draft.edge in self.batch.schema.edge_types and thing else None
        since, until = self._validity(draft)
        self.batch.facts.append(
            ProposedFact(
                text=draft.text,
                span=self._span(draft.start, min(draft.end, len(self.sentence.text))),
                about=tuple(dict.fromkeys(about)),
                trust=Trust.USER_SAID,
                confidence=self._confidence(draft.confidence * who.certainty),
                edge_type=edge if edge and self.batch.fits(edge, about) else None,
                topic=draft.topic,
                value=draft.value,
                single_valued=draft.is_single,
                valid_from=since,
                valid_to=until,
            )
        )

    def _thing_key(self, thing: Thing) -> str:
        known = next((name for name in self.names if name.start == thing.start), None)
        name = known or Name(
            thing.start, thing.end, thing.name, thing.node_type or kinds.ENTITY, 0.7
        )
        kind = None if known and known.key else thing.node_type
        return self.batch.entity(name, self._span(thing.start, thing.end), node_type=kind)

    def _confidence(self, confidence: float) -> float:
        if self.sentence.is_explicit:
            return max(confidence, 0.95)
        unsure = clauses.is_unsure(self.sentence.text)
        return round(confidence * (0.7 if unsure else 1.0), 3)

    def _dates(self, *, is_past: bool) -> Sequence[DateInterval]:
        found = read_dates(self.sentence.text, at=self.message.said_at, prefer_past=is_past)
        # "In the last two weeks" tells neither when something began nor when it was.
        return [date for date in found if date.precision is not Precision.RANGE]

    def _validity(self, draft: Draft) -> tuple[datetime | None, datetime | None]:
        """From when to when it holds, as far as the sentence tells; plans begin when said."""
        said = self.message.said_at
        text = self.sentence.text
        lasting = read_duration_start(text, at=said)
        dates = [date for date in self._dates(is_past=True) if date.start <= said]
        since = (
            re.search(r"\b(?:since|from|seit|ab)\s+$", text[: dates[0].text_start])
            if dates
            else None
        )
        ranged = re.search(r"\bsince\b|\bseit\b", text, re.IGNORECASE)
        if draft.is_over:
            return None, dates[0].start if dates else None
        if draft.topic.startswith("lived:") and len(dates) >= 2:
            return dates[0].start, dates[1].start
        if dates and (draft.takes_date or since or ranged):
            return dates[0].start, None
        return lasting, None

    # -- the sentence as a fact of its own

    def _note_sentence(self) -> None:
        text = self.sentence.text
        begin = explicit_lead(text)
        dates = self._dates(is_past=_is_past(text))
        others = [name for name in self.names if not _is_addressed(text, name)]
        if not self.sentence.is_explicit and not _tells(
            text, others, self.language, has_date=bool(dates)
        ):
            return
        past = [date for date in dates if date.end <= self.message.said_at]
        self.batch.facts.append(
            ProposedFact(
                text=self._readable(begin, dates),
                span=self._span(begin, len(text)),
                about=self._about(),
                trust=Trust.USER_SAID,
                confidence=self._confidence(STATED),
                valid_from=past[0].start if past else None,
            )
        )

    def _about(self) -> tuple[str, ...]:
        text = self.sentence.text
        keys = [self.people.speaker.key] if _OWN.search(text) else []
        keys += [self.batch.entity(name, self._span(name.start, name.end)) for name in self.names]
        return tuple(dict.fromkeys(keys or [self.people.speaker.key]))[:MAX_ABOUT]

    def _readable(self, begin: int, dates: Sequence[DateInterval]) -> str:
        """The sentence with its relative dates told in full, and who says "I" in it."""
        content, offset = self.message.content, self.sentence.start
        pieces, position = [], offset + begin
        for date in dates:
            end = offset + date.text_end
            if date.is_relative:
                pieces.append(f"{content[position:end]} ({date})")
                position = end
        pieces.append(content[position : self.sentence.end])
        text = " ".join(clean("".join(pieces)).split())[:MAX_FACT_CHARACTERS]
        text = text[0].upper() + text[1:] if text else text
        speaker = self.people.speaker
        return text if speaker.is_self else f"{speaker.name}: {text}"


def _unlike(drafts: Sequence[Draft]) -> list[Draft]:
    """Each topic of each subject once: what is so, then the surest, then the first."""
    best: dict[tuple[str, str], Draft] = {}
    for draft in drafts:
        key = (draft.who.key, draft.topic)
        if key not in best or _worth(draft) > _worth(best[key]):
            best[key] = draft
    return list(best.values())


def _worth(draft: Draft) -> tuple[bool, float]:
    """What is so tells more than what is not: "I don't work at A, I work at B"."""
    return not draft.value.startswith("not "), draft.confidence


def _covers(drafts: Sequence[Draft], sentence: Sentence) -> bool:
    """The patterns have understood most of the sentence."""
    covered = max((draft.end for draft in drafts), default=0) - min(
        (draft.start for draft in drafts), default=0
    )
    return covered * 10 >= (len(sentence.text) - explicit_lead(sentence.text)) * 6


_OWN = re.compile(r"\b(?:I|i|I'[a-z]+|my|My|me|we|We|our|Our|us|ich|Ich|[Mm]ein\w*|wir)\b")
_VERB = re.compile(
    r"\b(?:\w{2,}ed|am|is|are|was|were|went|got|had|have|has|made|did|took|came|saw|met|bought|ran|"
    r"found|gave|began|won|lost|wrote|read|sold|left|spent|taught|built|said|told|heard|felt|kept|"
    r"grew|knew|thought|broke|drove|ate|flew|sent|paid|swam|sang|chose|caught|fell|held|led|hurt|"
    r"put|set|cut|love|like|hate|want|need|plan|work|live|play|use|go|going|will|'ll|'ve|'m|'s|"
    r"bin|ist|habe|hat|war|wohne|arbeite|mag|möchte|werde|fahre|gehe)\b|'(?:ve|m|ll|s|re)\b"
)
_PAST = re.compile(
    r"\b(?:\w{3,}ed|was|were|went|got|had|made|did|took|came|saw|met|bought|ran|found|gave|began|won|"
    r"lost|wrote|sold|left|spent|taught|built|said|told|heard|felt|flew|ate|drove|fell|caught)\b"
)
_TALK = re.compile(r"\b(?:you|your|you're|you've|yours|yourself|u|dein\w*|du|dich|dir|Sie)\b", re.I)
_SMALL_TALK = words("small_talk")
MIN_CONTENT_WORDS = 2
# What only makes sense beside the message before it, or says how somebody feels about it.
_VAGUE = re.compile(
    r"\s*(?:(?:yeah|yes|yep|well|so|and|but|plus|wow|oh|also|thanks|no|haha|honestly|absolutely|"
    r"definitely|sure|true|right)[,!.\s-]+)*(?:it|it's|its|that|that's|this|these|those|they|they're|"
    r"their|there's|there|let's|lets|we can|we got|we all|we should|we'll|life|everyone|people|nothing|"
    r"something|moments?|he|she|his|her|him|which|makes|don't|can't|i'll|i can|"
    r"(?:i'm|i am|i was|i feel|i felt) (?:so |really |very |super |just |also |always |truly )*(?:sure|glad|"
    r"thankful|grateful|happy|proud|excited|impressed|lucky|blessed|touched|amazed|inspired|here|"
    r"honou?red|pumped|stoked|curious|curious|all|so|determined|fulfilled|ready)|i (?:really |totally |"
    r"definitely |completely )*(?:hope|wish|agree|get|know|understand|think|guess|bet|mean|see|"
    r"believe|appreciate|admire|can))\b",
    re.IGNORECASE,
)


def _tells(text: str, names: Sequence[Name], language: str, *, has_date: bool) -> bool:
    """The sentence says something of somebody that is worth a fact of its own."""
    if language not in ("en", "de") or not _VERB.search(text):
        return False
    is_specific = has_date or bool(names) or re.search(r"\d", text) is not None
    if not is_specific and (_VAGUE.match(text) or _TALK.search(text)):
        return False
    content = _content_words(text)
    if _TALK.search(text) and len(content) < 4:
        return False
    return (is_specific or _OWN.search(text) is not None) and len(content) >= MIN_CONTENT_WORDS


def _content_words(text: str) -> set[str]:
    return {word for word in re.findall(r"[^\W_][\w'-]*", text.lower()) if word not in _SMALL_TALK}


def _is_past(text: str) -> bool:
    return _PAST.search(text) is not None
