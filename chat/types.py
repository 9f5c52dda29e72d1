"""Values of the conversation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Literal
from uuid import UUID

from exobrain.lib.mcp_servers import McpServerSpec
from knowledge.types import Profile, Recalled, Slot, Trust

# Whose word a memory is, as a model is told.
SOURCES = {
    Trust.WEB: "a web page or an answer made from one",
    Trust.TOOL: "a tool",
    Trust.INFERRED: "the assistant",
    Trust.USER_SAID: "the user",
    Trust.CONFIRMED: "the user, confirmed",
}

State = Literal["running", "complete", "interrupted", "cancelled", "error"]


@dataclass(frozen=True, slots=True)
class Requester:
    """Who sends a request: a user, or a visitor, known by the key in their cookie if any."""

    user_id: UUID | None = None
    visitor_key: str = ""

    def may_read(self, owner: "Requester") -> bool:
        """True when a stream of `owner` may be read and cancelled by this requester.

        The stream of a visitor without a key may be read by anyone who knows its id.
        """
        if owner.user_id is not None:
            return self.user_id == owner.user_id
        return owner.visitor_key in ("", self.visitor_key)


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """Where a user's question and its answer are stored."""

    user_id: UUID
    journal_id: UUID
    question_sequence: int
    answer_id: UUID
    zone: tzinfo = UTC  # in which the user's days begin


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A question that is to be answered, and in which stream."""

    stream_id: UUID
    client_message_id: UUID
    requester: Requester
    question: str
    stored: StoredTurn | None = None  # None: a visitor's, which is kept nowhere
    uses_memory: bool = True


@dataclass(frozen=True, slots=True)
class ActiveTurn:
    """A turn that is still being answered; its fields are the API's."""

    stream_id: UUID
    client_message_id: UUID
    reference: str
    question_id: UUID
    answer_id: UUID
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FoundTurn:
    """A turn, with its two messages."""

    stream_id: UUID
    question_id: UUID
    answer_id: UUID
    state: State


@dataclass(frozen=True, slots=True)
class StaleTurn:
    """A running turn whose process has sent no heartbeat for `seconds`."""

    stream_id: UUID
    user_id: UUID
    answer_id: UUID
    seconds: float
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class Tokens:
    """What answers have cost."""

    day: date  # of a month: its first
    answers: int = 1
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def total(self) -> int:
        """Of question and answer together."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class UsageView:
    """What a user's answers have cost, the latest first."""

    days: Sequence[Tokens]
    months: Sequence[Tokens]


@dataclass(frozen=True, slots=True)
class MarkedMemory:
    """A memory that was recalled for a question, and the mark by which its answer may cite it."""

    mark: str  # m1, m2, ...
    recalled: Recalled


@dataclass(frozen=True, slots=True)
class Given:
    """What an answer is told of the user besides the day so far."""

    profile: Profile = field(default_factory=Profile)
    memories: Sequence[MarkedMemory] = ()

    def __bool__(self) -> bool:
        return bool(self.profile.facts or self.profile.coming or self.memories)


@dataclass(frozen=True, slots=True)
class ReceiptDraft:
    """Which memories an answer was given, before the receipt is stored."""

    memories: Sequence[MarkedMemory]
    cited: frozenset[str]  # marks
    tokens: int
    retriever_ms: Mapping[str, float]  # milliseconds of each retriever that answered in time
    dropped: Sequence[str]  # retrievers that did not
    slots: Sequence[Slot] = ()  # of the profile that it was given


@dataclass(frozen=True, slots=True)
class ReceiptItem:
    """A memory that an answer was given; its fields are the API's."""

    mark: str
    block_id: UUID
    page_id: UUID | None  # the entity whose page it is on
    kind: str
    text: str
    score: float
    parts: Mapping[str, float]
    trust: str
    status: str
    confidence: float
    is_cited: bool
    is_current: bool  # nothing newer has taken its place since
    message_ids: Sequence[UUID]
    reference: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """Which memories an answer was given; its fields are the API's."""

    message_id: UUID
    items: Sequence[ReceiptItem]
    tokens: int
    retriever_ms: Mapping[str, Any]
    dropped: Sequence[str]
    created_at: datetime | None  # unset: nothing was asked of the memory
    slots: Sequence[str] = ()  # of the profile that it was given


@dataclass(frozen=True, slots=True)
class KnownServer:
    """An MCP server that operators have named."""

    name: str
    spec: McpServerSpec | None  # None: it is not connected to, for the reason in `problem`
    problem: str = ""
