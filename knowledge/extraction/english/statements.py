"""Reads the statements of one English sentence, and ties them to people and names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.extraction.english.antecedents import Antecedents
from knowledge.extraction.english.clause_statements import ClauseStatements
from knowledge.extraction.english.context import Context
from knowledge.extraction.english.forms import FormReader
from knowledge.extraction.english.modes import UNSURE, Mode, clause_mode
from knowledge.extraction.english.roles import People, named_later, role_statement
from knowledge.extraction.english.sentence import Reading, read_english
from knowledge.extraction.names import Name
from knowledge.extraction.node_types import ENTITY, PERSON
from knowledge.extraction.parsing import Parse
from knowledge.extraction.people import Kin, find_kin
from knowledge.extraction.statements import Statement, Subject

_PRONOUN = re.compile(r"\b(?i:he|she|his|her|him)\b")


@dataclass
class SentenceReader:
    """The statements of one sentence; `people` makes entities, `antecedents` go on to the next."""

    text: str  # of the sentence, with capitals
    names: Sequence[Name]
    keys: dict[int, str]  # where a name starts -> its key
    speaker: Subject
    people: People
    antecedents: Antecedents
    parse: Parse | None

    def read(self) -> list[Statement]:
        """Every statement, in the order of the text."""
        reading = read_english(self.text, self.parse) if self.parse is not None else None
        compounds = reading.compounds if reading is not None else frozenset()
        kin = find_kin(self.text, self.names, compounds)
        subjects = self._named(kin)
        statements = self._roles(kin, subjects)
        self._remember_named(kin, subjects)
        statements += named_later(self.text, subjects, self.antecedents, self.people)
        forms = FormReader(
            self.text, self.names, subjects, self.speaker, self.people, self.antecedents
        )
        statements += forms.statements()
        if reading is not None:
            statements = [
                meant
                for one in statements
                if (meant := _as_meant(one, reading, self.text)) is not None
            ]
            context = Context(self.text, self.names, self.keys, subjects)
            clauses = ClauseStatements(
                context, self.speaker, self.people, self.antecedents, kin, statements
            )
            statements = [*statements, *clauses.read(reading.clauses)]
        return _distinct(statements)

    def _named(self, kin: Sequence[Kin]) -> dict[int, Subject]:
        """Where the name of somebody starts -> who that is."""
        found: dict[int, Subject] = {}
        for name in self.names:
            of_name = next((one for one in kin if one.name == name), None)
            if of_name is not None or name.node_type in (PERSON, ENTITY):
                found[name.start] = self.people.subject_of_name(name, of_name)
                self.keys[name.start] = found[name.start].key  # of two of one name, this one
        return found

    def _roles(self, kin: Sequence[Kin], subjects: dict[int, Subject]) -> list[Statement]:
        """Who is what to whom; `subjects` has them from now on."""
        statements: list[Statement] = []
        for one in kin:
            owner = self._owner(one, subjects)
            if owner is None or (one.name is None and one.is_plural):
                continue
            if one.name is not None:
                subject = subjects.get(one.name.start) or self.people.subject_of_name(one.name, one)
                subjects[one.name.start] = subject
            else:
                subject = self.people.subject_of_role(one, owner)
                self.antecedents.unnamed = (one, owner)
            if not one.is_denied:
                for position in (one.start, one.owner_start, one.role_start):
                    if one.name is None:
                        subjects[position] = subject
                    else:
                        subjects.setdefault(position, subject)
            self.antecedents.remember(subject)
            statement = role_statement(one, owner, subject)
            if statement is not None:
                statements.append(statement)
        return statements

    def _owner(self, kin: Kin, subjects: dict[int, Subject]) -> Subject | None:
        if kin.is_mine:
            return self.speaker
        pronoun = {"his": "he", "her": "she", "their": "they"}.get(kin.owner)
        return self.antecedents.person(pronoun) if pronoun else subjects.get(kin.owner_start)

    def _remember_named(self, kin: Sequence[Kin], subjects: dict[int, Subject]) -> None:
        """Those who are named before the first pronoun are whom it can mean."""
        pronoun = _PRONOUN.search(self.text)
        here = [
            subjects[name.start]
            for name in self.names
            if name.start in subjects
            and (name.node_type == PERSON or any(one.name == name for one in kin))
            and (pronoun is None or name.start < pronoun.start())
        ]
        for subject in here:
            self.antecedents.remember(subject)


def _as_meant(statement: Statement, reading: Reading, text: str) -> Statement | None:
    """As sure as the clause around it; None when that is not meant."""
    around = [
        one
        for one in reading.clauses
        if one.start <= statement.start and statement.end <= one.end + 1
    ]
    if not around:
        return statement
    mode = clause_mode(min(around, key=lambda one: one.end - one.start), text)
    if mode is Mode.UNSURE:
        return replace(statement, confidence=statement.confidence * UNSURE)
    is_identity = statement.target_key is None or any(one.verb == "be" for one in around)
    is_dependent = any(one.marks for one in around)
    return None if mode is Mode.NOT_MEANT and is_identity and not is_dependent else statement


def _distinct(statements: Sequence[Statement]) -> list[Statement]:
    """Each topic of each subject with one value once; the surest first where a topic has one."""
    found: dict[tuple[str, str, str, str], Statement] = {}
    for one in statements:
        found.setdefault((one.subject.key, one.topic, one.value, one.polarity), one)
    return list(found.values())
