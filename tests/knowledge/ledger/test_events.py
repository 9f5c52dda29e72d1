"""Events: what takes place at a time, apart from what holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from knowledge.models import Block, ReviewItem, Source
from knowledge.types import EventState, Precision, ProposedEvent, ProposedFact
from tests.knowledge.ledger.proposing import Mind, fact
from tests.knowledge.ledger.scribe import DAY

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2025, 1, 7, 9, tzinfo=UTC)
WEDNESDAY = TUESDAY + timedelta(days=1)


def dentist(starts_at: datetime | None, precision: str = "moment", **more: Any) -> ProposedFact:
    """An appointment with the dentist; `more` is of the event, or of the fact."""
    of_event = {n: more.pop(n) for n in ("state", "recurrence", "remind_at") if n in more}
    event = ProposedEvent(starts_at, precision=precision, **of_event)
    text = f"You see the dentist on {starts_at:%A}." if starts_at else "You see the dentist."
    more.setdefault("single_valued", True)
    return fact(text, topic="event:dentist", event=event, **more)


def coming() -> list[tuple[datetime | None, str]]:
    """Times and states of the events that hold."""
    events = Block.objects.filter(kind="event", superseded_at=None).order_by("starts_at")
    return list(events.values_list("starts_at", "event_state"))


def test_an_event_keeps_its_time(mind: Mind) -> None:
    """Its block has it beside the time since which it is known."""
    message = mind.tell("Dentist on Tuesday at nine.", dentist(TUESDAY))

    block = Block.objects.get(kind="event")
    assert (block.starts_at, block.time_precision) == (TUESDAY, "moment")
    assert (block.event_state, block.valid_from) == (EventState.PLANNED, message.said_at)


def test_an_event_that_makes_no_sense_is_mended(mind: Mind) -> None:
    """An extractor is not trusted: an end before the start and unknown words are left out."""
    event = ProposedEvent(
        TUESDAY,
        TUESDAY.replace(day=1),
        precision="about",
        state="perhaps",
        recurrence="FREQ=SECONDLY",
    )
    mind.tell("Dentist.", fact("The dentist.", event=event, since_precision="long ago"))

    block = Block.objects.get(kind="event")
    assert (block.ends_at, block.time_precision, block.since_precision) == (None, "", "")
    assert (block.event_state, block.recurrence) == (EventState.PLANNED, "")


def test_told_twice_it_is_one_event(mind: Mind) -> None:
    """With two sources, also when the second telling says less of the time."""
    mind.tell("Dentist on Tuesday at nine.", dentist(TUESDAY), day=1)
    mind.tell("I see the dentist on Tuesday.", dentist(TUESDAY.replace(hour=0), "day"), day=2)
    mind.tell("The dentist, oh dear.", dentist(None, ""), day=3)

    assert coming() == [(TUESDAY, "planned")]
    assert Source.objects.filter(record_id=Block.objects.get(kind="event").id).count() == 3


def test_what_says_more_of_the_time_takes_its_place(mind: Mind) -> None:
    """A week becomes an hour."""
    mind.tell("Dentist on Tuesday.", dentist(TUESDAY.replace(hour=0), Precision.DAY), day=1)
    mind.tell("At nine.", dentist(TUESDAY), day=2)

    assert coming() == [(TUESDAY, "planned")]


def test_a_move_changes_the_event(mind: Mind) -> None:
    """Another time for the only one that is to come; the hour stays when only the day is said."""
    mind.tell("Dentist on Tuesday at nine.", dentist(TUESDAY), day=1)
    mind.tell("The dentist is on Wednesday.", dentist(WEDNESDAY.replace(hour=0), "day"), day=2)

    assert coming() == [(WEDNESDAY, "planned")]


def test_a_correction_that_names_no_event_finds_it(mind: Mind) -> None:
    """Not Tuesday but Wednesday: it reads as before, on the other day."""
    mind.tell("Dentist on Tuesday at nine.", dentist(TUESDAY), day=1)
    event = ProposedEvent(WEDNESDAY.replace(hour=0), precision="day")
    mended = fact("Wednesday.", value="Wednesday", corrects="Tuesday", event=event)
    mind.tell("Not Tuesday but Wednesday.", mended, day=2)

    assert coming() == [(WEDNESDAY, "planned")]
    assert Block.objects.get(starts_at=WEDNESDAY).text == "You see the dentist on Wednesday."


def test_a_weekday_is_corrected_within_its_week(mind: Mind) -> None:
    """Though the reader took the one nearest to the message, and wrote the old day out."""
    event = ProposedEvent(TUESDAY + timedelta(days=7), precision="moment")
    text = "You see the dentist on Tuesday (14 January 2025) at nine."
    mind.tell("Dentist on Tuesday.", fact(text, topic="event:dentist", event=event), day=1)
    nearest = ProposedEvent(DAY, precision="day", state="happened")  # 1 January, a Wednesday
    mended = fact("They called.", topic="do:call", corrects="tuesday", event=nearest)
    mind.tell("Not Tuesday but Wednesday, they called.", mended, day=3)

    assert coming() == [(TUESDAY + timedelta(days=8), "planned")]
    block = Block.objects.get(kind="event", superseded_at=None)
    assert block.text == "You see the dentist on Wednesday (15 January 2025) at nine."


def test_what_was_done_at_other_times_is_not_one(mind: Mind) -> None:
    """A verb alone is no key: who called Ann has not called the bank."""
    plan = ProposedEvent(WEDNESDAY, precision="moment")
    done = ProposedEvent(TUESDAY, precision="moment", state="happened")
    mind.tell("I'll call the bank.", fact("Bank.", topic="do:call", value="bank", event=plan))
    mind.tell("I called Ann.", fact("Ann.", topic="do:call", value="ann", event=done), day=2)

    assert len(coming()) == 2


def test_what_has_passed_is_not_moved(mind: Mind) -> None:
    """A later appointment is another one."""
    mind.tell("Dentist on Tuesday at nine.", dentist(TUESDAY), day=1)
    later = TUESDAY + timedelta(days=90)
    mind.tell("Dentist again.", dentist(later), day=60)

    assert coming() == [(TUESDAY, "planned"), (later, "planned")]


def test_two_times_in_one_message_are_two(mind: Mind) -> None:
    """Nobody moves an appointment in the sentence that makes it."""
    mind.tell("Dentist on Tuesday and Wednesday.", dentist(TUESDAY), dentist(WEDNESDAY))

    assert len(coming()) == 2


def test_a_cancellation_sets_the_state(mind: Mind) -> None:
    """The event keeps its time, and is known to be cancelled."""
    mind.tell("Dentist on Tuesday at nine.", dentist(TUESDAY), day=1)
    mind.tell("Dentist is off.", dentist(None, "", state="cancelled", ends=True), day=2)

    assert coming() == [(TUESDAY, "cancelled")]


def test_a_cancellation_that_fits_several_asks(mind: Mind) -> None:
    """Both are planned until the user says which."""
    mind.tell("Dentist on Tuesday and Wednesday.", dentist(TUESDAY), dentist(WEDNESDAY), day=1)
    mind.tell("Dentist is off.", dentist(None, "", state="cancelled"), day=2)

    assert [state for _, state in coming() if state == "planned"] == ["planned"] * 2
    assert ReviewItem.objects.filter(kind="ending").count() == 2


def test_an_unsure_move_asks(mind: Mind) -> None:
    """Both times stand, with a question."""
    mind.tell("Dentist on Tuesday at nine.", dentist(TUESDAY), day=1)
    mind.tell("Wednesday, I think.", dentist(WEDNESDAY, confidence=0.4), day=2)

    assert len(coming()) == 2
    assert ReviewItem.objects.get().kind == "ending"


def test_a_reminder_joins_the_event(mind: Mind) -> None:
    """The event is one, and the user is reminded of it."""
    mind.tell("Dentist on Tuesday at nine.", dentist(TUESDAY), day=1)
    mind.tell("Remind me.", dentist(TUESDAY, remind_at=TUESDAY - timedelta(hours=1)), day=2)

    event = Block.objects.get(kind="event")
    assert event.remind_at == TUESDAY - timedelta(hours=1)
    assert event.starts_at is not None
    assert event.starts_at > DAY
