"""What was left behind is found, and what has been quiet is learned by itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from accounts.models import User
from exobrain.lib.errors import Unavailable
from journal.models import Message
from knowledge.models import Update, UpdateMessage
from knowledge.services import updates
from knowledge.services.updates import leasing, reconciler
from knowledge.services.updates.leasing import lease_messages
from orchestrator import client, selectors
from orchestrator.models import Job
from orchestrator.types import Lifecycle, Transition
from tests.knowledge.updates.conftest import committed, said
from tests.orchestrator.harness import Harness

pytestmark = pytest.mark.xdist_group("jobs")


def _make_due() -> None:
    Update.objects.update(look_at=Now() - timedelta(seconds=1))


def test_messages_that_were_taken_and_left_are_asked_for(jobs: Harness, alice: User) -> None:
    """Whoever took them has died before the call."""
    jobs.start_server()
    said(alice, "one")
    (update,) = lease_messages(user_id=alice.id)
    _make_due()

    updates.reconcile()

    assert Job.objects.get().pk == update.job_id
    update.refresh_from_db()
    assert update.state == "queued"


def test_a_job_that_was_asked_for_unheard_stays_one(jobs: Harness, alice: User) -> None:
    """Whoever asked has died before it was noted: asking again is the same job."""
    jobs.start_server()
    said(alice, "one")
    updates.request_update(user_id=alice.id)
    Update.objects.update(state="waiting", queued_at=None)
    _make_due()

    updates.reconcile()

    assert Job.objects.count() == 1
    assert Update.objects.get().state == "queued"


def test_a_job_that_was_asked_for_before_a_message_was_deleted_stays_one(
    jobs: Harness, alice: User
) -> None:
    """The orchestrator knows the key with other words: that is no reason to fail."""
    jobs.start_server()
    first, _ = said(alice, "one", "two")
    updates.request_update(user_id=alice.id)
    Update.objects.update(state="waiting", queued_at=None)
    first.delete()
    _make_due()

    updates.reconcile()

    assert Job.objects.count() == 1
    assert Update.objects.get().state == "queued"


def test_an_update_whose_messages_are_gone_has_failed(jobs: Harness, alice: User) -> None:
    """There is nothing to ask for."""
    jobs.start_server()
    (message,) = said(alice, "one")
    lease_messages(user_id=alice.id)
    message.delete()
    _make_due()

    updates.reconcile()

    assert Update.objects.get().reason == "Its messages were deleted."
    assert not Job.objects.exists()


def test_what_somebody_is_just_asking_for_is_left_alone(jobs: Harness, alice: User) -> None:
    """Only when the asker has had the time that a call may take."""
    jobs.start_server()
    said(alice, "one")
    lease_messages(user_id=alice.id)

    updates.reconcile()

    assert not Job.objects.exists()


def test_an_orchestrator_that_is_away_is_asked_again_later(
    jobs: Harness, alice: User, config: Callable[..., None]
) -> None:
    """The messages stay taken, the update says why it waits."""
    config(job_orchestrator_connect_timeout_seconds=0.2)
    said(alice, "one")
    lease_messages(user_id=alice.id)
    _make_due()

    updates.reconcile()

    update = Update.objects.get()
    assert (update.state, update.taken.get().is_leased) == ("waiting", True)
    assert update.reason
    assert update.look_at > selectors.ledger_now()


def _is_said(lifecycle: Lifecycle, monkeypatch: pytest.MonkeyPatch, detail: str = "") -> None:
    """The orchestrator says this of every job."""

    def answer(*, job_id: Any, user_id: str) -> Transition:
        return Transition(
            job_id=job_id,
            number=3,
            lifecycle=lifecycle,
            attempt=1,
            detail=detail,
            terminal=lifecycle in (Lifecycle.SUCCEEDED, Lifecycle.FAILED_FINAL),
            at=selectors.ledger_now(),
        )

    monkeypatch.setattr(client, "job_status", answer)


def _queued(alice: User) -> tuple[Update, Message]:
    (message,) = said(alice, "one")
    (update,) = lease_messages(user_id=alice.id)
    Update.objects.update(state="queued")
    _make_due()
    return update, message


def test_a_success_elsewhere_commits_the_messages(
    db: None, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is not ours has done it: they are not learned again."""
    _, message = _queued(alice)
    _is_said(Lifecycle.SUCCEEDED, monkeypatch)

    updates.reconcile()

    assert committed(message) == [True]
    assert Update.objects.get().state == "succeeded"


