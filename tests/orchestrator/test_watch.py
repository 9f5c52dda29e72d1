"""WatchJobStatus: every change once, in order, whoever joins when."""

import asyncio
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

import grpc
import pytest

from orchestrator import client, services
from orchestrator.address import target
from orchestrator.errors import JobNotFound
from orchestrator.types import Lifecycle, Transition
from protos import job_orchestrator_pb2 as pb
from protos.job_orchestrator_pb2_grpc import JobOrchestratorStub
from tests.orchestrator.harness import Harness
from tests.orchestrator.job_states import drafted, performed

pytestmark = pytest.mark.xdist_group("jobs")

WHOLE = [
    (1, Lifecycle.ENQUEUED_OR_PENDING),
    (2, Lifecycle.STARTED),
    (3, Lifecycle.RETRYING),
    (4, Lifecycle.STARTED),
    (5, Lifecycle.SUCCEEDED),
]


async def _watched(job_id: uuid.UUID, *, after: int = 0) -> list[Transition]:
    changes = client.watch_job(job_id=job_id, user_id=Harness.user, after=after)
    return [change async for change in changes]


def _begun(jobs: Harness, job_id: uuid.UUID) -> "Future[list[Transition]]":
    """A watch that has been told where the job stands; its result is all that it saw."""
    begun = threading.Event()

    async def watch() -> list[Transition]:
        seen = []
        async for change in client.watch_job(job_id=job_id, user_id=Harness.user):
            seen.append(change)
            begun.set()
        return seen

    watching = asyncio.run_coroutine_threadsafe(watch(), jobs.loop)
    assert begun.wait(30)
    return watching


def _numbered(changes: list[Transition]) -> list[tuple[int, Lifecycle]]:
    return [(change.number, change.lifecycle) for change in changes]


def test_a_watch_from_the_start_sees_everything(jobs: Harness) -> None:
    """Nothing is missing and nothing comes twice."""
    jobs.start_server()
    job_id = jobs.enqueue(failures=1)
    watch = _begun(jobs, job_id)

    jobs.start_worker()

    assert _numbered(watch.result(30)) == WHOLE


def test_many_watches_that_join_at_any_time_see_no_gap_and_no_repetition(jobs: Harness) -> None:
    """Whatever a watch begins with, what follows is the rest."""
    jobs.start_server()
    jobs.start_worker()
    job_id = jobs.enqueue(failures=2, seconds=0.1)

    async def join_in_turn() -> list[list[Transition]]:
        watches = []
        for _ in range(30):
            watches.append(asyncio.create_task(_watched(job_id)))
            await asyncio.sleep(0.02)
        return await asyncio.gather(*watches)

    for changes in jobs.run(join_in_turn()):
        numbers = [change.number for change in changes]
        assert numbers == list(range(numbers[0], 8))
        assert [change.terminal for change in changes] == [False] * (len(changes) - 1) + [True]


def test_a_watch_resumes_after_what_was_seen(jobs: Harness) -> None:
    """A reader that was cut off misses nothing and sees nothing again."""
    jobs.start_server()
    jobs.start_worker()
    job_id = jobs.enqueue(failures=1)
    jobs.ended(job_id)

    assert _numbered(jobs.run(_watched(job_id, after=2))) == WHOLE[2:]


def test_a_watch_of_a_finished_job_tells_its_end(jobs: Harness) -> None:
    """One event, and the stream is over."""
    jobs.start_server()
    jobs.start_worker()
    job_id = jobs.enqueue()
    jobs.ended(job_id)

    (only,) = jobs.run(_watched(job_id))

    assert (only.lifecycle, only.terminal) == (Lifecycle.SUCCEEDED, True)


def test_a_watch_without_the_queue_still_sees_everything(jobs: Harness) -> None:
    """The ledger is what is watched; NATS only makes it quicker."""
    server = jobs.start_server()
    job_id = jobs.enqueue()
    jobs.run(server.nats.stop())
    watch = _begun(jobs, job_id)

    performed(replace(drafted(), id=job_id))

    assert watch.result(30)[-1].lifecycle is Lifecycle.SUCCEEDED


def test_a_watch_that_asks_only_for_changes_waits_for_a_job_to_come(jobs: Harness) -> None:
    """Without the present state an unknown job is not an error."""
    jobs.start_server()
    jobs.start_worker()
    job_id = services.job_id_of(user_id=Harness.user, idempotency_key="later")

    with grpc.insecure_channel(target()) as channel:
        request = pb.WatchJobStatusRequest(job_id=str(job_id), include_current=False)
        events = JobOrchestratorStub(channel).WatchJobStatus(request, timeout=30)
        jobs.enqueue(key="later")
        states = [event.state for event in events]

    assert states[-1] == pb.SUCCEEDED


def test_a_watch_has_a_longest_time(jobs: Harness, config: Callable[..., None]) -> None:
    """Then it ends with DEADLINE_EXCEEDED, and may be begun again."""
    config(job_watch_max_seconds=0.3)
    jobs.start_server()
    job_id = jobs.enqueue()

    request = pb.WatchJobStatusRequest(job_id=str(job_id), include_current=True)
    with grpc.insecure_channel(target()) as channel, pytest.raises(grpc.RpcError) as ended:
        list(JobOrchestratorStub(channel).WatchJobStatus(request))

    assert ended.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def test_too_many_watches_are_refused(jobs: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """One watch more than the server bears is turned away."""
    monkeypatch.setattr("orchestrator.rpc.MAX_WATCHES", 0)
    jobs.start_server()
    job_id = jobs.enqueue()

    request = pb.WatchJobStatusRequest(job_id=str(job_id), include_current=True)
    with grpc.insecure_channel(target()) as channel, pytest.raises(grpc.RpcError) as refused:
        list(JobOrchestratorStub(channel).WatchJobStatus(request, timeout=10))

    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_an_unknown_job_is_not_found(jobs: Harness) -> None:
    """The client says so by an error of the family."""
    jobs.start_server()

    with pytest.raises(JobNotFound):
        jobs.run(_watched(uuid.uuid4()))
