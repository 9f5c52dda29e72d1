"""A worker received a job's message."""

from collections.abc import Callable

import pytest

from orchestrator import services
from orchestrator.models import DeadLetter, Job
from orchestrator.types import Claimed, Deferred, Lifecycle, NothingToDo
from tests.orchestrator.job_states import (
    STREAM,
    changes,
    claim,
    claimed,
    delivery,
    drafted,
    make_due,
    performed,
    published,
    recorded,
    row,
)

pytestmark = pytest.mark.django_db


def test_a_waiting_job_is_claimed() -> None:
    """It runs here, under a lease, as the first attempt."""
    draft = published(key="k")

    answer = claim(draft)

    assert isinstance(answer, Claimed)
    assert answer.attempt.number == 1
    assert answer.payload == draft.payload
    assert row(draft).lifecycle is Lifecycle.STARTED
    assert row(draft).worker == "here"


def test_a_running_job_is_not_claimed_again() -> None:
    """While the lease lasts, another worker is told to come back when it ends."""
    draft = published()
    claim(draft)

    answer = claim(draft, worker="there")

    assert isinstance(answer, Deferred)
    assert 0 < answer.delay_seconds <= 30
    assert row(draft).worker == "here"


def test_two_messages_for_one_job_start_it_once() -> None:
    """Of two deliveries in one group the second has to wait."""
    draft = published()

    first, second = services.claim(deliveries=[delivery(draft), delivery(draft)], worker="here")

    assert isinstance(first, Claimed)
    assert isinstance(second, Deferred)


def test_a_finished_job_is_not_run_again() -> None:
    """A message delivered again after the job is done has nothing left to ask for."""
    draft = published(job_type="test.empty")
    performed(draft)

    assert claim(draft) == NothingToDo()


def test_a_run_whose_lease_ended_is_lost_and_the_job_starts_again() -> None:
    """The next attempt is numbered on, and the change in between is told."""
    draft = published()
    claim(draft)
    make_due(draft)

    answer = claimed(draft, worker="there")

    assert answer.attempt.number == 2
    assert row(draft).lost_attempts == 1
    assert changes(draft.id) == [
        Lifecycle.ENQUEUED_OR_PENDING,
        Lifecycle.STARTED,
        Lifecycle.RETRYING,
        Lifecycle.STARTED,
    ]


def test_a_job_that_kills_its_workers_is_given_up(config: Callable[..., None]) -> None:
    """After JOB_MAX_LOST_ATTEMPTS it is a dead letter instead of the end of the next worker."""
    config(job_max_lost_attempts=2)
    draft = published()
    claim(draft)
    make_due(draft)
    claim(draft)
    make_due(draft)

    answer = claim(draft)

    assert isinstance(answer, NothingToDo)
    assert answer.final_result is not None
    assert row(draft).lifecycle is Lifecycle.FAILED_FINAL
    assert row(draft).terminal_reason == "lost-attempts"
    assert DeadLetter.objects.get().job_id == draft.id


def test_a_failed_job_waits_for_its_pause() -> None:
    """Before the pause is over a worker is told how long it lasts."""
    draft = published(failures=1)
    outcome = performed(draft)

    answer = claim(draft)

    assert isinstance(answer, Deferred)
    assert 0 < answer.delay_seconds <= outcome.backoff_seconds


def test_a_job_the_ledger_never_heard_of_is_recorded_and_run() -> None:
    """What a producer published by itself is in the ledger from its first delivery on."""
    draft = drafted(key="k")

    answer = claim(draft)

    assert isinstance(answer, Claimed)
    assert (row(draft).stream_id, row(draft).stream_sequence) == (STREAM, 1)
    assert row(draft).published_at is not None


def test_the_ledger_s_payload_counts() -> None:
    """A message that says something else than the ledger does not change the job."""
    draft = recorded(seconds=1, key="a")
    forged = drafted(seconds=2, key="a")

    assert claimed(forged).payload == draft.payload


def test_a_lease_that_is_extended_does_not_end() -> None:
    """A long run keeps its job."""
    draft = published()
    claim(draft)
    make_due(draft)

    services.extend_leases(job_ids=[draft.id], worker="here")

    assert isinstance(claim(draft, worker="there"), Deferred)


def test_a_lease_is_extended_only_by_its_owner() -> None:
    """A worker that lost the job cannot hold up the one that has it."""
    draft = published()
    claim(draft)
    make_due(draft)

    services.extend_leases(job_ids=[draft.id], worker="there")

    assert isinstance(claim(draft, worker="there"), Claimed)


def test_a_released_job_starts_at_once() -> None:
    """A worker that stops gives its jobs to the others without a pause."""
    draft = published()
    claim(draft)

    services.release(job_ids=[draft.id], worker="here")

    assert claimed(draft, worker="there").attempt.number == 2


def test_a_release_leaves_a_finished_job_alone() -> None:
    """A job that ended just before is not released any more."""
    draft = published(job_type="test.empty")
    performed(draft)

    services.release(job_ids=[draft.id], worker="here")

    assert Job.objects.get().lifecycle is Lifecycle.SUCCEEDED


@pytest.mark.django_db(transaction=True)
def test_a_row_somebody_else_is_busy_with_does_not_hold_up_the_others() -> None:
    """A locked job waits; the rest of the group is claimed."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection, transaction

    locked, free = published(), published()

    def claim_both() -> list[object]:
        try:
            return list(
                services.claim(deliveries=[delivery(locked), delivery(free)], worker="here")
            )
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as threads:
        Job.objects.select_for_update().get(pk=locked.id)
        first, second = threads.submit(claim_both).result(timeout=20)

    assert isinstance(first, Deferred)
    assert isinstance(second, Claimed)
