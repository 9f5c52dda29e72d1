"""The extractor without a model: names, dates and frames of what people say of themselves."""

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge.extraction.corrections import CORRECTING, bare_correction, takes_back
from knowledge.extraction.english import capitalised
from knowledge.extraction.gazetteer import fold_name
from knowledge.extraction.german import GermanReader
from knowledge.extraction.language import detect_language
from knowledge.extraction.masking import mask_foreign_text
from knowledge.extraction.names import Name, find_identifiers, find_names
from knowledge.extraction.node_types import PERSON
from knowledge.extraction.parsing import Parse, Parser, english_parser
from knowledge.extraction.port import KnownEntity, SchemaView
from knowledge.extraction.proposals import USER_KEY, Proposals
from knowledge.extraction.reading import Antecedents
from knowledge.extraction.reminders import propose_reminders
from knowledge.extraction.sentence_facts import SentenceFacts
from knowledge.extraction.sentence_kinds import SentenceKind
from knowledge.extraction.sentences import Sentence, speaker_segments, split_sentences
from knowledge.extraction.statements import Subject
from knowledge.extraction.voices import MASK
from knowledge.extraction.voices.explicit import own_secrets, propose_explicit
from knowledge.extraction.voices.text import mask, plain_text
from knowledge.types import Extraction, SourceMessage, TextSpan

NAME = "rules-2"
MAX_FACTS = 60  # of one message


class RulesExtractor:
    """Proposes what its frames understand; the same text gives the same proposals."""

    name = NAME

    def __init__(self, parser: Parser = english_parser) -> None:
        self.parser = parser  # called when there is something to read

    def extract(
        self,
        *,
        messages: Sequence[SourceMessage],
        schema: SchemaView,
        known: Sequence[KnownEntity] = (),
    ) -> Extraction:
        """What may be remembered of the messages."""
        proposals = propose_by_rules(
            messages=messages, schema=schema, known=known, parser=self.parser
        )
        return proposals.extraction(extractor=NAME)


def propose_by_rules(
    *,
    messages: Sequence[SourceMessage],
    schema: SchemaView,
    known: Sequence[KnownEntity],
    parser: Parser = english_parser,
) -> Proposals:
    """What the rules find in the messages, still open for more."""
    parse = parser()
    proposals = Proposals.begin(messages, schema, known)
    german = GermanReader(proposals)
    for message in messages:
        if message.role == "user":
            _read_user_message(proposals, message, german, parse)
            continue
        # An answer mentions whom the memory knows; it makes nobody known and states nothing.
        language = detect_language(message.content)
        for sentence in split_sentences(message.content):
            _propose_names(proposals, message, sentence, language, only_known=True)
    return proposals


def _read_user_message(
    proposals: Proposals, message: SourceMessage, german: GermanReader, parse: Parse | None
) -> None:
    """Its names are mentions, its statements facts, its addresses and hashtags entities."""
    language = detect_language(message.content)
    _propose_explicit(proposals, message)  # first: what is confirmed counts, not its copy
    speakers = _propose_speakers(proposals, message)
    antecedents = Antecedents()
    proposals.whole_names = {}
    facts_before = len(proposals.facts)
    for sentence in _with_corrections(split_sentences(message.content)):
        names = _propose_names(
            proposals,
            message,
            sentence,
            language,
            only_known=sentence.kind in (SentenceKind.PASTED, SentenceKind.FICTION),
        )
        is_asked = sentence.kind is SentenceKind.REQUEST  # perhaps a list of tasks
        said = message.content[sentence.start : sentence.end]
        is_corrected = (sentence.kind is SentenceKind.NOT_MEANT and takes_back(said)) or (
            sentence.kind in CORRECTING and bare_correction(said) is not None
        )
        if sentence.is_stated or is_asked or is_corrected:
            if len(proposals.facts) - facts_before >= MAX_FACTS:
                continue
            if sentence.speaker is not None:
                speaker = speakers[sentence.speaker]
            else:
                speaker = proposals.propose_user(TextSpan(message.id, sentence.start, sentence.end))
            if language == "de":
                if any(letter.isalpha() for letter in sentence.stated_text):
                    german.read(message, replace(sentence, text=sentence.stated_text), speaker.key)
                if sentence.is_stated and MASK in sentence.stated_text:
                    german.read_told(message, sentence, speaker.key)
                continue
            SentenceFacts(
                proposals, message, sentence, language, speaker, names, antecedents, parse
            ).propose()
        elif language == "de" and sentence.kind is SentenceKind.QUESTION:
            german.read_mentions(message, sentence)
    owned = {
        identifier for entity in proposals.entities.values() for identifier in entity.identifiers
    }
    for name in find_identifiers(_without_secrets(message.content)):
        if not owned.intersection(name.identifiers):  # else a frame has said whose it is
            proposals.propose_entity(name, TextSpan(message.id, name.start, name.end))


