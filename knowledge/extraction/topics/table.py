"""Reads the table of topics, once."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("table.toml")
GERMAN = Path(__file__).with_name("german.toml")


class Effect(StrEnum):
    """What a frame says of its topic."""

    HOLDS = "holds"  # so it is, as long as the verb is in the present
    STARTS = "starts"  # so it is from then on
    ENDS = "ends"  # so it is no longer
    SINCE = "since"  # so it is, when it is said to have been so for some time
    NOT = "not"  # counts only when it is denied: "I don't eat pork"


class State(StrEnum):
    """What a clause says of a topic: its frame's effect by tense and negation."""

    HOLDS = "holds"
    ENDED = "ended"
    DENIED = "denied"


@dataclass(frozen=True)
class Slot:
    """A part of the clause that a frame needs: `obj=job|role`, `in|at*:place`."""

    parts: Sequence[str]  # obj, comp, sub, xcomp, or prepositions
    heads: frozenset[str] = frozenset()  # the words it needs; none: any
    is_value: bool = False
    kind: str = ""  # what the value must be
    is_absent: bool = False  # the clause must not have it


@dataclass(frozen=True)
class Frame:
    """A verb with the parts that make it tell something of a topic."""

    effect: Effect
    verbs: frozenset[str]  # lemmas; a particle is joined with "+"
    passive_verbs: frozenset[str]
    slots: Sequence[Slot]


@dataclass(frozen=True)
class Form:
    """A fixed form: a regular expression over a sentence."""

    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Topic:
    """One thing that can be told of somebody."""

    name: str  # ends with ":" when the value is part of the topic
    slot: str | None
    is_single: bool  # a newer value ends the older one
    is_by_head: bool  # of what is counted or sized, the thing is part of the topic, not its value
    relation: str | None
    edge_type: str | None
    node_type: str | None
    roles: frozenset[str]
    english_roles: frozenset[str]
    opposite: str | None  # what it is when it is denied: likes and dislikes
    says: Mapping[str, tuple[str, str]]  # language -> of the user, of others
    frames: Mapping[str, Sequence[Frame]]  # language -> frames
    forms: Mapping[str, Sequence[Form]]

    def key(self, value: str) -> str:
        """The topic as facts carry it: the value is part of those that have many."""
        return f"{self.name}{value}" if self.name.endswith(":") else self.name


@cache
def all_topics() -> Mapping[str, Topic]:
    """The table, by the name of the topic."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    for name, german in tomllib.loads(GERMAN.read_text(encoding="utf-8")).items():
        row = rows.setdefault(name, {})
        row["english_roles"] = row.get("roles", "")
        row["roles"] = f"{row.get('roles', '')} {german.pop('roles', '')}"
        row |= {_GERMAN_KEYS.get(key, key): value for key, value in german.items()}
    return {name: _topic(name, row) for name, row in rows.items()}


_GERMAN_KEYS = {"says": "says_de", "forms": "forms_de"}


def topic_named(topic: str) -> Topic | None:
    """The row of a topic as facts carry it: `home`, `likes:sushi`."""
    topics = all_topics()
    return topics.get(topic) or topics.get(topic.split(":", 1)[0] + ":")


def slot_of(topic: str) -> str | None:
    """The slot of the profile that a fact with this topic fills."""
    row = topic_named(topic)
    return row.slot if row is not None else None


@cache
def _topics_of_roles() -> Mapping[str, Topic]:
    return {role: topic for topic in all_topics().values() for role in topic.roles}


def role_topic(role: str) -> Topic | None:
    """The topic that tells who has this role: `sister` is a sibling."""
    return _topics_of_roles().get(role)


def _topic(name: str, row: Mapping[str, object]) -> Topic:
    text = {key: value for key, value in row.items() if isinstance(value, str)}
    lists = {
        key: [str(one) for one in value] for key, value in row.items() if isinstance(value, list)
    }
    says = {
        language: (lists[key][0], lists[key][-1])
        for language, key in (("en", "says"), ("de", "says_de"))
        if key in lists
    }
    return Topic(
        name=name,
        slot=text.get("slot"),
        is_single=text.get("values", "one") != "many",
        is_by_head=text.get("values") == "one_each",
        relation=text.get("relation"),
        edge_type=text.get("edge"),
        node_type=text.get("node"),
        roles=frozenset(text.get("roles", "").split()),
        english_roles=frozenset(text.get("english_roles", text.get("roles", "")).split()),
        opposite=text.get("opposite"),
        says=says,
        frames={
            language: [_frame(line) for line in lists.get(language, ())]
            for language in ("en", "de")
        },
        forms={
            language: [Form(re.compile(pattern)) for pattern in lists.get(key, ())]
            for language, key in (("en", "forms"), ("de", "forms_de"))
        },
    )


def _frame(line: str) -> Frame:
    effect, rest = line.split(": ", 1)
    verb, *slots = rest.split(" ")
    verbs = verb.split("|")
    return Frame(
        effect=Effect(effect),
        verbs=frozenset(one for one in verbs if not one.startswith("~")),
        passive_verbs=frozenset(one[1:] for one in verbs if one.startswith("~")),
        slots=[_slot(one) for one in slots],
    )


_SLOT = re.compile(
    r"(?P<parts>[^=*:]+)(?P<value1>\*)?(?:=(?P<heads>[^*:]+))?(?P<value2>\*)?(?::(?P<kind>\w+))?"
)


def _slot(text: str) -> Slot:
    match = _SLOT.fullmatch(text)
    if match is None:
        raise ValueError(f"{TABLE.name}: no slot: {text}")
    return Slot(
        parts=tuple(match["parts"].removeprefix("-").split("|")),
        is_absent=match["parts"].startswith("-"),
        heads=frozenset((match["heads"] or "").split("|")) - {""},
        is_value=bool(match["value1"] or match["value2"]),
        kind=match["kind"] or "",
    )
