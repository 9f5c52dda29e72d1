"""What things are called by, and which id they have. Pure: the same in every process and run.

Ids are UUIDv5 of a user and of what a record says, so that making memory twice from the same
messages makes the same records.
"""

import re
import unicodedata
from datetime import datetime
from functools import lru_cache
from uuid import NAMESPACE_OID, UUID, uuid5

from rapidfuzz import fuzz

NAMESPACE = UUID("5d8c1f52-3a0e-5b8f-9a51-0f6f1c7a7c1e")
SELF_NAMES = ("I", "me", "myself")
MAX_NAME_CHARS = 200
MAX_ALIAS_CHARS = 300
MAX_VALUE_CHARS = 300

_SEPARATORS = re.compile(r"[\W_]+")
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")


# -- names


@lru_cache(maxsize=20_000)
def normal_name(name: str) -> str:
    """What names compare by: no case, accents, punctuation or possessive; first name first."""
    last, comma, first = name.partition(",")
    if comma and first.strip() and "," not in first:
        name = f"{first} {last}"
    plain = unicodedata.normalize("NFKD", _POSSESSIVE.sub("", name)).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", _SEPARATORS.sub(" ", plain)).strip()


def normal_identifier(identifier: str) -> str:
    """What e-mails, addresses of pages and phone numbers compare by."""
    plain = unicodedata.normalize("NFKC", identifier).strip().casefold()
    if "@" in plain or re.search(r"[a-z]", plain):
        plain = re.sub(r"^(?:https?://)?(?:www\.)?", "", plain).rstrip("/")
        return plain.removeprefix("mailto:")
    return ("+" if plain.startswith("+") else "") + "".join(_DIGITS.findall(plain))


def normal_text(text: str) -> str:
    """What statements compare by."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_SEPARATORS.sub(" ", plain).split())


_ARTICLES = frozenset(
    {"a", "an", "the", "my", "our", "your", "his", "her", "their", "this", "that", "some"}
    | {"der", "die", "das", "den", "dem", "ein", "eine", "einen", "einem", "einer"}
    | {"mein", "meine", "meinen", "meinem", "meiner", "unser", "unsere", "unseren", "unserem"}
)


@lru_cache(maxsize=20_000)
def canonical_value(value: str) -> str:
    """What values of a topic compare by: no case, article or plural; empty only for ""."""
    words = normal_text(value).split()
    while len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    return " ".join([*words[:-1], *map(_singular, words[-1:])])


def _singular(word: str) -> str:
    """The English singular, as far as its ending tells: nuts, berries, dishes."""
    if len(word) < 4 or not word.isascii() or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word.removesuffix("s")


def canonical_topic(topic: str) -> str:
    """A topic with the value that it carries in canonical form: likes:sushi."""
    head, colon, value = topic.partition(":")
    return f"{head}:{canonical_value(value)}" if colon else topic


def names_same_value(left: str, right: str) -> bool:
    """True when one canonical value is the other, or what it ends with: Golf, VW Golf."""
    ours, theirs = left.split(), right.split()
    if not ours or not theirs:
        return False
    shorter, longer = sorted([ours, theirs], key=len)
    return set(shorter) <= set(longer)


def digits_of(name: str) -> frozenset[str]:
    """Its numbers: names that differ in one are not the same, however alike they look."""
    return frozenset(number.lstrip("0") or "0" for number in _DIGITS.findall(name))


def name_likeness(left: str, right: str) -> float:
    """How alike two normal names are, from 0 to 1; words may be in another order."""
    if left == right:
        return 1.0
    return float(max(fuzz.ratio(left, right), fuzz.token_sort_ratio(left, right))) / 100


def is_shorter_form(left: str, right: str) -> bool:
    """True when one name is the other with words left out: Ann and Ann Miller."""
    ours, theirs = set(left.split()), set(right.split())
    return bool(ours and theirs) and (ours < theirs or theirs < ours)


# -- ids


def _id(user_id: UUID, *parts: object) -> UUID:
    return uuid5(NAMESPACE, "\x00".join([str(user_id), *map(str, parts)]))


def self_entity_id(user_id: UUID) -> UUID:
    """The user as an entity of their own memory."""
    return uuid5(NAMESPACE_OID, f"person:{user_id}")


def entity_id(
    user_id: UUID, *, universe_id: UUID, category: str, name: str, mark: str = ""
) -> UUID:
    """An entity by its normal name; `mark` tells namesakes apart."""
    return _id(user_id, "entity", universe_id, category, name, mark)


def alias_id(user_id: UUID, *, entity_id: UUID, name: str) -> UUID:
    """A normal name or identifier of an entity."""
    return _id(user_id, "alias", entity_id, name)


def episode_id(user_id: UUID, *, message_id: UUID) -> UUID:
    """What was said in one message."""
    return _id(user_id, "episode", message_id)


def fact_id(
    user_id: UUID, *, message_id: UUID, subject_id: UUID | None, topic: str, said: str
) -> UUID:
    """A statement of a message; `said` is its value, or its normal text without one."""
    return _id(user_id, "fact", message_id, subject_id, topic, said)


def text_id(text: str) -> UUID:
    """A text, before it is known which block will say it."""
    return uuid5(NAMESPACE, f"text\x00{text}")


def edit_id(user_id: UUID, *, record_id: UUID, text: str, at: datetime) -> UUID:
    """What the user wrote in the place of another text, or beside it."""
    return _id(user_id, "edit", record_id, at.isoformat(), text)


def edge_id(
    user_id: UUID, *, block_id: UUID, edge_type: str, source_id: UUID, target_id: UUID
) -> UUID:
    """A relation that a statement tells of."""
    return _id(user_id, "edge", block_id, edge_type, source_id, target_id)


def mention_id(user_id: UUID, *, block_id: UUID, entity_id: UUID) -> UUID:
    """A block that speaks of an entity."""
    return _id(user_id, "mention", block_id, entity_id)


def source_id(user_id: UUID, *, record_id: UUID, message_id: UUID, start: int, end: int) -> UUID:
    """Where a record came from."""
    return _id(user_id, "source", record_id, message_id, start, end)


def changeset_id(user_id: UUID, *, job_id: UUID, attempt: int = 0) -> UUID:
    """What a job changed; another attempt follows one that was rolled back."""
    return _id(user_id, "changeset", job_id, attempt)


def decision_id(user_id: UUID, *parts: object) -> UUID:
    """What was decided, about which part of which message, why."""
    return _id(user_id, "decision", *parts)


def pair_id(user_id: UUID, *, kind: str, left_id: UUID, right_id: UUID) -> UUID:
    """Something about two records, whichever is named first."""
    return _id(user_id, kind, *sorted([left_id, right_id]))
