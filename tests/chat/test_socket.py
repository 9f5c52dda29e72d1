"""/ws/chat/."""

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from channels.layers import get_channel_layer
from django.core.cache import caches
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from accounts import consumers
from accounts.models import RefreshTokenFamily, User
from chat.agent.scripted import Gate, ScriptedModel
from chat.consumers import SocketConsumer
from chat.models import Turn
from exobrain.lib.errors import Unavailable
from journal.models import Message
from tests.live import Caller, Socket, lose_access, text_of
from tests.live import Event as Seen

Callers = Callable[..., Caller]


def _ask(socket: Socket, message: str = "hello") -> str:
    """The stream of a question asked over the socket."""
    client_id = str(uuid.uuid4())
    socket.say(type="send", message=message, client_message_id=client_id)
    accepted = socket.hear()
    assert accepted["type"] == "accepted"
    assert accepted["client_message_id"] == client_id
    stream_id: str = accepted["stream_id"]
    return stream_id


def _text(frames: list[dict[str, Any]]) -> str:
    return text_of([Seen(frame["id"], frame["event"], frame["data"]) for frame in frames])


# -- ask, resume, cancel


def test_a_question_is_accepted_and_answered(alice: User, caller: Callers) -> None:
    """`accepted`, then the same events with the same ids that SSE has."""
    client = caller(alice)
    with client.socket() as socket:
        stream_id = _ask(socket)
        frames = socket.hear_until_done()

    assert {frame["type"] for frame in frames} == {"event"}
    assert {frame["stream_id"] for frame in frames} == {stream_id}
    assert [(f["id"], f["event"], f["data"]) for f in frames] == client.read(stream_id)


def test_a_retry_is_accepted_with_the_same_stream(alice: User, caller: Callers) -> None:
    """Sent again, over another connection, after the answer: nothing is asked twice."""
    client = caller(alice)
    frame = {"type": "send", "message": "hello", "client_message_id": str(uuid.uuid4())}
    accepted = []
    for _ in range(2):
        with client.socket() as socket:
            socket.say(**frame)
            accepted.append(socket.hear())
            socket.hear_until_done()

    assert accepted[0] == accepted[1]
    assert Turn.objects.count() == 1


def test_a_stream_resumes_after_the_last_event(alice: User, caller: Callers, script: Any) -> None:
    """A new connection gets what the lost one did not."""
    gate = Gate()
    script(ScriptedModel("One ", gate, "two."))
    client = caller(alice)
    with client.socket() as socket:
        stream_id = _ask(socket)
        first = socket.hear()

    gate.open()
    with client.socket() as socket:
        socket.say(type="resume", stream_id=stream_id, last_event_id=first["id"])
        rest = socket.hear_until_done()

    assert _text([first]) == "One "
    assert _text(rest) == "two."


def test_a_stream_resumes_from_the_start_without_an_id(alice: User, caller: Callers) -> None:
    """`last_event_id` may be missing."""
    client = caller(alice)
    stream_id = client.ask()
    with client.socket() as socket:
        socket.say(type="resume", stream_id=stream_id)
        frames = socket.hear_until_done()

    assert _text(frames) == text_of(client.read(stream_id))


def test_an_answer_is_cancelled(alice: User, caller: Callers, script: Any) -> None:
    """The text so far is kept."""
    script(ScriptedModel("So far. ", Gate()))
    with caller(alice).socket() as socket:
        stream_id = _ask(socket)
        socket.hear()
        socket.say(type="cancel", stream_id=stream_id)
        frames = socket.hear_until_done()

    assert frames[-1]["data"] == {"reason": "cancelled"}
    assert Message.objects.get(role="assistant").content == "So far. "


def test_one_socket_carries_several_streams(alice: User, caller: Callers, script: Any) -> None:
    """Each event names its stream."""
    gate = Gate()
    script(ScriptedModel("One ", gate, "two."))
    with caller(alice).socket() as socket:
        streams = [_ask(socket)]
        frames = [socket.hear()]
        client_id = str(uuid.uuid4())
        socket.say(type="send", message="again", client_message_id=client_id)
        accepted = socket.hear()
        streams.append(accepted["stream_id"])
        gate.open()
        while sum(frame.get("event") == "done" for frame in frames) < 2:
            frames.append(socket.hear())

    for stream_id in streams:
        assert _text([f for f in frames if f["stream_id"] == stream_id]) == "One two."


def test_an_answer_goes_on_without_its_socket(alice: User, caller: Callers, script: Any) -> None:
    """Closing the page loses nothing."""
    gate = Gate()
    script(ScriptedModel("One ", gate, "two."))
    client = caller(alice)
    with client.socket() as socket:
        stream_id = _ask(socket)
        socket.hear()
    gate.open()

    assert text_of(client.read(stream_id)) == "One two."


# -- other tabs


