"""Reads of the memory as people browse it: categories, and a page for every entity.

A page is its entity with those that were merged into it. Everything but the
categories belongs to one user and takes a user id.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from exobrain.lib.sql import all_rows
from knowledge.errors import CategoryNotFound, PageNotFound
from knowledge.models import Alias, Block, Edge, Entity, Mention, NodeType, Source
from knowledge.selectors.entities import canonical_id, canonical_ids, member_ids
from knowledge.types import STATEMENT_KINDS, BlockKind, Status, Trust

ROOT_TYPE = "node.entity"
NOT_CATEGORIES = frozenset({"node.block", "node.universe"})
DEEPEST_LEVEL = 2  # of the blocks on a page
LINKS_SHOWN = 200
HIDDEN_PROPERTIES = frozenset(
    {"created_at", "updated_at", "visibility", "user_id", "type_id", "id"}
)
PAGE_KINDS = (BlockKind.SUMMARY, *STATEMENT_KINDS, BlockKind.NOTE)

# A list of pages is ordered by how much is known and how well the entity is connected. Counted for
# all of the user's entities at once: a subquery for each costs seconds in a large memory.
RANKED = """
WITH stated AS (
    SELECT entity_id AS id, count(*) AS n FROM knowledge_block
    WHERE user_id = %(user)s AND entity_id IS NOT NULL AND kind = ANY(%(kinds)s)
        AND superseded_at IS NULL AND status <> %(falsified)s
    GROUP BY entity_id
), connected AS (
    SELECT id, count(*) AS n FROM (
        SELECT source_id AS id FROM knowledge_edge
        WHERE user_id = %(user)s AND superseded_at IS NULL
      UNION ALL
        SELECT target_id FROM knowledge_edge
        WHERE user_id = %(user)s AND superseded_at IS NULL
    ) AS ends
    GROUP BY id
)
SELECT entity.id
FROM knowledge_entity AS entity LEFT JOIN stated USING (id) LEFT JOIN connected USING (id)
WHERE entity.user_id = %(user)s AND entity.node_type_id = ANY(%(types)s)
    AND entity.merged_into_id IS NULL AND entity.superseded_at IS NULL
    AND entity.status <> %(falsified)s
ORDER BY 0.30 * log((1 + coalesce(stated.n, 0))::float8)
       + 0.10 * log((1 + coalesce(connected.n, 0))::float8) DESC,
    entity.updated_at DESC, entity.id
