"""What is worth remembering: trivia stays out, and every refusal says why.

The gate sees proposals of any extractor, so it looks at the message itself and not at who
proposed.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from uuid import UUID

from knowledge.extraction.text import MASK, Kind, Sentence, plain, sentences_of
from knowledge.types import Extraction, ProposedFact, Ruling, SourceMessage, Span, Trust, Verdict

MIN_CONFIDENCE = 0.35
MIN_TEXT_CHARACTERS = 4
MAX_TEXT_CHARACTERS = 2_000


class Reason(StrEnum):
    """Why something is not remembered; memory shows these words to the user."""

    GREETING = "greeting"
    THANKS = "thanks"
    CHITCHAT = "chitchat"
    QUESTION = "question"
    REQUEST = "request"
    HYPOTHETICAL = "hypothetical"
    PRIVATE = "asked_not_to"
    PASTED = "not_own_words"
    EMPTY = "empty"
    NOTHING_STATED = "nothing_stated"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNSURE = "unsure"
    ASSISTANT = "said_by_assistant"
    UNTRUSTED = "not_said_by_user"
    NOT_IN_MESSAGE = "not_in_message"
    ALREADY_PROPOSED = "said_twice"


_OF_KIND = {
    Kind.GREETING: Reason.GREETING,
    Kind.THANKS: Reason.THANKS,
    Kind.CHITCHAT: Reason.CHITCHAT,
    Kind.QUESTION: Reason.QUESTION,
    Kind.REQUEST: Reason.REQUEST,
    Kind.HYPOTHETICAL: Reason.HYPOTHETICAL,
    Kind.PRIVATE: Reason.PRIVATE,
    Kind.PASTED: Reason.PASTED,
    Kind.EMPTY: Reason.EMPTY,
    Kind.STATEMENT: Reason.NOTHING_STATED,
}
_REFUSED_WHOLE = frozenset({Kind.PRIVATE, Kind.HYPOTHETICAL, Kind.PASTED, Kind.REQUEST})


def judge(extraction: Extraction, messages: Sequence[SourceMessage]) -> Extraction:
    """The same without what is not worth it; every refusal, and every message of which nothing is
    stated, has a ruling."""
    read = {message.id: _Message(message) for message in messages}
    kept: list[ProposedFact] = []
    rulings = [*extraction.rulings]
    seen: set[tuple[object, ...]] = set()
    for fact in extraction.facts:
        reason = _refusal(fact, read, seen)
        if reason is None:
            kept.append(fact)
        else:
            rulings.append(_ruling(fact, reason))
    told = {fact.span.message_id for fact in kept} | {ruling.message_id for ruling in rulings}
    rulings += [one.silence() for one in read.values() if one.message.id not in told]
    judged = replace(extraction, facts=tuple(kept), rulings=tuple(rulings))
    return _without_idle_entities(judged, read)


class _Message:
    """A message with its sentences, read once and only when asked for."""

    def __init__(self, message: SourceMessage) -> None:
        self.message = message
        self.text = plain(message.content)
        self.sentences: Sequence[Sentence] = sentences_of(message.content)

    def sentence_at(self, span: Span) -> Sentence | None:
        """The sentence in which the span begins."""
        return next(
            (s for s in self.sentences if s.start <= span.start < max(s.end, s.start + 1)), None
        )

    def silence(self) -> Ruling:
        """Why nothing of it is a fact."""
        if self.message.role != "user":
            return Ruling(self.message.id, Verdict.LOW_TRUST, Reason.ASSISTANT)
        kinds = [sentence.kind for sentence in self.sentences] or [Kind.EMPTY]
        # What weighs most: a message is a question although it begins with a greeting.
        order = [Kind.PRIVATE, Kind.REQUEST, Kind.QUESTION, Kind.HYPOTHETICAL, Kind.PASTED,
                 Kind.STATEMENT, Kind.THANKS, Kind.CHITCHAT, Kind.GREETING, Kind.EMPTY]  # fmt: skip
        kind = min(kinds, key=order.index)
        return Ruling(self.message.id, Verdict.GATED, _OF_KIND[kind])


def _ruling(fact: ProposedFact, reason: Reason) -> Ruling:
    verdict = Verdict.GATED
    if reason in (Reason.ASSISTANT, Reason.UNTRUSTED):
        verdict = Verdict.LOW_TRUST
    elif reason is Reason.NOT_IN_MESSAGE:
        verdict = Verdict.DROPPED
    elif reason is Reason.ALREADY_PROPOSED:
        verdict = Verdict.DUPLICATE
    return Ruling(fact.span.message_id, verdict, reason, fact.span)


def _refusal(
    fact: ProposedFact, read: dict[UUID, _Message], seen: set[tuple[object, ...]]
) -> Reason | None:
    """Why the fact is not remembered; None when it is."""
    one = read.get(fact.span.message_id)
    if one is None or not 0 <= fact.span.start < fact.span.end <= len(one.message.content):
        return Reason.NOT_IN_MESSAGE
    return (
        _refusal_by_source(fact, one)
        or _refusal_by_shape(fact)
        or _refusal_by_sentence(fact, one)
        or _refusal_by_repetition(fact, seen)
    )


def _refusal_by_source(fact: ProposedFact, one: _Message) -> Reason | None:
    if one.message.role != "user":
        return Reason.ASSISTANT
    return Reason.UNTRUSTED if fact.trust < Trust.USER_SAID else None


def _refusal_by_shape(fact: ProposedFact) -> Reason | None:
    if len(fact.text.strip()) < MIN_TEXT_CHARACTERS:
        return Reason.TOO_SHORT
    if len(fact.text) > MAX_TEXT_CHARACTERS:
        return Reason.TOO_LONG
    return Reason.UNSURE if fact.confidence < MIN_CONFIDENCE else None


def _refusal_by_sentence(fact: ProposedFact, one: _Message) -> Reason | None:
    """A pattern's statement may stand in a question; what the user asked to forget never does."""
    covered = one.text[fact.span.start : fact.span.end]
    if covered and covered.count(MASK) * 2 > len(covered):
        return Reason.PASTED
    sentence = one.sentence_at(fact.span)
    if sentence is None or sentence.is_explicit or sentence.kind is Kind.STATEMENT:
        return None
    if sentence.kind in _REFUSED_WHOLE:
        return _OF_KIND[sentence.kind]
    is_part = fact.topic is not None and fact.span.end - fact.span.start < len(sentence.text)
    return None if is_part else _OF_KIND[sentence.kind]


