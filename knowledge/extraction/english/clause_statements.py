"""The statements of a sentence's clauses, each as sure as it is meant."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge.extraction.clause import Clause, Tense
from knowledge.extraction.english.antecedents import Antecedents
from knowledge.extraction.english.context import Context
from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.english.modes import Mode, certainty_of, clause_mode
from knowledge.extraction.english.open_statements import read_open_clause
from knowledge.extraction.english.roles import People, role_told
from knowledge.extraction.english.sentence import SAME
from knowledge.extraction.english.subjects import SubjectReader
from knowledge.extraction.english.topic_statements import read_clause
from knowledge.extraction.english.writing import filled, sentence
from knowledge.extraction.people import Kin
from knowledge.extraction.statements import NounPhrase, Statement, Subject, normal_value
from knowledge.extraction.times import has_time
from knowledge.extraction.topics import all_topics, topic_named

TOLD_CERTAINTY = 0.8
MAX_SUCCESSOR_WORDS = 6

# What a fixed form tells of these, no clause has to tell again.
_FORM_TOPICS = frozenset(
    "phone email birthday address name call_me favourite weight height age size".split()  # noqa: SIM905  words read best as words
)
_NOW_BEHIND = re.compile(r"(?i)[ ,]+(?:now|instead|these days|at the moment)\W*$")


@dataclass
class ClauseStatements:
    """Reads the clauses of one sentence in order."""

    context: Context
    speaker: Subject
    people: People
    antecedents: Antecedents
    kin: Sequence[Kin]
    before: Sequence[Statement]  # of fixed forms and roles

    def __post_init__(self) -> None:
        self._subjects = SubjectReader(self.context, self.speaker, self.antecedents)
        self._found: list[Statement] = []
        self._last: Subject | None = None
        self._thing: Subject | None = None  # the last of somebody's that was spoken of

    def read(self, clauses: Sequence[Clause]) -> list[Statement]:
        """Every statement, in the order of the clauses."""
        for clause in clauses:
            self._read(*self._subjects.mended(clause))
        return self._found

    def _read(self, clause: Clause, partner: Subject | None) -> None:
        successor = self._successor(clause)
        if successor is not None:
            self._found.append(successor)
            self.antecedents.ended = None
            return
        subject = self._subject(clause)
        if subject is None:
            return
        mode = clause_mode(clause, self.context.text)
        if mode is Mode.NOT_MEANT or (mode is Mode.TOLD and subject.is_self):
            return
        if partner is None and subject.is_self and clause.subject is not None:
            partner = self.context.person_at(clause.subject)
        told_by = None
        if mode is Mode.TOLD:
            teller = self.context.person_at(clause.teller) if clause.teller is not None else None
            if teller is None:
                return  # hearsay is nobody's word
            told_by = teller.key
            subject = replace(subject, certainty=min(subject.certainty, TOLD_CERTAINTY))
        made = self._made(clause, subject, partner)
        self._leave_out_own_name(made, clause)
        is_single = all(one.is_single for one in made)
        certainty = certainty_of(clause, mode, self.context.text, is_single=is_single)
        certainty *= subject.certainty
        others = self._others(clause, subject)
        self._found += [
            replace(
                one,
                confidence=one.confidence * certainty,
                told_by=told_by,
                others=tuple(dict.fromkeys((*one.others, *others))),
            )
            for one in made
        ]
        if partner is not None:
            self._found = [
                replace(one, value=normal_value(partner.name), target_key=partner.key)
                if one.topic == "partner" and not one.value
                else one
                for one in self._found
            ]
        over = next((one for one in self._found if one.ends and one.start == clause.start), None)
        self.antecedents.ended = over or self.antecedents.ended
        self.antecedents.remember(subject)
        self.antecedents.remember_things(clause, self.context)

    def _subject(self, clause: Clause) -> Subject | None:
        said = clause.subject.text if clause.subject is not None else ""
        subject = self._last if said == SAME else self._subjects.subject_of(clause, self._last)
        if subject is None and said.lower() == "it" and re.search(r"\d", clause.text):
            subject = self._thing
        if subject is None:
            return None
        if subject.is_thing and clause.text.startswith("{who} am "):
            subject = self.speaker  # "My back hurts, taking ibuprofen"
        if subject.is_thing:
            self._thing = subject
        else:
            self._last = subject
        return subject

    def _made(self, clause: Clause, subject: Subject, partner: Subject | None) -> list[Statement]:
        made = [
            *role_told(
                clause,
                subject,
                kin=self.kin,
                text=self.context.text,
                speaker=self.speaker,
                people=self.people,
            ),
            *self._called(clause, subject),
            *read_clause(clause, subject, self.context),
        ]
        is_of_two = partner is not None and not clause.prepositions
        if clause.verb in ("be", "be+over", "do") and not is_of_two:
            # "I'm done", "Ann and I are done with the garden": no separation.
            made = [one for one in made if one.topic != "partner" or not one.ends or one.value]
        if made or self._is_said(clause):
            return made
        has_date = has_time(self.context.text[clause.start : clause.end])
        statement = read_open_clause(clause, subject, self.context, has_date=has_date)
        return [statement] if statement is not None else []

    def _called(self, clause: Clause, subject: Subject) -> Iterator[Statement]:
        """ "The repo I maintain is called Larkspur": what the name names."""
        phrase = clause.complement or clause.object
        name = self.context.name_in(phrase) if phrase is not None else None
        if clause.verb not in ("call", "name") or not subject.is_thing or name is None:
            return
        if clause.subject is None or clause.subject.head not in small_words("project"):
            return
        row = all_topics()["project:"]
        value = normal_value(name.text)
        yield Statement(
            text=sentence(clause.text, subject),
            subject=subject,
            start=clause.start,
            end=clause.end,
            topic=row.key(value),
            value=value,
            target=NounPhrase(name.text, name.start, name.end, row.node_type),
            edge_type=row.edge_type,
            relation=row.relation,
            is_single=False,
        )

    def _successor(self, clause: Clause) -> Statement | None:
        """ "Sold the Volvo, it's a Kia now": what has taken the place of what is over."""
        ended = self.antecedents.ended
        row = topic_named(ended.topic) if ended is not None else None
        if ended is None or row is None or row.slot == "work" or not row.name.endswith(":"):
            return None
        if clause.subject is None or clause.subject.text.lower() != "it":
            return None
        if clause.verb != "be" or clause.is_negated or clause.tense is not Tense.PRESENT:
            return None
        if clause.complement is None:
            return None
        shown = self.context.text[clause.complement.start : clause.end]
        shown = _NOW_BEHIND.sub("", shown).strip(" .!,")
        if len(shown.split()) > MAX_SUCCESSOR_WORDS:
            return None
        value = normal_value(shown)
        return Statement(
            text=filled(row.says["en"], ended.subject, shown),
            subject=ended.subject,
            start=clause.start,
            end=clause.end,
            topic=row.key(value),
            value=value,
            confidence=0.85,
            is_single=row.is_single,
        )

    def _is_said(self, clause: Clause) -> bool:
        """A fixed form or a role says what the clause says: "My boss is Peter"."""
        forms = (one for one in self.before if one.topic.split(":")[0] in _FORM_TOPICS)
        if any(one.start < clause.end and clause.start < one.end for one in forms):
            return True
        tied = [one for one in self.before if one.target_key is not None]
        at = clause.complement.head_start if clause.complement is not None else -1
        if clause.verb == "be" and any(one.start <= at < one.end for one in tied):
            return True
        owned = clause.object.head_start if clause.object is not None else -1
        if clause.verb in ("have", "own", "get") and any(
            one.value != one.relation and one.start <= owned < one.end for one in tied
        ):
            return True  # "We have a dog, Bruno"
        return clause.verb in ("be", "call", "name") and any(
            clause.start - 1 <= one.start < clause.end and one.end >= clause.end - 10
            for one in tied
        )

    def _others(self, clause: Clause, subject: Subject) -> list[str]:
        context = self.context
        keys = [
            context.keys[name.start]
            for name in context.names_in(clause.start, clause.end)
            if name.start in context.keys
        ]
        keys += [
            one.key for start, one in context.people.items() if clause.start <= start < clause.end
        ]
        return [key for key in dict.fromkeys(keys) if key != subject.key]

    def _leave_out_own_name(self, made: Sequence[Statement], clause: Clause) -> None:
        """The user's own name is nobody else."""
        for one in made:
            if one.topic in ("name", "call_me") and one.subject.is_self:
                for name in self.context.names_in(clause.start, clause.end):
                    if normal_value(name.text) == one.value:
                        self.people.is_user(name)
