"""POST /api/knowledge/update and GET /api/knowledge/updates."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from exobrain.lib.errors import Upstream
from knowledge.models import Update
from knowledge.services import updates
from orchestrator import client as orchestrator
from orchestrator.models import Job
from tests.knowledge.updates.conftest import said
from tests.orchestrator.harness import Harness

pytestmark = pytest.mark.xdist_group("jobs")

SignIn = Callable[[User], Client]
URL = "/api/knowledge/update"


def _post(client: Client, body: Any = None) -> Any:
    return client.post(URL, {} if body is None else body, content_type="application/json")


def test_an_update_is_queued(jobs: Harness, alice: User, as_user: SignIn) -> None:
    """The first job's id, all ids, and how many messages they hold."""
    jobs.start_server()
    said(alice, "one")
    said(alice, "two", "three", day="2025/01/15")

    answer = _post(as_user(alice))

    assert answer.status_code == 200
    ids = answer.json()["job_ids"]
    assert answer.json() == {
        "job_id": ids[0],
        "status": "queued",
        "job_ids": ids,
        "message_count": 3,
        "waiting_count": 0,
    }
    assert {str(job.pk) for job in Job.objects.all()} == set(ids)


def test_the_payload_is_that_of_the_contract(jobs: Harness, alice: User, as_user: SignIn) -> None:
    """Journal, messages in their order, and who asked."""
    jobs.start_server()
    question, answer = [
        *said(alice, "Where is it?"),
        *said(alice, "In the cellar.", role="assistant"),
    ]

    _post(as_user(alice))

    job = Job.objects.get()
    assert (job.job_type, job.user_id) == ("knowledge.update", str(alice.id))
    assert job.payload == {
        "journal_reference": "2025/01/14",
        "messages": [
            {
                "role": message.role,
                "content": message.content,
                "sequence": message.sequence,
                "created_at": message.created_at.isoformat(),
            }
            for message in (question, answer)
        ],
        "requested_by_user_id": str(alice.id),
    }


@pytest.mark.parametrize("body", ["", "{}", '{"journal_reference": null}'])
def test_no_reference_means_every_day(
    jobs: Harness, alice: User, as_user: SignIn, body: str
) -> None:
    """Neither does an absent body."""
    jobs.start_server()
    said(alice, "one")
    said(alice, "two", day="2025/01/15")

    answer = as_user(alice).post(URL, body, content_type="application/json")

    assert len(answer.json()["job_ids"]) == 2


def test_a_reference_means_that_day(jobs: Harness, alice: User, as_user: SignIn) -> None:
    """The other one is not learned."""
    jobs.start_server()
    said(alice, "one")
    said(alice, "two", day="2025/01/15")

    _post(as_user(alice), {"journal_reference": "2025/01/15"})

    assert Job.objects.get().payload["journal_reference"] == "2025/01/15"


@pytest.mark.parametrize(
    "body", [{}, {"journal_reference": "2031/01/01"}, {"journal_reference": "nonsense"}]
)
def test_nothing_to_learn_is_a_conflict(
    jobs: Harness, alice: User, as_user: SignIn, body: dict[str, Any]
) -> None:
    """409; an unknown day is one on which nothing was said."""
    jobs.start_server()

    answer = _post(as_user(alice), body)

    assert answer.status_code == 409
    assert "nothing new" in answer.json()["detail"]


@pytest.mark.parametrize("reference", ["", 5, "2025\x00"])
def test_a_reference_is_text(db: None, alice: User, as_user: SignIn, reference: Any) -> None:
    """422, and nothing is taken."""
    said(alice, "one")

    answer = _post(as_user(alice), {"journal_reference": reference})

    assert answer.status_code == 422
    assert not Update.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        *("1", "0", "true", "false", "null", "[]", '""', '"2025/01/14"', '[{"a": 1}]', "[[]]"),
        *(f'{{"journal_reference": {wrong}}}' for wrong in ("5", "true", "[]", "{}", '[""]')),
        *("{", " ", "nonsense"),
    ],
)
def test_a_body_is_an_object_or_absent(db: None, alice: User, as_user: SignIn, body: str) -> None:
    """422, and nothing is taken: whoever sent `[]` or `null` did not ask for everything."""
    said(alice, "one")

    answer = as_user(alice).post(URL, body, content_type="application/json")

    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert not Update.objects.exists()


