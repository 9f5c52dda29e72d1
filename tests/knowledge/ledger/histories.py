"""Histories of a memory, and what has to be true after each of them.

A history is what a user and the assistant say, in the order in which it is learned, which is not
the order in which it was said; between that the user edits, calls wrong, rolls back and
forgets. Somebody else talks of the same things all the while.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from journal.models import Message
from knowledge.errors import ChangedSince, NothingToForget
from knowledge.models import (
    Alias,
    Block,
    Changeset,
    Edge,
    Entity,
    Mention,
    Operation,
    ReviewItem,
    Source,
)
from knowledge.services import editing
from knowledge.services.changes import roll_back
from knowledge.services.forgetting import forget
from knowledge.services.recalling import recall
from knowledge.types import BlockKind, Recalled, Scope, SourceMessage, Status, Target, TargetKind
from tests.knowledge.ledger.scribe import Teller
from tests.knowledge.ledger.traces import keys_with, tables_with

CITIES = ("lyon", "paris", "rome", "oslo")
NAMES = ("Ann", "Anna", "Ben")
NO_HURRY_MS = 20_000
TABLES = (Alias, Block, Edge, Entity, Mention, Source, ReviewItem, Operation)

Callbacks = Callable[..., AbstractContextManager[Any]]

says = st.tuples(
    st.just("say"),
    st.sampled_from(CITIES),
    st.integers(0, 12),  # the day it was said
    st.sampled_from(["", "", "", "?"]),  # doubt
    st.sampled_from(["user", "user", "user", "assistant"]),
    st.sampled_from(["", "", *NAMES]),  # about whom
)
acts = st.tuples(
    st.sampled_from(["falsify", "edit", "roll back", "forget fact", "forget message"]),
    st.integers(0, 20),  # which one
)
histories = st.lists(st.one_of(says, says, says, acts), min_size=2, max_size=9)


def tells(found: list[Recalled], block: Block) -> bool:
    """True when the block was recalled, by itself or by the message that it repeats."""
    return any(item.block_id == block.id or block.message_id in item.message_ids for item in found)


@dataclass
class World:
    """A user and a stranger, and what they have said."""

    teller: Teller
    stranger: Teller
    callbacks: Callbacks
    checked: Counter[str]
    told: dict[Any, SourceMessage] = field(default_factory=dict)
    marks: dict[Any, str] = field(default_factory=dict)
    jobs: list[Any] = field(default_factory=list)

    def live(self, history: list[Any]) -> None:
        """All of it happens."""
        self.stranger.tell("#home=bergen and @Ann says strangersword.", day=1)
        for number, step in enumerate(history):
            if step[0] == "say":
                self._say(number, step)
            else:
                self._act(*step)

    def _say(self, number: int, step: tuple[str, str, int, str, str, str]) -> None:
        _, city, day, doubt, role, about = step
        mark = f"qz{number}word"
        who = f"@{about}" if about else ""
        text = f"{mark} {who}#home{doubt}={city} +keeps {mark}."
        message = self.teller.say(text, day=day + number / 100, role=role)
        self.jobs.append(self.teller.learn(message))
        self.told[message.id] = message
        self.marks[message.id] = mark

    def _act(self, what: str, which: int) -> None:
        facts = list(self.facts().order_by("said_at", "id"))
        user_id = self.teller.user.pk
        if what == "roll back" and self.jobs:
            self._roll_back(self.jobs[which % len(self.jobs)])
        elif what == "forget message" and self.told:
            self._forget(list(self.told)[which % len(self.told)])
        elif not facts:
            return
        elif what == "falsify":
            editing.falsify(user_id=user_id, block_id=facts[which % len(facts)].id)
        elif what == "edit":
            text = f"The user wrote this {which}."
            editing.edit_block(user_id=user_id, block_id=facts[which % len(facts)].id, text=text)
        elif what == "forget fact":
            target = Target(TargetKind.FACT, id=facts[which % len(facts)].id)
            with self.callbacks(execute=True):
                forget(user_id=user_id, target=target)

    def _roll_back(self, job: Any) -> None:
        applied = Changeset.objects.filter(pk=job, state=Changeset.State.APPLIED)
        if not applied.exists():
            return
        try:
            roll_back(user_id=self.teller.user.pk, changeset_id=job)
        except ChangedSince:
            return

    def _forget(self, message_id: Any) -> None:
        target = Target(TargetKind.MESSAGE, id=message_id)
        try:
            with self.callbacks(execute=True):
                forget(user_id=self.teller.user.pk, target=target)
        except NothingToForget:
            return
        self.told.pop(message_id)
        self.no_trace(self.marks.pop(message_id))

    # what has to be true

    def facts(self) -> Any:
        """The user's statements."""
        return Block.objects.filter(user=self.teller.user, kind=BlockKind.FACT)

    def recalled(self, query: str, **scope: Any) -> list[Recalled]:
        """What the user's memory answers."""
        found = recall(
            scope=Scope(user_id=self.teller.user.pk, **scope),
            query=query,
            budget_tokens=100_000,
            limit=200,
            deadline_ms=NO_HURRY_MS,
        )
        return list(found.items)

    def no_trace(self, mark: str) -> None:
        """A word that is forgotten is nowhere: no table, no index, no cache, no recall."""
        assert tables_with(mark) == {}
        assert keys_with(mark) == []
        assert not any(mark in item.text for item in self.recalled(mark))
        self.checked["forgetting leaves no trace"] += 1

    def check(self) -> None:
        """Every invariant."""
        for test in (
            self.newest_outranks,
            self.both_reachable,
            self.contradictions_flagged,
            self.live_citations,
            self.tenants_apart,
            self.again_adds_nothing,
        ):
            test()
            self.checked[test.__name__.replace("_", " ")] += 1
        for message_id in list(self.told)[-1:]:
            self._forget(message_id)

    def _topics(self) -> dict[Any, list[Block]]:
        topics: dict[Any, list[Block]] = {}
        for block in self.facts().filter(is_single_valued=True).exclude(status=Status.FALSIFIED):
            topics.setdefault((block.entity_id, block.topic), []).append(block)
        return topics

    def newest_outranks(self) -> None:
        """Of each topic the user's newest certain word stands, and nothing else that is sure."""
        for blocks in self._topics().values():
            users = [b for b in blocks if b.trust >= 4]
            if not users:
                continue
            newest = max(users, key=lambda b: (b.said_at, b.sequence or 0, str(b.id)))
            assert newest.superseded_at is None
            for block in blocks:
                if block.superseded_at is None and block.value != newest.value:
                    assert block.status == newest.status == Status.DISPUTED
            ended = {b.id for b in blocks if b.superseded_at is not None}
            found = self.recalled(newest.text)
            assert tells(found, newest)
            assert ended.isdisjoint(item.block_id for item in found)

    def both_reachable(self) -> None:
        """What was ended is recalled as of its own time."""
        for blocks in self._topics().values():
            for block in blocks:
                start = block.valid_from or block.said_at
                if block.valid_to is not None and block.valid_to <= start:
                    continue
                at = start + timedelta(microseconds=1)
                assert tells(self.recalled(block.text, as_of=at), block)

    def contradictions_flagged(self) -> None:
        """What disagrees is both there, and is either ended by the other or asked about."""
        asked = {
            frozenset((item.left_id, item.right_id))
            for item in ReviewItem.objects.filter(user=self.teller.user, kind="conflict")
        }
        for blocks in self._topics().values():
            standing = [b for b in blocks if b.superseded_by_id is None and b.valid_to is None]
            disputed = [b for b in standing if b.status == Status.DISPUTED]
            if len({b.value for b in standing}) > 1:
                assert len(disputed) == len(standing)
            for block in disputed:
                assert any(block.id in pair for pair in asked)
            for block in blocks:
                if block.superseded_by_id is not None:
                    assert Block.objects.filter(pk=block.superseded_by_id).exists()

    def live_citations(self) -> None:
        """Every block, and everything recalled, cites a message that is there."""
        there = set(Message.objects.filter(user=self.teller.user).values_list("id", flat=True))
        for block in Block.objects.filter(user=self.teller.user):
            cited = Source.objects.filter(record_id=block.id).values_list("message_id", flat=True)
            assert cited
            assert set(cited) <= there
        for item in self.recalled("home"):
            assert item.message_ids
            assert set(item.message_ids) <= there

    def tenants_apart(self) -> None:
        """Nothing of the stranger's is reached, nor does a row join the two."""
        for query in ("bergen strangersword", "home", "Ann"):
            assert not any("strangersword" in item.text for item in self.recalled(query))
        for mention in Mention.objects.select_related("block", "entity"):
            assert mention.user_id == mention.block.user_id == mention.entity.user_id
        for source in Source.objects.select_related("message"):
            assert source.user_id == source.message.user_id

    def again_adds_nothing(self) -> None:
        """All messages that are in the memory, learned once more by other jobs."""
        known = Block.objects.filter(user=self.teller.user, kind=BlockKind.EPISODE)
        ids = set(known.values_list("message_id", flat=True))
        before = [model._default_manager.count() for model in TABLES]
        for message_id in ids & self.told.keys():
            self.teller.learn(self.told[message_id])
        self.teller.learn(*(self.told[id_] for id_ in ids & self.told.keys()))
        assert [model._default_manager.count() for model in TABLES] == before
