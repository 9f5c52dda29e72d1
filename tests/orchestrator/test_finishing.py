"""A job's body is run, together with the record that it is done."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from orchestrator import services
from orchestrator.errors import ClaimLost
from orchestrator.models import DeadLetter
from orchestrator.services import finishing
from orchestrator.types import DeadLetterReason, Lifecycle, NothingToDo, PublishAck
from tests.orchestrator.job_states import (
    STREAM,
    USER,
    changes,
    claim,
    claimed,
    due_positions,
    make_due,
    performed,
    published,
    recorded,
    row,
    stream_state,
)
from tests.orchestrator.job_types import effects

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("effect_table")]


def test_a_job_that_is_done_has_its_effect() -> None:
    """Effect and completion are there together."""
    draft = published(key="k")

    outcome = performed(draft)

    assert outcome.lifecycle is Lifecycle.SUCCEEDED
    assert [job_id for job_id, _ in effects()] == [draft.id]
    assert row(draft).lifecycle is Lifecycle.SUCCEEDED
    assert row(draft).completed_at is not None


def test_a_body_receives_what_was_prepared() -> None:
    """The slow part runs first, and its result is what the body works on."""
    draft = published(job_type="test.prepared", label="it")

    performed(draft)

    assert effects() == [(draft.id, "prepared it")]


def test_a_failed_attempt_has_no_effect() -> None:
    """What the body wrote before it failed is taken back, and another attempt follows."""
    draft = published(failures=1)

    outcome = performed(draft)

    assert outcome.lifecycle is Lifecycle.RETRYING
    assert effects() == []
    assert (row(draft).failures, row(draft).state) == (1, "failed")


def test_a_later_attempt_can_succeed() -> None:
    """One effect, whatever came before."""
    draft = published(failures=1)
    performed(draft)
    make_due(draft)

    performed(draft)

    assert len(effects()) == 1
    assert changes(draft.id)[-3:] == [
        Lifecycle.RETRYING,
        Lifecycle.STARTED,
        Lifecycle.SUCCEEDED,
    ]


def test_a_run_that_lost_its_claim_has_no_effect() -> None:
    """A worker that was thought dead cannot do the work a second time."""
    draft = published()
    late = claimed(draft)
    make_due(draft)
    services.run_attempt(claimed=claimed(draft, worker="there"))

    with pytest.raises(ClaimLost):
        services.run_attempt(claimed=late)

    assert len(effects()) == 1
    assert row(draft).worker == "there"


def test_a_late_failure_does_not_touch_the_job() -> None:
    """What a lost attempt has to say about its failure is not heard."""
    draft = published(failures=1)
    late = claimed(draft)
    make_due(draft)
    services.run_attempt(claimed=claimed(draft, worker="there"))

    with pytest.raises(ClaimLost):
        services.run_attempt(claimed=late)

    assert row(draft).lifecycle is Lifecycle.SUCCEEDED


def test_the_last_failure_gives_the_job_up(config: Callable[..., None]) -> None:
    """After JOB_MAX_ATTEMPTS failures it is a dead letter."""
    config(job_max_attempts=2)
    draft = published(failures=5)
    performed(draft)
    make_due(draft)

    outcome = performed(draft)

    assert outcome.lifecycle is Lifecycle.FAILED_FINAL
    assert outcome.dead_letter is not None
    assert outcome.dead_letter.reason is DeadLetterReason.MAX_ATTEMPTS
    assert (row(draft).is_terminal, row(draft).terminal_reason) == (True, "max-attempts")
    assert DeadLetter.objects.get().user_id == USER


def test_a_permanent_failure_gives_the_job_up_at_once() -> None:
    """Trying again cannot help, so it is not tried."""
    draft = published(permanent=True)

    outcome = performed(draft)

    assert outcome.lifecycle is Lifecycle.FAILED_FINAL
    assert outcome.detail == "This cannot work."
    assert row(draft).terminal_reason == "permanent"


def test_a_payload_that_does_not_fit_is_given_up_at_once() -> None:
    """What was recorded under an older definition cannot become right."""
    draft = published()
    wrong = replace(claimed(draft), payload={"seconds": "many"})

    outcome = services.run_attempt(claimed=wrong)

    assert outcome.dead_letter is not None
    assert outcome.dead_letter.reason is DeadLetterReason.INVALID_PAYLOAD
    assert "payload.seconds" in outcome.detail
    assert row(draft).terminal_reason == "invalid-payload"


def test_a_type_this_worker_does_not_know_is_tried_again() -> None:
    """A newer worker may know it."""
    draft = published()
    attempt = claimed(draft)

    outcome = services.run_attempt(
        claimed=replace(attempt, attempt=replace(attempt.attempt, job_type="no.such"))
    )

    assert outcome.lifecycle is Lifecycle.RETRYING


def test_the_text_of_an_unexpected_error_is_kept_nowhere() -> None:
    """It may repeat what a user said: only the error's class and line are recorded."""
    draft = published(crash="my secret diary")

    outcome = performed(draft)

    assert outcome.detail == "The job failed."
    assert row(draft).last_error.startswith("ValueError at ")
    assert "secret" not in str([row(draft).last_error, row(draft).transitions])


