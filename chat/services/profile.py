"""The profile as its user sees it: what is sent to the model, and what is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.selectors import zone_of
from chat.agent.memory import given_as_data
from chat.services.recalling import profile_for_answers
from chat.types import Given
from exobrain.lib import clock
from exobrain.lib.config import Config
from exobrain.lib.text import estimate_tokens
from knowledge.selectors.pages import known_blocks
from knowledge.selectors.profile import hidden_slots
from knowledge.services.recall.profile import current_profile
from knowledge.types import ComingEvent, ProfileFact, Slot


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """Something that holds of the user, or is near in time; its fields are the API's."""

    slot: Slot
    block_id: UUID
    page_id: UUID | None
    text: str
    is_sent: bool
    is_private: bool


@dataclass(frozen=True, slots=True)
class ProfileView:
    """What every answer is told of the user; its fields are the API's."""

    text: str
    tokens: int
    budget_tokens: int
    is_model_elsewhere: bool
    hidden_slots: Sequence[Slot]
    lines: Sequence[ProfileLine]

    @property
    def by_slot(self) -> Sequence[tuple[Slot, bool, Sequence[ProfileLine]]]:
        """Every slot, whether it is switched on, and its lines."""
        lines = {slot: [line for line in self.lines if line.slot == slot] for slot in Slot}
        return [(slot, slot not in self.hidden_slots, lines[slot]) for slot in Slot]


def profile_view(*, user_id: UUID, config: Config) -> ProfileView:
    """What every answer is told of the user, and what it would be told otherwise."""
    zone, now = zone_of(user_id=user_id), clock.now()
    hidden = hidden_slots(user_id=user_id)
    sent = profile_for_answers(user_id=user_id, config=config, zone=zone)
    whole = current_profile(user_id=user_id, now=now, zone=zone)
    sent_ids = {fact.block_id for fact in sent.facts}
    sent_ids |= {event.block_id for event in sent.coming}
    found: list[tuple[Slot, ProfileFact | ComingEvent]] = [
        *((fact.slot, fact) for fact in whole.facts),
        *((Slot.COMING, event) for event in whole.coming),
    ]
    blocks = known_blocks(user_id=user_id, ids=[each.block_id for _, each in found])
    text = given_as_data(Given(profile=sent), now=now, zone=zone)
    return ProfileView(
        text=text,
        tokens=estimate_tokens(text),
        budget_tokens=config.memory_profile_tokens,
        is_model_elsewhere=config.model_is_elsewhere,
        hidden_slots=[slot for slot in Slot if slot in hidden],
        lines=[
            ProfileLine(
                slot=slot,
                block_id=each.block_id,
                page_id=blocks[each.block_id].page_id if each.block_id in blocks else None,
                text=each.text,
                is_sent=each.block_id in sent_ids,
                is_private=each.is_private,
            )
            for slot, each in found
        ],
    )
