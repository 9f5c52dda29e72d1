"""What a clause says by the topics' table: statements of the frames that it fills."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from knowledge.extraction.clause import Clause, Phrase, Tense
from knowledge.extraction.english.context import Context
from knowledge.extraction.english.date_tails import is_date
from knowledge.extraction.english.frame_values import NUMBERS, value_of
from knowledge.extraction.english.frames import Match, is_wanted, matches, takes_subject
from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.english.states import state_of
from knowledge.extraction.english.writing import filled, sentence
from knowledge.extraction.names import Name
from knowledge.extraction.namesakes import find_namesakes
from knowledge.extraction.node_types import (
    CITY,
    COMPANY,
    ENTITY,
    INSTITUTION,
    PERSON,
    PLACE,
    PLACES,
)
from knowledge.extraction.statements import NounPhrase, Statement, Subject
from knowledge.extraction.topics import Effect, State, Topic, all_topics
from knowledge.types import Polarity

KNOWN = 0.9  # how sure a statement of the table is

_POLARITIES = {State.DENIED: Polarity.NOT, State.ENDED: Polarity.ENDED}
# Of these kinds, what is joined to one that fits is another: "allergic to nuts and pollen".
_JOINED_KINDS = frozenset(("medicine", "hobby", "thing", "pet", "illness"))
_AT_A_TIME = re.compile(
    r"(?i)\b(?:tonight|tomorrow|tmrw|(?:on |next |this )(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"\d{1,2}(?::\d\d)? ?[ap]m|at \d)\b"
)
_REGULARLY = re.compile(r"\d|day|week|month|year|often|morrow|night")


def read_clause(clause: Clause, subject: Subject, context: Context) -> list[Statement]:
    """What the clause says of its subject, each value by itself."""
    found: list[Statement] = []
    taken: set[tuple[object, ...]] = set()
    for match in matches(clause, subject, context):
        topic, value = match.topic, match.value
        # One thing is told of one value; what has none is told once a topic.
        told = (value.start, value.end) if value else (topic.name, match.inner is None)
        if told in taken or not _is_about(match, subject):
            continue
        if value is None and found and topic.name == found[0].topic:
            continue
        if topic.name == "owns:" and any(find_namesakes(context.text)):
            continue  # "We have two Bens at work"
        made = list(_statements(match, clause, subject, context))
        if made:
            taken.add(told)
            found += made
    return found


def _is_about(match: Match, subject: Subject) -> bool:
    """True when the frame tells of such a subject: of somebody, or of a thing of somebody's."""
    if not takes_subject(match.frame):
        return not subject.is_thing
    return subject.is_thing or (match.topic.name == "pet:" and subject.is_animal)


def _statements(
    match: Match, clause: Clause, subject: Subject, context: Context
) -> Iterator[Statement]:
    phrases: list[Phrase | None] = [None]
    slot = match.value_slot
    if match.value is not None:
        phrases = [
            one
            for one in match.value.each()
            if slot is None
            or (subject.is_animal and "sub" in slot.parts)
            or is_wanted(slot, one, subject, context)
            or (not slot.heads and slot.kind in _JOINED_KINDS)
        ]
    for phrase in phrases:
        statement = _statement(match, clause, subject, context, phrase)
        if statement is not None:
            yield statement


def _statement(
    match: Match, clause: Clause, subject: Subject, context: Context, phrase: Phrase | None
) -> Statement | None:
    told = _told(match, clause, context, phrase)
    if told is None:
        return None
    topic, state, value = told.topic, told.state, told.value
    key = topic.key(phrase.head if topic.is_by_head and phrase is not None else value)
    if state is State.ENDED and not value:
        key = topic.name.removesuffix(":")
    effect = match.frame.effect
    statement = Statement(
        text=_text(told, effect, clause, subject),
        subject=subject,
        start=clause.start,
        end=clause.end,
        topic=key,
        value=value,
        confidence=KNOWN,
        takes_date=effect is Effect.STARTS,
        polarity=_POLARITIES.get(state, ""),
        ends=state in (State.ENDED, State.DENIED),
        is_over=state is State.ENDED,
        is_single=topic.is_single,
        is_past=clause.tense in (Tense.PAST, Tense.USED_TO),
    )
    return _related(statement, told, context)


# -- what is told


@dataclass(frozen=True)
class _Told:
    """What a clause tells of a topic."""

    topic: Topic
    state: State
    value: str
    phrase: Phrase | None
    name: Name | None  # that the phrase is