def _refusal_by_repetition(fact: ProposedFact, seen: set[tuple[object, ...]]) -> Reason | None:
    key = (
        fact.span.message_id,
        tuple(fact.about[:1]),
        fact.topic,
        fact.value,
        fact.text.casefold(),
    )
    if key in seen:
        return Reason.ALREADY_PROPOSED
    seen.add(key)
    return None


def _without_idle_entities(extraction: Extraction, read: dict[UUID, _Message]) -> Extraction:
    """Names that only stand in what was refused are not made known; known ones keep mentions."""
    used = {key for fact in extraction.facts for key in fact.about}
    idle = {
        entity.key
        for entity in extraction.entities
        if entity.key not in used and not entity.is_user and _is_idle(entity.spans, read)
    }
    return replace(
        extraction,
        entities=tuple(entity for entity in extraction.entities if entity.key not in idle),
        mentions=tuple(
            mention for mention in extraction.mentions if mention.entity_key not in idle
        ),
    )


def _is_idle(spans: Sequence[Span], read: dict[UUID, _Message]) -> bool:
    """It stands in text that is not the user's, or that they asked not to remember, only."""
    places = [read[span.message_id].sentence_at(span) for span in spans if span.message_id in read]
    return bool(places) and all(
        place is not None and place.kind in (Kind.PRIVATE, Kind.PASTED) for place in places
    )
