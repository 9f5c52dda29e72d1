"""The profile: what every answer is told of its user, whatever was asked. Reads only."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from knowledge.selectors.profile import HoldingStatement, holding_statements
from knowledge.types import CERTAIN, Profile, ProfileFact, Slot, Status, Trust

MOST_IN_SLOT = 12
MOST_WHERE_ALL_COUNT = 40  # of allergies and wishes, of which none may be missed

SLOT_OF_TOPIC = {
    "allergy": Slot.ALLERGIES,
    "answer_style": Slot.WISHES,
    "unit_style": Slot.WISHES,
    "language": Slot.WISHES,
    "name": Slot.NAME,
    "call_me": Slot.NAME,
    "condition": Slot.HEALTH,
    "health": Slot.HEALTH,
    "medication": Slot.HEALTH,
    "diet": Slot.DIET,
    "avoids": Slot.DIET,
    "home": Slot.HOME,
    "employer": Slot.WORK,
    "job": Slot.WORK,
    "school": Slot.WORK,
    "partner": Slot.PARTNER,
    "child": Slot.CHILDREN,
    "parent": Slot.FAMILY,
    "sibling": Slot.FAMILY,
    "relative": Slot.FAMILY,
    "pet": Slot.PETS,
    "project": Slot.PROJECTS,
}


def current_profile(*, user_id: UUID, now: datetime, without: Collection[Slot] = ()) -> Profile:
    """What holds of the user now, in the slots that are not left out."""
    topics = [topic for topic, slot in SLOT_OF_TOPIC.items() if slot not in without]
    by_slot: dict[Slot, list[ProfileFact]] = {slot: [] for slot in Slot}
    seen: set[str] = set()
    for statement in holding_statements(user_id=user_id, topics=topics, now=now):
        slot = SLOT_OF_TOPIC[statement.topic.partition(":")[0]]
        all_count = slot in (Slot.ALLERGIES, Slot.WISHES)
        most = MOST_WHERE_ALL_COUNT if all_count else MOST_IN_SLOT
        if statement.text not in seen and len(by_slot[slot]) < most:
            seen.add(statement.text)
            by_slot[slot].append(_fact(slot, statement))
    return Profile(facts=[fact for facts in by_slot.values() for fact in facts])


def _fact(slot: Slot, statement: HoldingStatement) -> ProfileFact:
    is_confirmed = statement.trust == Trust.CONFIRMED
    return ProfileFact(
        slot=slot,
        block_id=statement.id,
        text=statement.text,
        trust=Trust(statement.trust),
        since=statement.valid_from if statement.valid_from != statement.said_at else None,
        ends=statement.valid_to,
        is_unsure=statement.confidence < CERTAIN and not is_confirmed,
        is_disputed=statement.status == Status.DISPUTED,
    )