LIMIT %(limit)s OFFSET %(offset)s
"""


# -- values


@dataclass(frozen=True)
class Category:
    """A node type under which entities are browsed."""

    id: str
    name: str
    description: str
    children: Sequence["Category"] = ()

    def with_descendants(self) -> Iterator["Category"]:
        """The category itself and all below it."""
        yield self
        for child in self.children:
            yield from child.with_descendants()


@dataclass(frozen=True)
class PageEntry:
    """A page in a list."""

    id: UUID
    category_id: str
    title: str
    summary: str | None
    updated_at: datetime
    block_count: int = 0


@dataclass(frozen=True)
class PageList:
    """Some of the pages of a category, and how many there are in all."""

    pages: Sequence[PageEntry]
    total: int


@dataclass(frozen=True)
class Origin:
    """A place in the journal from which something is known."""

    message_id: UUID
    reference: str
    sequence: int
    role: str
    said_at: datetime


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
    is_private: bool = False  # given to no model elsewhere, nor to other programs


@dataclass(frozen=True)
class PageLink:
    """Another page that this one is connected to, and how."""

    page_id: UUID
    title: str
    summary: str | None
    edge_type: str
    is_outgoing: bool


@dataclass(frozen=True)
class EntityPage:
    """All that is known of an entity."""

    id: UUID
    category_id: str
    category_name: str
    title: str
    summary: str | None
    is_self: bool
    created_at: datetime
    updated_at: datetime
    trust: Trust
    confidence: float
    aliases: Sequence[str]
    properties: Mapping[str, str]
    links: Sequence[PageLink]
    blocks: Sequence[PageBlock]  # depth first
    past: Sequence[PageBlock] = field(default=())  # what held once, or was found wrong


# -- categories


def categories() -> list[Category]:
    """The tree of categories; a type with several parents is under each of them."""
    types = {
        each.id: each for each in NodeType.objects.filter(is_active=True, id__startswith="node.")
    }
    children: dict[str, list[NodeType]] = {}
    pairs = NodeType.parents.through.objects.values_list("from_nodetype_id", "to_nodetype_id")
    for child_id, parent_id in pairs:
        if child_id in types and child_id not in NOT_CATEGORIES:
            children.setdefault(parent_id, []).append(types[child_id])
    for siblings in children.values():
        siblings.sort(key=lambda each: (each.display_name.lower(), each.id))

    def branches(parent_id: str, ancestors: frozenset[str]) -> list[Category]:
        return [
            Category(
                id=each.id,
                name=each.display_name,
                description=each.description,
                children=branches(each.id, ancestors | {each.id}),
            )
            for each in children.get(parent_id, ())
            if each.id not in ancestors  # a cycle ends where it would begin again
        ]

    return branches(ROOT_TYPE, frozenset({ROOT_TYPE}))


def find_category(category_id: str) -> Category:
    """One category with those below it; raises CategoryNotFound."""
    for root in categories():
        for category in root.with_descendants():
            if category.id == category_id:
                return category
    raise CategoryNotFound


# -- lists


def list_pages(*, user_id: UUID, category_id: str, offset: int, limit: int) -> PageList:
    """The user's pages of a category and of those below, most blocks and edges first."""
    below = [category.id for category in find_category(category_id).with_descendants()]
    total = _live_entities(user_id).filter(node_type__in=below).count()
    values = {
        "user": user_id,
        "types": below,
        "kinds": [kind.value for kind in PAGE_KINDS],
        "falsified": Status.FALSIFIED.value,
        "limit": limit,
        "offset": offset,
    }
    ids = [row[0] for row in all_rows(RANKED, values)]
    found = pages_by_ids(user_id=user_id, ids=ids)
    return PageList([found[id_] for id_ in ids if id_ in found], total)


def count_by_category(*, user_id: UUID) -> dict[str, int]:
    """How many pages the user has of each type itself."""
    rows = _live_entities(user_id).order_by().values_list("node_type").annotate(n=Count("id"))
    return dict(rows)


def recent_pages(*, user_id: UUID, limit: int) -> list[PageEntry]:
    """The user's pages that changed last."""
    return _page_entries(_live_entities(user_id).order_by("-updated_at", "id")[:limit])


def pages_by_ids(*, user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, PageEntry]:
    """Those of the entities that are the user's and have a page."""
    found = _live_entities(user_id).filter(id__in=ids)
    return {entry.id: entry for entry in _page_entries(found)}


def _live_entities(user_id: UUID) -> QuerySet[Entity]:
    return Entity.objects.filter(user_id=user_id, merged_into=None, superseded_at=None).exclude(
        status=Status.FALSIFIED
    )


def _page_entries(entities: QuerySet[Entity]) -> list[PageEntry]:
    """The entities as pages in a list, with what each begins with: a summary, a fact or a note."""
    blocks = Block.objects.filter(
        entity=OuterRef("pk"), kind__in=PAGE_KINDS, superseded_at=None
    ).exclude(status=Status.FALSIFIED)
    count = blocks.order_by().values("entity").annotate(n=Count("id")).values("n")
    kinds = [When(kind=kind, then=Value(rank)) for rank, kind in enumerate(PAGE_KINDS)]
    first_text = (
        blocks.filter(level=0, text__regex=r"\S")
        .annotate(rank=Case(*kinds, output_field=IntegerField()))
        .order_by("rank", "id")
        .values("text")[:1]
    )
    rows: Any = entities.annotate(
        block_count=Coalesce(Subquery(count), 0), summary=Subquery(first_text)
    ).values("id", "node_type_id", "name", "summary", "updated_at", "block_count")
    return [
        PageEntry(
            id=row["id"],
            category_id=row["node_type_id"],
            title=row["name"],
            summary=(row["summary"] or "").strip() or None,
            updated_at=row["updated_at"],
            block_count=row["block_count"],
        )
        for row in rows
    ]


# -- one page


