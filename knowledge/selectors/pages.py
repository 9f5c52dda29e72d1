"""Reads of the memory as people browse it: categories, and a page for every entity.

A page is its entity with those that were merged into it. Everything but the
categories belongs to one user and takes a user id.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
from knowledge.errors import CategoryNotFound
from knowledge.identity import normal_name
from knowledge.models import (
    Alias,
    Block,
    Entity,
    Mention,
    NodeType,
)
from knowledge.selectors.entities import canonical_ids
from knowledge.types import STATEMENT_KINDS, BlockKind, Status, Trust

ROOT_TYPE = "node.entity"
NOT_CATEGORIES = frozenset({"node.block", "node.universe"})
MOST_NAMED_WORDS = 60  # of a question in which names are looked for
LONGEST_NAME_WORDS = 4
NAMES_LOOKED_AT = 50
LEAST_PART_CHARS = 3  # of a name that is only a part of a page's
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
    category_name: str = ""


@dataclass(frozen=True)
class PageList:
    """Some of the pages of a category, and how many there are in all."""

    pages: Sequence[PageEntry]
    total: int


@dataclass(frozen=True)
class TypeCount:
    """How many pages are of a type itself."""

    id: str
    name: str
    count: int


@dataclass(frozen=True)
class PageIndex:
    """Some of all pages by their names, how many there are, and how many of each type."""

    pages: Sequence[PageEntry]
    total: int
    types: Sequence[TypeCount]


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


def list_all_pages(
    *,
    user_id: UUID,
    offset: int,
    limit: int,
    type_id: str = "",
    name: str = "",
    as_of: datetime | None = None,
) -> PageIndex:
    """Every page of the user's that fits, by name, whatever it is of.

    `name` is looked for in all names of a page; `as_of` leaves out what was spoken of later only.
    """
    entities = _live_entities(user_id)
    if words := normal_name(name):
        named = Alias.objects.filter(user_id=user_id, normal_name__contains=words)
        entities = entities.filter(
            Q(normal_name__contains=words) | Q(id__in=named.values("entity"))
        )
    elif name.strip():
        entities = entities.none()
    if as_of is not None:
        said = Block.objects.filter(user_id=user_id, said_at__lte=as_of)
        spoken = Mention.objects.filter(user_id=user_id, block__in=said)
        entities = entities.filter(
            Q(id__in=spoken.values("entity")) | Q(id__in=said.values("entity"))
        )
    counts = entities.order_by().values_list("node_type", "node_type__name").annotate(n=Count("id"))
    types = sorted(
        (TypeCount(id_, type_title(id_, shown), n) for id_, shown, n in counts),
        key=lambda each: (each.id == ROOT_TYPE, each.name.lower()),
    )
    if type_id:
        entities = entities.filter(node_type=type_id)
    page = entities.order_by("normal_name", "id")[offset : offset + limit]
    return PageIndex(_page_entries(page), entities.count(), types)


def pages_named_in(*, user_id: UUID, text: str, limit: int) -> list[PageEntry]:
    """The user's pages of which the text has a whole name, the longest name first."""
    words = normal_name(text).split()[:MOST_NAMED_WORDS]
    parts = {
        " ".join(words[first:last])
        for first in range(len(words))
        for last in range(first + 1, min(first + LONGEST_NAME_WORDS, len(words)) + 1)
    }
    named = Alias.objects.filter(user_id=user_id, normal_name__in=parts, is_identifier=False)
    found = _live_entities(user_id).filter(
        Q(normal_name__in=parts) | Q(id__in=named.values("entity"))
    )
    # The user's own page goes by "I" and "me", which every question has.
    entries = _page_entries(found.filter(is_self=False))
    return sorted(entries, key=lambda page: (-len(page.title), page.title))[:limit]


def pages_called(*, user_id: UUID, name: str, limit: int) -> list[PageEntry]:
    """The user's pages that have just this name; where there is none, those it is a part of."""
    words = normal_name(name)
    if not words:
        return []
    for lookup in ("normal_name", "normal_name__contains"):
        named = Alias.objects.filter(user_id=user_id, is_identifier=False, **{lookup: words})
        ids = [*named.values_list("entity_id", flat=True)[:NAMES_LOOKED_AT]]
        own = Entity.objects.filter(user_id=user_id, **{lookup: words})
        ids += own.values_list("id", flat=True)[:NAMES_LOOKED_AT]
        pages = set(canonical_ids(user_id=user_id, ids=ids).values())
        found = _live_entities(user_id).filter(id__in=pages).order_by("normal_name", "id")
        if entries := _page_entries(found[:limit]):
            return entries
        if len(words) < LEAST_PART_CHARS:
            break
    return []


def entity_types() -> list[TypeCount]:
    """The types that a page may be of, by their names; the root type last."""
    below = {
        category.id: TypeCount(category.id, category.name, 0)
        for root in categories()
        for category in root.with_descendants()
    }
    return [
        *sorted(below.values(), key=lambda each: each.name.lower()),
        TypeCount(ROOT_TYPE, type_title(ROOT_TYPE, ""), 0),
    ]


def type_title(type_id: str, name: str) -> str:
    """What a type is called on pages; the root type says only that no better one is known."""
    return "Other" if type_id == ROOT_TYPE else name.strip() or type_id


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
    ).values(
        *("id", "node_type_id", "node_type__name", "name", "summary", "updated_at", "block_count")
    )
    return [
        PageEntry(
            id=row["id"],
            category_id=row["node_type_id"],
            title=row["name"],
            summary=(row["summary"] or "").strip() or None,
            updated_at=row["updated_at"],
            block_count=row["block_count"],
            category_name=type_title(row["node_type_id"], row["node_type__name"]),
        )
        for row in rows
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
    is_secret: bool = False


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
            is_secret=block.is_secret,
        )
        for block in Block.objects.filter(user_id=user_id, id__in=ids)
    }
