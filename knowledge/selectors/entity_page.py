"""One page: an entity with those that were merged into it, and all that is known of it.

What is known is parted by time: what holds, what is to come, what is over. With a moment given, by
that moment.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Left

from accounts.selectors import zone_of
from exobrain.lib import clock
from knowledge.dates.occurrences import end_of, occurrences
from knowledge.errors import PageNotFound
from knowledge.identity import SELF_NAMES
from knowledge.models import LEDGER, Alias, Block, Changeset, Entity, Mention, Source
from knowledge.selectors.entities import canonical_id, member_ids
from knowledge.selectors.pages import PAGE_KINDS, pages_by_ids, type_title
from knowledge.selectors.relations import Relation, relations_of
from knowledge.selectors.topic_headings import NOTES, ORDER, SUMMARY, heading_of
from knowledge.selectors.wording import addressed
from knowledge.types import BlockKind, EventState, Polarity, Status, Trust

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
ENDLESS = datetime(9999, 1, 1, tzinfo=UTC)
NOW, PAST, COMING = "now", "past", "coming"
LOOKED_AHEAD = timedelta(days=3_700)  # for the next time of what recurs
ROLE_PREFIX = "my "  # of an alias that is a role: see knowledge.services.identities.people
DEEPEST_LEVEL = 2  # of the blocks on a page
LINKS_SHOWN = 200
WORDS_SHOWN = 200  # characters of a message that speaks of the entity
HIDDEN_PROPERTIES = frozenset(
    {"created_at", "updated_at", "visibility", "user_id", "type_id", "id"}
)


# -- values


@dataclass(frozen=True)
class Origin:
    """A place in the journal from which something is known."""

    message_id: UUID
    reference: str
    sequence: int
    role: str
    said_at: datetime
    block_id: UUID | None = None  # the episode, where a message only speaks of the entity
    words: str = ""  # how it begins


@dataclass(frozen=True)
class EventTime:
    """When an event takes place, and whether it does."""

    starts_at: datetime | None
    ends_at: datetime | None
    precision: str
    is_all_day: bool
    recurrence: str
    state: str


@dataclass(frozen=True)
class PageBlock:
    """A text on a page, with why it is believed."""

    id: UUID
    kind: BlockKind
    text: str
    level: int
    trust: Trust
    status: Status
    confidence: float
    said_at: datetime
    valid_from: datetime | None
    valid_to: datetime | None
    is_current: bool  # nothing newer has taken its place, and it has not been found wrong
    superseded_by_id: UUID | None
    origins: Sequence[Origin] = ()
    topic: str = ""
    is_ending: bool = False  # it says that something is over
    is_secret: bool = False  # a password, a code, an account number
    since_precision: str = ""
    until_precision: str = ""
    event: EventTime | None = None  # of an event
    is_private: bool = False  # given to no model elsewhere, nor to other programs

    @property
    def since(self) -> datetime | None:
        """From when it says to hold; unset where it is only known when it was said."""
        is_told = self.valid_from is None or self.valid_from == self.said_at
        return None if is_told and not self.since_precision else self.valid_from


@dataclass(frozen=True)
class PageLink:
    """Another page that this one is connected to, and how."""

    page_id: UUID
    title: str
    summary: str | None
    edge_type: str
    is_outgoing: bool
    relation: str = ""
    text: str = ""  # how the two are connected, as a sentence


@dataclass(frozen=True)
class FactGroup:
    """What holds on one subject."""

    heading: str
    blocks: Sequence[PageBlock]


@dataclass(frozen=True)
class MergedPage:
    """A page that the user made one with this, and the changeset that undoes it."""

    id: UUID
    title: str
    changeset_id: UUID
    merged_at: datetime


@dataclass(frozen=True)
class EntityPage:
    """All that is known of an entity."""

    id: UUID
    category_id: str
    category_name: str
    title: str
    summary: str | None
    is_self: bool
    is_unnamed: bool
    created_at: datetime
    updated_at: datetime
    trust: Trust
    confidence: float
    aliases: Sequence[str]
    properties: Mapping[str, str]
    links: Sequence[PageLink]
    blocks: Sequence[PageBlock]  # depth first
    past: Sequence[PageBlock] = field(default=())  # what held once, or was found wrong
    groups: Sequence[FactGroup] = ()  # what holds, by subject
    coming: Sequence[PageBlock] = ()  # what is to hold later, the next first
    to_user: Sequence[Relation] = ()  # who or what it is to the user, now
    relations: Sequence[Relation] = ()  # to others, now
    past_relations: Sequence[Relation] = ()  # the latest ended first
    merged: Sequence[MergedPage] = ()
    as_of: datetime | None = None

    @property
    def names(self) -> list[str]:
        """What else it is called by, but for what everybody calls themselves, and for roles."""
        return [
            name
            for name in self.aliases
            if name not in SELF_NAMES and not name.startswith(ROLE_PREFIX)
        ]

    @property
    def who(self) -> list[str]:
        """Who or what it is to the user: as relations say, else by the role it is known by."""
        told = [relation.text for relation in self.to_user]
        roles = [addressed(name) for name in self.aliases if name.startswith(ROLE_PREFIX)]
        return told or ([] if self.is_self or self.is_unnamed else roles)


# -- the page


def find_page(*, user_id: UUID, page_id: UUID, as_of: datetime | None = None) -> EntityPage:
    """All that is known of the entity, or of the one it was merged into; raises PageNotFound.

    With `as_of`, what held at that time by all that is known today.
    """
    entity = _find_entity(user_id=user_id, page_id=page_id)
    members = member_ids(user_id=user_id, entity_ids=[entity.id])
    names = Alias.objects.filter(user_id=user_id, entity__in=members).order_by("name")
    aliases = list(dict.fromkeys(names.values_list("name", flat=True)))
    aliases = [name for name in aliases if name != entity.name]
    own = entity.properties if isinstance(entity.properties, dict) else {}
    properties = {
        str(key): value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in sorted({**own, "name": entity.name, "aliases": aliases}.items())
        if key not in HIDDEN_PROPERTIES
    }
    everything = _blocks_on_page(user_id=user_id, entity_ids=members)
    when = {block.id: time_of(block, as_of=as_of) for block in everything}
    present = [b for b in everything if (when[b.id] == NOW if as_of else b.is_current)]
    origins = origins_of(user_id=user_id, record_ids=[block.id for block in everything])
    at = as_of or clock.now()
    shown = [
        to_page_block(block, origins, at=at)
        for block in _depth_first(present)
        if block.text.strip()
    ]
    others = {
        time: [to_page_block(b, origins, at=at) for b in everything if when[b.id] == time]
        for time in (PAST, COMING)
    }
    relations = relations_of(user_id=user_id, members=members)
    holding = [each for each in relations if _relation_when(each, as_of=as_of) == NOW]
    over = [each for each in relations if _relation_when(each, as_of=as_of) == PAST]
    return EntityPage(
        id=entity.id,
        category_id=entity.node_type_id,
        category_name=type_title(entity.node_type_id, entity.node_type.name),
        title=entity.name,
        summary=next((block.text for block in shown if block.level == 0), None),
        is_self=entity.is_self,
        is_unnamed=entity.is_unnamed,
        created_at=entity.recorded_at,
        updated_at=max([entity.updated_at, *(block.updated_at for block in everything)]),
        trust=Trust(entity.trust),
        confidence=entity.confidence,
        aliases=aliases,
        properties=properties,
        links=_page_links(user_id=user_id, relations=holding if as_of else _not_ended(relations)),
        blocks=shown,
        past=sorted(others[PAST], key=_ended, reverse=True),
        groups=_grouped([block for block in shown if when[block.id] == NOW]),
        coming=sorted(others[COMING], key=_begins),
        to_user=_each_text_once(each for each in holding if each.is_with_user),
        relations=_each_text_once(each for each in holding if not each.is_with_user),
        past_relations=_each_text_once(
            sorted(over, key=lambda each: each.valid_to or BEGINNING, reverse=True)
        ),
        merged=_merged_pages(user_id=user_id, members=members, entity_id=entity.id),
        as_of=as_of,
    )


def _begins(block: PageBlock) -> tuple[datetime, str]:
    """The next comes first, what has no time last."""
    start = block.event.starts_at if block.event else block.valid_from or block.said_at
    return (start or ENDLESS, str(block.id))


def _ended(block: PageBlock) -> tuple[datetime, str]:
    """By when it was over, else by when it was said."""
    start = block.event.starts_at if block.event else None
    return (start or block.valid_to or block.said_at, str(block.id))


def time_of(block: Block, *, as_of: datetime | None) -> str:
    """Whether what the block says is over, holds, or is still to come at that time, or now."""
    if block.status == Status.FALSIFIED:
        return PAST
    if block.kind == BlockKind.EVENT:
        return _event_when(block, as_of=as_of)
    start = block.valid_from or block.said_at
    if block.polarity == Polarity.ENDED:
        return PAST if as_of is None or start <= as_of else ""
    if as_of is None:
        return _within(start, block.valid_to, clock.now(), is_superseded=not block.is_current)
    return _within(start, block.valid_to, as_of, is_superseded=_is_hidden(block), hides=True)


def _event_when(block: Block, *, as_of: datetime | None) -> str:
    """An event is to come until it is over or called off, whether or not its time is known."""
    at = as_of or clock.now()
    if as_of is not None and block.said_at > as_of:
        return ""
    if block.event_state != EventState.PLANNED or block.superseded_at is not None:
        return PAST
    if block.starts_at is None:
        return COMING
    start = _next_start(block, at=at) or block.starts_at
    length = end_of(
        block.starts_at,
        block.ends_at,
        precision=block.time_precision,
        is_all_day=block.is_all_day,
    )
    return PAST if start + (length - block.starts_at) <= at else COMING


def _next_start(block: Block, *, at: datetime) -> datetime | None:
    """The next time of a recurring event that lies ahead."""
    if not block.recurrence or block.starts_at is None:
        return None
    zone = zone_of(user_id=block.user_id)
    until = at + LOOKED_AHEAD
    coming = occurrences(block.recurrence, block.starts_at, since=at, until=until, zone=zone)
    return coming[0] if coming else None


def _relation_when(relation: Relation, *, as_of: datetime | None) -> str:
    is_superseded = relation.superseded_at is not None
    start = relation.valid_from or BEGINNING
    if as_of is None:
        return _within(start, relation.valid_to, clock.now(), is_superseded=is_superseded)
    is_hidden = is_superseded and relation.valid_to is None
    return _within(start, relation.valid_to, as_of, is_superseded=is_hidden, hides=True)


def _is_hidden(block: Block) -> bool:
    """What was replaced at no time of its own held at none."""
    return block.superseded_at is not None and block.valid_to is None


def _within(
    start: datetime,
    end: datetime | None,
    at: datetime,
    *,
    is_superseded: bool,
    hides: bool = False,
) -> str:
    if is_superseded:
        return "" if hides else PAST
    if end is not None and end <= at:
        return PAST
    if start > at:
        return "" if hides else COMING
    return NOW


def _grouped(blocks: Sequence[PageBlock]) -> list[FactGroup]:
    """The blocks under the headings of their topics, in the order of a page."""
    groups: dict[str, list[PageBlock]] = {}
    for block in blocks:
        kinds = {BlockKind.NOTE: NOTES, BlockKind.SUMMARY: SUMMARY}
        heading = kinds.get(block.kind) or heading_of(block.topic)
        groups.setdefault(heading, []).append(block)
    return [FactGroup(name, groups[name]) for name in ORDER if name in groups]


def _each_text_once(relations: Iterable[Relation]) -> list[Relation]:
    """Told twice, it is one relation."""
    return list({(each.page_id, each.text): each for each in relations}.values())


def _not_ended(relations: Iterable[Relation]) -> list[Relation]:
    return [each for each in relations if each.superseded_at is None]


def _merged_pages(*, user_id: UUID, members: Sequence[UUID], entity_id: UUID) -> list[MergedPage]:
    """Those of the members that a changeset of the user's merged, the latest first."""
    ended = (
        LEDGER["entity"]
        .versions.objects.filter(
            user_id=user_id,
            row_id__in=[id_ for id_ in members if id_ != entity_id],
            merged_into=None,
            ended_by__kind=Changeset.Kind.MERGE,
            ended_by__state=Changeset.State.APPLIED,
        )
        .order_by("-ended_by__number")
        .values_list("row_id", "name", "ended_by_id", "ended_by__created_at")
    )
    return list({row[0]: MergedPage(*row) for row in reversed(ended)}.values())[::-1]


