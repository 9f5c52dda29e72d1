"""Every recorded job is published, and published again if JetStream lost it."""

from typing import Any

import pytest

from orchestrator import services
from orchestrator.types import PublishAck
from tests.orchestrator.job_states import (
    STREAM,
    claim,
    due_positions,
    make_due,
    performed,
    published,
    recorded,
    row,
    stream_state,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("effect_table")]


def test_a_fresh_job_is_left_to_whoever_recorded_it() -> None:
    """For a moment the relay leaves it alone."""
    recorded()

    assert services.take_unpublished(limit=10) == []


def test_a_job_nobody_published_is_taken() -> None:
    """Its recorder died: the relay publishes it under the same message id."""
    draft = recorded()
    make_due(draft)

    (taken,) = services.take_unpublished(limit=10)

    assert taken.draft == draft
    assert taken.message_id == str(draft.id)


def test_what_one_sweep_took_another_leaves() -> None:
    """Two orchestrators do not publish the same job at once."""
    make_due(recorded())
    services.take_unpublished(limit=10)

    assert services.take_unpublished(limit=10) == []


def test_a_published_job_is_not_taken() -> None:
    """An acknowledged job is out of the outbox."""
    make_due(published())

    assert services.take_unpublished(limit=10) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"stream_id": "another", "last_sequence": 100},
        {"last_sequence": 4},
        {"first_sequence": 6},
        {"finished_sequence": 5},
    ],
    ids=["the store was wiped", "the end was lost", "it was dropped for age", "it was forgotten"],
)
def test_a_job_the_queue_lost_is_due_again(facts: dict[str, Any]) -> None:
    """It is published anew, under a message id that is not taken for the old one."""
    draft = published(sequence=5)

    assert services.requeue_lost(stream=stream_state(**facts)) == 1

    (taken,) = services.take_unpublished(limit=10)
    assert taken.message_id == f"{draft.id}.1"


def test_a_job_still_in_the_queue_is_left_there() -> None:
    """However long it waits, a message that is there is not published twice."""
    published(sequence=5)

    assert services.requeue_lost(stream=stream_state(finished_sequence=4)) == 0


def test_a_job_published_after_the_look_is_left_alone() -> None:
    """What the look at the stream could not have seen is not called lost."""
    before = stream_state(last_sequence=4)
    published(sequence=5)

    assert services.requeue_lost(stream=before) == 0


def test_a_finished_job_is_never_due_again() -> None:
    """Its message may go."""
    performed(published(sequence=5))

    assert services.requeue_lost(stream=stream_state(stream_id="another")) == 0


def test_a_running_job_is_not_due_again() -> None:
    """Its worker will finish without the message."""
    claim(published(sequence=5))

    assert services.requeue_lost(stream=stream_state(stream_id="another")) == 0


def test_an_ack_for_an_older_publication_is_not_noted() -> None:
    """A job taken back meanwhile stays due."""
    draft = published(sequence=5)
    services.requeue_lost(stream=stream_state(stream_id="another"))

    ack = PublishAck(job_id=draft.id, republish_count=0, stream_id=STREAM, stream_sequence=5)
    services.mark_published(acks=[ack])

    assert row(draft).published_at is None


def test_what_a_late_ack_names_is_erased() -> None:
    """A newer message of the job takes its position."""
    draft = published(sequence=5)
    services.requeue_lost(stream=stream_state(stream_id="another"))

    ack = PublishAck(job_id=draft.id, republish_count=0, stream_id="another", stream_sequence=6)
    services.mark_published(acks=[ack])

    assert due_positions() == [("another", 6)]


def test_a_second_message_of_one_publication_is_erased() -> None:
    """The ledger counts on the first, and knows no more than one position."""
    draft = published(sequence=5)

    ack = PublishAck(job_id=draft.id, republish_count=0, stream_id=STREAM, stream_sequence=6)
    services.mark_published(acks=[ack])

    assert row(draft).stream_sequence == 5
    assert due_positions() == [(STREAM, 6)]


def test_an_ack_recorded_twice_erases_nothing() -> None:
    """The outcome of the first time was not known."""
    draft = published(sequence=5)

    ack = PublishAck(job_id=draft.id, republish_count=0, stream_id=STREAM, stream_sequence=5)
    services.mark_published(acks=[ack])

    assert due_positions() == []


def test_the_finished_message_of_a_job_taken_back_is_erased() -> None:
    """The stream would keep it, and nobody would know where."""
    published(sequence=5)

    services.requeue_lost(stream=stream_state(finished_sequence=5))

    assert due_positions() == [(STREAM, 5)]


@pytest.mark.parametrize(
    "facts", [{"stream_id": "another"}, {"last_sequence": 4}, {"first_sequence": 6}]
)
def test_nothing_is_erased_where_a_lost_message_is_not(facts: dict[str, Any]) -> None:
    """Above all not behind the end of the stream: that number will be another message's."""
    published(sequence=5)

    services.requeue_lost(stream=stream_state(**facts))

    assert due_positions() == []
