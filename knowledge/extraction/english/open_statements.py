"""What no frame of the topics' table has: the clause in its own words, when it is worth keeping."""

import re

from knowledge.extraction.clause import Clause, Phrase, Tense
from knowledge.extraction.english.context import Context
from knowledge.extraction.english.date_tails import without_date
from knowledge.extraction.english.frame_values import names_nothing
from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.english.states import NO_MORE
from knowledge.extraction.english.writing import sentence
from knowledge.extraction.node_types import PERSON
from knowledge.extraction.statements import OPEN_TOPIC, Statement, Subject, normal_value
from knowledge.extraction.times import recurrence_in
from knowledge.extraction.words import word_list
from knowledge.types import Polarity

OPEN = 0.75  # how sure a statement in its own words is
MAX_OPEN_CHARACTERS = 240

_CANNOT = re.compile(r"(?i)\b(?:can't|cannot|can not|cant|couldn't)\b")
# Said to the assistant, or of something that only the words before tell.
_HOLLOW = re.compile(
    r"(?i)\byou(?:r|rs|rself)?\b|\b(?:it|them|that|this|those|these|so|do|be)[.!]$|"
    r"^\W*\"\s|^even i\b"
)
_HOME_AGAIN = re.compile(
    r"(?i)\b(?:home again|back home|(?:home|out|back) (?:from|of) (?:the )?hospital|discharged)\b"
)
_DEGREES = re.compile(r"\b\d+ degrees\b")


def read_open_clause(
    clause: Clause, subject: Subject, context: Context, *, has_date: bool
) -> Statement | None:
    """The clause in its own words, when the parse carries it whole."""
    if clause.tense is Tense.MODAL or not _tells_enough(
        clause, subject, context, has_date=has_date
    ):
        return None
    text = sentence(clause.text, subject)
    if not text or len(text) > MAX_OPEN_CHARACTERS or "{" in text or _HOLLOW.search(text):
        return None
    others = [
        context.keys[name.start]
        for name in context.names_in(clause.start, clause.end)
        if name.start in context.keys
    ]
    polarity = _polarity(clause)
    return Statement(
        text=text,
        subject=subject,
        start=clause.start,
        end=clause.end,
        topic=f"{OPEN_TOPIC}{clause.verb.replace('+', ' ')}",
        value=_value(clause),
        confidence=OPEN,
        polarity=polarity,
        ends=polarity == Polarity.ENDED and clause.tense is not Tense.USED_TO,
        is_single=False,
        is_past=clause.tense in (Tense.PAST, Tense.USED_TO),
        others=tuple(key for key in others if key != subject.key),
    )


def _value(clause: Clause) -> str:
    rest = clause.object or clause.complement
    if rest is not None:
        return normal_value(without_date(rest.text))
    if clause.xcomp is not None:
        return normal_value(without_date(clause.xcomp.text))
    for name, phrases in clause.prepositions.items():
        return normal_value(f"{name} {without_date(phrases[0].text)}")
    return ""


def _polarity(clause: Clause) -> str:
    is_present = clause.tense in (Tense.PRESENT, Tense.PERFECT)
    if is_present and not _CANNOT.search(clause.text) and NO_MORE.search(clause.text):
        return Polarity.ENDED
    if clause.is_negated:
        return Polarity.NOT
    return Polarity.ENDED if clause.tense is Tense.USED_TO else ""


def _tells_enough(  # noqa: PLR0911  a return a reason
    clause: Clause, subject: Subject, context: Context, *, has_date: bool
) -> bool:
    if not subject.is_self and not subject.is_thing and _HOME_AGAIN.search(clause.text):
        return clause.tense in (Tense.PRESENT, Tense.PAST, Tense.PERFECT)
    names = context.names_in(clause.start, clause.end)
    words = context.text[clause.start : clause.end]
    has_number = re.search(r"\d", words) is not None
    is_specific = bool(names) or has_number or has_date
    verb = clause.verb.split("+")[0]
    if _names_subject(clause, subject, context):
        return False
    if small_words("idle_verb") & {clause.verb, verb}:
        is_often = recurrence_in(words) != ""
        is_dated = has_date and (has_number or (verb == "see" and bool(names)))
        return (is_dated or is_often) and verb in ("see", "expect", "talk", "check")
    if clause.object is not None and names_nothing(clause.object):
        return False
    if _is_of_the_moment(clause, verb, has_date=has_date, has_number=has_number):
        return False
    if verb == "have" and not has_date and _has_no_thing(clause):
        return False
    parts = [one for one in (clause.object, clause.complement) if one is not None]
    if not parts and clause.xcomp is None and not clause.prepositions:
        is_own_number = verb == "be" and has_number and subject.is_self
        return is_own_number or (has_date and is_specific) or _tells_alone(clause, verb)
    is_with_somebody = any(name.node_type == PERSON for name in names)
    if clause.tense is Tense.FUTURE and not has_date and not is_with_somebody:
        return False
    if clause.tense is Tense.PAST and subject.is_self and not is_specific:
        # What was done once and names nothing is of the day.
        return clause.is_main and any(one.determiner in ("my", "our") for one in parts)
    if verb in ("turn", "go", "run", "walk") and _DEGREES.search(clause.text):
        return False
    return any(
        word not in word_list("small_talk") and word != "who"
        for word in re.findall(r"[\w']+", clause.text.lower())
    )


def _names_subject(clause: Clause, subject: Subject, context: Context) -> bool:
    """True for "my boss is a woman called Petra": that is her name."""
    complement = clause.complement
    return complement is not None and any(
        context.keys.get(name.start) == subject.key
        for name in context.names_in(complement.start, clause.end)
    )


def _is_of_the_moment(clause: Clause, verb: str, *, has_date: bool, has_number: bool) -> bool:
    """True for "I'm tired"; not for "I'm afraid of heights" and "the car is due on Friday"."""
    complement = clause.complement
    if verb not in ("be", "become", "get", "go", "look", "feel") or clause.object is not None:
        return False
    if complement is None or complement.head not in small_words("idle_complement"):
        return False
    is_measured = has_number and len(complement.text.split()) > 2
    is_due = has_date and complement.head in small_words("with_a_date")
    return "of" not in complement.prepositions and not is_measured and not is_due


def _has_no_thing(clause: Clause) -> bool:
    """True for "I have a question"."""
    has: Phrase | None = clause.object
    return has is not None and has.head in word_list("no_things") and not clause.is_negated


def _tells_alone(clause: Clause, verb: str) -> bool:
    """True when the verb says enough without any part: "I can't swim", "my uncle died"."""
    if clause.is_negated and _CANNOT.search(clause.text):
        return True
    if clause.tense is Tense.PRESENT:
        if clause.is_negated and verb in small_words("habit"):
            return True
        if verb == "work" and " " in clause.text[6:].strip():
            return True
    return verb in small_words("tells_alone")
