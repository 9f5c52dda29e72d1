"""Whether a clause of a message carries what a model says that it says.

Names, numbers, negation, tense and who speaks are compared word by word: a model may leave out
small words, and turn "I" into "the user". What it puts into words of its own is replaced by the
clause; what it changes is not believed. What a clause tells of a topic is in `topic_frames.py`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from knowledge.dates.reader import read_dates, read_duration_start
from knowledge.extraction.gazetteer import fold_name
from knowledge.extraction.quoted_clauses import (
    FREE,
    THIRD_PERSON,
    QuotedClause,
    SubjectKind,
    Token,
    clause_at,
    subject_of,
    tokens_of,
)
from knowledge.extraction.times import precision_of
from knowledge.extraction.topic_frames import SaidValue, Told, is_of_speaker, told
from knowledge.extraction.topics import Topic
from knowledge.types import Precision, SourceMessage, TextSpan

SWAPPED_WORDS = 2  # a statement of so few words is the same in any order: "Ann is my sister"


class Mismatch(StrEnum):
    """What a model changed of what was said."""

    NAME = "name_not_said"
    NUMBER = "number_not_said"
    NEGATION = "negation_changed"
    SPEAKER = "said_of_another"
    WORDS = "other_words"  # harmless: the clause's own words are taken


@dataclass(frozen=True)
class Person:
    """Whom a model says that a statement is about."""

    names: frozenset[str]  # folded words of the name
    is_speaker: bool = False  # who says "I" in the clause
    is_pronoun: bool = False  # "she" of the clause can only be this one


def text_mismatch(  # noqa: PLR0911  the first difference that is found
    clause: QuotedClause, text: str, person: Person
) -> Mismatch | None:
    """What the text says otherwise than the clause; None when it says the same."""
    said, told = clause.tokens, _spoken(tokens_of(text), person)
    everywhere = {token.word for token in tokens_of(clause.message.content)}
    if any(token.is_name and not _among(token.word, everywhere) for token in told):
        return Mismatch.NAME
    if any(token.is_number and token.word not in everywhere for token in told):
        return Mismatch.NUMBER
    if _negations(clause.all_tokens) != _negations(told):
        return Mismatch.NEGATION
    if not _same_subject(clause, told, person):
        return Mismatch.SPEAKER
    ours, theirs = _content(said, person), _content(told, person)
    if len(ours) == len(theirs) and all(map(_equal, ours, theirs)):
        return None
    if len(ours) <= SWAPPED_WORDS and sorted(ours) == sorted(theirs):
        return None
    return Mismatch.WORDS


def is_about(clause: QuotedClause, person: Person) -> bool:
    """True when the clause can be a statement about them."""
    if not person.is_speaker:
        words = {part for token in clause.all_tokens for part in token.word.split("'")}
        return person.is_pronoun or person.names <= words
    return _place_of(clause, person) is not None


def told_topic(
    message: SourceMessage,
    span: TextSpan,
    topic: Topic,
    value: str,
    person: Person,
    *,
    name_type: str | None,
) -> Told | None:
    """What one clause of the quote says of that topic of the person, with that value.

    Without a value: that it is over, whatever it was.
    """
    if not value:
        whole = clause_at(message, span)
        found = told(whole, topic, None, is_self=person.is_speaker) if whole else None
        return found if whole is not None and _is_subject(whole, person) else None
    place = find_words(message, span, value)
    if place is None:
        return None
    clause, said = place
    said = replace(said, name_type=name_type)
    whose = person.is_speaker and is_of_speaker(topic, clause, said)
    if not whose and not _is_subject(clause, person):
        return None
    return told(clause, topic, said, is_self=person.is_speaker)


def date_told(clause: QuotedClause, date: datetime, said_at: datetime) -> str:
    """How exactly the clause's own words tell that date; empty when they do not."""
    text = clause.text
    for interval in read_dates(text, at=said_at, prefer_past=True, lenient=True):
        if interval.start.date() <= date.date() < interval.end.date():
            return precision_of(interval)
    began = read_duration_start(text, at=said_at)
    return Precision.YEAR if began is not None and began.year == date.year else ""


# -- words


def _spoken(tokens: Sequence[Token], person: Person) -> list[Token]:
    """The words as the person would say them of themselves, if it is they who speak."""
    if not person.is_speaker:
        return list(tokens)
    own = dict.fromkeys(person.names, "i") | {f"{name}'s": "my" for name in person.names}
    return [replace(token, word=own.get(token.word, token.word)) for token in tokens]


