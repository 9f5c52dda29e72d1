"""The extractor without a model: names, dates and frames of what people say of themselves."""

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge.extraction.clauses import Referents, can_be_subject
from knowledge.extraction.gazetteer import fold_name
from knowledge.extraction.german import GermanReader
from knowledge.extraction.language import detect_language
from knowledge.extraction.masking import mask_foreign_text
from knowledge.extraction.names import Name, find_identifiers, find_names
from knowledge.extraction.node_types import PERSON
from knowledge.extraction.port import KnownEntity, SchemaView
from knowledge.extraction.proposals import Proposals
from knowledge.extraction.sentence_facts import SentenceFacts, is_addressed
from knowledge.extraction.sentence_kinds import SentenceKind
from knowledge.extraction.sentences import Sentence, speaker_segments, split_sentences
from knowledge.extraction.statements import Subject
from knowledge.types import Extraction, SourceMessage, TextSpan

NAME = "rules-1"
MAX_FACTS = 60  # of one message
NAMED_CERTAINTY = 0.9  # that a name is whom a clause is about
PRONOUN_CERTAINTY = 0.8  # that "she" is the one person of the sentence before


_MIXED_KINDS = frozenset(
    {
        SentenceKind.QUESTION,
        SentenceKind.THANKS,
        SentenceKind.CHITCHAT,
        SentenceKind.GREETING,
    }
)
_CLAUSE_BREAK = re.compile(r"[,;:!–-]")
# After one of these, "she" may be somebody without a name.
_SOMEBODY = re.compile(
    r"\b(?:sister|brother|mother|father|mom|mum|dad|son|daughter|wife|husband|friend|girl|boy|man|woman|"
    r"puppy|dog|cat|kitten|baby|boss|colleague|teacher|doctor|girlfriend|boyfriend|one-year-old|kid|guy|"
    r"lady|coach|neighbou?r|partner|youngest|oldest|aunt|uncle|cousin|he|she)\b",
    re.IGNORECASE,
)


class RulesExtractor:
    """Proposes what its frames understand; the same text gives the same proposals."""

    name = NAME

    def extract(
        self,
        *,
        messages: Sequence[SourceMessage],
        schema: SchemaView,
        known: Sequence[KnownEntity] = (),
    ) -> Extraction:
        """What may be remembered of the messages."""
        proposals = propose_by_rules(messages=messages, schema=schema, known=known)
        return proposals.extraction(extractor=NAME)


def propose_by_rules(
    *, messages: Sequence[SourceMessage], schema: SchemaView, known: Sequence[KnownEntity]
) -> Proposals:
    """What the rules find in the messages, still open for more."""
    proposals = Proposals.begin(messages, schema, known)
    german = GermanReader(proposals)
    for message in messages:
        if message.role == "user":
            _read_user_message(proposals, message, german)
            continue
        # An answer mentions whom the memory knows; it makes nobody known and states nothing.
        language = detect_language(message.content)
        for sentence in split_sentences(message.content):
            _propose_names(proposals, message, sentence, language, only_known=True)
    return proposals


def _read_user_message(proposals: Proposals, message: SourceMessage, german: GermanReader) -> None:
    """Its names are mentions, its statements facts, its addresses and hashtags entities."""
    language = detect_language(message.content)
    speakers = _propose_speakers(proposals, message)
    people: list[Subject] = []  # whom "she" can be
    facts_before = len(proposals.facts)
    for sentence in split_sentences(message.content):
        names, subjects = _propose_names(
            proposals,
            message,
            sentence,
            language,
            only_known=sentence.kind is SentenceKind.PASTED,
        )
        # A question or thanks may begin with how things are: "I moved to Lyon, what is there?".
        is_mixed = sentence.kind in _MIXED_KINDS and _CLAUSE_BREAK.search(sentence.text)
        if sentence.is_stated or is_mixed:
            if len(proposals.facts) - facts_before >= MAX_FACTS:
                continue
            if sentence.speaker is not None:
                speaker = speakers[sentence.speaker]
            else:
                speaker = proposals.propose_user(TextSpan(message.id, sentence.start, sentence.end))
            antecedent = None
            if len({person.key for person in people}) == 1:
                antecedent = replace(people[-1], certainty=PRONOUN_CERTAINTY)
            referents = Referents(speaker, names, subjects, antecedent)
            if language == "de":
                german.read(message, sentence, speaker.key)
                continue
            SentenceFacts(proposals, message, sentence, language, referents).propose()
        here = [
            subjects[name.start]
            for name in names
            if name.start in subjects
            and name.node_type == PERSON
            and not is_addressed(sentence.text, name)
        ]
        if here or _SOMEBODY.search(sentence.text):
            people = here
    owned = {
        identifier for entity in proposals.entities.values() for identifier in entity.identifiers
    }
    for name in find_identifiers(mask_foreign_text(message.content)):
        if not owned.intersection(name.identifiers):  # else a frame has said whose it is
            proposals.propose_entity(name, TextSpan(message.id, name.start, name.end))


def _propose_names(
    proposals: Proposals,
    message: SourceMessage,
    sentence: Sentence,
    language: str,
    *,
    only_known: bool,
) -> tuple[list[Name], dict[int, Subject]]:
    """The names of a sentence, and who of them may be a subject, by where the name starts."""
    if sentence.kind is SentenceKind.PASTED:
        language = "headline"
    names = [
        name
        for name in find_names(sentence.text, proposals.gazetteer, language=language)
        if name.key or not only_known
    ]
    subjects: dict[int, Subject] = {}
    for name in names:
        span = TextSpan(message.id, sentence.start + name.start, sentence.start + name.end)
        key = proposals.propose_entity(name, span)
        if can_be_subject(name):
            subjects[name.start] = Subject(key, name.text, is_self=False, certainty=NAMED_CERTAINTY)
    return names, subjects


def _propose_speakers(proposals: Proposals, message: SourceMessage) -> dict[str, Subject]:
    """Who speaks in the message by its labels; each is an entity."""
    speakers: dict[str, Subject] = {}
    text = mask_foreign_text(message.content)
    user = proposals.user
    for segment in speaker_segments(text):
        label = segment.speaker
        if label is None or label in speakers:
            continue
        if user is not None and fold_name(user.name) == fold_name(label):
            speakers[label] = Subject(user.key, user.name, is_self=True)
            continue
        start = text.rfind(label, 0, segment.start)
        span = TextSpan(message.id, start, start + len(label))
        name = Name(span.start, span.end, label, PERSON, 0.95)
        key = proposals.propose_entity(name, span, node_type=PERSON)
        speakers[label] = Subject(key, label, is_self=False)
    return speakers
