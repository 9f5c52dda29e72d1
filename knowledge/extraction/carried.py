"""Whether a clause of a message carries what a model says that it says.

Names, numbers, negation, tense and who speaks are compared word by word: a model may leave out
small words, and turn "I" into "the user". What it puts into words of its own is replaced by the
clause; what it changes is not believed. What a clause tells of a topic is in `topic_frames`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from knowledge.dates.reader import read_dates, read_duration_start
from knowledge.extraction.clause_text import (
    FREE,
    THIRD_PERSON,
    Clause,
    SubjectKind,
    Token,
    clause_at,
    subject_of,
    tokens_of,
)
from knowledge.extraction.gazetteer import fold_name
from knowledge.extraction.topic_frames import (
    frames_of,
    is_liked,
    tells_acquaintance,
    tells_partner,
    tells_relation,
)
from knowledge.types import SourceMessage, TextSpan

SWAPPED_WORDS = 2  # a statement of so few words is the same in any order: "Ann is my sister"
SYMMETRIC = frozenset({"edge.knows", "edge.partner_of", "edge.related_to", "edge.also_known_as"})
_AFFIRMED, _DENIED = frozenset({"yes", "likes", "ja"}), frozenset({"no", "dislikes", "nein"})


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
    clause: Clause, text: str, person: Person
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


def is_about(clause: Clause, person: Person) -> bool:
    """True when the clause can be a statement about them."""
    if not person.is_speaker:
        words = {part for token in clause.all_tokens for part in token.word.split("'")}
        return person.is_pronoun or person.names <= words
    return _place_of(clause, person) is not None


def tells_topic(
    message: SourceMessage, span: TextSpan, topic: str, value: str, person: Person
) -> bool:
    """True when one clause of the quote tells that topic of the person, with that value."""
    parts = topic.split(":")
    is_judged = value in _AFFIRMED | _DENIED  # then the topic has what is affirmed or denied
    found = _find_words(message, span, parts[-1] if is_judged else value.removeprefix("not "))
    if found is None:
        return False
    clause, words = found
    if parts[0] == "relation" and not all(_clause_has(clause, part) for part in parts[1:]):
        return False
    for frame in frames_of(topic):
        if not frame.fits(clause.text, words):
            continue
        if not (frame.says_whose and person.is_speaker) and not _is_subject(
            clause, person, frame.owned
        ):
            continue
        if value in _DENIED or value.startswith("not "):
            return clause.is_negated or not is_liked(clause.text)
        is_so = clause.is_plain(may_be_past=frame.may_be_past)
        return is_so and (parts[0] != "preference" or is_liked(clause.text))
    return False


def tells_edge(clause: Clause, edge_type: str, source: Person, target: Person) -> bool:
    """True when the clause says that the two are related so, and in this direction."""
    text = clause.text
    if not clause.is_plain() or not tells_relation(text, edge_type):
        return False
    first, second = (_place_of(clause, person) for person in (source, target))
    if first is None or second is None:
        return False
    if source.is_speaker or target.is_speaker:
        other = target if source.is_speaker else source
        words = " ".join(
            text[token.start : token.end].removesuffix("'s")
            for token in tokens_of(text)
            if token.word.removesuffix("'s") in other.names
        )
        if edge_type == "edge.knows":
            return tells_acquaintance(text, words)
        if edge_type == "edge.partner_of":
            return tells_partner(text, words)
    return edge_type in SYMMETRIC or source.is_speaker or first < second


def tells_date(clause: Clause, date: datetime, said_at: datetime) -> bool:
    """True when a date in the clause's words can be that one."""
    text = clause.text
    if any(
        interval.start.date() <= date.date() < interval.end.date()
        for interval in read_dates(text, at=said_at, prefer_past=True, lenient=True)
    ):
        return True
    began = read_duration_start(text, at=said_at)
    return began is not None and began.year == date.year


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


def _same_subject(clause: Clause, told: Sequence[Token], person: Person) -> bool:
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


def _is_subject(clause: Clause, person: Person, owned: str) -> bool:
    """True when the clause's subject is the person, or the thing of theirs that the frame names."""
    subject = clause.subject
    if subject.word.endswith("'s"):  # "my brother's job": it is another's
        return False
    tokens = [token.word for token in clause.all_tokens]
    place = tokens.index(subject.word) if subject.word in tokens else 0
    if not person.is_speaker:
        if person.is_pronoun and subject.word in THIRD_PERSON:
            return True
        if subject.kind is SubjectKind.OWNED:  # "my sister Ann"
            return tokens[place + 1 : place + 2] != [] and tokens[place + 1] in person.names
        return subject.kind is SubjectKind.NAME and subject.word in person.names
    if subject.kind is SubjectKind.SELF:
        return True
    # "my new job": an adjective may stand between.
    return subject.kind is SubjectKind.OWNED and (
        owned == "*" or bool(set(tokens[place : place + 2]) & set(owned.split()))
    )


def _place_of(clause: Clause, person: Person) -> int | None:
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


def _find_words(message: SourceMessage, span: TextSpan, words: str) -> tuple[Clause, str] | None:
    """The clause of the quote that has these words, and the words as they stand in it."""
    whole = clause_at(message, span)
    wanted = [token.word for token in tokens_of(words)]
    if whole is None or not wanted:
        return None
    said = whole.tokens
    for first in range(len(said) - len(wanted) + 1):
        run = said[first : first + len(wanted)]
        if all(map(_equal, wanted, (token.word for token in run))):
            start, end = whole.start + run[0].start, whole.start + run[-1].end
            clause = clause_at(message, TextSpan(message.id, start, end))
            return (clause, message.content[start:end]) if clause else None
    return None


def _clause_has(clause: Clause, words: str) -> bool:
    said = [token.word for token in clause.all_tokens]
    return all(_among(token.word, said) for token in tokens_of(words))


def person_of(name: str, *, is_speaker: bool = False, is_pronoun: bool = False) -> Person:
    """Somebody of that name."""
    names = frozenset(fold_name(name).split())
    return Person(names, is_speaker=is_speaker, is_pronoun=is_pronoun)
