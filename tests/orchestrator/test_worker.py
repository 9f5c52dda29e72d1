"""A worker from its start to its end."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import nats
import pytest
from django.db import OperationalError

from orchestrator import jetstream, services
from orchestrator.jetstream import STREAM, nats_url
from orchestrator.models import Job
from orchestrator.services import finishing
from orchestrator.types import Claim, Claimed, Deferred
from tests.orchestrator.harness import Harness, eventually
from tests.orchestrator.job_types import effects

pytestmark = pytest.mark.xdist_group("jobs")


def _running(count: int) -> Callable[[], bool]:
    return lambda: Job.objects.filter(state="processing").count() == count


def test_jobs_run_side_by_side(jobs: Harness) -> None:
    """As many as the concurrency says, and no more."""
    jobs.start_server()
    jobs.start_worker(concurrency=3)
    most = 0

    wanted = [jobs.enqueue(seconds=0.2) for _ in range(9)]

    def look() -> bool:
        nonlocal most
        most = max(most, Job.objects.filter(state="processing").count())
        return Job.objects.filter(state="completed").count() == len(wanted)

    eventually(look)
    assert most == 3


def test_a_worker_that_stops_finishes_what_it_runs(jobs: Harness) -> None:
    """What runs is completed and acknowledged; what waits is left to others."""
    jobs.start_server()
    worker = jobs.start_worker(concurrency=1)
    running, waiting = jobs.enqueue(seconds=0.5), jobs.enqueue()
    eventually(_running(1))

    jobs.loop.call_soon_threadsafe(worker.stopping.set)

    assert jobs.ended(running).attempts == 1
    eventually(lambda: not worker.held)
    assert Job.objects.get(pk=waiting).attempts == 0
    jobs.start_worker()
    assert jobs.ended(waiting).state == "completed"
    assert len(effects()) == 2


def test_a_job_that_outlasts_the_drain_is_released(
    jobs: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker may start it at once, and the first cannot complete it any more."""
    monkeypatch.setattr("orchestrator.worker.DRAIN_SECONDS", 0.1)
    jobs.start_server()
    worker = jobs.start_worker(concurrency=1)
    job_id = jobs.enqueue(seconds=1.0)
    eventually(_running(1))

    jobs.loop.call_soon_threadsafe(worker.stopping.set)
    eventually(lambda: Job.objects.get(pk=job_id).lost_attempts == 1)
    jobs.start_worker()

    assert jobs.ended(job_id).attempts == 2
    assert len(effects()) == 1


def test_a_job_longer_than_the_lease_is_not_started_twice(jobs: Harness) -> None:
    """While its worker lives, message and lease are renewed."""
    jobs.start_server()
    jobs.start_worker(concurrency=2)
    jobs.start_worker(concurrency=2)

    job = jobs.ended(jobs.enqueue(seconds=2.5))

    assert job.attempts == 1
    assert len(effects()) == 1


def test_a_job_that_runs_too_long_fails_and_its_worker_makes_way(
    jobs: Harness, config: Callable[..., None]
) -> None:
    """The thread cannot be ended, so the process is to be replaced; the effect never counts."""
    config(job_attempt_timeout_seconds=0.2, job_max_attempts=1)
    jobs.start_server()
    worker = jobs.start_worker(concurrency=1)

    job = jobs.ended(jobs.enqueue(seconds=1.0))

    assert job.lifecycle.value == "FAILED_FINAL"
    assert worker.is_tainted
    (ended_well,) = jobs.run(_results(jobs, of=worker.stopping))
    assert ended_well is False
    eventually(lambda: not [t for t in threading.enumerate() if t.name == "job-0"])
    assert effects() == []


async def _results(jobs: Harness, *, of: asyncio.Event) -> list[object]:
    return [await task for stopping, task in jobs.running if stopping is of]


