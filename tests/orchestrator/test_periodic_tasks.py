"""What a worker does besides its jobs."""

import asyncio

import pytest

from orchestrator.registry import PeriodicTask
from orchestrator.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_task_is_repeated_also_after_a_failure() -> None:
    """A task that fails is tried again at its next time."""
    done = asyncio.Event()
    calls = 0
    loop = asyncio.get_running_loop()

    def body() -> None:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise ValueError
        loop.call_soon_threadsafe(done.set)

    worker = Worker(concurrency=1)
    task = asyncio.create_task(worker._repeat(PeriodicTask("test.task", 0.01, body)))
    await asyncio.wait_for(done.wait(), timeout=30)

    task.cancel()
    for threads in (worker.bodies, worker.ledger, worker.periodic):
        threads.shutdown()
    assert calls >= 3
