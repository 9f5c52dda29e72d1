"""Who somebody is to somebody: "my sister Anna", "She's my cousin", "his name is Speedy"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from knowledge.extraction.clause import Clause
from knowledge.extraction.english.antecedents import Antecedents
from knowledge.extraction.english.topic_statements import KNOWN
from knowledge.extraction.names import Name
from knowledge.extraction.node_types import PERSON
from knowledge.extraction.people import Kin
from knowledge.extraction.statements import Statement, Subject, normal_value
from knowledge.extraction.topics import Topic, role_topic
from knowledge.types import Polarity

_FAMILY_SLOTS = frozenset(("family", "children", "partner", "pets"))
_NAME_IS = re.compile(
    r"\b(?i:his|her|its|their) name(?:'s| is| was) (?P<name>[A-Za-z][\w-]{1,20})"
    r"(?=\s*(?:$|[,.;!?)]|and\b|but\b))"
)
_GENITIVE = re.compile(r"['’]s?(?!\w)")


class People(Protocol):
    """Makes entities of names and roles."""

    def subject_of_name(self, name: Name, kin: Kin | None) -> Subject:
        """The subject that a name stands for."""

    def subject_of_role(self, kin: Kin, owner: Subject) -> Subject:
        """The subject that somebody without a name is."""

    def has_role(self, subject: Subject, kin: Kin) -> None:
        """Somebody who was named before is this to the speaker."""

    def is_user(self, name: Name) -> None:
        """The name is the user's own."""


def role_statement(kin: Kin, owner: Subject, subject: Subject) -> Statement | None:
    """That the subject is this to the owner; None where a role without a name says too little."""
    topic = role_topic(kin.role) or role_topic(kin.word.rsplit(" ", 1)[-1])
    if topic is None or subject.key == owner.key:
        return None
    if kin.name is None and not _tells_unnamed(topic):
        return None
    is_over = kin.is_over or kin.is_denied
    value = normal_value(kin.name.text) if kin.name is not None else kin.role
    return Statement(
        text=_text(kin, owner),
        subject=owner,
        start=kin.start,
        end=kin.end,
        topic=topic.key(value),
        value=value,
        confidence=KNOWN,
        target_key=subject.key,
        edge_type=None if is_over else topic.edge_type,
        relation=kin.role,
        polarity=Polarity.NOT if kin.is_denied else Polarity.ENDED if kin.is_over else "",
        ends=is_over,
        is_single=topic.is_single and kin.name is not None,
    )


def _tells_unnamed(topic: Topic) -> bool:
    return topic.slot in _FAMILY_SLOTS and (topic.name == "partner" or not topic.is_single)


def _text(kin: Kin, owner: Subject) -> str:
    if kin.name is None:
        article = "an" if kin.word[0] in "aeiou" else "a"
        return f"{owner.label} {'have' if owner.is_self else 'has'} {article} {kin.word}."
    says_over = kin.word.startswith(("ex", "former", "late"))
    role = f"former {kin.word}" if kin.is_over and not says_over else kin.word
    whose = owner.owner_label.lower() if owner.is_self else owner.owner_label
    return f"{kin.name.text} {'is not' if kin.is_denied else 'is'} {whose} {role}."


def role_told(
    clause: Clause,
    subject: Subject,
    *,
    kin: Sequence[Kin],
    text: str,
    speaker: Subject,
    people: People,
) -> Iterator[Statement]:
    """ "She's my cousin": who somebody that has been named is."""
    phrase = clause.complement
    if clause.verb != "be" or phrase is None or clause.is_negated:
        return
    if subject.is_self or subject.is_thing or subject.said:
        return
    told = next(
        (one for one in kin if one.name is None and one.start <= phrase.head_start < one.end), None
    )
    if told is None or not told.is_mine or _GENITIVE.match(text[told.end :]):
        return  # "The bike is my brother's"
    name = Name(told.start, told.end, subject.name, PERSON, 0.9)
    statement = role_statement(replace(told, name=name, is_named_here=True), speaker, subject)
    if statement is not None:
        people.has_role(subject, told)
        yield statement


def named_later(
    text: str, subjects: dict[int, Subject], antecedents: Antecedents, people: People
) -> Iterator[Statement]:
    """ "I have a turtle, his name is Speedy": a name for whom a role told of."""
    match = _NAME_IS.search(text)
    if match is None or antecedents.unnamed is None:
        return
    kin, owner = antecedents.unnamed
    shown = match["name"][0].upper() + match["name"][1:]
    name = Name(match.start("name"), match.end("name"), shown, PERSON, 0.9)
    named = replace(kin, name=name, is_named_here=True)
    subject = people.subject_of_name(name, named)
    subjects[match.start()] = subject
    antecedents.remember(subject)
    antecedents.unnamed = None
    statement = role_statement(named, owner, subject)
    if statement is not None:
        yield replace(statement, start=match.start(), end=match.end())
