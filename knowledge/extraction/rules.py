"""The extractor without a model: names, dates and frames of what people say of themselves."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from knowledge.extraction.answers import answer_in
from knowledge.extraction.beginnings import later_beginning
from knowledge.extraction.changed_events import changed_event
from knowledge.extraction.contact_lines import contact_line
from knowledge.extraction.corrections import CORRECTING, bare_correction, takes_back
from knowledge.extraction.english import Antecedents, capitalised
from knowledge.extraction.gazetteer import fold_name
from knowledge.extraction.german import GermanReader
from knowledge.extraction.language import detect_language
from knowledge.extraction.masking import mask_foreign_text
from knowledge.extraction.mentioned_names import propose_names, propose_speakers
from knowledge.extraction.names import Name, find_identifiers, find_names
from knowledge.extraction.namesakes import said_of_each
from knowledge.extraction.parsing import Parse, Parser, english_parser
from knowledge.extraction.port import KnownEntity, SchemaView
from knowledge.extraction.presupposed import presupposed
from knowledge.extraction.proposals import USER_KEY, Proposals
from knowledge.extraction.reminders import propose_reminders
from knowledge.extraction.restated import Restated
from knowledge.extraction.sentence_facts import SentenceFacts
from knowledge.extraction.sentence_kinds import SentenceKind
from knowledge.extraction.sentences import Sentence, split_sentences
from knowledge.extraction.side_jobs import with_side_jobs
from knowledge.extraction.statement_facts import UNTIL_BEHIND
from knowledge.extraction.statements import Subject, normal_value
from knowledge.extraction.successors import Successions, with_new_holders
from knowledge.extraction.tail_dates import dated_in_tail
from knowledge.extraction.tasks import open_tasks
from knowledge.extraction.times import dates_in, precision_of
from knowledge.extraction.voices import MASK
from knowledge.extraction.voices.explicit import own_secrets, propose_explicit
from knowledge.extraction.voices.text import mask
from knowledge.types import Extraction, ProposedFact, SourceMessage, TextSpan, Trust

NAME = "rules-2"
MAX_FACTS = 60  # of one message
CHANGED = 0.9  # how sure "moved to Friday" is
SUCCESSION = 0.9  # that one comes in the place of another


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
    before: SourceMessage | None = None
    for message in messages:
        answer = answer_in(before, message)
        before = message
        if message.role == "user":
            _MessageReader(proposals, message, german, parse).read(answer)
            continue
        # An answer mentions whom the memory knows; it makes nobody known and states nothing.
        language = detect_language(message.content)
        for sentence in split_sentences(message.content):
            propose_names(proposals, message, sentence, language, only_known=True)
    return proposals


@dataclass
class _MessageReader:
    """Reads one message of the user's: names are mentions, statements facts."""

    proposals: Proposals
    message: SourceMessage
    german: GermanReader
    parse: Parse | None

    def __post_init__(self) -> None:
        self.language = detect_language(self.message.content)
        self.antecedents = Antecedents()
        self.successions = Successions()
        self.speakers: dict[str, Subject] = {}

    def read(self, answer: Restated | None) -> None:
        """The proposals have what it says; its beginning may be an answer to a question."""
        proposals, message = self.proposals, self.message
        _propose_explicit(proposals, message)  # first: what is confirmed counts, not its copy
        self.speakers = propose_speakers(proposals, message)
        proposals.whole_names = {}
        facts_before = len(proposals.facts)
        tasks = open_tasks(message.content)
        for sentence in _with_corrections(split_sentences(message.content)):
            if answer is not None and sentence.start < answer.end:
                self._read_restated(sentence, [answer])
                continue
            if card := [*contact_line(sentence)]:
                self._read_restated(sentence, card)
                continue
            if here := [one for one in tasks if sentence.start < one.end <= sentence.end + 1]:
                for task in here:
                    self._there(sentence, task).propose_task(task.text)
                continue
            known = len(proposals.facts)
            self._read_sentence(sentence, is_full=known - facts_before >= MAX_FACTS)
            if sentence.speaker is None and sentence.is_stated:
                proposals.facts[known:] = with_side_jobs(proposals.facts[known:], message.content)
                proposals.facts[known:] = with_new_holders(proposals.facts[known:], sentence.text)
                self._read_successions(sentence)
                self._read_tail(sentence)
            if self.language == "en" and sentence.speaker is None:
                self._read_restated(sentence, presupposed(sentence))
                if sentence.is_stated and sentence.is_meant_whole:
                    self._read_restated(sentence, said_of_each(sentence.text, sentence.start))
        owned = {
            identifier
            for entity in proposals.entities.values()
            for identifier in entity.identifiers
        } | {fact.value for fact in proposals.facts if fact.topic == "email"}
        for name in find_identifiers(_without_secrets(message.content)):
            if not owned.intersection(name.identifiers):  # else a frame has said whose it is
                proposals.propose_entity(name, TextSpan(message.id, name.start, name.end))

    def _read_sentence(self, sentence: Sentence, *, is_full: bool) -> None:
        proposals, message, language = self.proposals, self.message, self.language
        names = propose_names(
            proposals,
            message,
            sentence,
            language,
            only_known=sentence.kind in (SentenceKind.PASTED, SentenceKind.FICTION),
        )
        is_asked = sentence.kind is SentenceKind.REQUEST  # perhaps a list of tasks
        said = message.content[sentence.start : sentence.end]
        is_corrected = (sentence.kind is SentenceKind.NOT_MEANT and takes_back(said)) or (
            sentence.kind in CORRECTING and bare_correction(said, language) is not None
        )
        if not (sentence.is_stated or is_asked or is_corrected):
            if language == "de" and sentence.kind is SentenceKind.QUESTION:
                self.german.read_mentions(message, sentence)
            return
        if is_full:
            return
        if sentence.speaker is not None:
            speaker = self.speakers[sentence.speaker]
        else:
            speaker = proposals.propose_user(TextSpan(message.id, sentence.start, sentence.end))
        if sentence.speaker is None:
            self._read_changed_event(sentence)
        if sentence.speaker is None and self._read_beginning(sentence, speaker):
            return
        if language != "de":
            self._facts_of(sentence, speaker, names).propose()
            return
        if (
            sentence.speaker is None
            and self._facts_of(sentence, speaker, names).propose_correction()
        ):
            return
        if any(letter.isalpha() for letter in sentence.stated_text):
            self.german.read(message, replace(sentence, text=sentence.stated_text), speaker.key)
        if sentence.is_stated and MASK in sentence.stated_text:
            self.german.read_told(message, sentence, speaker.key)

    def _read_beginning(self, sentence: Sentence, speaker: Subject) -> bool:
        """What begins on a day to come, as what holds from then on; False where nothing does."""
        text = sentence.stated_text.replace(MASK, " ") if sentence.is_stated else ""
        later = later_beginning(text, said_at=self.message.said_at, language=self.language)
        if later is None:
            return False
        known = len(self.proposals.facts)
        if self.language == "de":
            again = replace(sentence, text=later.text, stated_text=later.text)
            self.german.read(self.message, again, speaker.key)
        else:
            one = Restated(sentence.start, sentence.end, later.text, is_topical=True)
            self._read_restated(sentence, [one])
        read = self.proposals.facts[known:]
        dated = [later.dated(fact) for fact in read if fact.event is None]
        self.proposals.facts[known:] = dated if any(one.valid_from for one in dated) else []
        return len(self.proposals.facts) > known

    def _read_tail(self, sentence: Sentence) -> None:
        """When that is which the sentence names last, if its end tells."""
        if not sentence.is_meant_whole or self.language not in ("en", "de"):
            return
        text = dated_in_tail(sentence.text, said_at=self.message.said_at, language=self.language)
        if not text:
            return
        if self.language == "de":
            again = replace(sentence, text=text, stated_text=text)
            user = self.proposals.propose_user(
                TextSpan(self.message.id, sentence.start, sentence.end)
            )
            self.german.read(self.message, again, user.key)
        else:
            self._read_restated(sentence, [Restated(sentence.start, sentence.end, text)])

    def _read_changed_event(self, sentence: Sentence) -> None:
        """That an event is moved or cancelled, if the memory knows it or can make it of this."""
        text = sentence.stated_text if sentence.is_stated else ""
        if sentence.kind is SentenceKind.REQUEST and _FROM_NOW_ON.match(sentence.text):
            text = sentence.text  # "From now on choir starts at 8" asks for nothing
        text = text.replace(MASK, " ")
        if text.endswith(":") and (more := _NEW_TIME.match(self.message.content, sentence.end)):
            text += more[0]  # what stands behind a colon is read as pasted elsewhere
        found = changed_event(text, said_at=self.message.said_at, language=self.language)
        if found is None:
            return
        span = TextSpan(self.message.id, sentence.start + found.start, sentence.start + found.end)
        event = found.event
        at = event.starts_at if event is not None else None
        self.proposals.facts.append(
            ProposedFact(
                text=found.text,
                span=span,
                about=(self.proposals.propose_user(span).key,),
                trust=Trust.USER_SAID,
                confidence=CHANGED,
                topic=f"event:{found.change.name}",
                value=at.isoformat()[:16] if at is not None else None,
                event=event,
                change=found.change,
            )
        )

    def _read_successions(self, sentence: Sentence) -> None:
        """Who or what a sentence of the user's puts in the place of another."""
        text = sentence.stated_text.replace(MASK, " ")
        if self.language == "en":
            text = capitalised(text)
        names = find_names(text, self.proposals.gazetteer)
        for found in self.successions.read(text, names):
            span = TextSpan(
                self.message.id, sentence.start + found.start, sentence.start + found.end
            )
            user = self.proposals.propose_user(span)
            at = next((one for one in names if found.start <= one.start < found.end), None)
            about = [user.key]
            if at is not None:
                about.append(self.proposals.propose_entity(at, span))
            dates = dates_in(text, self.message.said_at, prefer_past=False)
            until = [one for one in dates if UNTIL_BEHIND.search(text, 0, one.text_start)]
            since = [one for one in dates if one not in until][:1]
            self.proposals.facts.append(
                ProposedFact(
                    text=found.new,
                    span=span,
                    about=about,
                    trust=Trust.USER_SAID,
                    confidence=SUCCESSION,
                    value=normal_value(found.new),
                    valid_from=since[0].start if since else None,
                    since_precision=precision_of(since[0]) if since else "",
                    valid_to=until[0].end if until else None,
                    until_precision=precision_of(until[0]) if until else "",
                    replaces=normal_value(found.old),
                )
            )

    def _read_restated(self, sentence: Sentence, says: Iterable[Restated]) -> None:
        """What a sentence of the user's says in other words than those of a statement."""
        for one in says:
            self._there(sentence, one).propose_restated(one)

    def _there(self, sentence: Sentence, one: Restated) -> SentenceFacts:
        """The facts of a part of a sentence of the user's."""
        user = self.proposals.propose_user(TextSpan(self.message.id, one.start, one.end))
        words = self.message.content[one.start : one.end]
        there = replace(sentence, start=one.start, end=one.end, text=words)
        return self._facts_of(there, user, ())

    def _facts_of(
        self, sentence: Sentence, speaker: Subject, names: Sequence[Name]
    ) -> SentenceFacts:
        return SentenceFacts(
            self.proposals,
            self.message,
            sentence,
            self.language,
            speaker,
            names,
            self.antecedents,
            self.parse,
        )


_FROM_NOW_ON = re.compile(
    r"(?i)(?:from now on|ab jetzt|ab sofort),? (?!(?:you|please|always|never|only|just|du|bitte)\b)"
)
_NEW_TIME = re.compile(r"(?i) (?:not|now|from|to|nicht|jetzt|von|auf|statt)\b[^.!?\n]{3,80}")

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
