"""The job's body: whoever commits a message first has learned it, and nobody learns it twice."""

import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from journal.models import Message
from journal.services import mark_committed
from knowledge.errors import NotInJournal
from knowledge.events import UpdatePayload, update_payload
from knowledge.models import Episode, Update, UpdateMessage
from knowledge.services import updates
from knowledge.services.learning.learner import message_to_learn
from knowledge.services.updates.leasing import lease_messages
from orchestrator import client, services
from orchestrator.models import Job
from orchestrator.types import Attempt, Lifecycle
from tests.knowledge.updates.conftest import committed, said
from tests.orchestrator.harness import Harness
from tests.orchestrator.job_states import claimed

pytestmark = pytest.mark.xdist_group("jobs")


def _payload(user: User, *messages: Message) -> dict[str, Any]:
    from journal.selectors import messages_by_ids

    stored = messages_by_ids(user_id=user.id, ids=[message.pk for message in messages])
    return update_payload(
        user_id=str(user.id), messages=[message_to_learn(each) for each in stored]
    )


def _attempt(user: User, job_id: uuid.UUID | None = None) -> Attempt:
    return Attempt(job_id or uuid.uuid4(), "knowledge.update", str(user.id), number=1)


def _perform(attempt: Attempt, payload: dict[str, Any]) -> None:
    prepared = updates.prepare_update(attempt, UpdatePayload.model_validate(payload))
    with transaction.atomic():
        updates.complete_update(attempt, prepared)


def test_a_job_of_another_client_is_learned(jobs: Harness, alice: User) -> None:
    """Asked for over gRPC alone, it commits the stored messages that say the same."""
    jobs.start_server()
    jobs.start_worker()
    messages = said(alice, "one", "two")

    job_id = client.enqueue_job(
        job_type="knowledge.update", user_id=str(alice.id), payload=_payload(alice, *messages)
    )

    jobs.ended(job_id)
    assert committed(*messages) == [True, True]
    assert Episode.objects.get().job_id == job_id


@pytest.mark.parametrize("change", [{"content": "else"}, {"sequence": 9}, {"role": "assistant"}])
def test_words_that_are_in_no_journal_are_not_learned(
    db: None, alice: User, change: dict[str, Any]
) -> None:
    """A message has to say the same at the same sequence."""
    (message,) = said(alice, "one")
    payload = _payload(alice, message)
    payload["messages"][0].update(change)

    with pytest.raises(NotInJournal):
        _perform(_attempt(alice), payload)

    assert committed(message) == [False]
    assert not Episode.objects.exists()


def test_a_job_whose_messages_are_in_no_journal_says_so(jobs: Harness, alice: User) -> None:
    """Its result is a failure with the reason, at the first attempt; nothing is remembered."""
    jobs.start_server()
    jobs.start_worker()
    (message,) = said(alice, "one")
    payload = _payload(alice, message)
    payload["journal_reference"] = "2019/02/03"

    job_id = client.enqueue_job(job_type="knowledge.update", user_id=str(alice.id), payload=payload)

    job = jobs.ended(job_id)
    status = client.job_status(job_id=job_id, user_id=str(alice.id))
    assert (status.lifecycle, status.terminal) == (Lifecycle.FAILED_FINAL, True)
    assert status.detail == NotInJournal().message
    assert (job.attempts, job.terminal_reason) == (1, "permanent")
    assert not Episode.objects.exists()


def test_a_job_some_of_whose_messages_are_in_the_journal_learns_those(
    db: None, alice: User
) -> None:
    """One that is not there keeps no other from being learned."""
    first, second = said(alice, "one", "two")
    payload = _payload(alice, first, second)
    payload["messages"][1]["content"] = "else"

    _perform(_attempt(alice), payload)

    assert committed(first, second) == [True, False]


@pytest.mark.parametrize("user_id", ["someone", str(uuid.UUID(int=1))])
def test_a_job_for_somebody_unknown_learns_nothing(db: None, alice: User, user_id: str) -> None:
    """Users of other systems may have jobs, too."""
    (message,) = said(alice, "one")

    with pytest.raises(NotInJournal):
        _perform(
            Attempt(uuid.uuid4(), "knowledge.update", user_id, number=1), _payload(alice, message)
        )

    assert committed(message) == [False]


def test_a_stranger_s_job_does_not_learn_for_another(db: None, alice: User, charlie: User) -> None:
    """Charlie's job with Alice's words, and even with her job's id, leaves hers alone."""
    (message,) = said(alice, "mine")
    (update,) = lease_messages(user_id=alice.id)

    with pytest.raises(NotInJournal):
        _perform(_attempt(charlie, update.job_id), _payload(alice, message))

    assert committed(message) == [False]
    update.refresh_from_db()
    assert update.state == "waiting"


def test_a_job_that_runs_again_changes_nothing(db: None, alice: User) -> None:
    """One episode, whatever is redelivered."""
    (message,) = said(alice, "one")
    attempt, payload = _attempt(alice), _payload(alice, message)
    _perform(attempt, payload)

    _perform(attempt, payload)

    assert Episode.objects.count() == 1


def test_a_message_in_two_jobs_is_learned_once(db: None, alice: User) -> None:
    """The second one finds what is left."""
    first, second = said(alice, "one", "two")
    _perform(_attempt(alice), _payload(alice, first))

    _perform(_attempt(alice), _payload(alice, first, second))

    learned = [id_ for episode in Episode.objects.all() for id_ in episode.message_ids]
    assert sorted(learned) == sorted([first.pk, second.pk])


