"""Events: what takes place at a time, apart from what holds."""

from datetime import UTC, datetime

import pytest

from knowledge.models import Block
from knowledge.types import EventState, Precision, ProposedEvent
from tests.knowledge.ledger.proposing import Mind, fact

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2025, 1, 7, 9, tzinfo=UTC)


def test_an_event_keeps_its_time(mind: Mind) -> None:
    """Its block has it beside the time since which it is known."""
    event = ProposedEvent(TUESDAY, precision=Precision.MOMENT)
    message = mind.tell("Dentist on Tuesday at nine.", fact("The dentist.", event=event))

    block = Block.objects.get(kind="event")
    assert (block.starts_at, block.time_precision) == (TUESDAY, "moment")
    assert (block.event_state, block.valid_from) == (EventState.PLANNED, message.said_at)


def test_an_event_that_makes_no_sense_is_mended(mind: Mind) -> None:
    """An extractor is not trusted: an end before the start and unknown words are left out."""
    event = ProposedEvent(
        TUESDAY, TUESDAY.replace(day=1), precision="about", state="perhaps", is_all_day=True
    )
    mind.tell("Dentist.", fact("The dentist.", event=event, since_precision="long ago"))

    block = Block.objects.get(kind="event")
    assert (block.ends_at, block.time_precision, block.since_precision) == (None, "", "")
    assert block.event_state == EventState.PLANNED
