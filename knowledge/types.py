"""Values that pass between extraction, the ledger, the indexes and recall."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
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


HOLDER = "*"  # whoever has had the role until now: "Ann is my new coach"
LAST_SAID = "*"  # what a correction takes back that does not name it: "sorry, the 14th"
CERTAIN = 0.6  # confidence from which a statement counts as sure and may end others

# What a message of such a role is worth; any other is as good as a page of the web.
_TRUST_OF_ROLE = {"user": Trust.USER_SAID, "assistant": Trust.INFERRED, "tool": Trust.TOOL}


def trust_of(role: str, *, is_from_outside: bool = False) -> Trust:
    """What a message of that role is worth.

    What an answer took from elsewhere is worth as much as it was there, whoever says it again.
    """
    return Trust.WEB if is_from_outside else _TRUST_OF_ROLE.get(role, Trust.WEB)


class BlockKind(StrEnum):
    """What a block of text is."""

    EPISODE = "episode"  # one message, as it was said
    FACT = "fact"  # one statement, from a message
    SUMMARY = "summary"  # what a page begins with, if there is one: no extractor writes any yet
    NOTE = "note"  # written by the user on a page
    EVENT = "event"  # something that happens at a time, from a message


# What is known from messages, apart from the messages themselves.
STATEMENT_KINDS = (BlockKind.FACT, BlockKind.EVENT)


class Status(StrEnum):
    """Whether a record holds."""

    ASSERTED = "asserted"
    DISPUTED = "disputed"  # another record says otherwise, and neither is sure
    FALSIFIED = "falsified"  # the user said that it is wrong


class Polarity(StrEnum):
    """Whether a statement says that something is so."""

    NOT = "not"  # it is not so
    ENDED = "ended"  # it was so, and is over since the statement's `valid_from`


class Precision(StrEnum):
    """How exactly a time is known; what is finer than that in the stored moment is made up."""

    MOMENT = "moment"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    UNKNOWN = "unknown"


class EventState(StrEnum):
    """What is known of whether an event takes place; that it has passed is told by its time."""

    PLANNED = "planned"
    HAPPENED = "happened"
    CANCELLED = "cancelled"


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
    stays_here: bool = False  # it names something private: no model elsewhere is shown it
    is_from_outside: bool = False  # an answer made from what others wrote
    is_without_model: bool = False  # an answer that no model made, which tells nothing

    @property
    def trust(self) -> Trust:
        """How far its words may be believed."""
        return trust_of(self.role, is_from_outside=self.is_from_outside)


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
    # What the entity is to the user, by which it is known before it has a name: "sister" for the
    # key "role:sister". A proposal with a role and a name says that the two are one.
    role: str = ""
    is_unnamed: bool = False  # `name` is only what the role reads like: "your sister"
    is_another: bool = False  # said to be another one of its role or name: "my other sister"
    title: str = ""  # by which somebody of one name is called: "Dr." of Dr. Okafor


@dataclass(frozen=True)
class ProposedMention:
    """A message speaks of an entity."""

    entity_key: str
    span: TextSpan
    confidence: float = 1.0


@dataclass(frozen=True)
class ProposedEvent:
    """When something happens, or is to be done; times are moments with a zone."""

    starts_at: datetime | None = None  # unset: at some time
    ends_at: datetime | None = None  # exclusive; unset: with the start's day, or not known
    precision: str = ""  # a Precision of the start
    is_all_day: bool = False
    recurrence: str = ""  # the value of an iCalendar RRULE: FREQ=WEEKLY;BYDAY=TU
    state: str = EventState.PLANNED
    remind_at: datetime | None = None  # the user wants to be reminded then


@dataclass(frozen=True)
class EventChange:
    """What becomes of an event that is known, as far as the words tell: "moved to Friday"."""

    name: str  # as values are compared: interview; empty for the one spoken of last
    language: str = "en"
    is_cancelled: bool = False
    day: datetime | None = None  # its new day, at midnight
    precision: str = ""  # a Precision of the day
    is_bare_weekday: bool = False  # of the week in which the event is: "not Thursday but Friday"
    clock: time | None = None  # its new time of day
    is_clock_vague: bool = False  # "to eight": in the morning or in the evening
    shift: timedelta | None = None  # by so much it is later
    recurrence: str = ""  # the new rule of one that comes again
    place: str = ""  # where it is from now on, with its preposition: "in room 7"
    old_day: datetime | None = None  # on which it was, where that is said
    direction: int = 0  # 1: it is later than before; -1: earlier
    # Nothing is learned where no such event is known: "the car is now in the garage".
    needs_known: bool = False


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
    # A Precision of valid_from, where the statement says that something began: "moved in May",
    # "my new boss", "now". Empty where it only says that it is so.
    since_precision: str = ""
    until_precision: str = ""  # a Precision of valid_to
    relation: str | None = None  # what the edge means: sister, manager, works_at
    polarity: str = ""  # a Polarity, or "": it is so
    # False where it only tells when it began: "I moved to Malaga in 2012". What is said to be so
    # now outranks it.
    holds_now: bool = True
    # The topic is over since valid_from: of this value, or without one of any value.
    ends: bool = False
    # The value that was said before and is wrong: "not Tuesday"; LAST_SAID: whichever it was.
    corrects: str | None = None
    # What it takes the place of, which is over from then on: "I switched from Acme to Bolt". With
    # HOLDER, whoever has the same role; else the text is only what is new.
    replaces: str | None = None
    event: ProposedEvent | None = None  # when it happens: the statement is an event
    change: EventChange | None = None  # of an event that may be known; `event` tells of a new one
    is_secret: bool = False  # a password, a code, an account number
    told_by: str | None = None  # key of the entity whose words the statement repeats


class FallbackReason(StrEnum):
    """Why the rules read messages that a model was to read."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    BUSY = "busy"  # too many requests
    BROKEN = "provider_failed"
    KEY_REFUSED = "key_refused"
    UNKNOWN_MODEL = "unknown_model"
    REFUSED = "request_refused"
    UNUSABLE = "unusable_answer"
    RESTING = "failed_before"  # a moment ago, so it was not asked
    TOO_MUCH = "too_much_for_one_job"


