"""The relevance filter: what is not worth remembering stays out, and every rejection says why.

It sees proposals of any extractor, so it looks at the message itself and not at who proposed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from uuid import UUID

from knowledge.extraction.answers import answer_in
from knowledge.extraction.contact_lines import contact_line
from knowledge.extraction.masking import MASK, mask_foreign_text
from knowledge.extraction.presupposed import presupposed
from knowledge.extraction.reminders import is_reminder
from knowledge.extraction.sentence_kinds import SentenceKind
from knowledge.extraction.sentences import Sentence, split_sentences
from knowledge.extraction.tasks import open_tasks
from knowledge.extraction.voices.explicit import is_standing_wish
from knowledge.types import (
    LAST_SAID,
    Extraction,
    ProposedFact,
    Ruling,
    SourceMessage,
    TextSpan,
    Trust,
    Verdict,
)

MIN_CONFIDENCE = 0.35
MIN_TEXT_CHARACTERS = 4
MAX_TEXT_CHARACTERS = 2_000


class RejectionReason(StrEnum):
    """Why something is not remembered; memory shows these words to the user."""

    GREETING = "greeting"
    THANKS = "thanks"
    CHITCHAT = "chitchat"
    QUESTION = "question"
    REQUEST = "request"
    HYPOTHETICAL = "hypothetical"
    PRIVATE = "asked_not_to"
    PASTED = "not_own_words"
    FICTION = "fiction"
    NOT_MEANT = "not_meant"
    EMPTY = "empty"
    NOTHING_STATED = "nothing_stated"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNSURE = "unsure"
    ASSISTANT = "said_by_assistant"
    UNTRUSTED = "not_said_by_user"
    REPORTED = "said_by_another"
    NOT_IN_MESSAGE = "not_in_message"
    ALREADY_PROPOSED = "said_twice"


REASONS = {
    SentenceKind.GREETING: RejectionReason.GREETING,
    SentenceKind.THANKS: RejectionReason.THANKS,
    SentenceKind.CHITCHAT: RejectionReason.CHITCHAT,
    SentenceKind.QUESTION: RejectionReason.QUESTION,
    SentenceKind.REQUEST: RejectionReason.REQUEST,
    SentenceKind.HYPOTHETICAL: RejectionReason.HYPOTHETICAL,
    SentenceKind.PRIVATE: RejectionReason.PRIVATE,
    SentenceKind.PASTED: RejectionReason.PASTED,
    SentenceKind.FICTION: RejectionReason.FICTION,
    SentenceKind.NOT_MEANT: RejectionReason.NOT_MEANT,
    SentenceKind.EMPTY: RejectionReason.EMPTY,
    SentenceKind.STATEMENT: RejectionReason.NOTHING_STATED,
}
_REJECTED_WHOLE = frozenset(
    {
        SentenceKind.PRIVATE,
        SentenceKind.HYPOTHETICAL,
        SentenceKind.PASTED,
        SentenceKind.FICTION,
        SentenceKind.NOT_MEANT,
        SentenceKind.REQUEST,
    }
)
_NAMES_NOBODY = frozenset({SentenceKind.PRIVATE, SentenceKind.PASTED, SentenceKind.FICTION})
VERDICTS = {  # of every other reason the verdict is "gated"
    RejectionReason.ASSISTANT: Verdict.LOW_TRUST,
    RejectionReason.UNTRUSTED: Verdict.LOW_TRUST,
    RejectionReason.REPORTED: Verdict.LOW_TRUST,
    RejectionReason.NOT_IN_MESSAGE: Verdict.DROPPED,
    RejectionReason.ALREADY_PROPOSED: Verdict.DUPLICATE,
}
# What a message is when its sentences differ: a question although it begins with a greeting.
_PRECEDENCE = [
    SentenceKind.PRIVATE,
    SentenceKind.REQUEST,
    SentenceKind.QUESTION,
    SentenceKind.HYPOTHETICAL,
    SentenceKind.PASTED,
    SentenceKind.FICTION,
    SentenceKind.NOT_MEANT,
    SentenceKind.STATEMENT,
    SentenceKind.THANKS,
    SentenceKind.CHITCHAT,
    SentenceKind.GREETING,
    SentenceKind.EMPTY,
]


class _SplitMessage:
    """A message with its sentences."""

    def __init__(self, message: SourceMessage, before: SourceMessage | None) -> None:
        self.message = message
        self.text = mask_foreign_text(message.content)
        self.sentences: Sequence[Sentence] = split_sentences(message.content)

        # What is stated though no statement says it: an answer, what a question takes for granted.
        answer = answer_in(before, message)
        self.restated = [
            one for each in self.sentences for one in (*presupposed(each), *contact_line(each))
        ]
        self.restated += [*open_tasks(message.content), *([answer] if answer is not None else [])]

    def restates(self, span: TextSpan) -> bool:
        """True when the words state something by what they answer or take for granted."""
        return any(one.start <= span.start and span.end <= one.end for one in self.restated)

    def sentence_at(self, span: TextSpan) -> Sentence | None:
        """The sentence in which the span begins."""
        return next(
            (s for s in self.sentences if s.start <= span.start < max(s.end, s.start + 1)), None
        )


_CORRECTABLE = frozenset({SentenceKind.STATEMENT, SentenceKind.NOT_MEANT})


def filter_extraction(extraction: Extraction, messages: Sequence[SourceMessage]) -> Extraction:
    """The same without what is not worth remembering.

    Every rejected fact, and every message of which nothing is stated, has a ruling.
    """
    by_id = {
        message.id: _SplitMessage(message, before)
        for before, message in zip((None, *messages), messages, strict=False)
    }
    kept: list[ProposedFact] = []
    rulings = [*extraction.rulings]
    seen: set[tuple[object, ...]] = set()
    for fact in extraction.facts:
        reason = _rejection(fact, by_id.get(fact.span.message_id))
        if reason is None:
            statement = (
                fact.span.message_id,
                tuple(fact.about[:1]),
                fact.topic,
                fact.value,
                fact.text.casefold(),
            )
            if statement in seen:
                reason = RejectionReason.ALREADY_PROPOSED
            seen.add(statement)
        if reason is None:
            kept.append(fact)
        else:
            verdict = VERDICTS.get(reason, Verdict.GATED)
            rulings.append(Ruling(fact.span.message_id, verdict, reason, fact.span))
    explained = {fact.span.message_id for fact in kept} | {ruling.message_id for ruling in rulings}
    for split in by_id.values():
        if split.message.id in explained:
            continue
        if split.message.role != "user":
            ruling = Ruling(split.message.id, Verdict.LOW_TRUST, RejectionReason.ASSISTANT)
        else:
            kinds = [sentence.kind for sentence in split.sentences] or [SentenceKind.EMPTY]
            kind = min(kinds, key=_PRECEDENCE.index)
            ruling = Ruling(split.message.id, Verdict.GATED, REASONS[kind])
        rulings.append(ruling)
    filtered = replace(extraction, facts=tuple(kept), rulings=tuple(rulings))
    return _without_foreign_entities(filtered, by_id)


def _rejection(  # noqa: PLR0911, PLR0912  the first reason that applies
    fact: ProposedFact, split: _SplitMessage | None
) -> RejectionReason | None:
    """Why the fact, taken by itself, is not remembered; None when it is."""
    span = fact.span
    if split is None or not 0 <= span.start < span.end <= len(split.message.content):
        return RejectionReason.NOT_IN_MESSAGE
    if split.message.role != "user":
        return RejectionReason.ASSISTANT
    if fact.trust < Trust.USER_SAID and fact.told_by is None:
        return RejectionReason.UNTRUSTED
    if fact.change is not None:
        return None  # read of what is stated alone
    if fact.corrects == LAST_SAID:
        return None  # a value alone, which is nothing but in the place of another
    if len(fact.text.strip()) < MIN_TEXT_CHARACTERS and not fact.replaces:
        return RejectionReason.TOO_SHORT
    if len(fact.text) > MAX_TEXT_CHARACTERS:
        return RejectionReason.TOO_LONG
    if fact.confidence < MIN_CONFIDENCE:
        return RejectionReason.UNSURE
    is_outright = fact.is_secret or fact.trust is Trust.CONFIRMED or is_reminder(fact)
    if is_outright or is_standing_wish(fact.topic):
        return None  # said outright, in whatever form
    if split.restates(span):
        return None
    covered = split.text[span.start : span.end]
    if covered and covered.count(MASK) * 2 > len(covered):
        return RejectionReason.PASTED
    sentence = split.sentence_at(span)
    if fact.event is not None and sentence is not None:
        is_task = fact.event.starts_at is None and not fact.event.recurrence
        if sentence.kind is SentenceKind.REQUEST or (is_task and sentence.is_stated):
            return None  # "remind me to ...", "to do: call the plumber"
    if fact.corrects and sentence is not None and sentence.kind in _CORRECTABLE:
        return None  # its own words take a part of the sentence back
    if sentence is not None and fact.topic is not None and fact.told_by is None:
        said = sentence.wished_text[span.start - sentence.start : span.end - sentence.start]
        if said and not said.strip(MASK + " "):
            is_statement = sentence.kind is SentenceKind.STATEMENT
            return RejectionReason.NOT_MEANT if is_statement else REASONS[sentence.kind]
    if sentence is None or sentence.is_explicit or sentence.is_stated:
        return None
    # A frame's statement may stand in a question; what the user asked to forget never does.
    is_part = fact.topic is not None and span.end - span.start < len(sentence.text)
    if is_part and sentence.kind not in _REJECTED_WHOLE:
        return None
    return REASONS[sentence.kind]


def _without_foreign_entities(
    extraction: Extraction, by_id: Mapping[UUID, _SplitMessage]
) -> Extraction:
    """Without names that stand only in pasted text or in what the user asked not to remember."""
    used = {key for fact in extraction.facts for key in fact.about}
    left_out = set()
    for entity in extraction.entities:
        if entity.key in used or entity.is_user:
            continue
        sentences = [
            by_id[span.message_id].sentence_at(span)
            for span in entity.spans
            if span.message_id in by_id
        ]
        if sentences and all(
            sentence is not None and sentence.kind in _NAMES_NOBODY for sentence in sentences
        ):
            left_out.add(entity.key)
    return replace(
        extraction,
        entities=tuple(entity for entity in extraction.entities if entity.key not in left_out),
        mentions=tuple(
            mention for mention in extraction.mentions if mention.entity_key not in left_out
        ),
    )