def test_a_failure_elsewhere_frees_the_messages(
    db: None, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reason that was given."""
    _queued(alice)
    _is_said(Lifecycle.FAILED_FINAL, monkeypatch, "It did not work.")

    updates.reconcile()

    update = Update.objects.get()
    assert (update.state, update.reason) == ("failed", "It did not work.")
    assert not update.taken.get().is_leased


def test_a_job_that_still_runs_is_left_alone(
    db: None, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And looked at less and less often."""
    _queued(alice)
    _is_said(Lifecycle.STARTED, monkeypatch)

    updates.reconcile()

    update = Update.objects.get()
    assert (update.state, update.looks) == ("queued", 1)


def test_a_job_that_was_lost_on_its_way_is_asked_for_again(jobs: Harness, alice: User) -> None:
    """After some looks nobody has heard of it: then it never arrived."""
    jobs.start_server()
    update, _ = _queued(alice)

    for _ in range(reconciler.MAX_UNKNOWN_CHECKS + 2):
        updates.reconcile()
        _make_due()

    assert Job.objects.get().pk == update.job_id


def test_what_another_process_looks_at_is_left_to_it(
    db: None, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update is taken for a while."""
    _queued(alice)
    seen: list[Any] = []

    def answer(**asked: Any) -> None:
        seen.append(asked)
        updates.reconcile()
        raise Unavailable

    monkeypatch.setattr(client, "job_status", answer)

    updates.reconcile()

    assert len(seen) == 1


# -- what nobody asked for


def _make_quiet(minutes: float) -> None:
    Message.objects.update(updated_at=Now() - timedelta(minutes=minutes))


def test_after_a_quiet_period_the_memory_learns_by_itself(jobs: Harness, alice: User) -> None:
    """Ten minutes after the last word."""
    jobs.start_server()
    jobs.start_worker()
    (message,) = said(alice, "one")
    _make_quiet(11)

    reconciler.update_quiet_users()

    update = Update.objects.get()
    assert update.is_automatic
    jobs.ended(update.job_id)
    assert committed(message) == [True]


def test_a_conversation_that_goes_on_is_not_disturbed(jobs: Harness, alice: User) -> None:
    """Its first words wait, too."""
    jobs.start_server()
    said(alice, "one")
    _make_quiet(60)
    said(alice, "two")

    reconciler.update_quiet_users()

    assert not Update.objects.exists()


def test_automatic_updates_can_be_switched_off(
    jobs: Harness, alice: User, config: Callable[..., None]
) -> None:
    """With 0 minutes."""
    config(knowledge_auto_update_minutes=0)
    said(alice, "one")
    _make_quiet(60)

    reconciler.update_quiet_users()

    assert not Update.objects.exists()


def test_every_quiet_user_has_a_turn(
    jobs: Harness, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are."""
    monkeypatch.setattr(reconciler, "QUIET_BATCH_SIZE", 1)
    jobs.start_server()
    said(alice, "one")
    said(bob, "one")
    _make_quiet(60)

    reconciler.update_quiet_users()

    assert set(Update.objects.values_list("user_id", flat=True)) == {alice.id, bob.id}


def _failed(alice: User, *, minutes_ago: float) -> None:
    (update,) = lease_messages(user_id=alice.id)
    leasing.end_update(update_id=update.id, state=Update.State.FAILED, reason="No.")
    Update.objects.filter(pk=update.pk).update(ended_at=Now() - timedelta(minutes=minutes_ago))


@pytest.mark.parametrize(
    ("failures", "minutes_ago", "is_tried"),
    [(1, 9, False), (1, 11, True), (2, 39, False), (2, 41, True), (5, 100_000, False)],
)
def test_what_failed_rests_longer_each_time_and_then_for_ever(
    db: None, alice: User, failures: int, minutes_ago: float, is_tried: bool
) -> None:
    """By itself nothing is tried without end."""
    said(alice, "one")
    for _ in range(failures):
        _failed(alice, minutes_ago=minutes_ago)

    assert bool(lease_messages(user_id=alice.id, is_automatic=True)) is is_tried


def test_its_user_may_always_try_again(db: None, alice: User) -> None:
    """However often it has failed."""
    said(alice, "one")
    for _ in range(6):
        _failed(alice, minutes_ago=0)

    assert lease_messages(user_id=alice.id)


def test_new_words_do_not_wait_for_those_that_failed(db: None, alice: User) -> None:
    """Only what failed rests."""
    said(alice, "one")
    for _ in range(5):
        _failed(alice, minutes_ago=0)
    (new,) = said(alice, "two")

    (update,) = lease_messages(user_id=alice.id, is_automatic=True)

    assert [taken.message_id for taken in UpdateMessage.objects.filter(update=update)] == [new.pk]