def test_other_tabs_learn_of_a_new_turn(alice: User, caller: Callers, script: Any) -> None:
    """The tab that asked is not told what it knows."""
    gate = Gate()
    script(ScriptedModel("One.", gate))
    client = caller(alice)
    with client.socket() as asking, client.socket() as other:
        _until_told(client, alice, sockets=2)
        stream_id = _ask(asking)
        notice = other.hear_any()
        gate.open()
        frames = [asking.hear_any()]
        while frames[-1].get("event") != "done":
            frames.append(asking.hear_any())

    assert notice["type"] == "turn_started"
    assert notice["stream_id"] == stream_id
    assert {frame["type"] for frame in frames} == {"event"}


def test_a_question_over_http_is_told_too(alice: User, caller: Callers) -> None:
    """Whichever way it was asked."""
    client = caller(alice)
    with client.socket() as socket:
        _until_told(client, alice, sockets=1)
        stream_id = client.ask()
        notice = socket.hear_any()

    assert (notice["type"], notice["stream_id"]) == ("turn_started", stream_id)


def test_a_stranger_is_told_nothing(alice: User, charlie: User, caller: Callers) -> None:
    """Alice's turns are no news for Charlie."""
    client = caller(charlie)
    with client.socket() as socket:
        _until_told(client, charlie, sockets=1)
        caller(alice).ask()

        with pytest.raises(TimeoutError):
            socket.hear_any(seconds=0.3)


# -- who may


def test_a_stranger_reads_and_cancels_nothing(
    alice: User, charlie: User, caller: Callers, script: Any
) -> None:
    """Problems that say the same as for a stream that never was."""
    gate = Gate()
    script(ScriptedModel("Secret. ", gate, "More."))
    stream_id = caller(alice).ask()
    with caller(charlie).socket() as socket:
        problems = []
        for kind, name in (("resume", stream_id), ("cancel", stream_id), ("resume", "nonsense")):
            socket.say(type=kind, stream_id=name)
            problems.append(socket.hear())

    gate.open()
    assert [problem["type"] for problem in problems] == ["problem"] * 3
    assert {problem["detail"] for problem in problems} == {"There is no such stream."}
    assert text_of(caller(alice).read(stream_id)) == "Secret. More."


def test_the_anonymous_are_shown_the_door(caller: Callers) -> None:
    """Close code 4401, which a page can tell from a lost connection."""
    with caller().socket() as socket, pytest.raises(ConnectionClosed) as closed:
        socket.hear()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


def test_a_session_opens_a_socket(alice: User, caller: Callers) -> None:
    """The cookie of a web login, from a page of this server."""
    client = caller()
    answer = client.post(
        "/api/auth/login", {"email": alice.email, "password": "correct horse battery"}
    )
    cookie = answer.headers["set-cookie"].partition(";")[0]

    with client.socket(Cookie=cookie, Origin=client.server.url) as socket:
        _ask(socket)

        assert socket.hear_until_done()[-1]["event"] == "done"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "file://", "http://127.0.0.1:1"]
)
def test_another_site_is_refused(alice: User, caller: Callers, origin: str) -> None:
    """A page of another origin cannot open a socket, whatever it carries."""
    with (
        pytest.raises(InvalidStatus) as refused,
        caller(alice).socket(Origin=origin),
    ):
        pass

    assert refused.value.response.status_code == 403


def test_signing_out_counts_at_the_next_frame(alice: User, caller: Callers) -> None:
    """An open socket is no session of its own."""
    with caller(alice).socket() as socket:
        _ask(socket)
        socket.hear_until_done()
        RefreshTokenFamily.objects.update(revoked_at="2026-01-01T00:00:00Z")
        socket.say(type="send", message="still here?", client_message_id=str(uuid.uuid4()))

        with pytest.raises(ConnectionClosed) as closed:
            socket.hear()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
    assert Message.objects.filter(content="still here?").count() == 0


@pytest.fixture
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open connections are looked at all the time."""
    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.02)


@pytest.mark.usefixtures("_looks_often")
@pytest.mark.parametrize("change", ["sign out", "shut out", "new password", "delete"])
def test_a_silent_socket_ends_with_the_right_to_it(
    alice: User, caller: Callers, script: Any, change: str
) -> None:
    """In the middle of an answer, without a frame from the page."""
    script(ScriptedModel("One ", Gate()))
    client = caller(alice)
    with client.socket() as socket:
        _ask(socket)
        socket.hear()
        lose_access(client, alice, change)

        with pytest.raises(ConnectionClosed) as closed:
            socket.hear()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


@pytest.mark.usefixtures("_looks_often")
def test_a_token_that_grows_old_does_not_end_its_socket(
    alice: User, caller: Callers, script: Any
) -> None:
    """It was good when the socket was opened, and could be renewed."""
    gate = Gate()
    script(ScriptedModel("One ", gate, "two."))
    with caller(alice).socket() as socket:
        _ask(socket)
        socket.hear()
        with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=True):
            time.sleep(0.2)
            gate.open()
            frames = socket.hear_until_done()

    assert frames[-1]["data"] == {"reason": "complete"}


def test_an_outage_of_the_session_store_is_a_reason_to_come_back(
    alice: User, caller: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Close code 1013: the page tries again, and nobody is signed out."""

    def out(**_: Any) -> None:
        raise Unavailable

    monkeypatch.setattr("accounts.selectors.resolve_principal", out)
    with caller(alice).socket() as socket, pytest.raises(ConnectionClosed) as closed:
        socket.hear()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013


