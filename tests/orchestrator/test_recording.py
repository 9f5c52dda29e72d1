"""A job is asked for."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from orchestrator import services
from orchestrator.errors import IdempotencyConflict
from orchestrator.models import Job
from orchestrator.types import Lifecycle
from tests.orchestrator.job_states import changes, drafted, row

OTHER_USER = "5e0d1a52-6d2b-4c6e-8f0e-0a4b7c5c2b22"


@pytest.mark.django_db
def test_a_recorded_job_waits_for_a_worker() -> None:
    """It is in the ledger, pending, and not yet published."""
    draft = drafted()

    assert services.record(drafts=[draft]) == [True]

    assert row(draft).state == "requested"
    assert row(draft).published_at is None
    assert changes(draft.id) == [Lifecycle.ENQUEUED_OR_PENDING]


@pytest.mark.django_db
def test_a_draft_recorded_twice_is_one_job() -> None:
    """Recording again, after an answer that was lost, changes nothing."""
    draft = drafted(key="once")

    services.record(drafts=[draft])
    assert services.record(drafts=[draft]) == [False]

    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_a_key_names_one_job() -> None:
    """The same key of the same user has the same id, and only the first is new."""
    first, second = drafted(key="once"), drafted(key="once")

    assert services.record(drafts=[first, second]) == [True, False]

    assert first.id == second.id
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_a_key_belongs_to_its_user() -> None:
    """Two users may use the same key for different jobs."""
    mine, theirs = drafted(key="once", seconds=1), drafted(user=OTHER_USER, key="once")

    assert services.record(drafts=[mine, theirs]) == [True, True]

    assert mine.id != theirs.id


@pytest.mark.django_db
def test_a_key_used_for_something_else_is_a_conflict() -> None:
    """The same key with another payload is refused, and the first job stays as it was."""
    first, other = drafted(key="once", seconds=1), drafted(key="once", seconds=2)
    services.record(drafts=[first])

    (answer,) = services.record(drafts=[other])

    assert isinstance(answer, IdempotencyConflict)
    assert row(first).payload == {"seconds": 1}


@pytest.mark.django_db
def test_a_key_used_for_two_things_at_once_is_a_conflict() -> None:
    """Within one group, too, the first wins."""
    first, other = drafted(key="once", seconds=1), drafted(key="once", seconds=2)

    recorded, refused = services.record(drafts=[first, other])

    assert recorded is True
    assert isinstance(refused, IdempotencyConflict)


@pytest.mark.django_db
def test_jobs_without_a_key_are_all_different() -> None:
    """Asking twice without a key asks for two jobs."""
    services.record(drafts=[drafted(), drafted()])

    assert Job.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_race_for_a_key_has_one_winner() -> None:
    """However many record the same key at once, one of them is told that it is new."""

    def record() -> list[bool | IdempotencyConflict]:
        try:
            return services.record(drafts=[drafted(key="once")])
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = [future.result() for future in [threads.submit(record) for _ in range(16)]]

    assert Job.objects.count() == 1
    assert answers.count([True]) >= 1
    assert not any(isinstance(answer, IdempotencyConflict) for (answer,) in answers)