def find_page(*, user_id: UUID, page_id: UUID) -> EntityPage:
    """All that is known of the entity, or of the one it was merged into; raises PageNotFound."""
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
    blocks = _depth_first([block for block in everything if block.is_current])
    past = [block for block in everything if not block.is_current]
    origins = origins_of(user_id=user_id, record_ids=[block.id for block in everything])
    shown = [_to_page_block(block, origins) for block in blocks if block.text.strip()]
    return EntityPage(
        id=entity.id,
        category_id=entity.node_type_id,
        category_name=entity.node_type.display_name,
        title=entity.name,
        summary=next((block.text for block in shown if block.level == 0), None),
        is_self=entity.is_self,
        created_at=entity.recorded_at,
        updated_at=max([entity.updated_at, *(block.updated_at for block in everything)]),
        trust=Trust(entity.trust),
        confidence=entity.confidence,
        aliases=aliases,
        properties=properties,
        links=_page_links(user_id=user_id, members=members),
        blocks=shown,
        past=sorted(
            (_to_page_block(block, origins) for block in past),
            key=lambda block: (block.said_at, block.id),
            reverse=True,
        ),
    )


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


def _to_page_block(block: Block, origins: Mapping[UUID, Sequence[Origin]]) -> PageBlock:
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
        is_private=block.is_private,
    )


def _page_links(*, user_id: UUID, members: Sequence[UUID]) -> list[PageLink]:
    """Neighbours over edges that hold, each once, in the order they became known."""
    edges = (
        Edge.objects.filter(user_id=user_id, superseded_at=None)
        .filter(Q(source__in=members) | Q(target__in=members))
        .exclude(status=Status.FALSIFIED)
        .order_by("recorded_at", "id")
        .values_list("source_id", "target_id", "edge_type_id")
    )
    ours = set(members)
    found: dict[UUID, tuple[str, bool]] = {}
    for source_id, target_id, edge_type in edges:
        other = target_id if source_id in ours else source_id
        if other not in ours:
            found.setdefault(other, (edge_type, source_id in ours))
    canonical = canonical_ids(user_id=user_id, ids=list(found))
    ways: dict[UUID, tuple[str, bool]] = {}
    for neighbour, way in found.items():
        if neighbour in canonical:
            ways.setdefault(canonical[neighbour], way)
    shown = dict(list(ways.items())[:LINKS_SHOWN])
    pages = pages_by_ids(user_id=user_id, ids=list(shown))
    return [
        PageLink(page_id, pages[page_id].title, pages[page_id].summary, edge_type, is_outgoing)
        for page_id, (edge_type, is_outgoing) in shown.items()
        if page_id in pages
    ]


# -- blocks, wherever they stand


@dataclass(frozen=True)
class KnownBlock:
    """How a block reads now, and whose page it is on."""

    id: UUID
    kind: BlockKind
    text: str
    trust: Trust
    status: Status
    confidence: float
    page_id: UUID | None
    is_current: bool


def known_blocks(*, user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, KnownBlock]:
    """Those of the blocks that are the user's, by their ids."""
    return {
        block.id: KnownBlock(
            id=block.id,
            kind=BlockKind(block.kind),
            text=block.text,
            trust=Trust(block.trust),
            status=Status(block.status),
            confidence=block.confidence,
            page_id=block.entity_id,
            is_current=block.is_current,
        )
        for block in Block.objects.filter(user_id=user_id, id__in=ids)
    }


# -- where a page is spoken of


def mentions_of(*, user_id: UUID, page_id: UUID, limit: int) -> list[Origin]:
    """The latest messages that speak of the entity."""
    entity_id = canonical_id(user_id=user_id, page_id=page_id)
    members = member_ids(user_id=user_id, entity_ids=[entity_id])
    blocks = Mention.objects.filter(
        user_id=user_id, entity__in=members, superseded_at=None, block__kind=BlockKind.EPISODE
    )
    rows = (
        Block.objects.filter(user_id=user_id, id__in=blocks.values("block_id"))
        .order_by("-said_at", "-sequence")
        .values_list("message_id", "reference", "sequence", "message__role", "said_at")[:limit]
    )
    return [
        Origin(message_id, reference, sequence or 0, role, said_at)
        for message_id, reference, sequence, role, said_at in rows
    ]
