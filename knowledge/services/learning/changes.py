"""What a new statement does to those known: corrects them, takes their place, ends them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from exobrain.lib.text import storable
from knowledge import identity
from knowledge.dates.occurrences import end_of
from knowledge.extraction.topics import topic_named
from knowledge.models import Block, Entity, ReviewItem
from knowledge.services.identities.resolution import Resolved
from knowledge.services.learning.corrections import JUST_SAID, corrected_fact, last_said
from knowledge.services.learning.events import (
    is_of_key,
    place_event,
    sensible,
    tells_of_change,
    value_of,
)
from knowledge.services.learning.moved_events import changed, events_meant, reads_changed
from knowledge.services.learning.references import (
    DEATHS,
    HAD_BY_MANY,
    HAD_BY_SOME,
    OPEN,
    Statements,
    are_one,
    head_of,
    opposite_of,
    reads_replaced,
    tail_of,
)
from knowledge.services.learning.resolved_fact import ResolvedFact, as_utc
from knowledge.services.ledger.conflicts import UNCHANGING, end_elsewhere, topic_of
from knowledge.services.ledger.unit_of_work import UnitOfWork
from knowledge.types import (
    CERTAIN,
    HOLDER,
    LAST_SAID,
    BlockKind,
    EventChange,
    EventState,
    Polarity,
    Precision,
    ProposedEvent,
    ProposedFact,
    Trust,
)

_ANNOUNCED = re.compile(r"\b(?:is|are|will|wants|plans)\b")  # "Ulrike is leaving the company"


@dataclass(frozen=True)
class Changes:
    """Finds what the facts of one batch change, and changes it in the unit of work."""

    work: UnitOfWork
    statements: Statements
    accept_edge: Callable[[ProposedFact, Sequence[Resolved]], str | None]
    drop: Callable[[ProposedFact, str], None]  # decides that it is not learned, and why

    def refer(
        self, fact: ResolvedFact
    ) -> tuple[ResolvedFact, Block | None, Sequence[Block]] | None:
        """The fact in the words of what it speaks of: what it replaces, and whom to ask about."""
        corrected = self._find_corrected(fact) if fact.proposal.corrects else None
        if fact.proposal.replaces not in (None, HOLDER):
            placed = self._put_in_place(fact)
            if placed is None:
                self.drop(fact.proposal, "nothing_to_replace")
                return None
            return *placed, ()
        if corrected is None and fact.proposal.corrects == LAST_SAID:
            self.drop(fact.proposal, "nothing_to_correct")
            return None
        if corrected is not None:
            return corrected_fact(fact, corrected, self.statements.zone), corrected, ()
        if fact.polarity and fact.topic and fact.subject_id and not fact.proposal.event:
            fact, asked = self._refer_to_ended(fact)
            return fact, None, asked
        return fact, None, ()

    def _find_corrected(self, fact: ResolvedFact) -> Block | None:
        """The statement whose value the fact says to be wrong; only the user corrects."""
        if fact.trust < Trust.USER_SAID or fact.proposal.confidence < CERTAIN:
            return None
        if fact.proposal.corrects == LAST_SAID:
            return self._find_last_said(fact)
        return self.statements.corrected_by(
            subject_id=fact.subject_id,
            topic=fact.topic,
            wrong=storable(fact.proposal.corrects or ""),
            said_at=fact.message.said_at,
        )

    def doubted_by(self, block: Block) -> Sequence[Block]:
        """Who else has the role that the block gives to somebody without being sure."""
        is_sure = block.confidence >= CERTAIN or block.trust < Trust.USER_SAID
        return () if is_sure or block.polarity else self.statements.in_the_same_role(block)

    def _put_in_place(self, fact: ResolvedFact) -> tuple[ResolvedFact, Block] | None:
        """What was said of the one that goes, said of the one that comes; and the old statement."""
        proposal = fact.proposal
        is_sure = fact.trust >= Trust.USER_SAID and proposal.confidence >= CERTAIN
        if not is_sure or fact.subject_id is None:
            return None
        name = storable(proposal.replaces or "")
        old = self.statements.replaced_by(
            subject_id=fact.subject_id, name=name, at=fact.message.said_at
        )
        text = reads_replaced(old.text, old=name, new=proposal.text) if old is not None else ""
        if old is None or not text:
            return None
        value = identity.canonical_value(proposal.value or "")
        topic = old.topic
        if tail_of(topic) and head_of(topic) != OPEN:
            topic = f"{head_of(topic)}:{value}"
        row = topic_named(topic)
        proposal = replace(
            proposal,
            text=text,
            edge_type=row.edge_type if row is not None and len(fact.about) > 1 else None,
            relation=row.relation if row is not None else None,
        )
        return replace(
            fact,
            proposal=proposal,
            topic=topic,
            value=value,
            read_value=value,
            edge_type=self.accept_edge(proposal, fact.about),
            is_single_valued=old.is_single_valued,
            corrects_id=old.id,
        ), old

    def taken_over(self, fact: ResolvedFact, block: Block) -> Sequence[Block]:
        """Who may have lost the role to whom the block gives it; who surely has, has lost it."""
        is_sure = block.confidence >= CERTAIN and block.trust >= Trust.USER_SAID
        if fact.proposal.replaces != HOLDER or not is_sure:
            return ()
        role = block.text.rstrip(".").rpartition(" ")[2].casefold()
        before = self.statements.in_the_same_role(block)
        if not before or role in HAD_BY_MANY:
            return ()
        if len(before) > 1 or role in HAD_BY_SOME:
            return before
        self.work.change(block, corrects_id=before[0].id)
        end_elsewhere(self.work, before[0], by=block, at=fact.start)
        return ()

    def _find_last_said(self, fact: ResolvedFact) -> Block | None:
        """What the user has just said and a correction that names nothing can only mean."""
        message = fact.message
        recent = self.statements.open(since=message.said_at - JUST_SAID)
        earlier = [
            block
            for block in recent
            if (block.said_at, block.sequence or 0) <= (message.said_at, message.sequence)
        ]
        return last_said(earlier, fact.proposal)

    def place_event_of(
        self, fact: ResolvedFact, event: ProposedEvent, corrected: Block | None
    ) -> tuple[ResolvedFact, Block | None, Sequence[Block]]:
        """The event beside those known: with what it replaces, the one that it is, or questions."""
        events = [BlockKind.EVENT]
        known: list[Block] = []
        if head_of(fact.topic) == "event":
            known = self.statements.open(subject_id=fact.subject_id, topic=fact.topic, kinds=events)
        is_change = tells_of_change(fact.message.content)
        is_other = event.state != EventState.PLANNED or tells_of_change(fact.proposal.text)
        if head_of(fact.topic) == "event" and is_other and not known:
            others = self.statements.open(kinds=events)
            known = [block for block in others if is_of_key(block, fact.topic)]
        elsewhere = [block for block in known if block.message_id != fact.message.id]
        is_sure = fact.proposal.confidence >= CERTAIN and fact.trust >= Trust.USER_SAID
        is_moved = fact.proposal.single_valued or (bool(event.recurrence) and is_change)
        placed = place_event(
            sensible(event),
            known,
            said_at=fact.message.said_at,
            corrected=corrected if corrected and corrected.kind == BlockKind.EVENT else None,
            moves=is_moved and bool(fact.topic) and known == elsewhere,
            is_change=is_change,
        )
        replaced = placed.replaced
        asked = placed.perhaps if replaced is None or is_sure else [replaced]
        if replaced is not None and is_sure:
            fact = replace(fact, topic=replaced.topic, corrects_id=replaced.id)
        value = value_of(placed.event)
        is_single = fact.topic in UNCHANGING
        if is_single:  # a birthday is the same event, with or without its year
            value = fact.value
        elif head_of(fact.topic) != "event":  # many things are done at one time
            value = f"{fact.value} {value}"[: identity.MAX_VALUE_CHARS]
        proposal = replace(fact.proposal, event=placed.event, ends=False, polarity="")
        fact = replace(
            fact, proposal=proposal, value=value, read_value=value, is_single_valued=is_single
        )
        if placed.same is not None and placed.event.remind_at and not placed.same.remind_at:
            self.work.change(placed.same, remind_at=as_utc(placed.event.remind_at))
        return fact, placed.same, asked

    def changed_event_of(
        self, fact: ResolvedFact, change: EventChange
    ) -> tuple[ResolvedFact, Block | None, Sequence[Block]] | None:
        """The fact as the known event at its new time, which that takes the place of; or with the
        events of which the user is asked. None when nothing is to be learned of it.
        """
        said_at = fact.message.said_at
        meant = events_meant(change, self.statements, said_at=said_at, message_id=fact.message.id)
        told = fact.proposal.event
        if len(meant) == 1:
            return self._changed_in_place(fact, change, meant[0]), meant[0], ()
        # "The 12th, not the 11th" may be a correction of what goes by another name.
        is_corrected = change.old_day is not None and not change.is_cancelled
        if told is None or (not meant and (change.needs_known or is_corrected)):
            self.drop(fact.proposal, "several_to_change" if meant else "nothing_to_change")
            return None
        value = value_of(told)
        return replace(fact, value=value, read_value=value, is_single_valued=False), None, meant

    def _changed_in_place(
        self, fact: ResolvedFact, change: EventChange, old: Block
    ) -> ResolvedFact:
        said_at, zone = fact.message.said_at, self.statements.zone
        event = sensible(changed(change, old, zone=zone, said_at=said_at))
        text = reads_changed(fact.proposal.text, change, old, event, zone=zone)
        value = value_of(event)
        subject = self.statements.subject_of(old)
        return replace(
            fact,
            proposal=replace(fact.proposal, text=text, event=event),
            about=[Resolved(subject)] if subject is not None else fact.about,
            topic=old.topic,
            value=value,
            read_value=value,
            is_single_valued=old.is_single_valued,
            corrects_id=old.id,
        )

    def _refer_to_ended(self, fact: ResolvedFact) -> tuple[ResolvedFact, Sequence[Block]]:
        """The ending with the topic and value of what it ends; or with those to ask about."""
        named = self.statements.ended_by(
            subject_id=cast(UUID, fact.subject_id),
            topic=fact.topic,
            value=fact.value,
            at=max(fact.start, fact.message.said_at),
        )
        if not named:
            return fact, ()
        if are_one(named):
            first = named[0]
            return replace(
                fact,
                topic=first.topic,
                value=identity.canonical_value(first.value),
                read_value=first.value,
                is_single_valued=first.is_single_valued,
                is_referring=True,
            ), ()
        is_any = not fact.value and all(block.is_single_valued for block in named)
        return fact, () if is_any else named

    def end_what_it_ends(self, fact: ResolvedFact, block: Block, corrected: Block | None) -> None:
        """Statements of other topics that cannot hold beside the new one are over."""
        if corrected is not None and topic_of(corrected) != topic_of(block):
            end_elsewhere(self.work, corrected, by=block, at=fact.start)
        is_sure = fact.trust >= Trust.USER_SAID and block.confidence >= CERTAIN
        if not is_sure or fact.polarity == Polarity.NOT or fact.subject_id is None:
            return
        if fact.topic in DEATHS and not cast(Entity, fact.subject).is_self:
            for each in self.statements.of_the_dead(fact.subject_id):
                end_elsewhere(self.work, each, by=block, at=block.starts_at or fact.start)
        for each in self.statements.stays_left(block):
            end_elsewhere(self.work, each, by=block, at=block.starts_at or fact.start)
            self.work.change(block, corrects_id=each.id)
        for each in self.statements.roles_left(block):
            is_dated = block.starts_at is not None
            if _ANNOUNCED.search(block.text) and not is_dated:  # not yet, or it is called off
                self.ask_whether_ended(block, each)
            else:
                end_elsewhere(self.work, each, by=block, at=_gone_at(block) or fact.start)
        if (opposite := opposite_of(fact.topic)) and not fact.polarity:
            for each in self.statements.open(subject_id=fact.subject_id):
                if each.topic == opposite and not each.polarity and each.said_at <= block.said_at:
                    end_elsewhere(self.work, each, by=block, at=fact.start)

    def ask_whether_ended(self, ending: Block, block: Block) -> None:
        """There is a question whether the one ends the other."""
        self.work.add(
            ReviewItem(
                id=identity.pair_id(
                    self.work.user_id, kind="ending", left_id=ending.id, right_id=block.id
                ),
                user_id=self.work.user_id,
                kind=ReviewItem.Kind.ENDING,
                left_id=ending.id,
                right_id=block.id,
            )
        )


def _gone_at(block: Block) -> datetime | None:
    """When who moves out is gone: of a month that is only named, at its end."""
    if block.starts_at is None or block.time_precision in (Precision.MOMENT, Precision.DAY):
        return block.starts_at
    return end_of(
        block.starts_at,
        block.ends_at,
        precision=block.time_precision,
        is_all_day=block.is_all_day,
    )