@dataclass(frozen=True)
class Ruling:
    """What an extractor or the relevance filter decided about a part of a message, and why."""

    message_id: UUID
    verdict: Verdict
    reason: str  # one of a closed set of short words; never a text of the message
    span: TextSpan | None = None


@dataclass(frozen=True)
class ForgetWish:
    """The user asks that something be forgotten: it is proposed to them, nothing is deleted."""

    span: TextSpan  # the wish: "forget that I ever lived in Rome"
    what: str  # what is to be forgotten, in the words of the message: "I ever lived in Rome"
    about: Sequence[str] = ()  # keys of entities that it names
    topic: str | None = None  # of the statements that it means, where that is certain
    value: str | None = None


@dataclass(frozen=True)
class Extraction:
    """What may be remembered of a batch of messages."""

    entities: Sequence[ProposedEntity] = ()
    mentions: Sequence[ProposedMention] = ()
    facts: Sequence[ProposedFact] = ()
    rulings: Sequence[Ruling] = ()
    forget_wishes: Sequence[ForgetWish] = ()
    extractor: str = ""  # name and version of what made it
    usage: Mapping[str, int] = field(default_factory=dict)  # model tokens, when a model was asked
    # Messages that the rules have read because the model did not.
    fallbacks: Mapping[UUID, FallbackReason] = field(default_factory=dict)


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
    starts_at: datetime | None = None  # of an event: when it takes place
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


# -- what a model is given

IN_ITS_PLACE = "[withheld]"  # of what the user keeps private or had forgotten


class Slot(StrEnum):
    """A place of the profile, in the order in which they are filled when not everything fits."""

    ALLERGIES = "allergies"
    WISHES = "wishes"  # standing ones, about answers
    NAME = "name"  # what to call the user
    COMING = "coming"
    HEALTH = "health"
    DIET = "diet"
    HOME = "home"
    WORK = "work"
    PARTNER = "partner"
    CHILDREN = "children"
    FAMILY = "family"
    PETS = "pets"
    PROJECTS = "projects"


@dataclass(frozen=True)
class ProfileFact:
    """Something that holds of the user now."""

    slot: Slot
    block_id: UUID
    text: str
    trust: Trust
    since: datetime | None  # unset: as long as is known
    since_precision: Precision
    ends: datetime | None  # later than now
    ends_precision: Precision
    is_unsure: bool
    is_disputed: bool
    is_private: bool = False


@dataclass(frozen=True)
class ComingEvent:
    """Something with a time near now."""

    block_id: UUID
    text: str
    starts_at: datetime
    ends_at: datetime  # exclusive
    precision: Precision  # of both; a moment, unless the whole day is meant
    is_over: bool
    is_unsure: bool
    is_private: bool = False


@dataclass(frozen=True)
class Profile:
    """What holds of the user now, by the order of `Slot`, and what is near in time, by time."""

    facts: Sequence[ProfileFact] = ()
    coming: Sequence[ComingEvent] = ()

    @property
    def slots(self) -> list[Slot]:
        """Those that have something in them."""
        filled = {fact.slot for fact in self.facts} | ({Slot.COMING} if self.coming else set())
        return [slot for slot in Slot if slot in filled]


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
class IndexBuild:
    """How far the vectors of the wanted embedding model are, beside those that are searched."""

    wanted: str  # spaces, by name
    searched: str  # empty: none is yet
    done: int  # passages
    total: int
    problem: str = ""  # why it does not go on

    @property
    def is_whole(self) -> bool:
        """True once the wanted model's vectors are the ones that are searched."""
        return self.searched == self.wanted


@dataclass(frozen=True)
class PreparedLearning:
    """What a job found out before its transaction: everything that is slow."""

    messages: Sequence[SourceMessage]
    extraction: Extraction
    vectors: Mapping[UUID, Any] = field(default_factory=dict)  # of blocks, by their coming ids
    tokens: Mapping[UUID, bytes] = field(default_factory=dict)  # theirs, packed
    space: str = ""  # of the embedder, in which both are


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
    fallback: str  # why the rules have read messages in a model's place; empty: they have not
    summary: Mapping[str, Any]  # table -> {"added": 1, "changed": 2, "removed": 3}
    can_roll_back: bool
    dropped: Mapping[str, int]  # why parts of messages were not learned -> how many

    @property
    def dropped_count(self) -> int:
        """How many parts were not learned."""
        return sum(self.dropped.values())


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
    kind: str  # of ReviewItem.Kind: merge, conflict, ending, forget
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
    question: str = ""
    if_accepted: str = ""  # what each answer does
    if_rejected: str = ""
    left_evidence: Sequence[Any] = ()  # of knowledge.selectors.evidence.Evidence
    right_evidence: Sequence[Any] = ()


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
