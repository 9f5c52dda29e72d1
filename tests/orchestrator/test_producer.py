"""A job published straight to JetStream is the same job."""

from collections.abc import Callable
from uuid import UUID

import pytest

from exobrain.embedded import Service, connect
from exobrain.lib.errors import Invalid, Unavailable
from orchestrator import producer
from orchestrator.models import Job
from tests.orchestrator.harness import Harness
from tests.orchestrator.job_types import effects
from tests.plugin import DATA

pytestmark = pytest.mark.xdist_group("jobs")


def _publish(jobs: Harness, *, key: str = "", **payload: object) -> UUID:
    return producer.publish_job(
        job_type="test.effect", user_id=jobs.user, payload=payload, idempotency_key=key
    )


def test_a_published_job_is_run(jobs: Harness) -> None:
    """No orchestrator is needed, only a worker."""
    jobs.start_worker()

    job_id = _publish(jobs, label="round")

    assert jobs.ended(job_id).user_id == jobs.user
    assert effects() == [(job_id, "round")]


def test_a_job_that_is_published_twice_is_one(jobs: Harness) -> None:
    """The same key is the same message."""
    first, second = _publish(jobs, key="once"), _publish(jobs, key="once")

    assert first == second
    assert len(jobs.messages("jobs.test.effect.requested")) == 1


@pytest.mark.parametrize("order", ["round it first", "through it first"])
def test_a_job_that_takes_both_ways_is_one(jobs: Harness, order: str) -> None:
    """When the way is changed with a call in flight, the key still names one job."""
    jobs.start_server()
    jobs.start_worker()
    ways: list[Callable[[], UUID]] = [
        lambda: _publish(jobs, key="once", label="x"),
        lambda: jobs.enqueue(key="once", label="x"),
    ]

    ids = [way() for way in (ways if order == "round it first" else ways[::-1])]

    assert ids[0] == ids[1]
    jobs.ended(ids[0])
    jobs.ended(jobs.enqueue(key="last"))
    assert [label for _, label in effects()].count("x") == 1
    assert Job.objects.count() == 2


def test_what_makes_no_sense_is_not_published(jobs: Harness) -> None:
    """The payload is checked here, too."""
    with pytest.raises(Invalid, match=r"payload\.seconds"):
        _publish(jobs, seconds="many")


def test_without_nats_nothing_is_promised(jobs: Harness, config: Callable[..., None]) -> None:
    """A job that JetStream did not acknowledge is not accepted."""
    config(job_orchestrator_connect_timeout_seconds=1.0)
    keeper = connect(DATA, services={Service.QUEUE})
    keeper.ask("stop queue")
    try:
        with pytest.raises(Unavailable):
            _publish(jobs)
    finally:
        keeper.ask("start queue")
        keeper.close()