def test_without_an_orchestrator_the_update_is_kept(
    jobs: Harness, alice: User, as_user: SignIn, config: Callable[..., None]
) -> None:
    """503 tells that it will start by itself; the next click starts the same one."""
    config(job_orchestrator_connect_timeout_seconds=0.3)
    said(alice, "later")
    client = as_user(alice)

    answer = _post(client)

    assert answer.status_code == 503
    assert "kept" in answer.json()["detail"]
    config(job_orchestrator_connect_timeout_seconds=10.0)
    jobs.start_server()
    assert _post(client).json()["job_ids"] == [str(Update.objects.get().job_id)]


def test_a_refusal_of_the_orchestrator_is_a_bad_gateway(
    jobs: Harness, alice: User, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """502; the messages are free again, and the update says that it failed."""

    def refuse(**_: Any) -> None:
        raise Upstream

    monkeypatch.setattr(orchestrator, "enqueue_job", refuse)
    said(alice, "one")

    answer = _post(as_user(alice))

    assert answer.status_code == 502
    update = Update.objects.get()
    assert update.state == "failed"
    assert update.reason
    assert not update.taken.filter(is_leased=True).exists()


def test_what_was_accepted_stands_when_the_orchestrator_dies(
    jobs: Harness,
    alice: User,
    as_user: SignIn,
    config: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The answer names the accepted jobs and counts the messages that follow later."""
    config(knowledge_update_max_tokens=1)
    server = jobs.start_server()
    assert server
    said(alice, "aaaa", "bbbb", "cccc")
    enqueue = orchestrator.enqueue_job

    def once(**wanted: Any) -> uuid.UUID:
        accepted = enqueue(**wanted)
        config(job_orchestrator_connect_timeout_seconds=0.3)
        jobs.stop()
        return accepted

    monkeypatch.setattr(orchestrator, "enqueue_job", once)

    answer = _post(as_user(alice)).json()

    assert (answer["message_count"], answer["waiting_count"]) == (1, 2)
    assert answer["job_ids"] == [str(Job.objects.get().pk)]
    states = Update.objects.order_by("taken__message__sequence").values_list("state", flat=True)
    assert list(states) == ["queued", "waiting", "waiting"]


def test_a_stranger_has_nothing_to_update(
    jobs: Harness, alice: User, charlie: User, as_user: SignIn
) -> None:
    """Charlie's update takes nothing of Alice's, though he names her day."""
    jobs.start_server()
    said(alice, "mine")

    answer = _post(as_user(charlie), {"journal_reference": "2025/01/14"})

    assert answer.status_code == 409
    assert not Update.objects.exists()


# -- the list


def _asked(alice: User, number: int) -> list[str]:
    for day in range(1, number + 1):
        said(alice, "one", day=f"2025/01/{day:02}")
        updates.request_update(user_id=alice.id)
    return [str(update.pk) for update in Update.objects.order_by("-created_at")]


def test_updates_are_listed_newest_first(jobs: Harness, alice: User, as_user: SignIn) -> None:
    """Each with its job, its day and its state."""
    jobs.start_server()
    ids = _asked(alice, 2)

    listed = as_user(alice).get("/api/knowledge/updates").json()

    assert [each["id"] for each in listed] == ids
    assert listed[0].pop("created_at").endswith("Z")
    assert listed[0].pop("queued_at").endswith("Z")
    assert listed[0] == {
        "id": ids[0],
        "job_id": str(Update.objects.get(pk=ids[0]).job_id),
        "journal_reference": "2025/01/02",
        "state": "queued",
        "is_automatic": False,
        "message_count": 1,
        "reason": "",
        "ended_at": None,
    }


def test_updates_are_paged(jobs: Harness, alice: User, as_user: SignIn) -> None:
    """A page ends where the next one begins."""
    jobs.start_server()
    ids = _asked(alice, 3)
    client = as_user(alice)

    first = client.get("/api/knowledge/updates?limit=2").json()
    rest = client.get(f"/api/knowledge/updates?limit=2&cursor={first[-1]['id']}").json()

    assert [each["id"] for each in first + rest] == ids


def test_a_stranger_lists_nothing(
    jobs: Harness, alice: User, charlie: User, as_user: SignIn
) -> None:
    """Neither the first page nor the one after an update of hers."""
    jobs.start_server()
    newest, _ = _asked(alice, 2)
    client = as_user(charlie)

    assert client.get("/api/knowledge/updates").json() == []
    assert client.get(f"/api/knowledge/updates?cursor={newest}").json() == []


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "cursor=nonsense"])
def test_a_page_that_makes_no_sense_is_refused(
    db: None, alice: User, as_user: SignIn, query: str
) -> None:
    """422 names the parameter."""
    assert as_user(alice).get(f"/api/knowledge/updates?{query}").status_code == 422
