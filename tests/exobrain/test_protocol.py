"""What a client may send, and how long it may take, over raw sockets."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from accounts.models import User
from chat.agent.scripted import Gate, ScriptedModel
from exobrain.protocol import MAX_HEADERS
from tests.live import Caller, LiveServer

Config = Callable[..., None]
Connect = Callable[[], socket.socket]

HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
PATIENCE_SECONDS = 10.0
CHUNK = b"x" * 65_536


@pytest.fixture
def connect(live: LiveServer) -> Iterator[Connect]:
    """Opens connections to the live server."""
    opened: list[socket.socket] = []

    def open_one() -> socket.socket:
        opened.append(socket.create_connection(live.socket.getsockname()))
        opened[-1].settimeout(PATIENCE_SECONDS)
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def _read_to_end(client: socket.socket) -> bytes:
    """What the server says until it ends the connection."""
    said = b""
    try:
        while data := client.recv(65_536):
            said += data
    except ConnectionResetError:  # it had not read everything
        pass
    return said


def _flood(client: socket.socket, data: bytes, *, most: int) -> int:
    """How many bytes the server takes before it ends the connection."""
    sent = 0
    try:
        while sent < most:
            client.sendall(data)
            sent += len(data)
    except OSError:
        pass
    return sent


def test_headers_within_the_bounds_are_taken(connect: Connect) -> None:
    """Many, and one of them long."""
    client = connect()
    headers = b"".join(b"X-%d: y\r\n" % number for number in range(MAX_HEADERS - 3))

    client.sendall(HEAD + headers + b"X-Long: " + b"x" * 30_000 + b"\r\nConnection: close\r\n\r\n")

    assert _read_to_end(client).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "rest",
    [
        b"X-Long: " + b"x" * 70_000 + b"\r\n\r\n",
        b"X: " + b"x" * 1000 + b"\r\n",
        b"X: y\r\n" * (MAX_HEADERS + 1),
    ],
    ids=["one long", "many long", "many"],
)
def test_headers_beyond_the_bounds_are_refused(rest: bytes, connect: Connect) -> None:
    """431 in the API's words, and the connection ends."""
    client = connect()

    client.sendall(HEAD + rest * (1 if rest.endswith(b"\r\n\r\n") or b"y" in rest else 70))

    answer = _read_to_end(client)
    assert answer.startswith(b"HTTP/1.1 431")
    assert answer.endswith(b'{"detail":"The request\'s headers are too large."}')


@pytest.mark.parametrize(
    "start",
    [
        b"GET /" + b"x" * 100,
        HEAD + b"X-Endless: ",
        HEAD + b"X-Endless",
        b"POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ",
    ],
    ids=["address", "value", "name", "trailer"],
)
def test_what_never_ends_is_not_kept(start: bytes, connect: Connect) -> None:
    """The connection ends soon after the bound, however much the client would send."""
    client = connect()
    client.sendall(start)

    taken = _flood(client, CHUNK, most=400 * len(CHUNK))

    assert taken < 200 * len(CHUNK)  # the system's buffers hold the rest


@pytest.mark.parametrize(
    "start",
    [
        b"",
        HEAD,
        b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{",
        b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{",
    ],
    ids=["nothing", "half the headers", "half a body", "a chunk"],
)
def test_half_a_request_is_not_waited_for(start: bytes, config: Config, connect: Connect) -> None:
    """408, and the connection ends."""
    config(request_timeout_seconds=0.2)
    client = connect()

    client.sendall(start)

    assert _read_to_end(client).startswith(b"HTTP/1.1 408")


def test_a_drop_at_a_time_gains_no_time(config: Config, connect: Connect) -> None:
    """The whole request has a deadline, not each of its bytes."""
    config(request_timeout_seconds=0.3)
    client = connect()
    started = time.monotonic()

    client.sendall(HEAD)
    while _flood(client, b"X: y\r\n", most=1) and time.monotonic() - started < PATIENCE_SECONDS:
        time.sleep(0.05)

    assert time.monotonic() - started < PATIENCE_SECONDS


def test_the_deadline_begins_anew_with_each_request(config: Config, connect: Connect) -> None:
    """The second request of a connection is not late because the first one was early."""
    config(request_timeout_seconds=0.5)
    client = connect()
    for _ in range(4):
        client.sendall(HEAD + b"\r\n")
        assert client.recv(65_536).startswith(b"HTTP/1.1 200")
        time.sleep(0.25)


def test_a_silent_stream_is_no_half_request(
    config: Config, alice: User, caller: Callable[..., Caller], script: Callable[..., object]
) -> None:
    """Streams and sockets last longer than a request may take to arrive."""
    config(request_timeout_seconds=0.2, stream_heartbeat_seconds=0.1)
    gate = Gate()
    script(ScriptedModel("One ", gate, "two."))
    client = caller(alice)

    with client.socket() as page, client.stream(client.ask()) as events:
        first = next(events)
        time.sleep(0.6)
        gate.open()
        rest = list(events)
        page.say(type="nonsense")

        assert page.hear()["type"] == "problem"
    assert (first.data, rest[-1].type) == ({"text": "One "}, "done")


def test_an_idle_connection_is_closed(live: LiveServer) -> None:
    """KEEP_ALIVE_SECONDS after its last answer."""
    before, live.server.config.timeout_keep_alive = live.server.config.timeout_keep_alive, 1
    try:
        with closing(socket.create_connection(live.socket.getsockname())) as client:
            client.settimeout(PATIENCE_SECONDS)
            client.sendall(HEAD + b"\r\n")

            assert _read_to_end(client).startswith(b"HTTP/1.1 200")
    finally:
        live.server.config.timeout_keep_alive = before