@pytest.mark.parametrize("frame", ['{"type": "send", "message": "canary-51"}', "{}", "canary-51"])
def test_what_is_said_after_the_door_was_shown_is_not_heard(caller: Callers, frame: str) -> None:
    """No failure, and so no log line that would tell what was said."""
    consumer = SocketConsumer()
    sent: list[dict[str, Any]] = []

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    async def talk() -> None:
        consumer.scope = {"path": "/ws/chat/", "query_string": b"", "headers": []}
        consumer.base_send = send
        await consumer.connect()
        await consumer.receive(text_data=frame)

    caller().server.run(talk())

    assert [event["type"] for event in sent] == ["websocket.accept", "websocket.close"]


def test_there_is_no_other_socket(caller: Callers) -> None:
    """An unknown address refuses the handshake, whatever it is."""
    client = caller()
    for path in ("/", "/ws/", "/ws/chat", "/ws/chat/more", "/ws/%00%0A"):
        address = client.server.url.replace("http", "ws") + path
        with pytest.raises(InvalidStatus) as refused, connect(address):
            pass

        assert refused.value.response.status_code == 403


# -- nonsense


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        '"send"',
        "{}",
        '{"type": "nonsense"}',
        '{"type": ["send"]}',
        '{"type": "send"}',
        '{"type": "send", "message": "", "client_message_id": "x"}',
        '{"type": "send", "message": "a\\u0000b", '
        '"client_message_id": "3f0e8c1e-63a5-4a9e-9d4c-0a7a4f6f3a10"}',
        '{"type": "send", "message": "\\ud800", '
        '"client_message_id": "3f0e8c1e-63a5-4a9e-9d4c-0a7a4f6f3a10"}',
        '{"type": "resume", "stream_id": 7}',
        '{"type": "resume", "stream_id": "x", "last_event_id": "many"}',
        "[" * 5000,
        "[" * 1000 + "]" * 1000,
        '{"type": "send", "message": ' + "[" * 900 + "]" * 900 + "}",
        b"\x00\xff binary",
    ],
)
def test_nonsense_is_a_problem_and_no_more(
    alice: User, caller: Callers, frame: str | bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    """The socket says what is wrong and stays open, and no exception is told to anybody."""
    with caller(alice).socket() as socket:
        socket.connection.send(frame)
        problem = socket.hear()
        _ask(socket)
        frames = socket.hear_until_done()

    assert problem["type"] == "problem"
    assert isinstance(problem["detail"], str)
    assert frames[-1]["event"] == "done"
    assert "Exception" not in capfd.readouterr().err


def test_a_problem_names_what_it_is_about(alice: User, caller: Callers) -> None:
    """The page finds its message or stream by the id it sent."""
    with caller(alice).socket() as socket:
        socket.say(type="send", message="", client_message_id="mine")
        about_message = socket.hear()
        socket.say(type="resume", stream_id="theirs")
        about_stream = socket.hear()

    assert about_message["client_message_id"] == "mine"
    assert about_stream["stream_id"] == "theirs"


def test_a_giant_frame_closes_the_socket(alice: User, caller: Callers) -> None:
    """Nothing beyond the request limit is read."""
    giant = json.dumps({"type": "send", "message": "a" * 3_000_000})
    with caller(alice).socket() as socket:
        socket.connection.send(giant)

        with pytest.raises(ConnectionClosed):
            socket.hear()

    assert Message.objects.count() == 0


def test_only_so_many_streams_are_followed_at_once(
    alice: User, caller: Callers, script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One socket cannot take a server's memory."""
    monkeypatch.setattr("chat.consumers.socket.MAX_STREAMS", 2)
    script(ScriptedModel(Gate()))
    client = caller(alice)
    streams = [client.ask() for _ in range(3)]
    with client.socket() as socket:
        for stream_id in streams:
            socket.say(type="resume", stream_id=stream_id)
        problem = socket.hear()

    assert (problem["type"], problem["stream_id"]) == ("problem", streams[2])


def _until_told(client: Caller, user: User, *, sockets: int) -> None:
    """So many of the user's sockets hear of new turns."""
    group = f"exobrain:channels__group__user.{user.id.hex}"
    redis = caches["default"].client.get_client()  # type: ignore[attr-defined]  # django-redis

    async def listening() -> int:
        return len(get_channel_layer().groups.get(group, ()))

    for _ in range(500):
        if client.server.run(listening()) == sockets and redis.pubsub_numsub(group)[0][1]:
            return
        time.sleep(0.01)
    raise AssertionError("the sockets do not listen")
