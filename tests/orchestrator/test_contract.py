"""A client written from the wire contract alone calls all three methods."""

import re
import uuid
from typing import Any

import grpc
import pytest

from orchestrator.address import target
from protos import job_orchestrator_pb2 as pb
from protos.job_orchestrator_pb2_grpc import JobOrchestratorStub
from tests.orchestrator.harness import Harness

pytestmark = pytest.mark.xdist_group("jobs")

NUMBERS = {
    "KnowledgeUpdateMessage": {"role": 1, "content": 2, "sequence": 3, "created_at": 4},
    "KnowledgeUpdatePayload": {"journal_reference": 1, "messages": 2, "requested_by_user_id": 3},
    "EnqueueJobRequest": {"job_type": 1, "user_id": 2, "knowledge_update": 3, "payload_json": 4},
    "EnqueueJobReply": {"job_id": 1},
    "GetJobStatusRequest": {"job_id": 1},
    "GetJobStatusReply": {
        "job_id": 1,
        "state": 2,
        "attempt": 3,
        "detail": 4,
        "terminal": 5,
        "updated_at": 6,
    },
    "WatchJobStatusRequest": {"job_id": 1, "include_current": 2},
    "JobStatusEvent": {
        "job_id": 1,
        "state": 2,
        "attempt": 3,
        "detail": 4,
        "terminal": 5,
        "emitted_at": 6,
    },
}


@pytest.fixture
def stub(jobs: Harness) -> Any:
    """The generated client of a running orchestrator with a worker."""
    jobs.start_server()
    jobs.start_worker()
    with grpc.insecure_channel(target()) as channel:
        yield JobOrchestratorStub(channel)


def _enqueue(stub: Any) -> str:
    message = pb.KnowledgeUpdateMessage(
        role="user", content="hello", sequence=1, created_at="2025-01-14T09:00:00+00:00"
    )
    payload = pb.KnowledgeUpdatePayload(
        journal_reference="2025/01/14", messages=[message], requested_by_user_id="someone"
    )
    reply = stub.EnqueueJob(
        pb.EnqueueJobRequest(
            job_type="knowledge.update", user_id="someone", knowledge_update=payload
        ),
        timeout=5,
    )
    return str(uuid.UUID(reply.job_id))


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_fields_keep_their_numbers(name: str) -> None:
    """Every field of the contract is there under its number; others are only added."""
    fields = pb.DESCRIPTOR.message_types_by_name[name].fields_by_name

    assert {field: fields[field].number for field in NUMBERS[name]} == NUMBERS[name]


def test_names_and_states_are_those_of_the_contract() -> None:
    """Package, service, methods and the states' numbers."""
    service = pb.DESCRIPTOR.services_by_name["JobOrchestrator"]

    assert service.full_name == "exobrain.job_orchestrator.v1.JobOrchestrator"
    assert set(service.methods_by_name) == {"EnqueueJob", "GetJobStatus", "WatchJobStatus"}
    assert dict(pb.JobLifecycleState.items()) == {
        "ENQUEUED_OR_PENDING": 0,
        "STARTED": 1,
        "RETRYING": 2,
        "SUCCEEDED": 3,
        "FAILED_FINAL": 4,
    }


def test_an_enqueued_job_has_a_status_at_once(stub: Any) -> None:
    """There is no moment between the answer and the ledger."""
    job_id = _enqueue(stub)

    reply = stub.GetJobStatus(pb.GetJobStatusRequest(job_id=job_id), timeout=5)

    assert reply.job_id == job_id
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", reply.updated_at)


def test_a_watch_ends_with_the_job(stub: Any) -> None:
    """The snapshot first, then changes, then the terminal one and the end of the stream.

    These messages stand in no journal, so the job has nothing to learn and says so.
    """
    job_id = _enqueue(stub)

    request = pb.WatchJobStatusRequest(job_id=job_id, include_current=True)
    events = list(stub.WatchJobStatus(request, timeout=30))

    assert events[-1].state == pb.FAILED_FINAL
    assert "in a journal" in events[-1].detail
    assert [event.terminal for event in events] == [False] * (len(events) - 1) + [True]
    assert all(event.job_id == job_id and event.emitted_at for event in events)


@pytest.mark.parametrize(
    ("method", "request_", "code"),
    [
        ("GetJobStatus", pb.GetJobStatusRequest(job_id="x"), "INVALID_ARGUMENT"),
        ("GetJobStatus", pb.GetJobStatusRequest(job_id=str(uuid.uuid4())), "NOT_FOUND"),
        ("EnqueueJob", pb.EnqueueJobRequest(), "INVALID_ARGUMENT"),
    ],
)
def test_calls_that_make_no_sense_have_a_code(
    stub: Any, method: str, request_: Any, code: str
) -> None:
    """A malformed id is not the same as an unknown one."""
    with pytest.raises(grpc.RpcError) as refused:
        getattr(stub, method)(request_, timeout=5)

    assert refused.value.code() is grpc.StatusCode[code]


@pytest.mark.parametrize(("job_id", "code"), [("x", "INVALID_ARGUMENT"), (None, "NOT_FOUND")])
def test_a_watch_of_no_job_has_a_code(stub: Any, job_id: str | None, code: str) -> None:
    """When the present state is asked for, an unknown job is not found."""
    request = pb.WatchJobStatusRequest(job_id=job_id or str(uuid.uuid4()), include_current=True)

    with pytest.raises(grpc.RpcError) as refused:
        list(stub.WatchJobStatus(request, timeout=5))

    assert refused.value.code() is grpc.StatusCode[code]
