"""Statements that cannot both hold: which one does, since when, and which are in doubt.

Only statements of the same subject and the same single-valued topic are compared. What follows
from them depends on what was said when, not on the order in which it was learned: `resolve` looks
at all of them each time. Nothing is deleted: a superseded row stays and names its successor.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from knowledge import identity
from knowledge.models import Block, Edge, LedgerRow, ReviewItem
from knowledge.services.ledger.unit_of_work import UnitOfWork
from knowledge.types import CERTAIN, Status, Trust

Topic = tuple[UUID, str]  # an entity and what is said of it


@dataclass(frozen=True)
class Statement:
    """What the resolution needs of a block."""

    id: UUID
    value: str
    trust: int
    confidence: float
    said: tuple[datetime, int, str]  # when, at which place of its journal, and its id
    start: datetime  # from when it says to be true

    @property
    def is_users(self) -> bool:
        """True for the user's own word."""
        return self.trust >= Trust.USER_SAID

    @property
    def is_certain(self) -> bool:
        """True when it may end others."""
        return self.confidence >= CERTAIN or self.trust == Trust.CONFIRMED


@dataclass(frozen=True)
class Ending:
    """Which statement ended another, and from when on."""

    by: UUID
    at: datetime


@dataclass(frozen=True)
class Resolution:
    """What holds."""

    endings: dict[UUID, Ending] = field(default_factory=dict)
    disputes: set[tuple[UUID, UUID]] = field(default_factory=set)  # newer, older

    @property
    def disputed(self) -> set[UUID]:
        """Statements of which it is open whether they hold."""
        return {id_ for pair in self.disputes for id_ in pair}


def resolve(statements: Iterable[Statement]) -> Resolution:
    """What follows from statements on one topic.

    The user's word comes after all others', so it ends theirs and never the other way round;
    apart from that, what was said later ends what was said before. Where one of two is not
    certain, both are in doubt until something certain is said.
    """
    result = Resolution()
    standing: list[Statement] = []
    for new in sorted(statements, key=lambda s: (s.is_users, s.said)):
        # Another's word is no match for the user's, however certain.
        outranked = [old for old in standing if new.is_users and not old.is_users]
        unsettled = [
            old
            for old in standing
            if old.value != new.value
            and old not in outranked
            and old.id not in result.disputed
            and not old.is_certain
        ]
        ended = standing if new.is_certain and not unsettled else outranked
        for old in ended:
            # It held until the newer one began; if that lies earlier, until that one was said.
            end = new.start if new.start > old.start else max(new.said[0], old.start)
            result.endings[old.id] = Ending(by=new.id, at=end)
            for pair in [pair for pair in result.disputes if old.id in pair]:
                result.disputes.discard(pair)
        standing = [old for old in standing if old not in ended]
        result.disputes.update((new.id, old.id) for old in standing if old.value != new.value)
        standing.append(new)
    return result


# -- in the ledger


def statement_of(block: Block) -> Statement:
    """A block, as far as contradictions are concerned."""
    return Statement(
        id=block.id,
        value=block.value,
        trust=block.trust,
        confidence=block.confidence,
        said=(block.said_at, block.sequence or 0, str(block.id)),
        start=block.valid_from or block.said_at,
    )


def takes_part(block: Block) -> bool:
    """True for a block that can end others or be ended.

    Not one that the user called wrong, nor one that is about a time that is over by its own
    words: "from 2010 to 2015 I lived in Rome" says nothing of today.
    """
    is_past = block.valid_to is not None and block.superseded_by_id is None
    return block.is_single_valued and block.status != Status.FALSIFIED and not is_past


