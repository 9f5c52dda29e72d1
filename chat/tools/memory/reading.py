"""Tools that read the user's memory and journal."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, field_validator

from chat.selectors import messages_for_model
from chat.tools.base import ArgumentsType, ToolAnswer, ToolArguments, ToolFailed, TurnContext
from chat.tools.tainting import are_from_outside, are_memories_from_outside
from chat.types import SOURCES
from exobrain.lib import clock
from exobrain.lib.config import Config
from exobrain.lib.text import estimate_tokens
from exobrain.lib.threads import in_slow_thread
from journal.selectors import messages_of
from journal.types import reference_of
from knowledge.errors import PageNotFound
from knowledge.selectors import events
from knowledge.selectors.entity_page import EntityPage, PageBlock, find_page
from knowledge.selectors.pages import known_blocks, pages_called
from knowledge.selectors.profile import hidden_slots
from knowledge.services.recall.giving import recall_for_question
from knowledge.services.withholding import Withheld, withheld_from
from knowledge.types import Precision, Recalled, Slot, Status, Trust

SECONDS = 6.0
SEARCH_DEADLINE_MS = 3_000  # of a recall: the model waits for it, the answer has begun
SHOWN_CHARACTERS = 80  # of an argument, in what the user is told
MESSAGE_CHARACTERS = 4_000  # of one message of a day
DAY_CHARACTERS = 12_000  # of a day at once
MOST_PAGE_LINES = 40  # of a page: what holds; half as many of what was
MOST_EVENTS = 50
OWN_NAMES = frozenset({"user", "the user", "myself", "self", "ich", "mich", "benutzer"})


class _Reading:
    """What these tools have in common: they read what is the user's own, soon."""

    seconds = SECONDS
    is_from_outside = False

    def __init__(self, config: Config) -> None:
        self.config = config

    def withheld(self, turn: TurnContext) -> Withheld:
        """What the model may not be told, by where it is and by the user's question."""
        return withheld_from(
            user_id=_user_of(turn),
            is_elsewhere=self.config.model_is_elsewhere,
            question=turn.question,
        )


class SearchArguments(ToolArguments):
    """What to look for."""

    query: Annotated[str, Field(min_length=1, max_length=300, description="in plain words")]
    limit: Annotated[int, Field(ge=1, le=20)] = 8


class MemorySearch(_Reading):
    """Recalls what fits a query."""

    name = "memory_search"
    title = "Memory search"
    description = (
        "Searches what the user has told and what was said with them on earlier days. Each result"
        " has its text, the day it was said, whose word it is, and whether it still holds."
    )
    arguments: ArgumentsType = SearchArguments

    def progress(self, arguments: Mapping[str, Any]) -> str:
        """The search, in words."""
        return f"Searching the memory for “{_shown(arguments, 'query')}”"

    def failure(self, arguments: Mapping[str, Any], reason: str) -> str:
        """That it found nothing, and why."""
        return f"The memory could not be searched for “{_shown(arguments, 'query')}”: {reason}"

    async def run(self, arguments: SearchArguments, turn: TurnContext) -> ToolAnswer:
        """The memories, best first, as many as fit."""
        found = await in_slow_thread(
            recall_for_question,
            user_id=_user_of(turn),
            question=turn.question,
            query=arguments.query,
            config=self.config,
            deadline_ms=SEARCH_DEADLINE_MS,
        )
        items: list[Mapping[str, Any]] = []
        given: list[Recalled] = []
        tokens = self.config.memory_recall_tokens
        for recalled in found.items:
            item = _memory(recalled, zone=turn.zone)
            cost = sum(estimate_tokens(str(value)) + 2 for value in item.values())
            if cost > tokens or len(items) == arguments.limit:
                break
            tokens -= cost
            given.append(recalled)
            items.append(item)
        turn.is_tainted |= await in_slow_thread(
            are_memories_from_outside, given, user_id=_user_of(turn)
        )
        return ToolAnswer({"memories": items}, f"{_count(len(items), 'memory', 'memories')} found")


class PageArguments(ToolArguments):
    """Whose page."""

    name: Annotated[
        str, Field(min_length=1, max_length=120, description='who or what it is of; "me": the user')
    ]