def editable_blocks(*, user_id: UUID, page_id: UUID) -> dict[UUID, UUID]:
    """The blocks that stand on the page, by their ids and by those of what they replaced.

    Raises PageNotFound.
    """
    entity = _find_entity(user_id=user_id, page_id=page_id)
    members = member_ids(user_id=user_id, entity_ids=[entity.id])
    blocks = {block.id: block for block in _blocks_on_page(user_id=user_id, entity_ids=members)}
    present = {}
    for block_id, block in blocks.items():
        last, seen = block, {block_id}
        while (successor_id := last.superseded_by_id) in blocks and successor_id not in seen:
            seen.add(successor_id)
            last = blocks[successor_id]
        if last.is_current:
            present[block_id] = last.id
    return present


def origins_of(*, user_id: UUID, record_ids: Sequence[UUID]) -> dict[UUID, list[Origin]]:
    """The messages that each record came from, the earliest first."""
    rows = (
        Source.objects.filter(user_id=user_id, record_id__in=record_ids)
        .order_by("message__created_at", "message__sequence")
        .values_list(
            "record_id",
            "message_id",
            "message__journal__reference",
            "message__sequence",
            "message__role",
            "message__created_at",
        )
        .distinct()
    )
    origins: dict[UUID, list[Origin]] = {}
    for row in rows:
        origins.setdefault(row[0], []).append(Origin(*row[1:]))
    return origins


