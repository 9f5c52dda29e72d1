"""Values that pass between extraction, the ledger, the indexes and recall."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

# Memory that is of no universe of its own is of the real world, which all users share.
REAL_WORLD = UUID("9d7f0fa5-78c1-4805-9efb-3f8f16090d7f")


class Trust(IntEnum):
    """How far a record may be believed by where it came from; derived ones inherit the lowest."""

    WEB = 1
    TOOL = 2
    INFERRED = 3  # the assistant said or concluded it
    USER_SAID = 4
    CONFIRMED = 5  # the user looked at it in the memory and agreed


# What a message of such a role is worth; any other is as good as a page of the web.
TRUST_OF_ROLE = {"user": Trust.USER_SAID, "assistant": Trust.INFERRED, "tool": Trust.TOOL}


class BlockKind(StrEnum):
    """What a block of text is."""

    EPISODE = "episode"  # one message, as it was said
    FACT = "fact"  # one statement, from a message
    SUMMARY = "summary"  # what a page begins with, if there is one: no extractor writes any yet
    NOTE = "note"  # written by the user on a page


class Status(StrEnum):
    """Whether a record holds."""

    ASSERTED = "asserted"
    DISPUTED = "disputed"  # another record says otherwise, and neither is sure
    FALSIFIED = "falsified"  # the user said that it is wrong


class VersionStart(StrEnum):
    """How a changeset made a row as it is."""

    ADDED = "added"
    CHANGED = "changed"


class VersionEnd(StrEnum):
    """Why a row is no longer as this version has it."""

    CHANGED = "changed"
    REMOVED = "removed"
    OPEN = "open"  # a copy of what a person made, or of what a rebuild replaced


class Verdict(StrEnum):
    """What became of something that was said, and so why it is or is not remembered."""

    REMEMBERED = "remembered"
    GATED = "gated"  # not worth remembering
    DUPLICATE = "duplicate"  # known already
    SUPERSEDED = "superseded"  # a newer statement holds
    LOW_TRUST = "low_trust"  # not the user's own words
    FORGOTTEN = "forgotten"  # the user had it forgotten before
    DROPPED = "dropped"  # outside the schema, or malformed
    ERROR = "error"


@dataclass(frozen=True)
class SourceMessage:
    """A message of the journal, as memory is made from it."""

    id: UUID
    reference: str  # the journal's day, YYYY/MM/DD
    sequence: int
    role: str  # user or assistant
    content: str
    said_at: datetime  # relative dates in it count from here


@dataclass(frozen=True)
class TextSpan:
    """Where in a message something was said: characters from `start` up to `end`."""

    message_id: UUID
    start: int
    end: int


# -- what extraction proposes; keys are names within one extraction, never ids


@dataclass(frozen=True)
class ProposedEntity:
    """Something with a name."""

    key: str
    name: str
    node_type: str  # an id of the schema: node.person
    spans: Sequence[TextSpan]
    aliases: Sequence[str] = ()
    confidence: float = 1.0
    identifiers: Sequence[str] = ()  # e-mail, URL, phone: equal ones are one entity, others not
    is_user: bool = False  # the user themselves


@dataclass(frozen=True)
class ProposedMention:
    """A message speaks of an entity."""

    entity_key: str
    span: TextSpan
    confidence: float = 1.0


@dataclass(frozen=True)
class ProposedFact:
    """One statement, and where the schema has a relation for it, its edge."""

    text: str  # readable alone: "Ann is my sister."
    span: TextSpan
    about: Sequence[str]  # keys of the entities it speaks of, the subject first
    trust: Trust
    confidence: float
    edge_type: str | None = None  # an id of the schema, from about[0] to about[1]: edge.knows
    topic: str | None = None  # what it tells of its subject, such as home, job, preference:tea
    value: str | None = None  # and what that is, normalised; two values of one topic contradict
    single_valued: bool = False  # a newer value of the topic ends the older one
    valid_from: datetime | None = None  # unset: from when it was said
    valid_to: datetime | None = None


@dataclass(frozen=True)
class Ruling:
    """What an extractor or the relevance filter decided about a part of a message, and why."""

    message_id: UUID
    verdict: Verdict
    reason: str  # one of a closed set of short words; never a text of the message
    span: TextSpan | None = None


@dataclass(frozen=True)
class Extraction:
    """What may be remembered of a batch of messages."""

    entities: Sequence[ProposedEntity] = ()
    mentions: Sequence[ProposedMention] = ()
    facts: Sequence[ProposedFact] = ()
    rulings: Sequence[Ruling] = ()
    extractor: str = ""  # name and version of what made it
    usage: Mapping[str, int] = field(default_factory=dict)  # model tokens, when a model was asked


# -- recall


@dataclass(frozen=True)
class Scope:
    """Which memory a question may reach. Every store takes one: there is no query without it."""

    user_id: UUID
    universe_ids: Sequence[UUID] = ()  # none: all of the user's
    as_of: datetime | None = None  # unset: what holds now
    min_trust: Trust = Trust.WEB


@dataclass(frozen=True)
class ScoredBlock:
    """A passage that an index found; higher is better, and comparable within one search only."""

    block_id: UUID  # of the passage
    score: float
    trust: int


@dataclass(frozen=True)
class EndedStatement:
    """Something that a passage says and that does not hold any more."""

    text: str
    until: datetime | None


@dataclass(frozen=True)
class Recalled:
    """One memory that answers a question, with why it is here and where it is from."""

    block_id: UUID
    kind: BlockKind
    text: str  # of a long message the passage that was found
    score: float  # above zero: it helps
    parts: Mapping[str, float]  # what each retriever gave to the score
    trust: Trust
    status: Status
    confidence: float
    message_ids: Sequence[UUID]  # live messages it came from, the first one is its own
    reference: str  # the journal of the first
    said_at: datetime
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    entity_ids: Sequence[UUID] = ()
    topic: str = ""  # of a fact, where it has one
    ended: Sequence[EndedStatement] = ()  # what else the text says holds


# Of a message: the reference of its journal, and its sequence there.
MessagePosition = tuple[str, int]


@dataclass(frozen=True)
class Recall:
    """The answer to a recall: memories in the order of their worth."""

    items: Sequence[Recalled]
    tokens: int
    retriever_ms: Mapping[str, float]  # milliseconds of each retriever that answered in time
    dropped: Sequence[str] = ()  # retrievers that did not


@dataclass(frozen=True)
class Change:
    """What a changeset did to a row: the columns that differ, before and after.

    A row that it added has no `before`, one that it removed no `after`; the other is whole.
    """

    table: str
    record_id: UUID
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


# -- the ledger

MAX_TEXT_CHARS = 20_000  # of what the user writes on a page


@dataclass(frozen=True)
class PreparedLearning:
    """What a job found out before its transaction: everything that is slow."""

    messages: Sequence[SourceMessage]
    extraction: Extraction
    vectors: Mapping[UUID, Any] = field(default_factory=dict)  # of blocks, by their coming ids
    tokens: Mapping[UUID, bytes] = field(default_factory=dict)  # theirs, packed


@dataclass(frozen=True)
class ChangesetEntry:
    """A changeset in a list."""

    id: UUID
    kind: str  # job, edit, merge, forget, rollback
    state: str  # applied, rolled_back
    created_at: datetime
    job_id: UUID | None
    reverts_id: UUID | None
    extractor: str
    summary: Mapping[str, Any]  # table -> {"added": 1, "changed": 2, "removed": 3}
    can_roll_back: bool


@dataclass(frozen=True)
class RollbackPreview:
    """What rolling a changeset back would do."""

    changeset_id: UUID
    counts: Mapping[str, int]  # table -> rows that would be as they were
    kept: int  # rows that later changes use, and that therefore stay
    conflicts: Sequence[UUID]  # later changesets that changed the same; roll these back first


@dataclass(frozen=True)
class Why:
    """Why something of a message is or is not remembered."""

    verdict: Verdict
    reason: str
    start: int | None  # characters of the message; None: the whole of it
    end: int | None
    record_id: UUID | None  # what it became, or what it duplicates
    record_text: str  # how that reads; empty when there is none any more
    changeset_id: UUID
    decided_at: datetime


@dataclass(frozen=True)
class ReviewEntry:
    """A review item, with what it is about."""

    id: UUID
    kind: str  # merge: are these the same? conflict: which of these holds?
    state: str
    left_id: UUID
    right_id: UUID
    left_text: str  # a name, or a statement
    right_text: str
    left_detail: str  # its type, or when it was said
    right_detail: str
    score: float
    features: Mapping[str, float]
    created_at: datetime


class TargetKind(StrEnum):
    """What can be forgotten."""

    FACT = "fact"  # one block that is no episode
    ENTITY = "entity"
    MESSAGE = "message"
    JOURNAL = "journal"
    EVERYTHING = "everything"


@dataclass(frozen=True)
class Target:
    """What is to be forgotten: an id, the reference of a journal, or neither for everything."""

    kind: TargetKind
    id: UUID | None = None
    reference: str = ""


@dataclass(frozen=True)
class ForgetItem:
    """One of the things that would go, as the user knows it."""

    kind: str  # entity, fact, note, summary, episode, message
    id: UUID
    text: str


@dataclass(frozen=True)
class ForgetPreview:
    """What would go."""

    target: Target
    counts: Mapping[str, int]  # table -> rows
    items: Sequence[ForgetItem]  # the first of them
    pending: Sequence[str] = ()  # outside indexes that will be told a moment later


@dataclass(frozen=True)
class ForgetReport:
    """What has gone."""

    changeset_id: UUID
    target: Target
    counts: Mapping[str, int]
    # What is still to follow: outside indexes (vectors, graph), caches and queues out of reach.
    pending: Sequence[str] = ()
