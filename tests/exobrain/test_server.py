"""The bridge between the event loop and Django's synchronous stack."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from exobrain.server import Bridge, stay_on_one_core

BODY = b'{"a": 1}'


@csrf_exempt
def _echo(request: Any) -> HttpResponse:
    return HttpResponse(request.body, content_type="text/plain")


def _two_cookies(_request: Any) -> HttpResponse:
    response = HttpResponse("ok")
    response.set_cookie("one", "1")
    response.set_cookie("two", "2")
    return response


def _broken_header(_request: Any) -> HttpResponse:
    response = HttpResponse("ok")
    response.headers._store["x-broken"] = ("x-broken", "é\u20ac")
    return response


def _failing(_request: Any) -> HttpResponse:
    raise RuntimeError("a secret detail")


def _backend(_request: Any) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return HttpResponse(str(cursor.fetchone()[0]))


urlpatterns = [
    path("echo", _echo),
    path("cookies", _two_cookies),
    path("broken", _broken_header),
    path("failing", _failing),
    path("backend", _backend),
]

pytestmark = pytest.mark.urls(__name__)


@contextmanager
def _bridge(threads: int = 1) -> Iterator[Bridge]:
    bridge = Bridge(threads=threads)
    yield bridge
    bridge.close()


async def _ask(
    bridge: Bridge, url: str, *, method: str = "GET", chunks: list[bytes] | None = None
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    scope = {
        "type": "http",
        "method": method,
        "path": url,
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
        "scheme": "http",
    }
    parts = chunks or [b""]
    events = [
        {"type": "http.request", "body": part, "more_body": number < len(parts) - 1}
        for number, part in enumerate(parts)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return events.pop(0) if events else {"type": "http.disconnect"}

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    await asyncio.wait_for(bridge(scope, receive, send), timeout=20)
    return sent[0]["status"], sent[0]["headers"], sent[1]["body"]


async def test_a_body_in_pieces_arrives_whole() -> None:
    """Chunks of a request body are joined before Django sees it."""
    with _bridge() as bridge:
        status, _, body = await _ask(bridge, "/echo", method="POST", chunks=[BODY[:3], BODY[3:]])

    assert (status, body) == (200, BODY)


async def test_a_body_over_the_limit_is_refused(config: Any) -> None:
    """413 with a clear text, before the body is held in memory."""
    config(max_request_bytes=4)

    with _bridge() as bridge:
        status, _, body = await _ask(bridge, "/echo", method="POST", chunks=[b"123", b"45"])

    assert (status, body) == (413, b'{"detail":"Request body is too large."}')


async def test_every_cookie_is_sent() -> None:
    """Two cookies are two headers."""
    with _bridge() as bridge:
        _, headers, _ = await _ask(bridge, "/cookies")

    cookies = sorted(value.split(b";")[0] for name, value in headers if name == b"set-cookie")
    assert cookies == [b"one=1", b"two=2"]


async def test_a_failing_view_is_a_plain_500() -> None:
    """The exception's text does not reach the client."""
    with _bridge() as bridge:
        status, _, body = await _ask(bridge, "/failing")

    assert status == 500
    assert b"secret" not in body


async def test_a_thread_survives_a_broken_response() -> None:
    """One bad answer is a 500, and the same thread answers the next request."""
    with _bridge() as bridge:
        broken, _, _ = await _ask(bridge, "/broken")
        after, _, _ = await _ask(bridge, "/echo", method="POST", chunks=[BODY])

    assert (broken, after) == (500, 200)


async def test_more_requests_than_threads_are_all_answered() -> None:
    """Requests wait for a thread instead of failing."""
    with _bridge(threads=2) as bridge:
        answers = await asyncio.gather(
            *(_ask(bridge, "/echo", method="POST", chunks=[str(n).encode()]) for n in range(50))
        )

    assert [body for _, _, body in answers] == [str(n).encode() for n in range(50)]


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="Linux knows affinity")
def test_a_web_process_stays_on_one_of_its_cores() -> None:
    """Whatever cores it was given, one is left."""
    given = os.sched_getaffinity(0)
    try:
        stay_on_one_core()
        left = os.sched_getaffinity(0)
    finally:
        os.sched_setaffinity(0, given)

    assert len(left) == 1
    assert left <= given


@pytest.mark.django_db(transaction=True)
async def test_a_connection_that_died_while_idle_is_replaced() -> None:
    """After PostgreSQL dropped the connection, the next request opens another."""
    with _bridge() as bridge:
        _, _, before = await _ask(bridge, "/backend")
        await asyncio.to_thread(_end_backend, int(before))
        await asyncio.sleep(1.1)  # longer than IDLE_CHECK_SECONDS

        status, _, after = await _ask(bridge, "/backend")

    assert status == 200
    assert after != before


def _end_backend(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        assert cursor.fetchone()[0] is True
    connection.close()
