"""A stranger sees and disturbs nothing of anybody else's jobs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from pydantic import SecretStr

from orchestrator import client
from orchestrator.address import target
from orchestrator.errors import JobNotFound
from orchestrator.models import Job
from protos import job_orchestrator_pb2 as pb
from protos.job_orchestrator_pb2_grpc import JobOrchestratorStub
from tests.orchestrator.harness import Harness

pytestmark = pytest.mark.xdist_group("jobs")

CHARLIE = "c4a12e11-0000-4000-8000-00000000c4a1"


def test_a_stranger_does_not_see_a_job_s_status(jobs: Harness) -> None:
    """To Charlie it is not there."""
    jobs.start_server()
    job_id = jobs.enqueue()

    with pytest.raises(JobNotFound):
        client.job_status(job_id=job_id, user_id=CHARLIE)

    assert client.job_status(job_id=job_id, user_id=jobs.user).job_id == job_id


@pytest.mark.parametrize("after", [0, 1])
def test_a_stranger_cannot_watch_a_job(jobs: Harness, after: int) -> None:
    """Neither from the start nor by resuming."""
    jobs.start_server()
    job_id = jobs.enqueue()

    async def watch() -> None:
        async for _ in client.watch_job(job_id=job_id, user_id=CHARLIE, after=after):
            raise AssertionError("a stranger saw a change")

    with pytest.raises(JobNotFound):
        jobs.run(watch())


def test_a_stranger_s_key_does_not_reach_another_s_job(jobs: Harness) -> None:
    """Guessing a key makes a job of one's own, and tells nothing of the other."""
    jobs.start_server()
    hers = jobs.enqueue(key="guess", label="hers")

    his = jobs.enqueue(key="guess", label="his", user=CHARLIE)

    assert his != hers
    assert Job.objects.get(pk=hers).payload == {"label": "hers"}
    assert Job.objects.get(pk=his).user_id == CHARLIE


# -- callers who name no user, as the original's clients, whose messages have none


SECRET = [("authorization", "Bearer open sesame")]
Config = Callable[..., None]


@contextmanager
def _stub(jobs: Harness, config: Config, **over: Any) -> Iterator[Any]:
    """The generated client of an orchestrator on a TCP port, outside of development."""
    config(app_env="production", job_orchestrator_api_bind_address="127.0.0.1:0", **over)
    server = jobs.start_server()
    config(job_orchestrator_grpc_target=f"127.0.0.1:{server.port}")
    with grpc.insecure_channel(target()) as channel:
        yield JobOrchestratorStub(channel)


def _reads(stub: Any, job_id: object, user: str = "", **call: Any) -> list[Any]:
    """Every way to read a job, each yet to be done."""
    status = pb.GetJobStatusRequest(job_id=str(job_id), user_id=user)
    watch = pb.WatchJobStatusRequest(job_id=str(job_id), user_id=user, include_current=True)
    later = pb.WatchJobStatusRequest(job_id=str(job_id), user_id=user)
    resumed = pb.WatchJobStatusRequest(job_id=str(job_id), user_id=user, after_transition=1)
    return [
        lambda: stub.GetJobStatus(status, timeout=10, **call),
        *(
            lambda asked=asked: next(stub.WatchJobStatus(asked, timeout=10, **call))
            for asked in (watch, later, resumed)
        ),
    ]


def test_without_user_and_secret_no_job_is_seen(jobs: Harness, config: Config) -> None:
    """Neither tenant's, by status or watch, though the ids are right."""
    with _stub(jobs, config) as stub:
        for job_id in (jobs.enqueue(), jobs.enqueue(user=CHARLIE)):
            for read in _reads(stub, job_id):
                with pytest.raises(grpc.RpcError) as refused:
                    read()

                assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
                assert "JOB_ORCHESTRATOR_API_TOKEN" in (refused.value.details() or "")


def test_who_has_the_secret_may_leave_the_user_out(jobs: Harness, config: Config) -> None:
    """Whoever has it could name any user; so it may ask for all of them."""
    with _stub(jobs, config, job_orchestrator_api_token=SecretStr("open sesame")) as stub:
        for job_id in (jobs.enqueue(), jobs.enqueue(user=CHARLIE)):
            for read in _reads(stub, job_id, metadata=SECRET)[:2]:
                assert read().job_id == str(job_id)


@pytest.mark.parametrize("user", [CHARLIE, " ", "%"])
def test_a_user_who_is_named_sees_their_own_jobs_only(
    jobs: Harness, config: Config, user: str
) -> None:
    """Also with the secret: it lets the call in, and the name says whose jobs are meant."""
    with _stub(jobs, config, job_orchestrator_api_token=SecretStr("open sesame")) as stub:
        job_id = jobs.enqueue(permanent=True)
        status, watch, _, resumed = _reads(stub, job_id, user, metadata=SECRET)

        for read in (status, watch, resumed):
            with pytest.raises(grpc.RpcError) as refused:
                read()
            assert refused.value.code() is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("user", ["", " "])
def test_a_job_belongs_to_somebody(jobs: Harness, config: Config, user: str) -> None:
    """The secret does not help: a job of nobody could be seen by nobody."""
    with _stub(jobs, config, job_orchestrator_api_token=SecretStr("open sesame")) as stub:
        jobs.enqueue(key="hers")
        request = pb.EnqueueJobRequest(
            job_type="test.effect", user_id=user, payload_json="{}", idempotency_key="hers"
        )

        with pytest.raises(grpc.RpcError) as refused:
            stub.EnqueueJob(request, timeout=10, metadata=SECRET)

    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "user_id" in (refused.value.details() or "")
    assert Job.objects.count() == 1
