"""NATS goes away, forgets, or is given the same twice: no job is lost and none is done twice."""

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import nats
import pytest
from django.conf import settings
from django.db.models.functions import Now

from exobrain.embedded import Connection, Service, connect
from exobrain.lib.errors import ConfigError
from orchestrator import services
from orchestrator.events import envelope_of
from orchestrator.jetstream import STREAM, NatsConnection, nats_url, request_subject
from orchestrator.models import Erasure, Job
from orchestrator.services import erasing
from orchestrator.types import JobDraft, OutboxMessage, StreamPosition, message_id_of
from orchestrator.worker import Worker
from tests.orchestrator.harness import Harness, delete_stream, eventually
from tests.orchestrator.job_states import delivery, drafted, recorded
from tests.orchestrator.job_types import effects
from tests.plugin import DATA

pytestmark = pytest.mark.xdist_group("jobs")


@pytest.fixture
def keeper() -> Iterator[Connection]:
    """Stops and starts the embedded services."""
    connection = connect(DATA, services={Service.QUEUE})
    yield connection
    connection.ask("start queue")
    connection.close()


def _assert_done_once(jobs: Harness, wanted: list[UUID]) -> None:
    for job_id in wanted:
        assert jobs.ended(job_id).state == "completed"
    assert sorted(wanted) == sorted(job_id for job_id, _ in effects())


def test_a_job_is_accepted_while_nats_is_down_and_runs_when_it_is_back(
    jobs: Harness, keeper: Connection
) -> None:
    """It is never refused and never lost."""
    jobs.start_server()
    jobs.start_worker()
    keeper.ask("stop queue")

    waiting = [jobs.enqueue(label=str(number)) for number in range(5)]

    assert not Job.objects.filter(published_at__isnull=False).exists()
    keeper.ask("start queue")
    _assert_done_once(jobs, waiting)


def test_an_orchestrator_starts_without_nats(jobs: Harness, keeper: Connection) -> None:
    """It answers at once, and connects when there is something to connect to."""
    keeper.ask("stop queue")
    jobs.start_server(is_connected=False)

    job_id = jobs.enqueue()

    keeper.ask("start queue")
    jobs.start_worker()
    _assert_done_once(jobs, [job_id])


def test_jobs_survive_a_stream_that_is_deleted(jobs: Harness) -> None:
    """What waited there is published again, from the ledger."""
    server = jobs.start_server()
    waiting = [jobs.enqueue(label=str(number)) for number in range(5)]
    eventually(lambda: not server.relay.in_flight)

    jobs.run(delete_stream())

    jobs.start_worker()
    jobs.run(server.relay.requeue_lost())
    _assert_done_once(jobs, waiting)


def test_a_worker_survives_a_consumer_that_is_deleted(jobs: Harness) -> None:
    """It makes the consumer again; what was done is not done again."""
    jobs.start_server()
    worker = jobs.start_worker()
    first = jobs.enqueue()
    jobs.ended(first)

    async def delete_consumer() -> None:
        durable = "job-orchestrator-worker-v2"
        await worker.nats.connection.jetstream.delete_consumer(STREAM, durable)

    jobs.run(delete_consumer())

    second = jobs.enqueue()
    _assert_done_once(jobs, [first, second])


def test_a_job_published_twice_is_done_once(jobs: Harness) -> None:
    """The ledger, not the queue, decides that it is done."""
    server = jobs.start_server()
    jobs.start_worker()
    job_id = jobs.enqueue()
    done = jobs.ended(job_id)

    again = OutboxMessage(draft=done.draft, republish_count=7)
    jobs.run(server.relay.publish(again))
    last = jobs.enqueue()

    _assert_done_once(jobs, [job_id, last])
    assert Job.objects.get(pk=job_id).attempts == 1


def test_the_queue_has_one_message_of_a_job_tried_again(jobs: Harness) -> None:
    """The older one is erased; the dead letter that tells of it stays."""
    jobs.start_server()
    jobs.start_worker()
    job_id = jobs.enqueue(permanent=True)
    jobs.ended(job_id)
    dead_letters = settings.EXOBRAIN.job_dlq_subject
    eventually(lambda: jobs.messages(dead_letters))

    services.retry_job(job_id=job_id)
    eventually(lambda: Job.objects.filter(pk=job_id, published_at__isnull=False).exists())
    jobs.ended(job_id)
    eventually(lambda: not Erasure.objects.exists())

    assert len(jobs.messages(request_subject("test.effect"))) == 1
    assert jobs.messages(dead_letters)


