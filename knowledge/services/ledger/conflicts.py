"""Statements that cannot both hold: which one does, since when, and which are in doubt.

Only statements of the same subject and the same topic are compared. What follows from them depends
on when it held and on what was said when, not on the order in which it was learned: `resolve`
looks at all of them each time. Nothing is deleted: a superseded row stays and names its successor.

What a statement ends on another topic or of somebody else (a death, a correction, a moved event)
is linked by `end_elsewhere` when it is learned, and stays so while the one that ended it is there.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from knowledge import identity
from knowledge.models import Block, Edge, LedgerRow, ReviewItem
from knowledge.services.ledger.unit_of_work import UnitOfWork
from knowledge.types import CERTAIN, BlockKind, Polarity, Status, Trust

# Two different values said within such a time, neither as a change nor as a correction, are asked
# about: nothing happened in between.
ONE_SITTING = timedelta(hours=12)
# What is the same for life. Another value is a mistake on one side, whenever it is said.
UNCHANGING = frozenset({"birthday", "origin"})

# Topics of which a statement ends those of others: a death, a departure, an opinion that turned.
ENDS_OTHERS = frozenset(
    {
        *("death", "do:die", "do:pass away", "likes", "dislikes"),
        *("do:leave", "do:quit", "do:resign", "do:retire", "do:move out", "do:move away"),
    }
)

Topic = tuple[UUID, str]  # an entity and what is said of it


@dataclass(frozen=True)
class Statement:
    """What the resolution needs of a block."""

    id: UUID
    value: str  # normalised; empty for an ending of whatever value
    trust: int
    confidence: float
    said: tuple[datetime, int, str]  # when, at which place of its journal, and its id
    start: datetime  # from when it says to be true
    held_at: datetime | None = None  # the latest moment at which it says to be true; unset: said
    over_at: datetime | None = None  # when it is over by its own words
    polarity: str = ""
    is_single: bool = True  # another value of the topic cannot hold beside it
    is_change: bool = False  # it says that something began, not only that it is so
    is_unchanging: bool = False
    corrects: UUID | None = None

    @property
    def is_users(self) -> bool:
        """True for the user's own word."""
        return self.trust >= Trust.USER_SAID

    @property
    def is_certain(self) -> bool:
        """True when it may end others."""
        return self.confidence >= CERTAIN or self.trust == Trust.CONFIRMED

    @property
    def order(self) -> tuple[bool, datetime, tuple[datetime, int], bool, str]:
        """Statements come in the order in which they held; the user's word after all others'.

        Of one message, what corrects another comes after it.
        """
        said_at, sequence, id_ = self.said
        corrects = self.corrects is not None
        return self.is_users, self.held_at or said_at, (said_at, sequence), corrects, id_

    def concerns(self, other: "Statement") -> bool:
        """True when the two speak of the same, whether they agree or not."""
        if self.says_more_or_less(other):
            return False
        if self.corrects == other.id:
            return True
        if not self.polarity and not other.polarity and self.is_single and other.is_single:
            return True
        return self.value == other.value or not self.value or not other.value

    def says_more_or_less(self, other: "Statement") -> bool:
        """True for a day of birth with its year beside one without."""
        if not self.is_unchanging or self.value == other.value or self.polarity or other.polarity:
            return False
        return self.value.endswith(f" {other.value}") or other.value.endswith(f" {self.value}")

    def contradicts(self, other: "Statement") -> bool:
        """True when not both can hold at one time."""
        if self.says_more_or_less(other):
            return False
        if self.corrects == other.id:
            return True
        if self.polarity and other.polarity:
            return False
        if self.polarity or other.polarity:
            return self.concerns(other)
        return self.is_single and other.is_single and self.value != other.value

    def is_doubtful_against(self, other: "Statement") -> bool:
        """True for another value without a word that something changed or was wrong."""
        if self.polarity or other.polarity or self.corrects == other.id:
            return False
        if self.trust == Trust.CONFIRMED or other.value == self.value or not other.is_users:
            return False
        if self.is_unchanging:
            return True
        is_said_together = abs(self.said[0] - other.said[0]) < ONE_SITTING
        return is_said_together and not self.is_change and not other.is_change


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
    apart from that, what held later ends what held before. Where one of two is not certain, or
    nothing tells which is right, both are in doubt until something certain is said. What is over
    by its own words ends the same statement in words of the present, and nothing else.
    """
    told = list(statements)
    if any(each.is_single or each.corrects or not each.value for each in told):
        return _resolve_together(told)
    # One of many values has nothing to do with the others: there may be a thousand of them.
    by_value: dict[str, list[Statement]] = defaultdict(list)
    for each in told:
        by_value[each.value].append(each)
    result = Resolution()
    for alike in by_value.values():
        found = _resolve_together(alike)
        result.endings.update(found.endings)
        result.disputes.update(found.disputes)
    return result


def _resolve_together(statements: Iterable[Statement]) -> Resolution:
    result = Resolution()
    standing: list[Statement] = []
    for new in sorted(statements, key=lambda s: s.order):
        concerned = [old for old in standing if new.concerns(old)]
        if new.over_at is not None:
            concerned = [old for old in concerned if not old.polarity and old.value == new.value]
        # Another's word is no match for the user's, however certain.
        outranked = [old for old in concerned if new.is_users and not old.is_users]
        unsettled = [
            old
            for old in concerned
            if new.contradicts(old)
            and old not in outranked
            and old.id not in result.disputed
            and (not old.is_certain or new.is_doubtful_against(old))
        ]
        ended = concerned if new.is_certain and not unsettled else outranked
        for old in ended:
            result.endings[old.id] = Ending(by=new.id, at=_end_of(old, new))
            for pair in [pair for pair in result.disputes if old.id in pair]:
                result.disputes.discard(pair)
        standing = [old for old in standing if old not in ended]
        if new.over_at is not None:
            continue
        result.disputes.update(
            (new.id, old.id) for old in concerned if old not in ended and new.contradicts(old)
        )
        standing.append(new)
    return result


def _end_of(old: Statement, new: Statement) -> datetime:
    """Until when the old one held: until the newer one began; if that lies earlier, until it was
    said; never, if the newer one says that it was wrong from the start.
    """
    if new.corrects == old.id:
        return max(new.start, old.start)
    if new.over_at is not None:
        return max(new.over_at, old.start)
    return new.start if new.start > old.start else max(new.said[0], old.start)


# -- in the ledger


def statement_of(block: Block) -> Statement:
    """A block, as far as contradictions are concerned."""
    over_at = block.valid_to if is_over_by_its_words(block) else None
    held_at = min(over_at, block.said_at) if over_at else block.held_at
    return Statement(
        id=block.id,
        value=identity.canonical_value(block.value),
        trust=block.trust,
        confidence=block.confidence,
        said=(block.said_at, block.sequence or 0, str(block.id)),
        start=block.valid_from or block.said_at,
        held_at=held_at,
        over_at=over_at,
        polarity=block.polarity,
        is_single=block.is_single_valued,
        is_change=bool(block.since_precision),
        is_unchanging=block.topic in UNCHANGING,
        corrects=block.corrects_id,
    )


def is_over_by_its_words(block: Block) -> bool:
    """True when it is about a time that is over: "from 2010 to 2015 I lived in Rome"."""
    return block.valid_to is not None and block.superseded_by_id is None


def load_topics(work: UnitOfWork, topics: Iterable[Topic]) -> dict[Topic, list[Block]]:
    """The statements on these topics, as this unit will have left them."""
    wanted = set(topics)
    if not wanted:
        return {}
    found = Block.objects.filter(
        user_id=work.user_id,
        entity_id__in={entity_id for entity_id, _ in wanted},
        topic__in={topic for _, topic in wanted},
    )
    grouped: dict[Topic, list[Block]] = {topic: [] for topic in wanted}
    seen: set[UUID] = set()
    for block in [*work.current(found), *work.additions(Block), *work.changes(Block)]:
        topic = topic_of(block)
        if topic in grouped and block.id not in seen:
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
        elsewhere = _ended_elsewhere(work, blocks)
        parts = [
            block
            for block in blocks
            if block.status != Status.FALSIFIED and block.id not in elsewhere
        ]
        resolution = resolve(map(statement_of, parts))
        disputes |= resolution.disputes
        for block in parts:
            if is_over_by_its_words(block):
                continue
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


def end_elsewhere(work: UnitOfWork, block: Block, *, by: Block, at: datetime) -> None:
    """The block and its edges are ended by a statement that is not of its topic."""
    work.change(
        block,
        status=Status.ASSERTED,
        superseded_by_id=by.id,
        valid_to=max(at, block.valid_from or block.said_at),
        superseded_at=block.superseded_at or work.now,
    )
    _update_edges_of_blocks(work, {block.id: block})


def reopen(work: UnitOfWork, blocks: Iterable[Block]) -> None:
    """What ended these is not so: they hold, but for what their topics say."""
    opened = list(blocks)
    for block in opened:
        work.change(block, superseded_by_id=None, valid_to=None, superseded_at=None)
    _update_edges_of_blocks(work, {block.id: block for block in opened})
    resolve_conflicts(work, topics_of(opened))


def _ended_elsewhere(work: UnitOfWork, blocks: Iterable[Block]) -> set[UUID]:
    """Those of a topic's blocks that `end_elsewhere` ended."""
    here = {block.id: block for block in blocks}
    ended = {b.id: b.superseded_by_id for b in here.values() if b.superseded_by_id}
    strange = set(ended.values()) - here.keys()
    if not strange:
        return set()
    stored = Block.objects.filter(user_id=work.user_id, pk__in=strange)
    by = {b.id: b for b in (*work.current(stored), *work.additions(Block)) if b.id in strange}
    return {
        id_
        for id_, successor_id in ended.items()
        if (successor := by.get(successor_id)) is not None
        and successor.status != Status.FALSIFIED
        and (
            successor.polarity == Polarity.ENDED
            or successor.corrects_id == id_
            or successor.kind == BlockKind.EVENT
            or {successor.topic, successor.topic.partition(":")[0]} & ENDS_OTHERS
        )
    }


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