def _told(match: Match, clause: Clause, context: Context, phrase: Phrase | None) -> _Told | None:
    topic = match.topic
    name = context.name_in(phrase) if phrase is not None else None
    value = value_of(match, phrase, name, clause)
    if value is None or _is_of_the_day(topic, clause):
        return None
    if phrase is not None and _is_another_thing(topic, phrase, name, context):
        return None
    if topic.name == "partner" and clause.verb == "see" and not _is_dating(clause, phrase, context):
        return None
    is_denied = clause.is_negated or (phrase is not None and phrase.determiner in small_words("no"))
    state = state_of(match.frame.effect, clause, is_denied=is_denied)
    if state is None:
        return None
    if state is State.DENIED and topic.opposite:
        topic, state = all_topics()[topic.opposite], State.HOLDS
    if topic.name == "smoking" and not value and state is not State.ENDED:
        value = "no" if state is State.DENIED else "yes"
        state = State.HOLDS  # a "no" takes the place of a "yes"
    if topic.name in ("allergies", "siblings"):
        value = "none"
    if not value and state is not State.ENDED:
        return None
    return _Told(topic, state, value, phrase, name)


def _is_of_the_day(topic: Topic, clause: Clause) -> bool:
    """True for "We're playing golf tomorrow" and "I have a haircut on Friday"."""
    is_now = clause.is_progressive and clause.tense is Tense.PRESENT
    is_event = (topic.name == "hobby:" and is_now) or (
        topic.name == "owns:" and clause.verb == "have"
    )
    return is_event and _AT_A_TIME.search(clause.text) is not None


# What is behind "at" and "for" beside a place: "at night", "for two years", "for ages".
_HOW_LONG = re.compile(
    r"(?i)\b(?:nights?|weekends?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|ages|"
    r"a while|money|free|fun|the moment|present|last|first|least|times)$"
)


def _is_another_thing(topic: Topic, phrase: Phrase, name: Name | None, context: Context) -> bool:
    """True for a person and for a date where the topic takes neither."""
    is_somewhere = topic.name in ("employer", "home", "school")
    if name is None and is_somewhere and (is_date(phrase.text) or _HOW_LONG.search(phrase.text)):
        return True
    person = context.people.get(phrase.head_start)
    is_person = person is not None and (name is None or name.node_type == PERSON)
    is_count = topic.name == "pet_count:" and phrase.determiner in NUMBERS  # "I have one cat now"
    takes_people = topic.node_type == PERSON or topic.name in (
        "pet:",
        "name",
        "likes:",
        "dislikes:",
    )
    return is_person and not is_count and not takes_people  # "my son to peanuts"


def _is_dating(clause: Clause, phrase: Phrase | None, context: Context) -> bool:
    """True for "I'm seeing Ann"; not for "I see my therapist", "I'm seeing Ann on Monday"."""
    person = context.people.get(phrase.head_start) if phrase is not None else None
    has_role = person is not None and bool(person.role)
    return clause.is_progressive and not has_role and _REGULARLY.search(clause.text) is None


# -- its text and its other end


def _text(told: _Told, effect: Effect, clause: Clause, subject: Subject) -> str:
    topic, phrase = told.topic, told.phrase
    text = sentence((phrase.alone if phrase is not None else "") or clause.text, subject)
    says = topic.says.get("en")
    if not says or phrase is None or told.state is not State.HOLDS:
        return text
    shown = told.name.text if told.name is not None else phrase.text
    is_new = effect is Effect.STARTS and topic.is_single and " near " not in clause.text
    if is_new and topic.name in ("home", "employer"):
        return filled(says, subject, shown)
    # What they are there is the job's to say, which may change.
    says_job = clause.complement is not None or "as" in clause.prepositions
    if topic.name == "employer" and says_job:
        return filled(says, subject, shown)
    if topic.name == "job" and told.value and re.search(r"(?i) (?:at|for|with) ", text):
        article = phrase.determiner if phrase.determiner in ("a", "an", "the") else ""
        return filled(says, subject, f"{article} {told.value}".strip())
    return text


def _related(statement: Statement, told: _Told, context: Context) -> Statement:
    """The statement with whom or what it ties its subject to."""
    topic, phrase, name = told.topic, told.phrase, told.name
    if phrase is None or topic.relation is None:
        return statement
    person = context.person_at(phrase)
    if person is not None and person.key != statement.subject.key and topic.node_type == PERSON:
        statement = replace(statement, target_key=person.key)
    elif name is not None:
        target = NounPhrase(name.text, name.start, name.end, _node_type(topic, name))
        statement = replace(statement, target=target)
    else:
        return statement
    if told.state is not State.HOLDS:
        return statement
    return replace(statement, edge_type=topic.edge_type, relation=topic.relation)


def _node_type(topic: Topic, name: Name) -> str | None:
    if topic.node_type == PLACE and name.node_type in PLACES:
        return name.node_type
    if topic.node_type == COMPANY and name.node_type in (COMPANY, INSTITUTION):
        return name.node_type
    if topic.node_type == PLACE and name.text[:1].isupper() and name.node_type == ENTITY:
        return CITY if topic.name in ("home", "origin") else PLACE
    return topic.node_type