def test_what_was_prepared_before_another_learned_it_is_prepared_anew(
    db: None, alice: User
) -> None:
    """The run fails in a way that is tried again, and takes nothing."""
    first, second = said(alice, "one", "two")
    attempt, payload = _attempt(alice), _payload(alice, first, second)
    prepared = updates.prepare_update(attempt, UpdatePayload.model_validate(payload))
    mark_committed(user_id=alice.id, message_ids=[first.pk])

    with pytest.raises(Exception, match="by another job") as failed, transaction.atomic():
        updates.complete_update(attempt, prepared)

    assert getattr(failed.value, "retryable", False)
    assert committed(second) == [False]


def test_jobs_with_the_same_messages_at_the_same_time_learn_them_once(
    transactional_db: None, alice: User
) -> None:
    """Four at once, in any order."""
    messages = said(alice, *map(str, range(1, 21)))
    payload = _payload(alice, *messages)
    barrier = threading.Barrier(4)

    def perform() -> None:
        attempt = _attempt(alice)
        prepared = updates.prepare_update(attempt, UpdatePayload.model_validate(payload))
        barrier.wait()
        try:
            with transaction.atomic():
                updates.complete_update(attempt, prepared)
        finally:
            connection.close()

    threads = [threading.Thread(target=perform) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Episode.objects.count() == 1
    assert all(committed(*messages))


# -- failures


@pytest.fixture
def mend() -> Iterator[Callable[[], None]]:
    """Learning fails until this is called."""

    def fail(*_: object) -> None:
        raise RuntimeError

    patch = pytest.MonkeyPatch()
    patch.setattr("knowledge.services.updates.running._record_episode", fail)
    yield patch.undo
    patch.undo()


def test_a_final_failure_frees_the_messages(
    jobs: Harness, alice: User, mend: Callable[[], None]
) -> None:
    """The update says why, and the messages can be taken again at once."""
    jobs.start_server()
    jobs.start_worker()
    (message,) = said(alice, "one")
    (job_id,) = updates.request_update(user_id=alice.id).job_ids
    jobs.ended(job_id)
    mend()

    update = Update.objects.get()
    assert (update.state, update.reason) == ("failed", "The job failed.")
    (again,) = updates.request_update(user_id=alice.id).job_ids
    jobs.ended(again)
    assert again != job_id
    assert committed(message) == [True]


def test_an_operator_s_retry_learns_what_was_freed(
    jobs: Harness, alice: User, mend: Callable[[], None]
) -> None:
    """The failed update succeeds after all."""
    jobs.start_server()
    jobs.start_worker()
    (message,) = said(alice, "one")
    (job_id,) = updates.request_update(user_id=alice.id).job_ids
    jobs.ended(job_id)
    mend()

    services.retry_job(job_id=job_id)

    jobs.ended(job_id)
    assert committed(message) == [True]
    assert Update.objects.get().state == "succeeded"


def test_an_operator_s_retry_does_not_learn_twice(
    jobs: Harness, alice: User, mend: Callable[[], None]
) -> None:
    """Another update has taken the messages meanwhile: both jobs succeed, one learns."""
    jobs.start_server()
    jobs.start_worker()
    said(alice, "one")
    (job_id,) = updates.request_update(user_id=alice.id).job_ids
    jobs.ended(job_id)
    mend()

    (again,) = updates.request_update(user_id=alice.id).job_ids
    services.retry_job(job_id=job_id)

    assert jobs.ended(job_id).state == jobs.ended(again).state == "completed"
    assert Episode.objects.count() == 1
    assert not UpdateMessage.objects.filter(is_leased=True).exists()


def test_a_second_final_failure_leaves_another_update_its_messages(db: None, alice: User) -> None:
    """What was freed once is not this update's to free."""
    said(alice, "one")
    (first,) = lease_messages(user_id=alice.id)
    updates.fail_update(_attempt(alice, first.job_id), "No.")
    (second,) = lease_messages(user_id=alice.id)

    updates.fail_update(_attempt(alice, first.job_id), "Still no.")

    assert second.taken.filter(is_leased=True).exists()


def test_a_job_whose_worker_dies_too_often_frees_the_messages(
    jobs: Harness, alice: User, config: Callable[..., None]
) -> None:
    """That end is told to the update, too."""
    config(job_max_lost_attempts=1)
    jobs.start_server()
    said(alice, "one")
    (job_id,) = updates.request_update(user_id=alice.id).job_ids
    draft = Job.objects.get(pk=job_id).draft
    claimed(draft)
    Job.objects.filter(pk=job_id).update(lease_expires_at="2025-01-14T00:00:00Z")

    jobs.start_worker()

    assert jobs.ended(job_id).terminal_reason == "lost-attempts"
    assert Update.objects.get().state == "failed"


def test_a_message_too_long_for_the_queue_is_learned_whole(jobs: Harness, alice: User) -> None:
    """What travels is clipped; the worker reads the journal."""
    jobs.start_server()
    jobs.start_worker()
    (message,) = said(alice, "\x01" * 500_000)

    (job_id,) = updates.request_update(user_id=alice.id).job_ids

    assert jobs.ended(job_id).state == "completed"
    assert committed(message) == [True]