def _find_entity(*, user_id: UUID, page_id: UUID) -> Entity:
    found = (
        Entity.objects.filter(id=canonical_id(user_id=user_id, page_id=page_id), user_id=user_id)
        .exclude(status=Status.FALSIFIED)
        .filter(superseded_at=None)
        .select_related("node_type")
        .first()
    )
    if found is None:
        raise PageNotFound
    return found


def _blocks_on_page(*, user_id: UUID, entity_ids: Sequence[UUID]) -> list[Block]:
    on_page = Q(entity__in=entity_ids, level__lte=DEEPEST_LEVEL, kind__in=PAGE_KINDS)
    return list(Block.objects.filter(on_page, user_id=user_id))


def _depth_first(blocks: Sequence[Block]) -> list[Block]:
    """Each block before those below it; siblings by kind, level and id."""
    known = {block.id for block in blocks}
    children: dict[UUID | None, list[Block]] = {}
    kinds = {kind: rank for rank, kind in enumerate(PAGE_KINDS)}
    for block in sorted(blocks, key=lambda b: (kinds[BlockKind(b.kind)], b.level, b.id)):
        parent = block.parent_id if block.parent_id in known else None
        children.setdefault(parent, []).append(block)
    ordered: list[Block] = []
    waiting = children.get(None, [])[::-1]
    while waiting:
        block = waiting.pop()
        ordered.append(block)
        waiting.extend(children.get(block.id, [])[::-1])
    return ordered


