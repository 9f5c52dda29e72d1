"""A web process that dies at any step of an update: nothing is lost, nothing is learned twice.

Here the process ends by an exception that nobody catches; `tests.orchestrator.soak` kills real
ones.
"""

from typing import Any

import pytest
from django.db.models.functions import Now

from accounts.models import User
from knowledge.events import UpdateStep
from knowledge.models import Episode, Update
from knowledge.services import updates
from orchestrator.models import Job
from tests.knowledge.updates.conftest import committed, said
from tests.orchestrator.harness import Harness, eventually

pytestmark = pytest.mark.xdist_group("jobs")


class Death(BaseException):
    """The process is gone."""


def _die_at(step: UpdateStep) -> pytest.MonkeyPatch:
    """Whoever reaches the step dies there, until this is undone."""

    def reach(reached: UpdateStep) -> None:
        if reached is step:
            raise Death

    patch = pytest.MonkeyPatch()
    patch.setattr("knowledge.services.updates.requesting.reach", reach)
    patch.setattr("knowledge.services.updates.reconciler.reach", reach)
    return patch


def _all_learned() -> bool:
    Update.objects.update(look_at=Now())
    updates.reconcile()
    return not Update.objects.exclude(state="succeeded").exists()


@pytest.mark.parametrize("step", [UpdateStep.LEASED, UpdateStep.ENQUEUED, UpdateStep.QUEUED])
def test_what_a_dead_process_began_is_finished(
    jobs: Harness, alice: User, config: Any, step: UpdateStep
) -> None:
    """Each message is learned once, by one job for each chunk."""
    config(knowledge_update_max_tokens=1)
    jobs.start_server()
    jobs.start_worker()
    messages = said(alice, "aaaa", "bbbb", "cccc")
    dying = _die_at(step)
    with pytest.raises(Death):
        updates.request_update(user_id=alice.id)
    dying.undo()

    eventually(_all_learned)

    assert all(committed(*messages))
    learned = [id_ for episode in Episode.objects.all() for id_ in episode.message_ids]
    assert sorted(learned) == sorted(message.pk for message in messages)
    assert Job.objects.count() == 3


def test_a_reconciler_that_dies_leaves_its_work_to_the_next(jobs: Harness, alice: User) -> None:
    """What it had taken is anybody's again after a while."""
    jobs.start_server()
    jobs.start_worker()
    (message,) = said(alice, "one")
    dying = _die_at(UpdateStep.LEASED)
    with pytest.raises(Death):
        updates.request_update(user_id=alice.id)
    dying.undo()
    dying = _die_at(UpdateStep.RECONCILED)
    with pytest.raises(Death):
        _all_learned()
    dying.undo()

    eventually(_all_learned)

    assert committed(message) == [True]
    assert Job.objects.count() == 1


def test_a_crash_while_messages_are_taken_takes_none(
    transactional_db: None, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Either an update has all its messages or there is no update."""

    def die(*_: Any, **__: Any) -> None:
        raise Death

    said(alice, "one")
    monkeypatch.setattr("knowledge.models.UpdateMessage.objects.bulk_create", die)

    with pytest.raises(Death):
        updates.request_update(user_id=alice.id)

    assert not Update.objects.exists()
