"""The profile: what every answer is told of its user, whatever was asked."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from operator import attrgetter
from uuid import UUID

from knowledge.extraction.topics import all_topics
from knowledge.models import ProfileChoice
from knowledge.selectors.events import upcoming
from knowledge.selectors.profile import HoldingStatement, events_to_tell, holding_statements
from knowledge.selectors.recalling import has_memory
from knowledge.types import (
    CERTAIN,
    ComingEvent,
    Precision,
    Profile,
    ProfileFact,
    Slot,
    Status,
    Trust,
)

COMING = timedelta(days=14)
JUST_PASSED = timedelta(days=2)
MOST_PASSED = 3
MOST_IN_SLOT = 12
ALL_COUNT = (Slot.ALLERGIES, Slot.WISHES)  # of these none may be missed
MOST_WHERE_ALL_COUNT = 40

# Topics that statements of earlier versions carry.
EARLIER_TOPICS = {"health": Slot.HEALTH, "avoids": Slot.DIET}

# How to reach the user is recalled when it is asked for, and is not told with every question.
NOT_TOLD = ("address", "email", "phone")

# Whoever cooks or books for the user needs the allergies of those who come along.
CLOSE = (Slot.PARTNER, Slot.CHILDREN)
TOLD_OF_CLOSE = (Slot.ALLERGIES,)


def current_profile(
    *,
    user_id: UUID,
    now: datetime,
    zone: tzinfo = UTC,
    without: Collection[Slot] = (),
    private_too: bool = True,
) -> Profile:
    """What holds of the user now, in the slots that are not left out, and what is near in time.

    For a model elsewhere, what is private is left out, too.
    """
    if not has_memory(user_id=user_id):  # much cheaper than to find nothing
        return Profile()
    slots = {topic: slot for topic, slot in slots_by_topic().items() if slot not in without}
    found = holding_statements(
        user_id=user_id,
        now=now,
        topics=slots,
        private_too=private_too,
        relations=_close_relations(),
        topics_of_close=[topic for topic, slot in slots.items() if slot in TOLD_OF_CLOSE],
    )
    by_slot: dict[Slot, list[ProfileFact]] = {slot: [] for slot in Slot}
    seen: set[str] = set()
    for statement in found:
        slot = slots[statement.topic.partition(":")[0]]
        most = MOST_WHERE_ALL_COUNT if slot in ALL_COUNT else MOST_IN_SLOT
        if statement.text not in seen and len(by_slot[slot]) < most:
            seen.add(statement.text)
            by_slot[slot].append(_fact(slot, statement))
    return Profile(
        facts=[fact for facts in by_slot.values() for fact in facts],
        coming=[
            event
            for event in ([] if Slot.COMING in without else _near(user_id, now=now, zone=zone))
            if private_too or not event.is_private
        ],
    )


def _near(user_id: UUID, *, now: datetime, zone: tzinfo) -> list[ComingEvent]:
    """What has just passed, and the next occurrence of each event of the coming days, by time."""
    found = upcoming(user_id=user_id, since=now - JUST_PASSED, until=now + COMING, zone=zone)
    passed = [occurrence for occurrence in found if occurrence.ends_at <= now]
    coming = [occurrence for occurrence in found if occurrence.ends_at > now]
    next_ones = {occurrence.event_id: occurrence for occurrence in reversed(coming)}
    near = [*passed[-MOST_PASSED:], *sorted(next_ones.values(), key=attrgetter("starts_at"))]
    if not near:
        return []
    told = events_to_tell(user_id=user_id, ids={each.event_id for each in near})
    return [
        ComingEvent(
            block_id=each.event_id,
            text=each.text,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            precision=Precision.DAY
            if each.is_all_day and each.precision == Precision.MOMENT
            else Precision(each.precision or Precision.DAY),
            is_over=each.ends_at <= now,
            is_unsure=each.status == Status.DISPUTED,
            is_private=told[each.event_id],
        )
        for each in near
        if each.event_id in told
    ]


@cache
def slots_by_topic() -> Mapping[str, Slot]:
    """The slot that each topic fills, by the topic's name without a value."""
    table = {topic.name.rstrip(":"): topic.slot for topic in all_topics().values()}
    told = {name: slot for name, slot in table.items() if slot and name not in NOT_TOLD}
    return EARLIER_TOPICS | {name: Slot(slot) for name, slot in told.items()}


@cache
def _close_relations() -> frozenset[str]:
    """What edges to those are called with whom the user lives."""
    close = [topic for topic in all_topics().values() if topic.slot in CLOSE]
    return frozenset({role for topic in close for role in topic.roles}).union(
        topic.relation for topic in close if topic.relation
    )


def _fact(slot: Slot, statement: HoldingStatement) -> ProfileFact:
    is_told = bool(statement.since_precision) or statement.valid_from != statement.said_at
    is_confirmed = statement.trust == Trust.CONFIRMED
    return ProfileFact(
        slot=slot,
        block_id=statement.id,
        text=statement.text,
        trust=Trust(statement.trust),
        since=statement.valid_from if is_told and not is_confirmed else None,
        since_precision=Precision(statement.since_precision or Precision.DAY),
        ends=statement.valid_to,
        ends_precision=Precision(statement.until_precision or Precision.DAY),
        is_unsure=statement.confidence < CERTAIN and not is_confirmed,
        is_disputed=statement.status == Status.DISPUTED,
        is_private=statement.is_private,
    )


def hide_slots(*, user_id: UUID, slots: Collection[Slot]) -> None:
    """Answers are not told these slots of the user's profile, and are told all others."""
    ProfileChoice.objects.update_or_create(
        user_id=user_id, defaults={"hidden_slots": [slot.value for slot in Slot if slot in slots]}
    )