def to_page_block(
    block: Block, origins: Mapping[UUID, Sequence[Origin]], *, at: datetime
) -> PageBlock:
    return PageBlock(
        id=block.id,
        kind=BlockKind(block.kind),
        text=block.text.strip(),
        level=block.level,
        trust=Trust(block.trust),
        status=Status(block.status),
        confidence=block.confidence,
        said_at=block.said_at,
        valid_from=block.valid_from,
        valid_to=block.valid_to,
        is_current=block.is_current,
        superseded_by_id=block.superseded_by_id,
        origins=origins.get(block.id, ()),
        topic=block.topic,
        is_ending=block.polarity == Polarity.ENDED,
        is_secret=block.is_secret,
        is_private=block.is_private,
        since_precision=block.since_precision,
        until_precision=block.until_precision,
        event=_event_time(block, at=at) if block.kind == BlockKind.EVENT else None,
    )


def event_times(*, user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, EventTime]:
    """When those of the blocks that are events take place: of what recurs, the next time."""
    events = Block.objects.filter(user_id=user_id, id__in=ids, kind=BlockKind.EVENT)
    return {block.id: _event_time(block, at=clock.now()) for block in events}


def _event_time(block: Block, *, at: datetime) -> EventTime:
    following = _next_start(block, at=at)
    return EventTime(
        starts_at=following or block.starts_at,
        ends_at=None if following else block.ends_at,
        precision=block.time_precision,
        is_all_day=block.is_all_day,
        recurrence=block.recurrence,
        state=block.event_state,
    )


def _page_links(*, user_id: UUID, relations: Sequence[Relation]) -> list[PageLink]:
    """Neighbours over these relations, each once, in the order they became known."""
    ways: dict[UUID, Relation] = {}
    for relation in relations:
        ways.setdefault(relation.page_id, relation)
    shown = dict(list(ways.items())[:LINKS_SHOWN])
    pages = pages_by_ids(user_id=user_id, ids=list(shown))
    return [
        PageLink(
            page_id=page_id,
            title=pages[page_id].title,
            summary=pages[page_id].summary,
            edge_type=way.edge_type,
            is_outgoing=way.is_outgoing,
            relation=way.relation,
            text=way.text,
        )
        for page_id, way in shown.items()
        if page_id in pages
    ]


# -- where a page is spoken of


def mentions_of(
    *, user_id: UUID, page_id: UUID, limit: int, as_of: datetime | None = None
) -> list[Origin]:
    """The latest messages that speak of the entity, those up to `as_of`."""
    entity_id = canonical_id(user_id=user_id, page_id=page_id)
    members = member_ids(user_id=user_id, entity_ids=[entity_id])
    mentions = Mention.objects.filter(
        user_id=user_id, entity__in=members, superseded_at=None, block__kind=BlockKind.EPISODE
    )
    blocks = Block.objects.filter(user_id=user_id, id__in=mentions.values("block_id"))
    if as_of is not None:
        blocks = blocks.filter(said_at__lte=as_of)
    columns = ("message_id", "reference", "sequence", "message__role", "said_at", "id")
    rows = (
        blocks.annotate(words=Left("text", WORDS_SHOWN))
        .order_by("-said_at", "-sequence")
        .values_list(*columns, "words")[:limit]
    )
    return [
        Origin(message_id, reference, sequence or 0, role, said_at, block_id, words)
        for message_id, reference, sequence, role, said_at, block_id, words in rows
    ]