def _content(tokens: Sequence[Token], person: Person) -> list[str]:
    """The words that count; "she" is the name that it stands for."""
    words = []
    for position, token in enumerate(tokens):
        if position == 0 and person.is_pronoun and token.word in THIRD_PERSON | person.names:
            words.append("she")
        elif token.word not in FREE and not token.word.startswith(("mein", "unser")):
            words.append(token.word)
    return words


def _equal(one: str, other: str) -> bool:
    """True for one word in two persons or numbers: live and lives, not lived."""
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < 2 or not shorter.isalpha():
        return False
    forms = {f"{shorter}s", f"{shorter}es", f"{shorter[:-1]}ies"}
    german = {f"{shorter[:-1]}t", f"{shorter}t"} if shorter.endswith("e") else set()
    return longer in forms | german


def _among(word: str, words: Collection[str]) -> bool:
    return any(_equal(word.removesuffix("'s"), each.removesuffix("'s")) for each in words)


def _negations(tokens: Sequence[Token]) -> bool:
    return any(token.is_negation for token in tokens)


# -- who


def _same_subject(clause: QuotedClause, told: Sequence[Token], person: Person) -> bool:
    """True when the text begins with whom the clause begins with."""
    ours, theirs = clause.subject, subject_of(told)
    if theirs.kind is SubjectKind.NONE or ours == theirs:
        return True
    if person.is_pronoun and ours.word in THIRD_PERSON:
        return theirs.kind is SubjectKind.NAME
    if ours.kind is SubjectKind.OWNED or theirs.kind is SubjectKind.OWNED:
        # "Ann is my sister" for "my sister Ann": both are there, in another order.
        return _swapped(clause.tokens, told)
    return ours.kind is theirs.kind and _equal(ours.word, theirs.word)


def _swapped(ours: Sequence[Token], theirs: Sequence[Token]) -> bool:
    nobody = Person(frozenset())
    left, right = _content(ours, nobody), _content(theirs, nobody)
    return len(left) <= SWAPPED_WORDS and sorted(left) == sorted(right)


def _is_subject(clause: QuotedClause, person: Person) -> bool:
    """True when the clause's subject is the person."""
    subject = clause.subject
    if subject.word.endswith("'s"):  # "my brother's job": it is another's
        return False
    tokens = [token.word for token in clause.all_tokens]
    place = tokens.index(subject.word) if subject.word in tokens else 0
    if person.is_speaker:
        return subject.kind is SubjectKind.SELF
    if person.is_pronoun and subject.word in THIRD_PERSON:
        return True
    if subject.kind is SubjectKind.OWNED:  # "my sister Ann"
        return tokens[place + 1 : place + 2] != [] and tokens[place + 1] in person.names
    return subject.kind is SubjectKind.NAME and subject.word in person.names


def _place_of(clause: QuotedClause, person: Person) -> int | None:
    """Where the clause speaks of them, counted in words; None where it does not."""
    tokens = clause.all_tokens
    if person.is_speaker:
        own = [
            i
            for i, t in enumerate(tokens)
            if t.word in ("i", "we", "me", "us", "my", "our", "mine", "ich", "wir", "mir", "mich")
            or t.word.startswith(("mein", "unser"))
        ]
        return own[0] if own else None
    words = [token.word.removesuffix("'s") for token in tokens]
    if person.names <= set(words):
        return min(words.index(name) for name in person.names)
    if person.is_pronoun:
        return next((i for i, word in enumerate(words) if word in THIRD_PERSON), None)
    return None


# -- where


def find_words(
    message: SourceMessage, span: TextSpan, words: str
) -> tuple[QuotedClause, SaidValue] | None:
    """The clause of the quote that has these words, and where they stand in it."""
    whole = clause_at(message, span)
    wanted = [token.word for token in tokens_of(words)]
    if whole is None or not wanted:
        return None
    for first, start, end in _runs(whole, wanted):
        del first
        clause = clause_at(message, TextSpan(message.id, start, end))
        if clause is None:
            continue
        for place, begin, finish in _runs(clause, wanted):
            if begin == start:
                said = message.content[begin:finish]
                return clause, SaidValue(said, place, place + len(wanted))
    return None


def _runs(clause: QuotedClause, wanted: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Where the clause, with its lead, has these words: the first word, and the characters."""
    tokens = clause.all_tokens
    for first in range(len(tokens) - len(wanted) + 1):
        run = tokens[first : first + len(wanted)]
        if all(map(_equal, wanted, (token.word for token in run))):
            yield first, clause.lead_start + run[0].start, clause.lead_start + run[-1].end


def person_of(name: str, *, is_speaker: bool = False, is_pronoun: bool = False) -> Person:
    """Somebody of that name."""
    names = frozenset(fold_name(name).split())
    return Person(names, is_speaker=is_speaker, is_pronoun=is_pronoun)
