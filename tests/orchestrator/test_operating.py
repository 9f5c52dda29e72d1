"""What operators do with jobs, and what is not kept."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db.models.functions import Now

from accounts.models import User
from orchestrator import selectors, services
from orchestrator.errors import JobNotFailed, JobNotFound
from orchestrator.models import DeadLetter, Job
from orchestrator.types import DeadLetterReason, JobDraft, Lifecycle, NothingToDo, PublishAck
from tests.orchestrator.job_states import (
    STREAM,
    changes,
    claim,
    due_positions,
    performed,
    published,
    recorded,
    row,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("effect_table")]


def _given_up() -> JobDraft:
    draft = published(permanent=True)
    performed(draft)
    return draft


def _poison() -> DeadLetter:
    services.record_poison_message(
        reason=DeadLetterReason.INVALID_ENVELOPE,
        detail="not a job envelope",
        raw_message="{",
        subject="jobs.test.effect.requested",
        source="stream/1",
    )
    return DeadLetter.objects.get()


def test_a_job_that_was_given_up_can_be_tried_again() -> None:
    """It is pending, due, with all its attempts before it, and numbered on."""
    draft = _given_up()

    services.retry_job(job_id=draft.id)

    assert changes(draft.id)[-1] is Lifecycle.ENQUEUED_OR_PENDING
    assert row(draft).failures == 0
    (due,) = services.take_unpublished(limit=10)
    assert due.message_id == f"{draft.id}.1"
    assert performed(draft).attempt.number == 2


@pytest.mark.parametrize("end", ["waits", "is done"])
def test_only_a_job_that_was_given_up_can_be_tried_again(end: str) -> None:
    """A job that waits or is done is left alone."""
    draft = published()
    if end == "is done":
        performed(draft)

    with pytest.raises(JobNotFailed):
        services.retry_job(job_id=draft.id)


def test_no_job_can_be_tried_again() -> None:
    """An id that names no job is said not to be there."""
    with pytest.raises(JobNotFound):
        services.retry_job(job_id=UUID(int=1))


def test_replaying_a_job_s_dead_letter_tries_the_job_again() -> None:
    """The letter is marked as replayed."""
    draft = _given_up()

    services.replay(dead_letter_id=DeadLetter.objects.get().pk)

    assert row(draft).lifecycle is Lifecycle.ENQUEUED_OR_PENDING
    assert DeadLetter.objects.get().replayed_at is not None


def test_replaying_poison_asks_for_its_message_to_be_published_again() -> None:
    """The very same bytes go to the very same subject."""
    letter = _poison()

    services.replay(dead_letter_id=letter.pk)

    (replay,) = services.take_replay_requests(limit=10)
    assert (replay.subject, replay.raw_message) == ("jobs.test.effect.requested", "{")
    services.mark_replayed(dead_letter_ids=[replay.dead_letter_id])
    assert services.take_replay_requests(limit=10) == []


def test_poison_delivered_twice_is_one_dead_letter() -> None:
    """A worker that died after recording it does not record it again."""
    _poison()

    assert _poison().source == "stream/1"


def test_old_jobs_that_ended_are_dropped() -> None:
    """After JOB_KEEP_DAYS; what is open stays, however old."""
    ended, waiting = _given_up(), published()
    Job.objects.update(updated_at=Now() - timedelta(days=31))

    assert services.prune(limit=10) == 1

    assert set(Job.objects.values_list("pk", flat=True)) == {waiting.id}
    assert ended.id not in Job.objects.values_list("pk", flat=True)
    assert not DeadLetter.objects.exists()


def test_a_deleted_user_s_jobs_are_emptied(alice: User, bob: User) -> None:
    """No payload of theirs is left, none of their jobs runs, and nobody else's is touched."""
    hers, his = published(user=str(alice.pk), label="hers"), published(user=str(bob.pk))
    poisoned = published(user=str(alice.pk), permanent=True, label="hers")
    performed(poisoned)

    alice.delete()

    assert (row(hers).payload, row(poisoned).payload) == ({}, {})
    assert row(hers).terminal_reason == "user-deleted"
    assert not DeadLetter.objects.exists()
    assert row(his).state == "requested"


def test_a_message_of_a_deleted_user_does_not_bring_the_job_back(alice: User) -> None:
    """What is still in the queue is recognised and dropped."""
    draft = published(user=str(alice.pk), label="hers")
    alice.delete()

    assert claim(draft) == NothingToDo()
    assert row(draft).payload == {}


def test_a_deleted_user_s_job_cannot_be_tried_again(alice: User) -> None:
    """There is nothing left to try."""
    draft = published(user=str(alice.pk))
    alice.delete()

    with pytest.raises(JobNotFailed):
        services.retry_job(job_id=draft.id)


def test_the_queue_s_state_is_counted() -> None:
    """What waits, runs, pauses and was given up; and how long the oldest has waited."""
    recorded()
    claim(published())
    performed(published(failures=1))
    _given_up()
    performed(published(job_type="test.empty"))

    state = selectors.queue_state()

    assert (state.waiting, state.running, state.retrying, state.dead_letters) == (1, 1, 1, 1)
    assert state.oldest_waiting_seconds is not None
    assert state.oldest_waiting_seconds >= 0


def test_an_empty_queue_has_no_oldest_job() -> None:
    """Nothing waits, so nothing has waited."""
    assert selectors.queue_state().oldest_waiting_seconds is None


def test_the_queue_is_to_forget_a_deleted_user(alice: User, bob: User) -> None:
    """Its copies of their jobs are on the list of what is erased, and nobody else's."""
    alice_id = str(alice.pk)
    published(user=alice_id, sequence=5)
    published(user=str(bob.pk), sequence=6)

    alice.delete()

    due = [(it.user_id, it.position.stream_sequence) for it in services.due_erasures(limit=10)]
    assert due == [(alice_id, 5)]


def test_the_old_message_of_a_job_tried_again_is_erased() -> None:
    """It would not be found any more when its words are forgotten."""
    draft = published(sequence=5, permanent=True)
    performed(draft, sequence=5)

    services.retry_job(job_id=draft.id)

    assert due_positions() == [(STREAM, 5)]


def test_trying_again_leaves_the_dead_letters_in_the_queue() -> None:
    """Only what the user forgets takes them along: no user is named."""
    draft = _given_up()

    services.retry_job(job_id=draft.id)

    assert [erasure.user_id for erasure in services.due_erasures(limit=10)] == [""]


def test_what_is_being_published_while_its_user_is_deleted_is_erased(alice: User) -> None:
    """Its ack comes after the look for what is to be forgotten."""
    draft = recorded(user=str(alice.pk))
    alice.delete()

    ack = PublishAck(job_id=draft.id, republish_count=0, stream_id=STREAM, stream_sequence=5)
    services.mark_published(acks=[ack])

    assert due_positions() == [(STREAM, 5)]
