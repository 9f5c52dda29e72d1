"""What travels through JetStream: subjects, shapes and names that other programs know."""

import json
import re
from collections.abc import Callable

import nats
import pytest

from orchestrator import services
from orchestrator.jetstream import NatsConnection, nats_url
from orchestrator.models import DeadLetter, Job
from tests.orchestrator.harness import Harness, eventually
from tests.orchestrator.job_types import effects

pytestmark = pytest.mark.xdist_group("jobs")

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def _json(jobs: Harness, subject: str) -> list[dict[str, object]]:
    return [json.loads(body) for body in jobs.messages(subject)]


def test_a_request_has_the_envelope_of_the_contract(jobs: Harness) -> None:
    """Every field, under its name, on the subject of its type."""
    server = jobs.start_server()

    job_id = jobs.enqueue(label="hello")

    eventually(lambda: not server.relay.in_flight)
    (envelope,) = _json(jobs, "jobs.test.effect.requested")
    assert MOMENT.fullmatch(str(envelope.pop("created_at")))
    assert envelope == {
        "schema_version": 1,
        "job_id": str(job_id),
        "job_type": "test.effect",
        "correlation_id": jobs.user,
        "payload": {"label": "hello"},
        "attempt": 0,
    }


def test_a_finished_job_is_told_as_the_contract_says(jobs: Harness) -> None:
    """Its changes on its own subject, its result on its type's."""
    jobs.start_server()
    jobs.start_worker()

    job_id = jobs.enqueue(failures=1)

    jobs.ended(job_id)
    states = eventually(lambda: (found := _json(jobs, f"jobs.status.{job_id}"))[3:] and found)
    assert [(s["state"], s["attempt"], s["terminal"], s["detail"]) for s in states] == [
        ("STARTED", 1, False, None),
        ("RETRYING", 1, False, "This did not work yet."),
        ("STARTED", 2, False, None),
        ("SUCCEEDED", 2, True, None),
    ]
    assert set(states[0]) == {
        *("schema_version", "job_id", "state", "attempt", "detail", "terminal", "emitted_at")
    }
    (result,) = _json(jobs, "jobs.events.test.effect.completed")
    assert MOMENT.fullmatch(str(result.pop("emitted_at")))
    assert result == {
        "schema_version": 1,
        "job_id": str(job_id),
        "job_type": "test.effect",
        "status": "completed",
        "correlation_id": jobs.user,
        "attempt": 2,
        "detail": None,
    }


def test_a_job_given_up_is_told_as_the_contract_says(
    jobs: Harness, config: Callable[..., None]
) -> None:
    """A failed result, and a dead letter with as much of the message as may be repeated."""
    config(job_max_attempts=1, job_dlq_raw_message_max_chars=256)
    jobs.start_server()
    jobs.start_worker()

    job_id = jobs.enqueue(failures=1, label="x" * 1000)

    jobs.ended(job_id)
    (letter,) = eventually(lambda: _json(jobs, "jobs.dlq"))
    assert set(letter) == {"schema_version", "reason", "detail", "raw_message", "emitted_at"}
    assert (letter["reason"], letter["detail"]) == ("max-attempts", "This did not work yet.")
    assert len(str(letter["raw_message"])) == 256
    (result,) = _json(jobs, "jobs.events.test.effect.failed")
    assert (result["status"], result["detail"]) == ("failed", "This did not work yet.")


def test_stream_and_consumer_have_the_names_of_the_contract(jobs: Harness) -> None:
    """JOBS holds jobs.>, and all workers share one durable pull consumer."""
    jobs.start_worker()

    async def look() -> tuple[object, ...]:
        connection = await NatsConnection.open(name="test")
        stream = await connection.jetstream.stream_info("JOBS")
        consumer = await connection.jetstream.consumer_info("JOBS", "job-orchestrator-worker-v2")
        await connection.close()
        return (
            *(stream.config.subjects, stream.config.max_age),
            *(consumer.config.filter_subject, consumer.config.deliver_subject),
        )

    assert jobs.run(look()) == (["jobs.>"], 7 * 86_400, "jobs.*.*.requested", None)


def _publish(jobs: Harness, subject: str, body: bytes) -> None:
    async def publish() -> None:
        connection = await nats.connect(nats_url())
        await connection.jetstream().publish(subject, body)
        await connection.close()

    jobs.run(publish())


def test_a_message_of_another_producer_is_run(jobs: Harness) -> None:
    """An envelope is enough: the ledger hears of the job from the worker."""
    jobs.start_worker()
    job_id = "6f1d3c1e-6b0f-4d0a-9a55-1f8f3d2f7c11"
    envelope = {
        "schema_version": 1,
        "job_id": job_id,
        "job_type": "test.effect",
        "correlation_id": "somebody",
        "payload": {"label": "hello"},
        "attempt": 0,
        "created_at": "2025-01-14T09:00:00Z",
    }

    _publish(jobs, "jobs.test.effect.requested", json.dumps(envelope).encode())

    eventually(lambda: Job.objects.filter(is_terminal=True).exists())
    assert [(str(id_), label) for id_, label in effects()] == [(job_id, "hello")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b'{"schema_version": 1}',
        b'{"schema_version": 2, "job_id": "6f1d3c1e-6b0f-4d0a-9a55-1f8f3d2f7c11",'
        b' "job_type": "test.effect", "correlation_id": "u", "payload": {},'
        b' "created_at": "2025-01-14T09:00:00Z"}',
    ],
)
def test_poison_is_a_dead_letter_and_stalls_nothing(jobs: Harness, body: bytes) -> None:
    """What is no envelope is put aside at once, told once, and the next job runs."""
    jobs.start_server()
    jobs.start_worker(concurrency=1)

    _publish(jobs, "jobs.test.effect.requested", body)

    assert jobs.ended(jobs.enqueue()).state == "completed"
    assert DeadLetter.objects.get().reason == "invalid-envelope"
    (letter,) = eventually(lambda: _json(jobs, "jobs.dlq"))
    assert letter["reason"] == "invalid-envelope"


def test_poison_can_be_replayed(jobs: Harness) -> None:
    """The same bytes go to the same subject again, where they are poison again."""
    jobs.start_server()
    jobs.start_worker()
    _publish(jobs, "jobs.test.effect.requested", b"{")
    letter = eventually(DeadLetter.objects.first)

    services.replay(dead_letter_id=letter.pk)

    eventually(lambda: DeadLetter.objects.count() == 2)
    assert jobs.messages("jobs.test.effect.requested") == [b"{", b"{"]
