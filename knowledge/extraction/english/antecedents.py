"""Whom and what pronouns can stand for, as a message goes on."""

from dataclasses import dataclass, field, replace

from knowledge.extraction.clause import Clause
from knowledge.extraction.english.context import Context
from knowledge.extraction.node_types import PERSON, PLACES
from knowledge.extraction.people import Kin
from knowledge.extraction.statements import Statement, Subject

PRONOUN_CERTAINTY = 0.85

_GENDERS = {"she": "f", "her": "f", "he": "m", "his": "m", "him": "m"}
# Verbs behind which "it" is what they name: "I maintain Larkspur. It ...".
_NAMES_A_THING = frozenset(
    ("be", "call", "name", "maintain", "build", "write", "run", "own", "have", "work", "start")
)


@dataclass
class Antecedents:
    """Whom "she" and "it" can be, as the message goes on."""

    people: list[Subject] = field(default_factory=list)
    things: list[Subject] = field(default_factory=list)
    ended: Statement | None = None  # the last that was said to be over
    unnamed: tuple[Kin, Subject] | None = None  # who has been told of without a name, and whose

    def person(self, pronoun: str) -> Subject | None:
        """The only one that the pronoun can mean."""
        wanted = _GENDERS.get(pronoun, "")
        fitting = {
            one.key: one
            for one in self.people
            if not one.gender or not wanted or one.gender == wanted
        }
        sure = {key: one for key, one in fitting.items() if one.gender}
        chosen = sure if len(fitting) > 1 and len(sure) == 1 else fitting
        if len(chosen) != 1:
            return None
        (only,) = chosen.values()
        return _by_pronoun(only)

    def subject(self, pronoun: str, last: Subject | None) -> Subject | None:
        """Whom or what a pronoun means as a subject behind the clause about `last`."""
        if pronoun == "it":
            things = {one.key: one for one in self.things}
            return next(iter(things.values())) if len(things) == 1 else None
        if pronoun == "they":
            return None
        if last is not None and not last.is_self and not last.is_thing:
            wanted = _GENDERS[pronoun]
            is_another_possible = any(
                one.key != last.key and one.gender == wanted for one in self.people
            )
            if last.gender == wanted or (not last.gender and not is_another_possible):
                return _by_pronoun(last)
        return self.person(pronoun)

    def remember(self, subject: Subject) -> None:
        """Somebody has been spoken of."""
        if subject.is_self or subject.is_thing:
            return
        known = [one for one in self.people if one.key != subject.key]
        self.people = [*known, subject]

    def remember_things(self, clause: Clause, context: Context) -> None:
        """A clause has been read: what "it" can be from here on."""
        named = [
            name
            for name in context.names_in(clause.start, clause.end)
            if name.node_type not in (PERSON, *PLACES)
            and name.start in context.keys
            and name.start not in context.people
        ]
        if len(named) == 1 and clause.verb in _NAMES_A_THING:
            key = context.keys[named[0].start]
            self.things = [Subject(key, named[0].text, is_self=False, certainty=0.8)]
        elif named:
            self.things = []


def _by_pronoun(subject: Subject) -> Subject:
    # Without who stood beside them: "Ana and her son moved. She ...".
    said = "" if " and " in subject.said else subject.said
    return replace(subject, said=said, certainty=min(subject.certainty, PRONOUN_CERTAINTY))
