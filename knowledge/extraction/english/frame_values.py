"""The value of a topic as it is compared, from the phrase that fills its frame."""

import re

from knowledge.extraction.clause import Clause, Phrase
from knowledge.extraction.english.date_tails import without_date
from knowledge.extraction.english.frames import Match
from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.names import Name
from knowledge.extraction.number_words import ENGLISH, spelled
from knowledge.extraction.statements import normal_value
from knowledge.extraction.topics import Effect
from knowledge.extraction.values import age_in, day_of_year
from knowledge.extraction.words import word_list

NUMBERS = spelled(ENGLISH, 1, 10).keys()

_COUNTS = {word: str(n) for word, n in spelled(ENGLISH, 1, 10).items()} | {"a": "1", "an": "1"}
_STATES = {
    "marry": "married",
    "divorce": "divorced",
    "widow": "widowed",
    "engage": "engaged",
    "separate": "separated",
    "retire": "retired",
}
_DEGREE = re.compile(
    r"(?i)^(?:fluent|fluently|some|a bit of|a little|little|basic|decent|broken|good|bad|very|"
    r"really|so|quite|totally)\s+"
)
_LIKING = re.compile(r"(?:an? )?(?:real |big |total |huge )?(\w+) \w+")
_AT_WORK = re.compile(r"(?i) (?:at|in|with|for|from|by) .*$")
_OWNER = re.compile(r"(?i)^(?:my|our|the|his|her) ")


def value_of(match: Match, phrase: Phrase | None, name: Name | None, clause: Clause) -> str | None:
    """Empty for a topic without a value; None when the phrase is no value of the topic."""
    if match.inner is not None:
        return _value_of_verb(match, match.inner)
    if phrase is None:
        has_state = match.topic.name in ("marital_status", "job")
        return _STATES.get(clause.verb, "") if has_state else ""
    slot = match.value_slot
    has_heads = slot is not None and bool(slot.heads)
    is_kind_of_person = phrase.head in small_words("kind_of_person")
    if match.topic.name == "likes:" and has_heads and is_kind_of_person:
        return _liking(phrase)
    if slot is not None and slot.heads and "comp" in slot.parts:
        return phrase.head
    if match.topic.is_by_head or match.topic.name == "children":
        return _counted(phrase)
    return _value_of_phrase(match, phrase, name, clause)


def _value_of_verb(match: Match, inner: Clause) -> str | None:
    text = inner.text
    carries_object = inner.verb in small_words("carries_object")
    if carries_object and inner.object is not None and match.frame.effect is not Effect.HOLDS:
        text = inner.object.text
    return normal_value(without_date(text)) or None


def _value_of_phrase(  # noqa: PLR0911  a return a topic
    match: Match, phrase: Phrase, name: Name | None, clause: Clause
) -> str | None:
    topic, slot = match.topic, match.value_slot
    if topic.name == "job":
        return normal_value(_AT_WORK.sub("", without_date(phrase.text))) or None
    if topic.name == "speaks:":
        return normal_value(_DEGREE.sub("", phrase.text)) or None
    if topic.name == "birthday":
        return day_of_year(phrase.text)
    if slot is not None and "sub" in slot.parts:
        if name is not None:
            return normal_value(name.text)
        return normal_value(_OWNER.sub("", phrase.text)) or None
    if topic.name == "age":
        age = age_in(phrase.text)
        return str(age) if age is not None else None
    if name is not None and topic.relation is not None:
        return normal_value(name.text)
    if names_nothing(phrase):
        return None
    text = phrase.text.split(" for ")[0] if clause.verb.startswith("trade") else phrase.text
    return normal_value(without_date(text)) or None


def names_nothing(phrase: Phrase) -> bool:
    """True for "that thing"."""
    return phrase.head in small_words("empty_head") and len(phrase.text.split()) <= 2


def _liking(phrase: Phrase) -> str | None:
    """What somebody is a person or a lover of; None for "a quiet person", "a guy called Ben"."""
    liked = _LIKING.fullmatch(phrase.text.lower())
    if liked is None:
        return None
    is_liking = (
        phrase.head == "lover"
        or liked[1] in small_words("liking")
        or any(liked[1] in word_list(name) for name in ("pets", "foods", "hobbies"))
    )
    return normal_value(liked[1]) if is_liking else None


def _counted(phrase: Phrase) -> str | None:
    """How many: "2 cats" for two cats and for one more than one."""
    words = phrase.text.lower().split()
    if not words:
        return None
    first = _COUNTS.get(words[0], words[0])
    at = next(
        (n for n, word in enumerate(words) if word.startswith(phrase.head[:3])), len(words) - 1
    )
    words = words[: at + 1]
    return " ".join((first, *words[1:])) if first.isdigit() else normal_value(phrase.text)
