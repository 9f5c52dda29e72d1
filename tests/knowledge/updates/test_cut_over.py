"""The staged cut-over: jobs published straight to JetStream, and through the orchestrator."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from knowledge.models import Episode, Update
from knowledge.services import updates
from orchestrator import client, producer
from orchestrator.models import Job
from tests.knowledge.updates.conftest import committed, said
from tests.orchestrator.harness import Harness, delete_stream, eventually

pytestmark = pytest.mark.xdist_group("jobs")


def test_round_the_orchestrator_the_envelope_is_the_same(
    jobs: Harness, alice: User, config: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever way is taken, the same update is the same job with the same payload."""
    asked: list[dict[str, Any]] = []

    def accept(**wanted: Any) -> UUID:
        asked.append(wanted)
        return Update.objects.get().job_id

    monkeypatch.setattr(client, "enqueue_job", accept)
    monkeypatch.setattr(producer, "publish_job", accept)
    said(alice, "one")

    for is_on in (True, False):
        config(knowledge_update_use_orchestrator_enqueue=is_on)
        updates.request_update(user_id=alice.id)
        Update.objects.update(state="waiting", reason="again")

    assert asked[0] == asked[1]


def test_without_the_orchestrator_jobs_are_learned(
    jobs: Harness, alice: User, config: Callable[..., None]
) -> None:
    """The old way needs JetStream and a worker, no more."""
    config(knowledge_update_use_orchestrator_enqueue=False)
    jobs.start_worker()
    (message,) = said(alice, "one")

    (job_id,) = updates.request_update(user_id=alice.id).job_ids

    jobs.ended(job_id)
    assert committed(message) == [True]
    assert Update.objects.get().state == "succeeded"


def test_flipping_the_flag_with_jobs_in_flight_loses_none(
    jobs: Harness, alice: User, config: Callable[..., None]
) -> None:
    """Every message is learned once, whichever way its job went, also back and forth."""
    jobs.start_server()
    messages = []
    for number in range(1, 25):
        config(knowledge_update_use_orchestrator_enqueue=number % 3 == 0)
        messages += said(alice, "one", "two", day=f"2025/01/{number:02}")
        updates.request_update(user_id=alice.id)
        if number == 12:  # some are waiting then, and some are run while others are asked for
            jobs.start_worker()

    eventually(lambda: not Update.objects.exclude(state="succeeded").exists())

    assert all(committed(*messages))
    learned = [id_ for episode in Episode.objects.all() for id_ in episode.message_ids]
    assert sorted(learned) == sorted(message.pk for message in messages)
    assert Job.objects.count() == 24


def test_a_call_whose_answer_was_lost_may_be_repeated_the_other_way(
    jobs: Harness, alice: User, config: Callable[..., None]
) -> None:
    """An update that was half asked for when the flag was flipped is one job."""
    jobs.start_server()
    said(alice, "one")
    updates.request_update(user_id=alice.id)
    Update.objects.update(state="waiting", reason="The answer was lost.")
    config(knowledge_update_use_orchestrator_enqueue=False)

    updates.request_update(user_id=alice.id)

    jobs.start_worker()
    eventually(lambda: Update.objects.filter(state="succeeded").exists())
    assert (Job.objects.count(), Episode.objects.count()) == (1, 1)


def test_a_job_that_jetstream_lost_on_the_old_way_is_asked_for_again(
    jobs: Harness, alice: User, config: Callable[..., None]
) -> None:
    """Nothing else knows of it: only the update does."""
    config(knowledge_update_use_orchestrator_enqueue=False)
    (message,) = said(alice, "one")
    updates.request_update(user_id=alice.id)
    jobs.run(delete_stream())

    config(knowledge_update_use_orchestrator_enqueue=True)
    jobs.start_server()
    jobs.start_worker()
    Update.objects.update(looks=10, look_at="2025-01-14T00:00:00Z")
    updates.reconcile()
    updates.reconcile()

    eventually(lambda: committed(message) == [True])
