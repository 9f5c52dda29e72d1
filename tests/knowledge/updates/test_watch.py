"""GET /api/knowledge/update/{job_id}/watch: every change once, for its owner alone."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from accounts.models import User
from knowledge.consumers import close_watches
from knowledge.models import Update
from knowledge.services import updates
from tests.knowledge.updates.conftest import said
from tests.live import Caller, LiveServer
from tests.orchestrator.harness import Harness

pytestmark = pytest.mark.xdist_group("jobs")

Callers = Callable[..., Caller]
Event = tuple[str | None, str, dict[str, Any]]


@contextmanager
def _watch(caller: Caller, job_id: object, **headers: str) -> Iterator[Iterator[Event]]:
    path = f"/api/knowledge/update/{job_id}/watch"
    with caller.http.stream("GET", path, headers={**caller.headers, **headers}) as answer:
        assert answer.status_code == 200, answer.read()
        yield _events(answer)


def _events(answer: httpx.Response) -> Iterator[Event]:
    fields: dict[str, str] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if line and name:
            fields[name] = value
        elif fields:
            yield fields.get("id"), fields["event"], json.loads(fields["data"])
            fields = {}


def _read(caller: Caller, job_id: object, **headers: str) -> list[Event]:
    with _watch(caller, job_id, **headers) as events:
        return list(events)


def _asked(alice: User) -> uuid.UUID:
    said(alice, "Hello.")
    (job_id,) = updates.request_update(user_id=alice.id).job_ids
    return job_id


def test_a_watch_tells_each_change_and_the_end(jobs: Harness, alice: User, caller: Callers) -> None:
    """The snapshot, what follows, and `done`; the ids grow."""
    jobs.start_server()
    job_id = _asked(alice)

    with _watch(caller(alice), job_id) as events:
        first = next(events)
        jobs.start_worker()
        rest = list(events)

    told = [(id_, name, data["state"]) for id_, name, data in [first, *rest]]
    assert told == [
        ("1", "status", "ENQUEUED_OR_PENDING"),
        ("2", "status", "STARTED"),
        ("3", "status", "SUCCEEDED"),
        ("3", "done", "SUCCEEDED"),
    ]


def test_the_fields_are_those_of_the_contract(jobs: Harness, alice: User, caller: Callers) -> None:
    """All of a status are there, and those of the end."""
    jobs.start_server()
    jobs.start_worker()
    job_id = _asked(alice)
    jobs.ended(job_id)

    (_, _, status), (_, _, done) = _read(caller(alice), job_id)

    assert status.pop("emitted_at").endswith("Z")
    assert status == {
        "job_id": str(job_id),
        "state": "SUCCEEDED",
        "attempt": 1,
        "detail": "",
        "terminal": True,
    }
    assert done == {"job_id": str(job_id), "state": "SUCCEEDED", "terminal": True}


@pytest.mark.parametrize(
    ("seen", "rest"), [("1", ["2", "3", "3"]), ("2", ["3", "3"]), ("3", ["3"]), ("99", ["3"])]
)
def test_a_reader_resumes_after_what_was_seen(
    jobs: Harness, alice: User, caller: Callers, seen: str, rest: list[str]
) -> None:
    """Nothing is missing, nothing comes again, and the end is always told."""
    jobs.start_server()
    jobs.start_worker()
    job_id = _asked(alice)
    jobs.ended(job_id)

    events = _read(caller(alice), job_id, **{"Last-Event-ID": seen})

    assert [id_ for id_, _, _ in events] == rest
    assert events[-1][1] == "done"


def test_a_failure_is_told_with_its_reason(
    jobs: Harness, alice: User, caller: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last status says why, and the end that it failed."""
    monkeypatch.setattr("knowledge.services.updates.running._record_episode", _explode)
    jobs.start_server()
    jobs.start_worker()
    job_id = _asked(alice)

    *_, (_, _, status), (_, name, done) = _read(caller(alice), job_id)

    assert (status["state"], status["detail"]) == ("FAILED_FINAL", "The job failed.")
    assert (name, done["state"]) == ("done", "FAILED_FINAL")


def _explode(*_: object) -> None:
    raise RuntimeError


@pytest.mark.parametrize("seen", ["0", "1"])
def test_a_stranger_sees_nothing(jobs: Harness, alice: User, charlie: User, caller: Callers,
                                 seen: str) -> None:  # fmt: skip
    """To Charlie the job is not there, neither from the start nor by resuming."""
    jobs.start_server()
    job_id = _asked(alice)

    answer = caller(charlie).get(f"/api/knowledge/update/{job_id}/watch", **{"Last-Event-ID": seen})

    assert (answer.status_code, answer.json()) == (404, {"detail": "There is no such job."})