@pytest.mark.parametrize(
    ("named", "is_erased"), [("", True), (".1", False), (".7", False), ("another job's", False)]
)
def test_only_the_message_that_is_meant_is_erased(
    jobs: Harness, named: str, is_erased: bool
) -> None:
    """A stream that lost its end in a crash gives the numbers again, for other messages."""
    jobs.start_server()
    jobs.start_worker()
    job_id = jobs.enqueue()
    job = jobs.ended(job_id)  # one that waits would be published again when its message is gone
    message_id = str(uuid4()) if "another" in named else f"{job_id}{named}"

    erasing.schedule_erasures([StreamPosition(job.stream_id, job.stream_sequence or 0, message_id)])
    eventually(lambda: not Erasure.objects.exists())

    assert len(jobs.messages(request_subject("test.effect"))) == (0 if is_erased else 1)


def test_a_message_of_another_producer_is_known_by_its_job(jobs: Harness) -> None:
    """It has no id of ours; what it says of its job is enough to erase it."""
    draft = drafted()

    async def publish() -> None:
        connection = await nats.connect(nats_url())
        await connection.jetstream().publish(request_subject("test.effect"), envelope_of(draft))
        await connection.close()

    jobs.start_server()
    jobs.run(publish())
    jobs.start_worker()
    jobs.ended(draft.id)

    services.forget_user(user_id=draft.user_id)
    eventually(lambda: not Erasure.objects.exists())

    assert jobs.messages(request_subject("test.effect")) == []


async def _publish_untold(draft: JobDraft, republish_count: int) -> None:
    connection = await NatsConnection.open(name="dying")
    message_id = message_id_of(draft.id, republish_count)
    subject = request_subject(draft.job_type)
    await connection.publish(subject, envelope_of(draft), message_id=message_id)
    await connection.close()


@pytest.mark.parametrize(("republish_count", "permanent"), [(0, True), (1, False)])
def test_a_message_of_a_publisher_that_died_goes_with_its_user(
    jobs: Harness, republish_count: int, permanent: bool
) -> None:
    """Nobody but the message itself told where it is."""
    draft = recorded(permanent=permanent)
    Job.objects.filter(pk=draft.id).update(republish_count=republish_count)
    jobs.run(_publish_untold(draft, republish_count))
    jobs.start_worker()
    jobs.ended(draft.id)
    assert len(jobs.messages(request_subject(draft.job_type))) == 1

    services.forget_user(user_id=draft.user_id)
    jobs.start_server()
    eventually(lambda: not Erasure.objects.exists())

    assert jobs.messages(request_subject(draft.job_type)) == []


def test_what_an_orchestrator_published_as_it_died_is_found_again(jobs: Harness) -> None:
    """JetStream answers a second publication of the same id with the number of the first."""
    server = jobs.start_server()
    draft = recorded()
    subject = request_subject(draft.job_type)
    connection = server.nats.connection
    message_id = OutboxMessage(draft=draft).message_id
    number = jobs.run(connection.publish(subject, envelope_of(draft), message_id=message_id))

    Job.objects.filter(pk=draft.id).update(publish_after=Now())
    job = eventually(lambda: Job.objects.filter(pk=draft.id, published_at__isnull=False).first())

    assert job.stream_sequence == number
    assert len(jobs.messages(subject)) == 1


def test_a_job_that_waits_for_its_next_attempt_does_not_hold_up_the_others(
    jobs: Harness, config: Callable[..., None]
) -> None:
    """Failed jobs wait beside the queue, not in it."""
    config(job_backoff_base_seconds=60.0, job_backoff_max_seconds=60.0)
    jobs.start_server()
    jobs.start_worker(concurrency=1)
    failing = [jobs.enqueue(failures=1) for _ in range(5)]
    eventually(lambda: Job.objects.filter(state="failed").count() == 5)

    assert jobs.ended(jobs.enqueue()).state == "completed"

    assert Job.objects.filter(pk__in=failing, is_terminal=False).count() == 5


def test_a_job_claimed_by_a_worker_that_died_is_run_by_another(jobs: Harness) -> None:
    """When its lease has ended."""
    jobs.start_server()
    job_id = jobs.enqueue()
    job = Job.objects.get(pk=job_id)
    services.claim(deliveries=[delivery(job.draft)], worker="dead")

    jobs.start_worker()

    assert jobs.ended(job_id).attempts == 2
    assert len(effects()) == 1


def test_a_push_consumer_of_another_program_is_named(jobs: Harness) -> None:
    """A worker says which setting to change instead of waiting for ever."""

    async def occupy() -> None:
        connection = await nats.connect(nats_url())
        stream = connection.jetstream()
        await stream.add_stream(name=STREAM, subjects=["jobs.>"])
        await stream.add_consumer(
            STREAM, durable_name="job-orchestrator-worker-v2", deliver_subject="elsewhere"
        )
        await connection.close()

    jobs.run(occupy())

    with pytest.raises(ConfigError, match="JOB_CONSUMER_DURABLE"):
        jobs.run(_work())


async def _work() -> None:
    await Worker(concurrency=1).work()