def test_a_database_that_went_away_under_a_body_costs_no_attempt_but_that_one(
    jobs: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is released, not failed, and the next one is tried on a new connection."""
    run_and_complete, calls = finishing._run_and_complete, []

    def fail_once(claimed: object) -> None:
        calls.append(claimed)
        if len(calls) == 1:
            raise OperationalError("gone")
        run_and_complete(claimed)  # type: ignore[arg-type]

    monkeypatch.setattr(finishing, "_run_and_complete", fail_once)
    jobs.start_server()
    jobs.start_worker()

    job = jobs.ended(jobs.enqueue())

    assert (job.state, job.failures, job.lost_attempts) == ("completed", 0, 1)
    assert len(effects()) == 1


# -- the consumer that workers share: its configuration is one


DURABLE = "job-orchestrator-worker-v2"


async def _held_elsewhere(ack_wait: float) -> None:
    """A worker with other settings has made the consumer, has taken a message, and is gone."""
    connection = await nats.connect(nats_url())
    stream = connection.jetstream()
    await stream.add_consumer(
        STREAM,
        durable_name=DURABLE,
        filter_subject="jobs.*.*.requested",
        ack_wait=ack_wait,
        max_deliver=5,
    )
    pull = await stream.pull_subscribe_bind(consumer=DURABLE, stream=STREAM)
    (message,) = await pull.fetch(1)
    assert message.metadata.num_delivered == 1
    await connection.close()


async def _ack_wait() -> Any:
    connection = await nats.connect(nats_url())
    info = await connection.jetstream().consumer_info(STREAM, DURABLE)
    await connection.close()
    return info.config.ack_wait


def test_a_worker_joins_a_consumer_with_another_ack_wait(jobs: Harness) -> None:
    """Its own holds from then on, also for what a lost worker took under the old one."""
    jobs.start_server()
    job_id = jobs.enqueue()
    eventually(lambda: Job.objects.get(pk=job_id).published_at)
    jobs.run(_held_elsewhere(ack_wait=3600))

    jobs.start_worker()

    assert jobs.run(_ack_wait()) == 1.0
    assert jobs.ended(job_id).state == "completed"
    assert len(effects()) == 1


def test_a_worker_that_renews_more_slowly_than_the_consumer_waits_keeps_its_job(
    jobs: Harness, config: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is delivered again, and the ledger's lease says that it is not time yet."""
    claim, answers = services.claim, []

    def listening(**asked: Any) -> list[Claim]:
        answers.extend(found := claim(**asked))
        return found

    monkeypatch.setattr(services, "claim", listening)
    config(job_consumer_ack_wait_seconds=30.0)
    jobs.start_server()
    jobs.start_worker(concurrency=1)
    job_id = jobs.enqueue(seconds=5.0)
    eventually(_running(1))
    config(job_consumer_ack_wait_seconds=1.0)

    jobs.start_worker(concurrency=1)

    job = jobs.ended(job_id)
    assert isinstance(answers[0], Claimed)
    assert {type(answer) for answer in answers[1:]} == {Deferred}
    assert (job.state, job.attempts) == ("completed", 1)
    assert len(effects()) == 1


def test_an_idle_worker_never_stops_waiting_for_messages(
    jobs: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that has expired without a message is followed by another one at once."""
    monkeypatch.setattr(jetstream, "PULL_SECONDS", 0.5)
    monkeypatch.setattr(jetstream, "PULL_HEARTBEAT_SECONDS", 0.2)
    monkeypatch.setattr(jetstream, "PULL_SILENCE_SECONDS", 60.0)  # else silence would mend it
    jobs.start_server()
    worker = jobs.start_worker()
    asked = worker.subscription
    assert asked is not None
    requests: list[int] = []
    ask = asked.request

    async def count(wanted: int) -> None:
        requests.append(wanted)
        await ask(wanted)

    monkeypatch.setattr(asked, "request", count)

    eventually(lambda: len(requests) >= 2)

    assert worker.subscription is asked
    assert requests[:2] == [4, 4]