_TAKES_BACK = re.compile(
    r"(?i)(?:no,? )?(?:i mean|i meant|no wait|wait,? no|scratch that|make that)\b"
)


def _with_corrections(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences, with what takes back a part of the one before joined to it."""
    joined: list[Sentence] = []
    for sentence in sentences:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.is_stated
            and _TAKES_BACK.match(sentence.text)
            and sentence.start - before.end <= 2
        ):
            gap = " " * (sentence.start - before.end)
            text = before.text.rstrip(".!…").ljust(len(before.text)) + gap + sentence.text
            text = (
                text[: len(before.text.rstrip(".!…"))]
                + ","
                + text[len(before.text.rstrip(".!…")) + 1 :]
            )
            joined[-1] = replace(
                before, end=sentence.end, text=text, stated_text=text, wished_text=text
            )
        else:
            joined.append(sentence)
    return joined


def _propose_explicit(proposals: Proposals, message: SourceMessage) -> None:
    """What the user wants remembered, forgotten and done always; secrets and reminders."""
    user_key = proposals.user.key if proposals.user is not None else USER_KEY
    facts, forget_wishes = propose_explicit(message, user_key)
    if facts:
        proposals.propose_user(facts[0].span)
    proposals.facts.extend(facts)
    for fact in facts:
        if fact.topic == "call_me" and fact.value:  # the user's own name is nobody else
            proposals.leave_out(f"name:{fold_name(fact.value)}")
    proposals.forget_wishes.extend(forget_wishes)
    if reminders := propose_reminders(message, user_key):
        proposals.propose_user(reminders[0].span)
        proposals.facts.extend(reminders)


def _without_secrets(content: str) -> str:
    """The readable text without passwords and numbers: none of them is a name."""
    text = mask_foreign_text(content)
    for secret in own_secrets(content):
        text = mask(text, secret.start, secret.end)
    return text


def _propose_names(
    proposals: Proposals,
    message: SourceMessage,
    sentence: Sentence,
    language: str,
    *,
    only_known: bool,
) -> list[Name]:
    """The names of a sentence, which are entities from now on."""
    if sentence.kind is SentenceKind.PASTED:
        language = "headline"
    text = capitalised(sentence.text) if language == "en" else sentence.text
    names = [
        name
        for name in find_names(text, proposals.gazetteer, language=language)
        if name.key or not only_known
    ]
    read: list[Name] = []
    for found in names:
        whole = (
            proposals.whole_names.get(fold_name(found.text))
            if found.key in (None, f"name:{fold_name(found.text)}")
            else None
        )
        name = replace(found, key=whole) if whole is not None else found
        span = TextSpan(message.id, sentence.start + name.start, sentence.start + name.end)
        key = proposals.propose_entity(name, span)
        words = name.text.split()
        if name.node_type == PERSON and len(words) > 1:
            proposals.whole_names.update({fold_name(words[0]): key, fold_name(words[-1]): key})
        read.append(name)
    return read


def _propose_speakers(proposals: Proposals, message: SourceMessage) -> dict[str, Subject]:
    """Who speaks in the message by its labels; each is an entity."""
    speakers: dict[str, Subject] = {}
    text = plain_text(message.content)
    user = proposals.user
    for segment in speaker_segments(message.content):
        label = segment.speaker
        if label in speakers:
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
