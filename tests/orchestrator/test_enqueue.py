"""EnqueueJob: what is accepted, what is refused, and what becomes of it."""

import json
from typing import Any

import grpc
import pytest

from orchestrator import client
from orchestrator.address import target
from orchestrator.models import Job
from protos import job_orchestrator_pb2 as pb
from protos import job_orchestrator_pb2_grpc as pb_grpc
from tests.orchestrator.harness import Harness
from tests.orchestrator.job_types import effects

pytestmark = pytest.mark.xdist_group("jobs")

USER = Harness.user
UPDATE = {
    "journal_reference": "2025/01/14",
    "messages": [{"role": "user", "content": "hello", "sequence": 1, "created_at": "2025-01-14"}],
    "requested_by_user_id": USER,
}


@pytest.fixture
def stub(jobs: Harness) -> Any:
    """The generated client of a running orchestrator."""
    jobs.start_server()
    with grpc.insecure_channel(target()) as channel:
        yield pb_grpc.JobOrchestratorStub(channel)


def _refusal(stub: Any, **request: Any) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as refused:
        stub.EnqueueJob(pb.EnqueueJobRequest(**request), timeout=10)
    return refused.value


def _json(**payload: Any) -> dict[str, Any]:
    return {"job_type": "test.effect", "user_id": USER, "payload_json": json.dumps(payload)}


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({**_json(), "job_type": ""}, "job_type"),
        ({**_json(), "job_type": "  "}, "job_type"),
        ({**_json(), "job_type": "no.such"}, "job_type"),
        ({**_json(), "user_id": ""}, "user_id"),
        ({**_json(), "user_id": "u" * 101}, "user_id"),
        ({**_json(), "idempotency_key": "k" * 201}, "idempotency_key"),
        ({"job_type": "test.effect", "user_id": USER}, "payload"),
        ({**_json(), "payload_json": "{"}, "payload_json"),
        ({**_json(), "payload_json": "[]"}, "payload_json"),
        ({**_json(), "payload_json": "[" * 100_000}, "payload_json"),
        (_json(seconds="many"), "payload.seconds"),
        (_json(label="a\x00b"), "payload"),
        (_json(label="\ud800"), "payload"),
        (_json(seconds=float("nan")), "payload"),
        (_json(label="x" * 1_000_000), "payload"),
        ({"job_type": "knowledge.update", "user_id": USER}, "payload"),
        ({**_json(), "job_type": "knowledge.update"}, "payload"),
        (
            {
                "job_type": "test.effect",
                "user_id": USER,
                "knowledge_update": pb.KnowledgeUpdatePayload(journal_reference="2025/01/14"),
            },
            "payload",
        ),
        (
            {
                "job_type": "knowledge.update",
                "user_id": USER,
                "knowledge_update": pb.KnowledgeUpdatePayload(),
            },
            "payload.journal_reference",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    stub: Any, request_: dict[str, Any], field: str
) -> None:
    """INVALID_ARGUMENT says which field is wrong, and nothing is recorded."""
    refused = _refusal(stub, **request_)

    assert refused.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert field in (refused.details() or "")
    assert not Job.objects.exists()


def test_an_unexpected_failure_says_nothing_of_what_is_inside(
    stub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INTERNAL, without the text of the error."""

    def explode(**_: Any) -> None:
        raise RuntimeError("my secret diary")

    monkeypatch.setattr("orchestrator.services.draft_job", explode)

    refused = _refusal(stub, **_json())

    assert refused.code() is grpc.StatusCode.INTERNAL
    assert "secret" not in (refused.details() or "")


def test_an_enqueued_job_is_run_once(jobs: Harness) -> None:
    """From the call to the effect."""
    jobs.start_server()
    jobs.start_worker()

    job_id = jobs.enqueue(label="done")

    assert jobs.ended(job_id).state == "completed"
    assert effects() == [(job_id, "done")]


def test_the_same_key_is_one_job_and_one_effect(jobs: Harness) -> None:
    """A call that is repeated after a lost answer does nothing new."""
    jobs.start_server()
    jobs.start_worker()

    first = jobs.enqueue(key="once")
    second = jobs.enqueue(key="once")

    assert first == second
    jobs.ended(first)
    assert len(effects()) == 1


def test_a_key_used_for_something_else_is_refused(stub: Any, jobs: Harness) -> None:
    """ALREADY_EXISTS, and the first job is unharmed."""
    jobs.enqueue(key="once", label="this")

    refused = _refusal(stub, **_json(label="that"), idempotency_key="once")

    assert refused.code() is grpc.StatusCode.ALREADY_EXISTS
    assert Job.objects.get().payload == {"label": "this"}


def test_many_jobs_at_once_are_all_run_once(jobs: Harness) -> None:
    """Two workers share what arrives."""
    jobs.start_server()
    jobs.start_worker(concurrency=3)
    jobs.start_worker(concurrency=3)

    wanted = [jobs.enqueue(label=str(number)) for number in range(60)]

    for job_id in wanted:
        jobs.ended(job_id)
    assert sorted(job_id for job_id, _ in effects()) == sorted(wanted)


def test_a_typed_payload_becomes_json_with_nulls(jobs: Harness) -> None:
    """What proto3 cannot tell from absent is null, as others read it."""
    jobs.start_server()

    job_id = client.enqueue_job(
        job_type="knowledge.update",
        user_id=USER,
        payload={**UPDATE, "messages": [{"role": "user", "content": None, "sequence": None}]},
    )

    assert Job.objects.get(pk=job_id).payload == {
        **UPDATE,
        "messages": [{"role": "user", "content": None, "sequence": None, "created_at": None}],
    }
