"""What a frame reads out of a clause, before it is tied to entities and messages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from knowledge.extraction.names import Name
from knowledge.types import ProposedEvent

MAX_VALUE_CHARACTERS = 60
OPEN_TOPIC = "do:"  # before the verb of a statement that no row of the table has


@dataclass(frozen=True)
class Subject:
    """Whom a clause is about."""

    key: str  # of the entity
    name: str
    is_self: bool  # the user, of whom sentences are in the first person
    certainty: float = 1.0
    gender: str = ""  # f or m where a role tells
    role: str = ""  # what they are to the user
    said: str = ""  # as the subject of a sentence, where that is not the name: "My sister"
    is_thing: bool = False  # something of theirs: "My passport"
    is_animal: bool = False

    @property
    def label(self) -> str:
        """As the subject of a sentence."""
        return self.said or ("I" if self.is_self else self.name)

    @property
    def owner_label(self) -> str:
        """As whose something is, at the beginning of a sentence."""
        return "My" if self.is_self else f"{self.label}'s"


@dataclass(frozen=True)
class NounPhrase:
    """The other end of a relation: its words and where they stand in the sentence."""

    text: str
    start: int
    end: int
    node_type: str | None = None  # what the relation says it is

    @classmethod
    def of(cls, name: Name, node_type: str | None = None) -> "NounPhrase":
        """A name as the other end of a relation."""
        return cls(name.text, name.start, name.end, node_type)


@dataclass(frozen=True)
class Statement:
    """What is said of a subject; `start` and `end` count characters within the sentence."""

    text: str
    subject: Subject
    start: int
    end: int
    topic: str
    value: str
    confidence: float = 0.9
    target: NounPhrase | None = None
    edge_type: str | None = None  # of the edge from the subject to the target
    takes_date: bool = False  # a date in the sentence is when it began
    is_over: bool = False  # a date in the sentence is when it ended
    identifiers: Sequence[str] = ()  # of the subject
    target_key: str | None = None  # of the other end, where it is an entity already
    relation: str | None = None
    polarity: str = ""
    ends: bool = False
    is_single: bool = True
    is_past: bool = False  # its verb looks back
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    since_precision: str = ""
    until_precision: str = ""
    event: ProposedEvent | None = None
    corrects: str | None = None
    others: Sequence[str] = ()  # keys of further entities that it speaks of
    told_by: str | None = None


_DETERMINERS = re.compile(
    r"^(?:(?:a|an|the|some|any|my|our|his|her|their|of|to|all|both)\s+)+", re.IGNORECASE
)


def normal_value(text: str) -> str:
    """The text as values are compared: small letters, no article, one space."""
    words = " ".join(text.casefold().split()).strip(" .,!?;:'\"*_-")
    return _DETERMINERS.sub("", words)[:MAX_VALUE_CHARACTERS].strip()
