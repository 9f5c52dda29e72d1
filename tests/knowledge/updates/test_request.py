"""request_update: messages are taken once, and learned by the job that was asked for."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import User
from journal.models import Message
from knowledge.errors import NothingToLearn, UpdateWaits
from knowledge.models import Episode, Update
from knowledge.services import updates
from orchestrator.models import Job
from tests.knowledge.updates.conftest import committed, said
from tests.orchestrator.harness import Harness

pytestmark = pytest.mark.xdist_group("jobs")


def test_what_was_said_is_learned(jobs: Harness, alice: User) -> None:
    """The job commits the messages and leaves one episode that names them."""
    jobs.start_server()
    jobs.start_worker()
    messages = said(alice, "I moved to Lisbon.", "How nice.")

    requested = updates.request_update(user_id=alice.id)

    (job_id,) = requested.job_ids
    jobs.ended(job_id)
    assert committed(*messages) == [True, True]
    episode = Episode.objects.get()
    assert (episode.user, episode.job_id) == (alice, job_id)
    assert episode.message_ids == [message.id for message in messages]


def test_an_update_knows_how_its_job_ended(jobs: Harness, alice: User) -> None:
    """It has succeeded, and holds no message any more."""
    jobs.start_server()
    jobs.start_worker()
    said(alice, "Hello.")

    (job_id,) = updates.request_update(user_id=alice.id).job_ids

    jobs.ended(job_id)
    update = Update.objects.get(job_id=job_id)
    assert update.state == "succeeded"
    assert not update.taken.filter(is_leased=True).exists()


def test_each_chunk_has_a_job_of_its_own(
    jobs: Harness, alice: User, config: Callable[..., None]
) -> None:
    """All their ids are told, in the order of the messages."""
    config(knowledge_update_max_tokens=1)
    jobs.start_server()
    said(alice, "aaaa", "bbbb")
    said(alice, "cccc", day="2025/01/15")

    requested = updates.request_update(user_id=alice.id)

    payloads = Job.objects.in_bulk(requested.job_ids)
    contents = [payloads[id_].payload["messages"][0]["content"] for id_ in requested.job_ids]
    assert contents == ["aaaa", "bbbb", "cccc"]
    assert requested.message_count == 3


def test_only_the_named_day_is_taken(jobs: Harness, alice: User) -> None:
    """The other day is left for another time."""
    jobs.start_server()
    said(alice, "one")
    (other,) = said(alice, "two", day="2025/01/15")

    requested = updates.request_update(user_id=alice.id, reference="2025/01/15")

    assert requested.message_count == 1
    assert Update.objects.get().taken.get().message_id == other.id


def test_nothing_to_learn_is_told(jobs: Harness, alice: User) -> None:
    """What is on its way already counts as nothing."""
    jobs.start_server()
    said(alice, "once")
    updates.request_update(user_id=alice.id)

    with pytest.raises(NothingToLearn):
        updates.request_update(user_id=alice.id)


def test_a_stranger_s_messages_are_not_taken(jobs: Harness, alice: User, charlie: User) -> None:
    """Charlie has nothing to learn, whatever Alice said."""
    jobs.start_server()
    said(alice, "mine")

    with pytest.raises(NothingToLearn):
        updates.request_update(user_id=charlie.id)


def test_empty_and_growing_messages_wait(jobs: Harness, alice: User) -> None:
    """They are passed over, and do not part those around them."""
    jobs.start_server()
    first, *_, last = [
        *said(alice, "question"),
        *said(alice, "half an ans", role="assistant", status="streaming"),
        *said(alice, "", None),
        *said(alice, "another question"),
    ]

    updates.request_update(user_id=alice.id)

    taken = Update.objects.get().taken.order_by("pk").values_list("message_id", flat=True)
    assert list(taken) == [first.id, last.id]


def test_requests_at_the_same_time_take_each_message_once(
    jobs: Harness, alice: User, config: Callable[..., None]
) -> None:
    """Eight at once: every message is in one job, and those who came late are told so."""
    config(knowledge_update_max_tokens=1)
    jobs.start_server()
    messages = said(alice, *["four"] * 12)
    barrier = threading.Barrier(8)
    answers: list[object] = []

    def request() -> None:
        barrier.wait()
        try:
            answers.append(updates.request_update(user_id=alice.id).message_count)
        except NothingToLearn:
            answers.append(None)
        finally:
            connection.close()

    threads = [threading.Thread(target=request) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers, key=str) == [12, *[None] * 7]
    sequences = [m["sequence"] for job in Job.objects.all() for m in job.payload["messages"]]
    assert sorted(sequences) == [message.sequence for message in messages]


def test_without_an_orchestrator_the_update_waits(
    jobs: Harness, alice: User, config: Callable[..., None]
) -> None:
    """The caller is told, the messages are kept, and asking again is the same job."""
    config(job_orchestrator_connect_timeout_seconds=0.3)
    (message,) = said(alice, "later")
    with pytest.raises(UpdateWaits):
        updates.request_update(user_id=alice.id)
    waiting = Update.objects.get()
    assert waiting.state == "waiting"
    assert waiting.reason

    config(job_orchestrator_connect_timeout_seconds=10.0)
    jobs.start_server()
    jobs.start_worker()
    requested = updates.request_update(user_id=alice.id)

    assert requested.job_ids == [waiting.job_id]
    jobs.ended(waiting.job_id)
    assert Message.objects.get(pk=message.pk).committed_to_knowledge_base