class MemoryPage(_Reading):
    """Reads what is known of somebody or something."""

    name = "memory_page"
    title = "Memory page"
    description = (
        "Reads all that the memory knows of one person, place, project or thing by its name: what"
        " holds, what is coming, and what was."
    )
    arguments: ArgumentsType = PageArguments

    def progress(self, arguments: Mapping[str, Any]) -> str:
        """Which page is read."""
        return f"Reading the page of “{_shown(arguments, 'name')}”"

    def failure(self, arguments: Mapping[str, Any], reason: str) -> str:
        """That it was not read, and why."""
        return f"The page of “{_shown(arguments, 'name')}” could not be read: {reason}"

    async def run(self, arguments: PageArguments, turn: TurnContext) -> ToolAnswer:
        """The page, without what may not be told."""
        return await in_slow_thread(self._read, arguments.name, turn)

    def _read(self, name: str, turn: TurnContext) -> ToolAnswer:
        user_id, withheld = _user_of(turn), self.withheld(turn)
        wanted = "me" if name.casefold() in OWN_NAMES else name
        entries = pages_called(user_id=user_id, name=wanted, limit=6)
        told = [entry for entry in entries if not withheld.is_named_in(entry.title)]
        if not told:
            raise ToolFailed("There is no page of that name.")
        try:
            page = find_page(user_id=user_id, page_id=told[0].id)
        except PageNotFound:  # forgotten in between
            raise ToolFailed("There is no page of that name.") from None
        content = _page(page, withheld, turn)
        if len(told) > 1:
            content["others_of_that_name"] = [entry.title for entry in told[1:]]
        return ToolAnswer(content, f"Read the page of {page.title}")


class JournalArguments(ToolArguments):
    """Which day."""

    day: Annotated[date, Field(alias="date", description="YYYY-MM-DD, in the user's time zone")]
    from_message: Annotated[int, Field(ge=1, description="where to go on: `next` of the last")] = 1

    @field_validator("day", mode="before")
    @classmethod
    def _with_dashes(cls, value: object) -> object:
        """A journal's reference has slashes."""
        return value.replace("/", "-") if isinstance(value, str) else value


class JournalRead(_Reading):
    """Reads what was said on a day."""

    name = "journal_read"
    title = "Journal"
    description = (
        "Reads what the user and the assistant said on one day, in order. A long day comes in"
        " parts: go on with from_message."
    )
    arguments: ArgumentsType = JournalArguments

    def progress(self, arguments: Mapping[str, Any]) -> str:
        """Which day is read."""
        return f"Reading the journal of {_shown(arguments, 'date')}"

    def failure(self, arguments: Mapping[str, Any], reason: str) -> str:
        """That it was not read, and why."""
        return f"The journal of {_shown(arguments, 'date')} could not be read: {reason}"

    async def run(self, arguments: JournalArguments, turn: TurnContext) -> ToolAnswer:
        """The day's messages from there on, as many as fit."""
        return await in_slow_thread(self._read, arguments, turn)

    def _read(self, arguments: JournalArguments, turn: TurnContext) -> ToolAnswer:
        user_id, day = _user_of(turn), arguments.day.isoformat()
        stored = messages_of(user_id=user_id, reference=reference_of(arguments.day)) or []
        said = [each for each in stored if each.content and each.status != "streaming"]
        # The whole day at once: what an answer says depends on the message before it.
        told = messages_for_model(
            said,
            user_id=user_id,
            is_elsewhere=self.config.model_is_elsewhere,
            question=turn.question,
        )
        shown: list[Mapping[str, Any]] = []
        left, following = DAY_CHARACTERS, None
        for original, message in zip(said, told, strict=True):
            if message.sequence < arguments.from_message:
                continue
            text = message.content[:MESSAGE_CHARACTERS]
            if shown and len(text) > left:
                following = message.sequence
                break
            left -= len(text)
            turn.is_tainted |= are_from_outside([original])
            cut = {"cut": True} if len(message.content) > len(text) else {}
            shown.append(
                {
                    "message": message.sequence,
                    "at": f"{message.created_at.astimezone(turn.zone):%H:%M}",
                    "by": message.role,
                    "text": text,
                    **cut,
                }
            )
        content: dict[str, Any] = {"date": day, "messages": shown}
        if following is not None:
            content["next"] = following
        return ToolAnswer(content, f"{_count(len(shown), 'message', 'messages')} of {day} read")


class UpcomingArguments(ToolArguments):
    """How far ahead."""

    days: Annotated[int, Field(ge=1, le=366)] = 14