@pytest.mark.parametrize(("failures", "longest"), [(1, 2.0), (2, 4.0), (3, 8.0), (50, 300.0)])
def test_pauses_double_and_are_bounded(failures: int, longest: float) -> None:
    """Each pause lies in the upper half of one that doubles up to JOB_BACKOFF_MAX_SECONDS."""
    pauses = {finishing.job_backoff().seconds(failures) for _ in range(200)}

    assert min(pauses) >= longest / 2
    assert max(pauses) <= longest
    assert len(pauses) > 1


@pytest.mark.parametrize("how", [{}, {"permanent": True}, {"failures": 1}])
def test_a_run_that_ends_before_anybody_said_where_its_message_is_says_so_itself(
    how: dict[str, Any],
) -> None:
    """Whoever published it has died: without its position the message could not be erased."""
    draft = recorded(**how)

    performed(draft)

    assert (row(draft).stream_id, row(draft).stream_sequence) == (STREAM, 1)
    assert row(draft).published_at is not None
    assert due_positions() == []


def test_a_job_given_up_for_lost_attempts_says_where_its_message_is(
    config: Callable[..., None],
) -> None:
    """Its workers died, and whoever published it."""
    config(job_max_lost_attempts=1)
    draft = recorded()
    claimed(draft)
    make_due(draft)

    answer = claim(draft)

    assert isinstance(answer, NothingToDo)
    assert row(draft).stream_sequence == 1
    assert row(draft).published_at is not None


def test_an_ack_that_comes_after_the_end_changes_and_erases_nothing() -> None:
    """The worker was quicker than whoever published the job."""
    draft = recorded()
    performed(draft)

    ack = PublishAck(job_id=draft.id, republish_count=0, stream_id=STREAM, stream_sequence=1)
    services.mark_published(acks=[ack])

    assert row(draft).stream_sequence == 1
    assert due_positions() == []


@pytest.mark.parametrize("permanent", [False, True])
def test_a_job_that_ends_keeps_the_place_that_is_known(permanent: bool) -> None:
    """It was brought by a copy of its message, which is to be forgotten."""
    draft = published(sequence=5, permanent=permanent)

    performed(draft, sequence=7)

    assert row(draft).stream_sequence == 5
    assert due_positions() == [(STREAM, 7)]


@pytest.mark.parametrize("permanent", [False, True])
def test_a_job_taken_back_is_not_placed_where_an_older_message_was(permanent: bool) -> None:
    """That one is to be erased already, and the next one has another name."""
    draft = published(sequence=5, permanent=permanent)
    services.requeue_lost(stream=stream_state(finished_sequence=5))

    performed(draft, sequence=5)

    assert row(draft).published_at is None
    assert due_positions() == [(STREAM, 5)]


@pytest.mark.parametrize("permanent", [False, True])
def test_a_job_published_again_is_placed_where_the_new_message_is(permanent: bool) -> None:
    """Its publisher died, too; the name of the message tells which one came."""
    draft = published(sequence=5, permanent=permanent)
    services.requeue_lost(stream=stream_state(finished_sequence=5))

    performed(draft, sequence=8, republish_count=1)

    assert row(draft).stream_sequence == 8
    assert row(draft).published_at is not None
    assert due_positions() == [(STREAM, 5)]


@pytest.mark.parametrize("permanent", [False, True])
def test_an_older_message_whose_place_was_never_known_is_erased_at_the_end(permanent: bool) -> None:
    """The job was rewritten while it ran: the old words must not stay in the queue."""
    draft = recorded(permanent=permanent, label="old")
    attempt = claimed(draft, sequence=3)
    services.rewrite_payloads(
        user_id=USER, job_type="test.effect", rewrite=lambda old: {**old, "label": "new"}
    )

    services.run_attempt(claimed=attempt)

    assert row(draft).stream_sequence is None
    assert due_positions() == [(STREAM, 3)]


def test_a_message_that_comes_after_its_user_was_forgotten_is_erased() -> None:
    """Nobody had said where it was, so nobody could erase it before."""
    draft = recorded()
    services.forget_user(user_id=USER)

    answer = claim(draft, sequence=3)

    assert isinstance(answer, NothingToDo)
    assert due_positions() == [(STREAM, 3)]


def test_a_message_that_comes_again_after_the_end_is_left_where_it_is() -> None:
    """Its worker died before it was acknowledged; its position is known."""
    draft = published(sequence=3)
    performed(draft, sequence=3)

    claim(draft, sequence=3)

    assert due_positions() == []
