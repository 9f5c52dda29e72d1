"""What operators see of jobs, and what they can do about them."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from orchestrator import services
from orchestrator.models import DeadLetter
from orchestrator.types import DeadLetterReason, JobDraft, Lifecycle
from tests.factories import UserFactory
from tests.orchestrator.job_states import performed, published, recorded, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("effect_table")]

SECRET = "what nobody else should read"


@pytest.fixture
def operators(client: Client) -> Client:
    """An operator's browser."""
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def given_up() -> JobDraft:
    """A job with a dead letter."""
    draft = published(permanent=True, label=SECRET)
    performed(draft)
    return draft


def _act(client: Client, model: str, action: str, pk: object, *, confirmed: bool) -> str:
    form = {"action": action, "_selected_action": str(pk)}
    if confirmed:
        form["confirmed"] = "yes"
    answer = client.post(f"/admin/orchestrator/{model}/", form, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("model", ["job", "deadletter"])
def test_payloads_are_shown_nowhere(operators: Client, given_up: JobDraft, model: str) -> None:
    """Neither on the list nor on a page of its own; their size is."""
    pk = given_up.id if model == "job" else DeadLetter.objects.get().pk
    pages = [
        operators.get(path).content.decode()
        for path in (f"/admin/orchestrator/{model}/", f"/admin/orchestrator/{model}/{pk}/change/")
    ]

    assert str(given_up.id) in pages[0]
    assert "characters" in pages[1]
    assert SECRET not in "".join(pages)


def test_a_job_s_page_tells_its_history(operators: Client, given_up: JobDraft) -> None:
    """Every change, with the error of the last."""
    page = operators.get(f"/admin/orchestrator/job/{given_up.id}/change/").content.decode()

    for word in ("ENQUEUED_OR_PENDING", "STARTED", "FAILED_FINAL", "JobFailed: This cannot work."):
        assert word in page


@pytest.mark.parametrize("model", ["job", "deadletter"])
def test_nobody_writes_jobs_by_hand(operators: Client, given_up: JobDraft, model: str) -> None:
    """No adding, and no deleting: a message still queued would bring the job back."""
    pk = given_up.id if model == "job" else DeadLetter.objects.get().pk

    assert operators.get(f"/admin/orchestrator/{model}/add/").status_code == 403
    assert operators.post(f"/admin/orchestrator/{model}/{pk}/delete/").status_code == 403


def test_trying_again_is_asked_for_first(operators: Client, given_up: JobDraft) -> None:
    """The page names the job, and nothing has happened yet."""
    page = _act(operators, "job", "try_again", given_up.id, confirmed=False)

    assert str(given_up.id) in page
    assert 'name="confirmed"' in page
    assert row(given_up).is_terminal


def test_a_confirmed_job_is_tried_again(operators: Client, given_up: JobDraft) -> None:
    """It is due, and the operator is told."""
    page = _act(operators, "job", "try_again", given_up.id, confirmed=True)

    assert "on its way again" in page
    assert row(given_up).lifecycle is Lifecycle.ENQUEUED_OR_PENDING


def test_a_job_that_is_not_over_is_left_alone(operators: Client) -> None:
    """The operator is told why."""
    draft = recorded()

    page = _act(operators, "job", "try_again", draft.id, confirmed=True)

    assert "Only a job that was given up can be tried again." in page


def test_a_confirmed_dead_letter_is_replayed(operators: Client, given_up: JobDraft) -> None:
    """Its job is due again."""
    letter = DeadLetter.objects.get()
    assert 'name="confirmed"' in _act(operators, "deadletter", "replay", letter.pk, confirmed=False)

    _act(operators, "deadletter", "replay", letter.pk, confirmed=True)

    assert row(given_up).lifecycle is Lifecycle.ENQUEUED_OR_PENDING


def test_poison_is_replayed_as_it_was(operators: Client) -> None:
    """Its message is about to be published again."""
    services.record_poison_message(
        reason=DeadLetterReason.INVALID_ENVELOPE,
        detail="not a job envelope",
        raw_message="{",
        subject="jobs.test.effect.requested",
        source="stream/1",
    )

    _act(operators, "deadletter", "replay", DeadLetter.objects.get().pk, confirmed=True)

    assert [replay.raw_message for replay in services.take_replay_requests(limit=10)] == ["{"]


def test_a_colleague_who_may_only_look_cannot_act(
    client: Client, given_up: JobDraft, bob: User
) -> None:
    """The action is not offered and does nothing."""
    bob.is_staff = True
    bob.save()
    bob.user_permissions.add(Permission.objects.get(codename="view_job"))
    client.force_login(bob)

    page = _act(client, "job", "try_again", given_up.id, confirmed=True)

    assert "try_again" not in page
    assert row(given_up).is_terminal


def test_a_user_is_no_operator(client: Client, given_up: JobDraft, charlie: User) -> None:
    """Charlie is sent away."""
    client.force_login(charlie)

    assert client.get("/admin/orchestrator/job/").status_code == 302


def test_the_first_page_tells_what_waits(operators: Client, given_up: JobDraft) -> None:
    """Depth, age and dead letters."""
    recorded()

    page = operators.get("/admin/").content.decode()

    for word in ("Jobs waiting", "Oldest waiting", "Running", "Between attempts", "Dead letters"):
        assert word in page


def test_the_first_page_says_when_nothing_waits(operators: Client) -> None:
    """An empty queue has no age."""
    assert "nothing waits" in operators.get("/admin/").content.decode()