class Upcoming(_Reading):
    """Reads what takes place soon."""

    name = "upcoming"
    title = "What is coming"
    description = "Lists the user's appointments, deadlines and birthdays of the coming days."
    arguments: ArgumentsType = UpcomingArguments

    def progress(self, arguments: Mapping[str, Any]) -> str:
        """How far ahead is looked."""
        return f"Looking at the next {_shown(arguments, 'days') or 14} days"

    def failure(self, arguments: Mapping[str, Any], reason: str) -> str:
        """That it was not read, and why."""
        return f"What is coming could not be read: {reason}"

    async def run(self, arguments: UpcomingArguments, turn: TurnContext) -> ToolAnswer:
        """The events, the first one first."""
        return await in_slow_thread(self._read, arguments.days, turn)

    def _read(self, days: int, turn: TurnContext) -> ToolAnswer:
        user_id, now = _user_of(turn), clock.now()
        if Slot.COMING in hidden_slots(user_id=user_id):
            raise ToolFailed("The user has answers told nothing of what is coming.")
        withheld = self.withheld(turn)
        found = events.upcoming(
            user_id=user_id, since=now, until=now + timedelta(days=days), zone=turn.zone
        )
        told = [
            each
            for each in found
            if each.event_id not in withheld.block_ids and not withheld.is_named_in(each.text)
        ][:MOST_EVENTS]
        blocks = known_blocks(user_id=user_id, ids=[each.event_id for each in told])
        turn.is_tainted |= any(block.trust < Trust.INFERRED for block in blocks.values())
        items = [
            {
                "what": each.text,
                "when": _moment(each.starts_at, each.precision, each.is_all_day, zone=turn.zone),
                **({"sure": "no"} if each.status == Status.DISPUTED else {}),
            }
            for each in told
        ]
        content = {"today": f"{now.astimezone(turn.zone):%A %Y-%m-%d}", "events": items}
        return ToolAnswer(content, f"{_count(len(items), 'event', 'events')} found")


# -- how it is told


def _memory(recalled: Recalled, *, zone: tzinfo) -> dict[str, Any]:
    """A memory with when it was said, whose word it is, and whether it holds."""
    item: dict[str, Any] = {
        "text": recalled.text,
        "said": _day(recalled.said_at, zone),
        "from": SOURCES[Trust(recalled.trust)],
    }
    if recalled.valid_to is not None:
        is_over = recalled.valid_to <= clock.now()
        item["until" if is_over else "ends"] = _day(recalled.valid_to, zone)
    elif recalled.ended:
        item["outdated"] = [statement.text for statement in recalled.ended]
    if recalled.starts_at is not None:
        item["when"] = _day(recalled.starts_at, zone)
    if recalled.status == Status.DISPUTED:
        item["status"] = "disputed"
    return item


def _page(page: EntityPage, withheld: Withheld, turn: TurnContext) -> dict[str, Any]:
    """The page as JSON; the turn knows when something on it is from elsewhere."""

    def lines(blocks: list[PageBlock], most: int) -> list[dict[str, Any]]:
        told = [
            block
            for block in blocks
            if block.id not in withheld.block_ids
            and not withheld.is_named_in(block.text)
            and block.status != Status.FALSIFIED
        ][:most]
        turn.is_tainted |= any(block.trust < Trust.INFERRED for block in told)
        return [_line(block, turn.zone) for block in told]

    turn.is_tainted |= page.trust < Trust.INFERRED
    relations = [
        relation.text
        for relation in [*page.to_user, *page.relations]
        if relation.block_id not in withheld.block_ids and not withheld.is_named_in(relation.text)
    ]
    content = {
        "name": page.title,
        "kind": page.category_name,
        "holds": lines([b for group in page.groups for b in group.blocks], MOST_PAGE_LINES),
        "coming": lines([*page.coming], MOST_PAGE_LINES),
        "was": lines([*page.past], MOST_PAGE_LINES // 2),
        "relations": relations[:MOST_PAGE_LINES],
    }
    return {name: value for name, value in content.items() if value}


def _line(block: PageBlock, zone: tzinfo) -> dict[str, Any]:
    line: dict[str, Any] = {
        "text": block.text,
        "said": _day(block.said_at, zone),
        "from": SOURCES[block.trust],
    }
    if block.valid_to is not None:
        line["until"] = _day(block.valid_to, zone)
    if block.event is not None and block.event.starts_at is not None:
        event = block.event
        line["when"] = _moment(event.starts_at, event.precision, event.is_all_day, zone=zone)
    if block.status == Status.DISPUTED:
        line["status"] = "disputed"
    return line


def _moment(at: datetime | None, precision: str, is_all_day: bool, *, zone: tzinfo) -> str:
    if at is None:
        return ""
    there = at.astimezone(zone)
    if precision == Precision.MOMENT and not is_all_day:
        return f"{there:%A %Y-%m-%d %H:%M}"
    if precision == Precision.MONTH:
        return f"{there:%Y-%m}"
    if precision == Precision.YEAR:
        return f"{there:%Y}"
    return f"{there:%A %Y-%m-%d}"


def _day(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d}"


def _shown(arguments: Mapping[str, Any], name: str) -> str:
    """An argument as the user is told of it; it is unchecked and may be missing."""
    return " ".join(str(arguments.get(name, "")).split())[:SHOWN_CHARACTERS]


def _count(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _user_of(turn: TurnContext) -> UUID:
    if turn.user_id is None:
        raise ToolFailed("A visitor has no memory.")
    return turn.user_id
