"""Makes facts of the clauses of German sentences, by the table of topics."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from knowledge.extraction.gazetteer import fold_name
from knowledge.extraction.german.chunks import Chunk, Kind
from knowledge.extraction.german.clause import GermanClause, whole_text
from knowledge.extraction.german.clauses import read_clauses
from knowledge.extraction.german.frames import TRANSPARENT, Match, is_stated, match_frames
from knowledge.extraction.german.lexicon import (
    is_first_name,
    role_of,
)
from knowledge.extraction.german.morphology import Tense
from knowledge.extraction.german.open_facts import OpenFacts
from knowledge.extraction.german.people import (
    MINE,
    GermanSubject,
    People,
    is_title,
)
from knowledge.extraction.german.relations import Relations
from knowledge.extraction.german.segments import is_plural
from knowledge.extraction.german.sentence import GermanSentence, capital
from knowledge.extraction.german.times import (
    recurrence_of,
)
from knowledge.extraction.german.topic_facts import TopicFacts
from knowledge.extraction.names import Name, normal_phone
from knowledge.extraction.node_types import PERSON
from knowledge.extraction.proposals import Proposals
from knowledge.extraction.sentences import Sentence
from knowledge.extraction.statements import normal_value
from knowledge.extraction.topics import all_topics
from knowledge.types import (
    ProposedFact,
    SourceMessage,
    Trust,
)

_BARE_EVENTS = ("termin", "verabredung", "date")  # their name is whom they are with


TOLD_CONFIDENCE = 0.6  # of what others are said to say


@dataclass
class GermanReader:
    """Reads the German sentences of one batch; whom "er" means is kept from one to the next."""

    proposals: Proposals
    people: People = field(init=False)

    def __post_init__(self) -> None:
        self.people = People(self.proposals)

    def read(self, message: SourceMessage, sentence: Sentence, speaker_key: str) -> None:
        """What the sentence states is among the proposals."""
        read = GermanSentence(self.proposals, self.people, message, sentence, speaker_key)
        _SentenceReader(read).read()

    def read_told(self, message: SourceMessage, sentence: Sentence, speaker_key: str) -> None:
        """What the sentence says that somebody else says is among the proposals, as theirs."""
        said = message.content[sentence.start : sentence.end]
        whole = replace(sentence, text=said)
        read = GermanSentence(self.proposals, self.people, message, whole, speaker_key)
        _SentenceReader(read).read_told()

    def read_mentions(self, message: SourceMessage, sentence: Sentence) -> None:
        """Whom a question mentions may be meant by the next sentence's "er"."""
        read = GermanSentence(self.proposals, self.people, message, sentence, "")
        _SentenceReader(read).remember_mentions()


