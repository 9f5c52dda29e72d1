"""Histories of a memory, and what has to be true after each of them.

A history is what a user and the assistant say, in the order in which it is learned, which is not
the order in which it was said; between that the user asks, edits, renames, merges, tells apart,
calls wrong, rolls back and forgets: a fact, somebody, a message, a day, everything. Somebody else
talks of the same things all the while.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from hypothesis import strategies as st

from chat.agent.prompt import build_prompt
from chat.models import Receipt, Turn
from chat.services.recalling import memories_within_budget, receipt_row
from chat.types import Given, ReceiptDraft
from exobrain.lib import clock
from journal.models import Journal, Message
from journal.selectors import messages_json
from knowledge.errors import (
    AlreadyRolledBack,
    CannotMerge,
    CannotRollBack,
    ChangedSince,
)
from knowledge.events import UPDATE_JOB, update_payload
from knowledge.models import (
    LEDGER,
    Alias,
    Block,
    BlockTokens,
    CannotLink,
    Changeset,
    Decision,
    Edge,
    Entity,
    Mention,
    Record,
    ReviewItem,
    Source,
)
from knowledge.selectors.events import upcoming
from knowledge.services.forgetting.erasure import forget
from knowledge.services.identities.merging import keep_apart, merge
from knowledge.services.ledger.conflicts import is_over_by_its_words, statement_of
from knowledge.services.ledger.rollback import roll_back
from knowledge.services.pages import editing, reminding, reviewing
from knowledge.services.recall.profile import current_profile
from knowledge.services.recall.recalling import recall
from knowledge.types import (
    BlockKind,
    EventState,
    Recalled,
    Scope,
    SourceMessage,
    Status,
    Target,
    TargetKind,
)
from orchestrator.models import Job
from tests.factories import TurnFactory
from tests.knowledge.ledger.indexed import Outside, agree_inside
from tests.knowledge.ledger.scribe import DAY, ZONE, Teller
from tests.knowledge.ledger.traces import (
    JOURNAL,
    keys_naming,
    keys_with,
    rows_naming,
    tables_calling,
    tables_with,
)
from tests.knowledge.validity import faults

CITIES = ("lyon", "paris", "rome", "oslo")
NAMES = ("Ann", "Anna", "Ben")
NO_HURRY_MS = 20_000
TABLES = (Alias, Block, Edge, Entity, Mention, Source, CannotLink, ReviewItem)
TOUCHED = frozenset({"updated_at", "created_at", "changeset_id", "began_as"})
MARK = re.compile(r"\b(?:qz|wx|ny)\d+word\b")  # what only one message, statement or note says

Callbacks = Callable[..., AbstractContextManager[Any]]

says = st.tuples(
    st.just("say"),
    st.sampled_from(CITIES),
    st.integers(0, 12),  # the day it was said
    st.sampled_from(["", "", "", "?"]),  # doubt
    st.sampled_from(["user", "user", "user", "assistant"]),
    st.sampled_from(["", "", *NAMES]),  # about whom
    st.sampled_from(["", "", *NAMES]),  # who is known to whom it is about
    st.sampled_from(["", *NAMES]),  # whom it relates them to
)
changes = st.tuples(
    st.just("change"),
    st.sampled_from(
        (
            *("#home=lyon!", "#home=!", "#home=lyon/rome", "#home=oslo@-400", "#home=paris@3"),
            *("has:tea", "no:tea", "has:tea", "@Ann#home=rome!", "forget:tea", "forget:Ann"),
            *("my:sister", "my:sister=Ann", "my:sister,Ann", "my:boss=Ann", "my:boss"),
            *("on:dentist=6", "on:dentist=9", "on:dentist=off", "on:choir=4*", "on:bins=5!"),
        )
    ),
    st.integers(0, 12),
    st.sampled_from(["user", "user", "user", "assistant"]),
)
ACTS = (
    *("ask", "falsify", "remind", "edit", "note", "rename", "confirm"),
    *("merge", "merge and back", "tell apart", "accept", "reject"),
    *("roll back", "roll back", "roll back"),
    *("forget fact", "forget fact", "forget message", "forget message"),
    *("forget entity", "forget entity", "forget day", "forget everything"),
)
acts = st.tuples(st.sampled_from(ACTS), st.integers(0, 20))  # the second: which one
histories = st.lists(st.one_of(says, changes, acts, acts), min_size=4, max_size=14)


def tells(found: list[Recalled], block: Block) -> bool:
    """True when the block was recalled, by itself or by the message that it repeats."""
    return any(item.block_id == block.id or block.message_id in item.message_ids for item in found)


def says_it(text: str, name: str) -> bool:
    """True for a text that has the name as a word of its own."""
    return re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) is not None


@dataclass(frozen=True)
class Held:
    """What the memory holds at a time, to be compared with later."""

    ids: frozenset[UUID]
    names: frozenset[str]
    marks: frozenset[str]


@dataclass
class World:
    """A user and a stranger, and what they have said."""

    teller: Teller
    stranger: Teller
    callbacks: Callbacks
    outside: Outside
    checked: Counter[str]
    told: dict[UUID, SourceMessage] = field(default_factory=dict)
    forgotten: list[SourceMessage] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)  # marks that are nowhere any more
    unknown: set[str] = field(default_factory=set)  # marks and names that only the journal has
    written: list[str] = field(default_factory=list)  # in the place of statements

    @property
    def user_id(self) -> UUID:
        """Whose history it is."""
        return self.teller.user.pk

    def live(self, history: Sequence[Any]) -> None:
        """All of it happens."""
        self.stranger.tell("#home=bergen and @Ann says +keeps strangersword.", day=1)
        self.stranger.tell("@Ann~knows~@Ben and @Ben#home=lyon", day=2)
        strangers = self._rows_of(self.stranger.user.pk)
        for number, step in enumerate(history):
            if step[0] == "say":
                self._say(number, step)
            elif step[0] == "change":
                self._change(number, step)
            else:
                getattr(self, f"_{step[0].replace(' ', '_')}")(number, step[1])
        assert self._rows_of(self.stranger.user.pk) == strangers

    # what happens

    def _say(self, number: int, step: tuple[str, ...]) -> None:
        _, city, day, doubt, role, about, friend, other = step
        who = f"@{about}" if about else ""
        known = f" @{about}~knows~@{friend}" if about and friend and about != friend else ""
        related = f">{other}" if other else ""
        home = f"{who}#home{doubt}={city}{related}"
        text = f"qz{number}word {home}{known} +keeps wx{number}word."
        self._tell(self.teller.say(text, day=int(day) + number / 100, role=role))

    def _change(self, number: int, step: tuple[str, ...]) -> None:
        _, mark, day, role = step
        text = f"qz{number}word {mark} +keeps wx{number}word."
        self._tell(self.teller.say(text, day=int(day) + number / 100, role=role))

    def _remind(self, _: int, which: int) -> None:
        """A reminder is seen to."""
        mine = Block.objects.filter(user_id=self.user_id, kind=BlockKind.EVENT, superseded_at=None)
        if events := list(mine.exclude(remind_at=None).order_by("id")):
            id_ = events[which % len(events)].id
            reminding.finish(user_id=self.user_id, event_id=id_, zone=ZONE)

    def _tell(self, message: SourceMessage) -> None:
        payload = update_payload(user_id=str(self.user_id), messages=[message])
        Job.objects.create(
            job_type=UPDATE_JOB, user_id=str(self.user_id), payload=payload, state="completed",
            is_terminal=True, created_at=message.said_at,
        )  # fmt: skip
        self.teller.learn(message)
        self.told[message.id] = message

    def _ask(self, number: int, which: int) -> None:
        """A question that is answered from memory, with a receipt."""
        city = CITIES[which % len(CITIES)]
        question = self.teller.say(f"qz{number}word, what of {city}?", day=which + number / 100)
        memories = memories_within_budget(self.recalled(city), shown=set(), tokens=1_000)
        answer = self.teller.say("It is there [m1].", day=which + number / 100, role="assistant")
        TurnFactory(
            user=self.teller.user, state=Turn.State.COMPLETE,
            question=Message.objects.get(pk=question.id), answer=Message.objects.get(pk=answer.id),
        )  # fmt: skip
        draft = ReceiptDraft(memories, frozenset(), tokens=1, retriever_ms={}, dropped=())
        Receipt.objects.create(answer_id=answer.id, user=self.teller.user, **receipt_row(draft))
        self._tell(question)

    def _falsify(self, _: int, which: int) -> None:
        if block := self._fact(which):
            editing.edit_blocks(user_id=self.user_id, texts={block.id: ""})

    def _confirm(self, _: int, which: int) -> None:
        if block := self._fact(which):
            editing.confirm(user_id=self.user_id, block_id=block.id)

    def _edit(self, number: int, which: int) -> None:
        if block := self._fact(which):
            text = f"The user wrote this {number}, to {(*NAMES, 'nobody')[which % 4]}."
            self.written.append(text)
            self.unknown = {word for word in self.unknown if not says_it(text, word)}
            editing.edit_blocks(user_id=self.user_id, texts={block.id: text})

    def _note(self, number: int, which: int) -> None:
        if entity := self._entity(which):
            text = f"A note: ny{number}word."
            editing.add_note(user_id=self.user_id, entity_id=entity.id, text=text)

    def _rename(self, number: int, which: int) -> None:
        if entity := self._entity(which):
            name = f"Name{number}q"
            editing.rename_entity(user_id=self.user_id, entity_id=entity.id, name=name)

    def _merge(self, _: int, which: int) -> UUID | None:
        one, other = self._entity(which), self._entity(which + 1 + which // 3)
        if one is None or other is None:
            return None
        try:
            return merge(user_id=self.user_id, keep_id=one.id, gone_id=other.id)
        except CannotMerge:
            return None

    def _merge_and_back(self, number: int, which: int) -> None:
        before = self._rows_of(self.user_id)
        if changeset_id := self._merge(number, which):
            roll_back(user_id=self.user_id, changeset_id=changeset_id)
            assert self._rows_of(self.user_id) == before
            self.checked["merges are reversible"] += 1

    def _tell_apart(self, _: int, which: int) -> None:
        one, other = self._entity(which), self._entity(which + 1 + which // 3)
        if one is not None and other is not None:
            with suppress(CannotMerge):
                keep_apart(user_id=self.user_id, left_id=one.id, right_id=other.id)

    def _accept(self, _: int, which: int) -> None:
        self._answer(reviewing.accept, which)

    def _reject(self, _: int, which: int) -> None:
        self._answer(reviewing.reject, which)

    def _answer(self, answer: Callable[..., UUID], which: int) -> None:
        open_ = ReviewItem.objects.filter(user_id=self.user_id, state=ReviewItem.State.OPEN)
        if items := list(open_.order_by("created_at", "id")):
            with suppress(CannotMerge):
                answer(user_id=self.user_id, item_id=items[which % len(items)].id)

    def _roll_back(self, _: int, which: int) -> None:
        changes = list(Changeset.objects.filter(user_id=self.user_id).order_by("created_at", "id"))
        if not changes:
            return
        change = changes[which % len(changes)]
        refusal: Any = ChangedSince
        if change.kind == Changeset.Kind.FORGET:
            refusal = CannotRollBack
        elif change.state == Changeset.State.ROLLED_BACK:
            refusal = AlreadyRolledBack
        try:
            roll_back(user_id=self.user_id, changeset_id=change.id)
        except refusal:
            return
        assert refusal is ChangedSince

    # what is forgotten

    def _forget_fact(self, _: int, which: int) -> None:
        if block := self._fact(which):
            self._forget(Target(TargetKind.FACT, id=block.id))

    def _forget_entity(self, _: int, which: int) -> None:
        if entity := self._entity(which):
            self._forget(Target(TargetKind.ENTITY, id=entity.id))

    def _forget_message(self, _: int, which: int) -> None:
        if self.told:
            self._forget(Target(TargetKind.MESSAGE, id=list(self.told)[which % len(self.told)]))

    def _forget_day(self, _: int, which: int) -> None:
        if days := sorted({message.reference for message in self.told.values()}):
            self._forget(Target(TargetKind.JOURNAL, reference=days[which % len(days)]))

    def _forget_everything(self, _: int, which: int) -> None:
        if which % 4 == 0:  # seldom: little is left to look at
            self._forget(Target(TargetKind.EVERYTHING))
            for model in (*TABLES, Decision, BlockTokens):
                assert not model._default_manager.filter(user=self.teller.user).exists()
            assert not self._versions()
            assert not Record.objects.filter(user=self.teller.user).exists()

    def _forget(self, target: Target) -> None:
        for reference in {message.reference for message in self.told.values()}:
            self._read(reference)
        self.outside.catch_up()
        before, messages = self._held(), self._message_ids()
        names = self._names_of(target.id) if target.kind == TargetKind.ENTITY else frozenset()
        with self.callbacks(execute=True):
            forget(user_id=self.user_id, target=target)
        after, left = self._messages_left(messages), self._held()
        for message_id in after:
            if message := self.told.pop(message_id, None):
                self.forgotten.append(message)
                self.gone.update(MARK.findall(message.content))
        self.unknown.update(before.marks - left.marks - self.gone)
        self.unknown.update(names)
        # Who is gone because nobody else spoke of them may still be in a message that stays, or
        # in what the user wrote.
        said = "\n".join([*(message.content for message in self.told.values()), *self.written])
        lost = names.union(n for n in before.names - left.names if not says_it(said, n))
        self._no_trace(ids=before.ids - left.ids | after, names=lost)
        self.checked[f"forgetting of: {target.kind}"] += 1

    def _names_of(self, entity_id: UUID | None) -> frozenset[str]:
        """All that the entity is called, and those who became it, but for namesakes' names."""
        members = Entity.objects.filter(Q(pk=entity_id) | Q(merged_into=entity_id))
        others = Entity.objects.filter(user_id=self.user_id).exclude(pk__in=members)

        def names_of(entities: QuerySet[Entity]) -> set[str]:
            aliases = Alias.objects.filter(entity__in=entities)
            names = [
                *entities.values_list("name", flat=True),
                *aliases.values_list("name", flat=True),
            ]
            return {name.casefold() for name in names}

        return frozenset(names_of(members) - names_of(others))

    def _messages_left(self, before: set[UUID]) -> set[UUID]:
        return before - self._message_ids()

    def _read(self, reference: str) -> None:
        """The day is looked at, so that it is in the caches."""
        messages_json(
            user_id=self.user_id, revision=0, reference=reference,
            limit=50, before_sequence=None,
        )  # fmt: skip

    # what there is

    def facts(self) -> Any:
        """The user's statements."""
        return Block.objects.filter(user=self.teller.user, kind=BlockKind.FACT)

    def _fact(self, which: int) -> Block | None:
        found = list(self.facts().order_by("said_at", "id"))
        return found[which % len(found)] if found else None

    def _entity(self, which: int) -> Entity | None:
        mine = Entity.objects.filter(user=self.teller.user, is_self=False, merged_into=None)
        found = list(mine.order_by("normal_name", "id"))
        return found[which % len(found)] if found else None

    def _message_ids(self) -> set[UUID]:
        return set(Message.objects.filter(user=self.teller.user).values_list("id", flat=True))

    def _held(self) -> Held:
        ids = [
            id_
            for model in TABLES
            for id_ in model._default_manager.filter(user_id=self.user_id).values_list(
                "id", flat=True
            )
        ]
        names = [
            name.casefold()
            for model in (Entity, Alias)
            for name in model._default_manager.filter(user_id=self.user_id).values_list(
                "name", flat=True
            )
        ]
        texts = Block.objects.filter(user_id=self.user_id).values_list("text", flat=True)
        return Held(
            ids=frozenset(ids),
            names=frozenset(names),
            marks=frozenset(mark for text in texts for mark in MARK.findall(text)),
        )

    def _rows_of(self, user_id: UUID) -> dict[str, list[dict[str, Any]]]:
        """Every row of a user's ledger and journal, but for when it was last touched."""
        return {
            model.__name__: [
                {name: value for name, value in row.items() if name not in TOUCHED}
                for row in model._default_manager.filter(user_id=user_id).order_by("pk").values()
            ]
            for model in (*TABLES, Message, Journal)
        }

    def _versions(self) -> int:
        """How many past versions of the user's rows are kept."""
        mine = {"user_id": self.user_id}
        return sum(table.versions.objects.filter(**mine).count() for table in LEDGER.values())

    def recalled(self, query: str, **scope: Any) -> list[Recalled]:
        """What the user's memory answers."""
        found = recall(
            scope=Scope(user_id=self.user_id, **scope),
            query=query,
            budget_tokens=100_000,
            limit=200,
            deadline_ms=NO_HURRY_MS,
        )
        return list(found.items)

    def _prompted(self, query: str) -> str:
        """All that a model would be sent with a question for which this is recalled."""
        memories = memories_within_budget(self.recalled(query), shown=set(), tokens=100_000)
        profile = current_profile(user_id=self.user_id, now=clock.now())
        prompt = build_prompt(
            system="You help.",
            earlier=[],
            question="What is it?",
            given=Given(profile=profile, memories=memories),
        )
        return "\n".join(message.content for message in prompt)

    # what has to be true

    def _no_trace(self, *, ids: frozenset[UUID] | set[UUID], names: frozenset[str]) -> None:
        """What is forgotten is nowhere: no table, no index, no graph, no cache, no prompt."""
        self.outside.catch_up()
        assert "\n".join(rows_naming(ids)) == ""
        assert keys_naming(ids) == []
        assert not ids & self.outside.ids(self.user_id)
        assert tables_calling(names, user_id=self.user_id).keys() <= JOURNAL
        self._indexes_agree()
        self._stays_gone()
        for name in names:
            assert not says_it(self.outside.texts(self.user_id), name)
            assert not says_it(self._prompted(name), name)
        self.checked["forgetting leaves no trace"] += 1

    def _stays_gone(self) -> None:
        """Whatever happened since: no word of it is known again."""
        assert tables_with(*self.gone) == {}
        assert keys_with(*self.gone) == []
        known = tables_calling(self.unknown, user_id=self.user_id)
        assert known.keys() <= JOURNAL | {"orchestrator_job"}  # it was said again since
        words = self.gone | self.unknown
        if not words:
            return
        told = self.outside.texts(self.user_id) + self._prompted(f"{' '.join(words)} home")
        assert not {word for word in words if says_it(told, word)}

    def _indexes_agree(self) -> None:
        self.outside.catch_up()
        for user_id in (self.user_id, self.stranger.user.pk):
            self.outside.agree(user_id)
            agree_inside(user_id)

    def check(self) -> None:
        """Every invariant."""
        for test in (
            self.newest_outranks,
            self.both_reachable,
            self.contradictions_flagged,
            self.changes_are_kept,
            self.roles_are_told_apart,
            self.live_citations,
            self.tenants_apart,
            self.different_stay_different,
            self.ledger_is_valid,
            self.again_adds_nothing,
        ):
            test()
            self.checked[test.__name__.replace("_", " ")] += 1
        self._indexes_agree()
        self._stays_gone()
        if self.told:
            self._forget_message(0, len(self.told) - 1)

    def _topics(self) -> dict[Any, list[Block]]:
        topics: dict[Any, list[Block]] = {}
        for block in self.facts().filter(is_single_valued=True).exclude(status=Status.FALSIFIED):
            topics.setdefault((block.entity_id, block.topic), []).append(block)
        return topics

    def newest_outranks(self) -> None:
        """Of each topic the user's word of what held last stands, and nothing sure against it."""
        for blocks in self._topics().values():
            users = [b for b in blocks if b.trust >= 4 and not is_over_by_its_words(b)]
            if not users:
                continue
            newest = max(users, key=lambda b: statement_of(b).order)
            assert newest.superseded_at is None
            for block in blocks:
                if block.superseded_at is not None or is_over_by_its_words(block):
                    continue
                if block.id != newest.id and statement_of(newest).contradicts(statement_of(block)):
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
            stated = [b for b in standing if not b.polarity]
            if len({b.value for b in stated}) > 1:
                assert all(b.status == Status.DISPUTED for b in stated)
            for block in disputed:
                assert any(block.id in pair for pair in asked)
            for block in blocks:
                if block.superseded_by_id is not None:
                    assert Block.objects.filter(pk=block.superseded_by_id).exists()

    def changes_are_kept(self) -> None:
        """An ending and what it ended are both there; what takes place has a time or none."""
        blocks = {block.id: block for block in Block.objects.filter(user=self.teller.user)}
        for block in blocks.values():
            if block.superseded_by_id is not None:
                assert block.valid_to is not None
                assert blocks[block.superseded_by_id].status != Status.FALSIFIED
        events = Block.objects.filter(user=self.teller.user, kind=BlockKind.EVENT)
        now = clock.now()
        coming = upcoming(
            user_id=self.user_id, since=DAY - timedelta(days=30), until=now, zone=ZONE
        )
        open_ = {e.id for e in events if e.superseded_at is None and e.status != Status.FALSIFIED}
        assert {each.event_id for each in coming} <= open_
        for event in events:
            if event.event_state == EventState.CANCELLED:
                assert event.id not in {each.event_id for each in coming}

    def roles_are_told_apart(self) -> None:
        """Nobody is both sister and boss, but for those whom the user said to be one."""
        merged = set(
            Entity.objects.filter(user_id=self.user_id).exclude(merged_into=None)
            .values_list("merged_into_id", flat=True)
        )  # fmt: skip
        names: dict[UUID, set[str]] = {}
        for alias in Alias.objects.filter(user_id=self.user_id):
            names.setdefault(alias.entity_id, set()).add(alias.normal_name)
        for entity_id, known in names.items():
            assert entity_id in merged or not {"my sister", "my boss"} <= known

    def live_citations(self) -> None:
        """Every block, and everything recalled, cites a message that is there.

        But for notes: no message says what the user wrote on a page.
        """
        there = self._message_ids()
        notes = set()
        for block in Block.objects.filter(user=self.teller.user):
            cited = Source.objects.filter(record_id=block.id).values_list("message_id", flat=True)
            assert bool(cited) == (block.kind != BlockKind.NOTE)
            assert set(cited) <= there
            if block.kind == BlockKind.NOTE:
                notes.add(block.id)
        for item in self.recalled("home keeps note"):
            assert bool(item.message_ids) == (item.block_id not in notes)
            assert set(item.message_ids) <= there
        for receipt in Receipt.objects.filter(user=self.teller.user):
            for item in receipt.items:
                assert set(map(UUID, item["message_ids"])) <= there

    def tenants_apart(self) -> None:
        """Nothing of the stranger's is reached, nor does a row join the two."""
        for query in ("bergen strangersword", "home", "Ann"):
            assert not any("strangersword" in item.text for item in self.recalled(query))
        theirs = recall(
            scope=Scope(user_id=self.stranger.user.pk), query="keeps home lyon Ann",
            budget_tokens=100_000, limit=200, deadline_ms=NO_HURRY_MS,
        )  # fmt: skip
        assert not any(MARK.search(item.text) for item in theirs.items)
        mine, others = (self.outside.ids(t.user.pk) for t in (self.teller, self.stranger))
        assert not mine & others
        for mention in Mention.objects.select_related("block", "entity"):
            assert mention.user_id == mention.block.user_id == mention.entity.user_id
        for source in Source.objects.select_related("message"):
            assert source.user_id == source.message.user_id

    def different_stay_different(self) -> None:
        """No two that the user told apart are one, by whatever way."""
        heads = dict(Entity.objects.filter(user_id=self.user_id).values_list("id", "merged_into"))

        def head(id_: UUID) -> UUID:
            above = heads.get(id_)
            return head(above) if above else id_

        for rule in CannotLink.objects.filter(user_id=self.user_id):
            assert head(rule.left_id) != head(rule.right_id)

    def ledger_is_valid(self) -> None:
        """Whatever was done to it."""
        assert faults(self.user_id) == []
        assert faults(self.stranger.user.pk) == []

    def again_adds_nothing(self) -> None:
        """All messages that are in the memory, learned once more by other jobs; and forgotten."""
        known = Block.objects.filter(user=self.teller.user, kind=BlockKind.EPISODE)
        ids = set(known.values_list("message_id", flat=True))
        before = self._rows_of(self.user_id)
        versions = self._versions()
        again = [message for id_, message in self.told.items() if id_ in ids]
        for messages in (again[:1], again, self.forgotten):
            self.teller.learn(*messages)
        assert self._rows_of(self.user_id) == before
        assert self._versions() == versions
