"""NATS stops in every way it can while jobs run: worker and orchestrator wait and go on."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestrator.worker import Worker
from tests.orchestrator.harness import Harness, eventually
from tests.orchestrator.job_types import effects
from tests.orchestrator.nats_server import NatsServer

pytestmark = pytest.mark.xdist_group("jobs")


@pytest.fixture
def nats_server(jobs: Harness, tmp_path: Path, config: Callable[..., None]) -> Iterator[NatsServer]:
    """A server that only this test uses, and may stop."""
    server = NatsServer(tmp_path)
    server.start()
    config(exobrain_nats_url=server.url)
    yield server
    jobs.stop()
    server.stop()


def _assert_alive(jobs: Harness) -> None:
    for _, task in jobs.running:
        assert not task.done(), task


def _look_at_once(worker: Worker) -> None:
    """The worker believes that its request for messages has been forgotten."""
    assert worker.subscription is not None
    worker.subscription.is_broken = True


def test_a_worker_survives_a_server_that_has_only_left_its_connections_open(
    jobs: Harness, nats_server: NatsServer
) -> None:
    """JetStream answers no more, and nothing is closed: the jobs wait until it is back."""
    jobs.start_server()
    worker = jobs.start_worker()
    assert jobs.ended(jobs.enqueue()).state == "completed"

    nats_server.end_service()
    waiting = [jobs.enqueue() for _ in range(3)]
    _look_at_once(worker)
    jobs.run(asyncio.sleep(8.0))  # longer than an answer is waited for

    _assert_alive(jobs)
    nats_server.stop(signal.SIGKILL)
    nats_server.start()
    for job_id in waiting:
        assert jobs.ended(job_id).state == "completed"
    assert len(effects()) == 4


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("store", ["store", "another"])
def test_jobs_go_on_when_a_server_that_stopped_is_back(
    jobs: Harness, nats_server: NatsServer, signum: signal.Signals, store: str
) -> None:
    """Whether it still has its stream or comes back with none."""
    server = jobs.start_server()
    worker = jobs.start_worker()
    running = jobs.enqueue(seconds=1.0)
    eventually(lambda: worker.running)

    nats_server.stop(signum)
    waiting = [jobs.enqueue() for _ in range(3)]
    eventually(lambda: not server.nats.is_connected and not worker.nats.is_connected)
    _assert_alive(jobs)
    nats_server.start(store=store)

    for job_id in [running, *waiting]:
        assert jobs.ended(job_id).state == "completed"
    assert len(effects()) == 4
    _assert_alive(jobs)
