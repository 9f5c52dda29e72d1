"""A model's words as types, relations, topics and dates of the memory, or nothing."""

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from knowledge.extraction.node_types import ENTITY
from knowledge.extraction.port import SchemaView
from knowledge.extraction.statements import normal_value

MIN_SIMILARITY = 0.84  # of a model's name of a type and ours, from 0 to 1

_TYPE_WORDS = {
    "organisation": "institution", "organization": "institution", "org": "institution",
    "location": "place", "animal": "entity", "pet": "entity", "dog": "entity", "cat": "entity",
    "book": "document", "movie": "document", "film": "document", "song": "document",
    "work": "document", "product": "object", "thing": "object", "project": "concept",
    "topic": "concept", "hobby": "concept", "team": "group", "band": "group", "family": "group",
    "human": "person", "people": "person", "friend": "person", "town": "city",
    "school": "institution",
    "university": "institution", "business": "company", "nation": "country", "other": "entity",
    "festival": "event",
}  # fmt: skip
_EDGE_WORDS = {
    "works_at": "affiliated_with", "works_for": "affiliated_with", "employed_by": "affiliated_with",
    "studies_at": "affiliated_with", "lives_in": "related_to", "resides_in": "related_to",
    "moved_to": "related_to",
    "friend_of": "knows", "friend": "knows", "sister_of": "knows",
    "brother_of": "knows", "sibling_of": "knows", "parent_of": "knows", "child_of": "knows",
    "mother_of": "knows", "father_of": "knows", "colleague_of": "knows", "married_to": "partner_of",
    "spouse_of": "partner_of", "wife_of": "partner_of", "husband_of": "partner_of",
    "dating": "partner_of", "has": "owns", "has_pet": "owns", "owner_of": "owns",
    "part_of": "related_to", "attended": "participated_in", "wrote": "authored",
    "located_in": "lies_in", "alias_of": "also_known_as",
}  # fmt: skip
TOPICS = frozenset(
    {
        *("home", "employer", "job", "birthday", "age", "partner", "name", "email", "phone"),
        *("diet", "school", "origin", "birthplace", "marital status", "grew up", "birth year"),
        *("address", "preference", "allergy", "relation", "health", "has", "lived", "studies"),
        *("speaks", "plays", "learns", "uses", "collects", "member", "favourite", "avoids"),
        *("plan", "graduated", "hobby", "pronouns", "nickname", "hometown"),
    }
)
_TOPIC = re.compile(r"[^\W\d_][\w' -]{0,30}(?::[\w' +.&-]{1,60}){0,2}")


def offered_types(schema: SchemaView) -> list[str]:
    """The types of things with a name; blocks and messages are the memory's own."""
    hidden = {"node.message", "node.chat_message", "node.quote"}
    return sorted(
        node_type
        for node_type in schema.node_types
        if ENTITY in schema.ancestors(node_type) and node_type not in hidden
    )


def match_node_type(word: str, offered: Iterable[str]) -> str | None:
    """The type that a model means; None when there is none like it."""
    return _closest(word, list(offered), _TYPE_WORDS, "node.")


def match_edge_type(word: str, offered: Iterable[str]) -> str | None:
    """The relation that a model means; None when there is none like it."""
    return _closest(word, list(offered), _EDGE_WORDS, "edge.")


def _closest(word: str, offered: list[str], synonyms: Mapping[str, str], prefix: str) -> str | None:
    bare = re.sub(r"[^a-z0-9]+", "_", word.lower().removeprefix(prefix)).strip("_")
    for name in (bare, synonyms.get(bare, "")):
        if name and f"{prefix}{name}" in offered:
            return f"{prefix}{name}"
    close = difflib.get_close_matches(f"{prefix}{bare}", offered, n=1, cutoff=MIN_SIMILARITY)
    return close[0] if bare and close else None


def normal_topic(words: str) -> str | None:
    """The topic in the form that the rules give it; None for one that nobody knows."""
    topic = re.sub(r"\s*:\s*", ":", " ".join(words.lower().replace("_", " ").split()))
    head = topic.split(":", 1)[0]
    if head not in TOPICS or not _TOPIC.fullmatch(topic):
        return None
    return ":".join((head, *(normal_value(part) for part in topic.split(":")[1:])))


_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def parse_start_date(words: str, said_at: datetime) -> datetime | None:
    """The date, unless it is none or lies ahead: what is to come does not hold yet."""
    match = _DATE.match(words.strip())
    if match is None:
        return None
    try:
        date = said_at.replace(
            year=int(match[1]), month=int(match[2] or 1), day=int(match[3] or 1),
            hour=0, minute=0, second=0, microsecond=0,
        )  # fmt: skip
    except ValueError:
        return None
    return date if date <= said_at else None