@pytest.mark.parametrize("job_id", [str(uuid.UUID(int=1)), "nonsense", "%00"])
def test_an_unknown_job_is_not_found(
    jobs: Harness, alice: User, caller: Callers, job_id: str
) -> None:
    """404, whatever the id looks like."""
    jobs.start_server()

    answer = caller(alice).get(f"/api/knowledge/update/{job_id}/watch")

    assert answer.status_code == 404


def test_nobody_watches_without_an_account(jobs: Harness, alice: User, caller: Callers) -> None:
    """401 before anything is said of the job."""
    jobs.start_server()
    job_id = _asked(alice)

    assert caller().get(f"/api/knowledge/update/{job_id}/watch").status_code == 401


def test_without_an_orchestrator_there_is_no_watch(
    jobs: Harness, alice: User, caller: Callers, config: Callable[..., None]
) -> None:
    """503 before the stream begins."""
    config(job_orchestrator_connect_timeout_seconds=0.3)

    answer = caller(alice).get(f"/api/knowledge/update/{uuid.uuid4()}/watch")

    assert answer.status_code == 503


def test_a_watch_outlives_its_orchestrator(jobs: Harness, alice: User, caller: Callers) -> None:
    """While it restarts nothing is told, and afterwards the rest is."""
    jobs.start_server()
    job_id = _asked(alice)

    with _watch(caller(alice), job_id) as events:
        seen = [next(events)]
        jobs.stop()
        jobs.start_server()
        jobs.start_worker()
        seen += events

    assert [id_ for id_, _, _ in seen] == ["1", "2", "3", "3"]


def test_an_orchestrator_that_stays_away_is_told(
    jobs: Harness, alice: User, caller: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An `error` in the stream, after which the reader may come back."""
    monkeypatch.setattr("knowledge.services.updates.watching.PATIENCE_SECONDS", 0.2)
    jobs.start_server()
    job_id = _asked(alice)

    with _watch(caller(alice), job_id) as events:
        next(events)
        jobs.stop()
        ((id_, name, data),) = events

    assert (id_, name, data["retryable"]) == (None, "error", True)


def test_silence_is_filled_with_heartbeats(
    jobs: Harness, alice: User, caller: Callers, config: Callable[..., None]
) -> None:
    """A comment from time to time, so that no proxy ends the stream."""
    config(stream_heartbeat_seconds=0.05)
    jobs.start_server()
    job_id = _asked(alice)

    path = f"/api/knowledge/update/{job_id}/watch"
    reader = caller(alice)
    with reader.http.stream("GET", path, headers=reader.headers) as answer:
        lines = answer.iter_lines()
        while next(lines):
            pass

        assert next(lines).startswith(":")


def test_a_job_that_goes_round_the_orchestrator_can_be_watched_at_once(
    jobs: Harness, alice: User, caller: Callers, config: Callable[..., None]
) -> None:
    """Before any worker has heard of it, its update says that it waits."""
    config(knowledge_update_use_orchestrator_enqueue=False)
    jobs.start_server()
    job_id = _asked(alice)

    with _watch(caller(alice), job_id) as events:
        first = next(events)
        jobs.start_worker()
        rest = list(events)

    assert (first[0], first[2]["state"]) == ("1", "ENQUEUED_OR_PENDING")
    assert [id_ for id_, _, _ in rest][-2:] == ["3", "3"]
    assert rest[-1][1] == "done"
    assert Update.objects.get().state == "succeeded"


def test_a_server_that_stops_sends_its_readers_away(
    jobs: Harness, alice: User, caller: Callers, live: LiveServer
) -> None:
    """The stream ends without `done`, so they come back elsewhere."""
    jobs.start_server()
    job_id = _asked(alice)

    with _watch(caller(alice), job_id) as events:
        next(events)
        live.loop.call_soon_threadsafe(close_watches)

        assert list(events) == []


def test_a_reader_who_signs_out_is_sent_away(
    jobs: Harness, alice: User, caller: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Soon after, and without another word."""
    monkeypatch.setattr("accounts.consumers.RECHECK_SECONDS", 0.1)
    jobs.start_server()
    job_id = _asked(alice)
    reader = caller(alice)

    with _watch(reader, job_id) as events:
        next(events)
        reader.post("/api/auth/logout_all").raise_for_status()

        assert list(events) == []