@dataclass
class _SentenceReader:
    sentence: GermanSentence

    def __post_init__(self) -> None:
        self.relations = Relations(self.sentence)
        self.topics = TopicFacts(self.sentence, self.relations)
        self.opened = OpenFacts(self.sentence)

    def read(self) -> None:
        clauses = read_clauses(self.sentence.text)
        is_question = self.sentence.text.rstrip("\"')* ").endswith("?")
        self._read_forms()
        for number, clause in enumerate(clauses):
            if is_question and (number == len(clauses) - 1 or clause.subject_word in ("du", "Sie")):
                continue
            self._read_clause(clause)
        self.sentence.proposals.facts.extend(self.sentence.facts)

    def read_told(self) -> None:
        """Only what is told as another's word."""
        for clause in read_clauses(self.sentence.text):
            if clause.is_after_report is not None:
                self._read_told(clause, clause.is_after_report)
        self.sentence.proposals.facts.extend(self.sentence.facts)

    def _read_told(self, clause: GermanClause, report: GermanClause) -> None:
        is_own = report.is_self or report.subject is None or report.tense is Tense.SUBJUNCTIVE
        teller = None if is_own else self._subject(report)
        if teller is None or not teller.is_person:
            return
        label = clause.subject_word or (clause.subject.text if clause.subject is not None else "")
        said = self.sentence.written(clause, label, is_inner=True)
        verb = "sagen" if report.subject is not None and is_plural(report.subject) else "sagt"
        self.sentence.add(
            report,
            f"do:{report.verb}",
            normal_value(said),
            f"{teller.label} {verb}: {capital(said)}",
            about=(teller.key,),
            confidence=TOLD_CONFIDENCE,
            trust=Trust.INFERRED,
            told_by=teller.key,
        )

    def remember_mentions(self) -> None:
        """Only whom it mentions, for pronouns."""
        for clause in read_clauses(self.sentence.text):
            for chunk in (clause.subject, *clause.objects, *clause.datives, *clause.prepositions):
                mention = self.sentence.people.role_in(chunk) if chunk is not None else None
                if mention is not None and chunk is not None:
                    key = self.sentence.people.propose_role(
                        mention, self.sentence.span(chunk.start, chunk.end)
                    )
                    self.sentence.people.remember(
                        GermanSubject(
                            key,
                            capital(mention.label),
                            is_person=not mention.is_animal or True,
                            gender=mention.role.gender,
                            role=mention,
                        )
                    )

    def _read_clause(self, clause: GermanClause) -> None:  # noqa: PLR0912  its steps
        known = set(self.sentence.proposals.entities)
        subject = self._subject(clause)
        if subject is None or not is_stated(clause):
            return
        if subject.is_person:
            self.sentence.people.remember(subject)
        is_identity = self.relations.read_identity(clause, subject)
        if is_identity and subject.role is not None and subject.key not in known:
            self.sentence.proposals.drop_unnamed(subject.key)  # the name has come with it
        named = {fact.relation for fact in self.sentence.facts if fact.relation}
        for mention in self.relations.mentions(clause):
            if mention.name or mention.role.english not in named:
                self.relations.propose_mention(mention, clause)
        for chunk in clause.objects if subject.is_self else ():
            role = role_of(chunk.head) if chunk.head else None
            if (
                role is not None
                and chunk.determiner.startswith(("ein", *MINE))
                and role.gender != "p"
            ):
                mention = self.relations.role_mention(chunk, role)
                if not mention.is_animal or clause.verb != "sein":
                    self.relations.remember(mention)
        if is_identity:
            return
        before = list(self.sentence.facts)
        if clause.modal in TRANSPARENT:
            matches = _without_doubles(match_frames(clause))
            for match in matches:
                others = [
                    other.value
                    for other in matches
                    if other.value is not None
                    and other.value is not match.value
                    and other.value is not clause.complement
                    and other.value not in match.used
                    and other.value.kind is not Kind.ADVERB
                ]
                self.topics.read(clause, subject, match, others)
        if clause.verb == "haben":
            self.relations.read_relatives(clause, subject)
        is_known = self.sentence.facts != before
        if not is_known or recurrence_of([c.text for c in clause.times]):
            self.opened.read_open(clause, subject, is_known=is_known)

    def _subject(self, clause: GermanClause) -> GermanSubject | None:
        word = clause.subject_word
        chunk = clause.subject
        if word in ("ich", "wir"):
            label = "Ich" if word == "ich" else "Wir"
            if chunk is not None and chunk.kind is Kind.NOUN:
                label = capital(whole_text(chunk))
            return GermanSubject(self.sentence.speaker_key, label, is_self=True)
        if word in ("er", "sie", "es"):
            gender = {"er": "m", "sie": "f", "es": "n"}[word]
            found = self.sentence.people.last.get(gender)
            if (
                word == "sie"
                and clause.finite is not None
                and self.sentence.people.last.get("p") is not None
            ):
                found = found if _is_third_singular(clause) else self.sentence.people.last["p"]
            return found
        if word or chunk is None or chunk.kind is not Kind.NOUN:
            return None
        mention = self.sentence.people.role_in(chunk)
        if mention is not None:
            key = self.sentence.people.propose_role(
                mention, self.sentence.span(chunk.start, chunk.end)
            )
            label = capital(whole_text(chunk))
            return GermanSubject(
                key, label, is_person=True, gender=mention.role.gender, role=mention
            )
        self.relations.read_apposed_role(clause, chunk)
        if (
            is_first_name(chunk.name.split(" ")[0])
            or is_title(chunk.name.split(" ")[0])
            or self._is_known(chunk)
        ):
            key = self._propose_name(chunk, chunk.name, None if self._is_known(chunk) else PERSON)
            gender = {"der": "m", "die": "f", "herr": "m", "frau": "f"}.get(chunk.word, "")
            return GermanSubject(key, capital(whole_text(chunk)), is_person=True, gender=gender)
        return GermanSubject(
            self.sentence.speaker_key,
            capital(whole_text(chunk)),
            is_mine=chunk.determiner.startswith(MINE),
        )

    def _is_known(self, chunk: Chunk) -> bool:
        key = self.sentence.proposals.gazetteer.keys.get(fold_name(chunk.name))
        return key is not None and self.sentence.proposals.gazetteer.types.get(key) == PERSON

    def _propose_name(self, chunk: Chunk, text: str, node_type: str | None) -> str:
        start = self.sentence.text.find(text, chunk.start)
        start = chunk.start if start < 0 else start
        name = Name(start, start + len(text), text, node_type or PERSON, 0.8)
        return self.sentence.proposals.propose_entity(
            name, self.sentence.span(start, start + len(text)), node_type=node_type
        )

    def _read_forms(self) -> None:
        """Phone numbers and the like, which need no clause."""
        for topic in all_topics().values():
            for form in topic.forms["de"]:
                for match in form.pattern.finditer(self.sentence.text):
                    value = match["value"].strip()
                    if topic.name == "phone":
                        value = normal_phone(value)
                    says = topic.says.get("de")
                    if says is None or any(f.topic == topic.name for f in self.sentence.facts):
                        continue
                    text = (
                        says[0].replace("{who}", "Ich").replace("{value}", match["value"].strip())
                    )
                    self.sentence.facts.append(
                        ProposedFact(
                            text=text,
                            span=self.sentence.span(match.start(), match.end()),
                            about=(self.sentence.speaker_key,),
                            trust=Trust.USER_SAID,
                            confidence=0.9,
                            topic=topic.name,
                            value=normal_value(value),
                            single_valued=topic.is_single,
                        )
                    )


# Where both fit, the first says it all: who moves has another address, too.
_SAYS_MORE = (
    ("home", "address"),
    ("membership:", "hobby:"),
    ("membership:", "employer"),
    ("pet:", "owns:"),
    ("medication:", "avoids:"),
    ("likes:", "hobby:"),
    ("partner", "hobby:"),
    ("school", "project:"),
    ("allergy:", "condition:"),
)


def _without_doubles(matches: Sequence[Match]) -> list[Match]:
    names = {match.topic.name for match in matches}
    doubles = {less for more, less in _SAYS_MORE if more in names}
    return [match for match in matches if match.topic.name not in doubles]


def _is_third_singular(clause: GermanClause) -> bool:
    return (
        clause.finite is not None
        and not clause.finite.word.endswith("en")
        and clause.finite.word != "sind"
    )