def load_topics(work: UnitOfWork, topics: Iterable[Topic]) -> dict[Topic, list[Block]]:
    """The single-valued blocks of these topics, as this unit will have left them."""
    wanted = set(topics)
    if not wanted:
        return {}
    found = Block.objects.filter(
        user_id=work.user_id,
        entity_id__in={entity_id for entity_id, _ in wanted},
        topic__in={topic for _, topic in wanted},
        is_single_valued=True,
    )
    grouped: dict[Topic, list[Block]] = {topic: [] for topic in wanted}
    seen: set[UUID] = set()
    for block in [*work.current(found), *work.additions(Block), *work.changes(Block)]:
        topic = topic_of(block)
        if topic in grouped and block.is_single_valued and block.id not in seen:
            seen.add(block.id)
            grouped[topic].append(block)
    return grouped


def topic_of(block: Block) -> Topic | None:
    """The entity and topic of the block, if it has both."""
    return (block.entity_id, block.topic) if block.entity_id and block.topic else None


def topics_of(records: Iterable[LedgerRow]) -> set[Topic]:
    """The topics of those of the records that are blocks."""
    blocks = (record for record in records if isinstance(record, Block))
    return {topic for block in blocks if (topic := topic_of(block))}


def resolve_conflicts(work: UnitOfWork, topics: Iterable[Topic]) -> None:
    """Blocks of these topics, their edges and review items have the status that `resolve` finds."""
    resolved: dict[UUID, Block] = {}
    disputes: set[tuple[UUID, UUID]] = set()
    everyone: set[UUID] = set()
    for blocks in load_topics(work, topics).values():
        everyone |= {block.id for block in blocks}
        parts = [block for block in blocks if takes_part(block)]
        resolution = resolve(map(statement_of, parts))
        disputes |= resolution.disputes
        for block in parts:
            ending = resolution.endings.get(block.id)
            is_disputed = block.id in resolution.disputed
            work.change(
                block,
                status=Status.DISPUTED if is_disputed else Status.ASSERTED,
                superseded_by_id=ending.by if ending else None,
                valid_to=ending.at if ending else None,
                superseded_at=(block.superseded_at or work.now) if ending else None,
            )
            resolved[block.id] = block
    _update_edges_of_blocks(work, resolved)
    _update_review_items(work, disputes=disputes, everyone=everyone)


def _update_edges_of_blocks(work: UnitOfWork, blocks: dict[UUID, Block]) -> None:
    """Edges have the status and validity of the statements that they were learned from."""
    if not blocks:
        return
    stored = Edge.objects.filter(user_id=work.user_id, block_id__in=blocks)
    edges = {edge.id: edge for edge in [*work.current(stored), *work.additions(Edge)]}
    by_block: dict[UUID, list[Edge]] = defaultdict(list)
    for edge in edges.values():
        if edge.block_id in blocks:
            by_block[edge.block_id].append(edge)
    successors = {(e.block_id, e.edge_type_id, e.source_id): e.id for e in edges.values()}
    for block_id, block in blocks.items():
        for edge in by_block[block_id]:
            successor = successors.get((block.superseded_by_id, edge.edge_type_id, edge.source_id))
            work.change(
                edge,
                status=block.status,
                valid_to=block.valid_to,
                superseded_at=block.superseded_at,
                superseded_by_id=successor,
            )


def _update_review_items(
    work: UnitOfWork, *, disputes: set[tuple[UUID, UUID]], everyone: set[UUID]
) -> None:
    """There is an open review item for each dispute, and none for one that is over."""
    if not everyone:
        return
    about = Q(left_id__in=everyone) | Q(right_id__in=everyone)
    stored = ReviewItem.objects.filter(
        about, user_id=work.user_id, kind=ReviewItem.Kind.CONFLICT, state=ReviewItem.State.OPEN
    )
    for item in work.current(stored):
        if (item.left_id, item.right_id) not in disputes:
            work.remove(item)
    for newer, older in sorted(disputes):
        work.add(
            ReviewItem(
                id=identity.pair_id(work.user_id, kind="conflict", left_id=newer, right_id=older),
                user_id=work.user_id,
                kind=ReviewItem.Kind.CONFLICT,
                left_id=newer,
                right_id=older,
            )
        )
