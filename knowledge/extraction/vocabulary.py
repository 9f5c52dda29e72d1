"""A model's words as types, topics and dates of the memory, or nothing."""

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from knowledge.extraction.node_types import ENTITY
from knowledge.extraction.port import SchemaView
from knowledge.extraction.statements import normal_value
from knowledge.extraction.topics import Topic, all_topics

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
SHOWN_ROLES = 8  # of a topic, to the model
EVENT_TOPIC = "event"  # of what has a time: it is no row of the table
_UNOFFERED = frozenset({"answer_style", "unit_style", "language", "call_me"})  # said outright


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


def offered_topics() -> Mapping[str, str]:
    """The topics of the table by the names that a model calls them, with how each reads."""
    offered = {}
    for topic in all_topics().values():
        if topic.name in _UNOFFERED or "en" not in topic.says:
            continue
        template = topic.says["en"][0]
        role = "/".join(sorted(topic.english_roles)[:SHOWN_ROLES])
        offered[topic.name.rstrip(":")] = template.format(
            who="I", whose="My", value="VALUE", role=role, what="WHAT"
        )
    return offered


def match_topic(words: str) -> tuple[Topic, str] | None:
    """The row of the table that a model means, and what it put behind a colon."""
    head, _, tail = words.lower().partition(":")
    bare = re.sub(r"[^a-z0-9]+", "_", head).strip("_")
    close = difflib.get_close_matches(bare, offered_topics(), n=1, cutoff=MIN_SIMILARITY)
    if not close:
        return None
    topics = all_topics()
    return topics.get(close[0]) or topics[f"{close[0]}:"], normal_value(tail)


def _closest(word: str, offered: list[str], synonyms: Mapping[str, str], prefix: str) -> str | None:
    bare = re.sub(r"[^a-z0-9]+", "_", word.lower().removeprefix(prefix)).strip("_")
    for name in (bare, synonyms.get(bare, "")):
        if name and f"{prefix}{name}" in offered:
            return f"{prefix}{name}"
    close = difflib.get_close_matches(f"{prefix}{bare}", offered, n=1, cutoff=MIN_SIMILARITY)
    return close[0] if bare and close else None


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
