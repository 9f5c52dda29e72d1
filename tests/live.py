"""The product, served in this process: real HTTP and WebSocket, and settings a test can change.

The server has a thread and an event loop of its own, and database connections of its own, so
its tests need `transactional_db`.
"""

import asyncio
import json
import socket
import threading
import uuid
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import httpx
import uvicorn
from django.db import connection
from websockets.sync.client import ClientConnection, connect

from accounts.models import RefreshTokenFamily, User
from accounts.tokens import sign_access_token
from chat.services import close_runtime

START_SECONDS = 30
READ_SECONDS = 30.0

Result = TypeVar("Result")


class Event(NamedTuple):
    """A server-sent event as a client sees it."""

    id: int
    type: str
    data: dict[str, Any]


class LiveServer:
    """Serves until it is stopped."""

    def __init__(self) -> None:
        from exobrain.asgi import application
        from exobrain.lib.lifecycle import server_started
        from exobrain.server import uvicorn_config

        # Tests look after dead turns themselves, at the moment they mean.
        server_started.disconnect(dispatch_uid="chat.start")
        server_started.disconnect(dispatch_uid="knowledge.start")
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.server = uvicorn.Server(uvicorn_config(application))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.started = threading.Event()
        self.thread.start()
        assert self.started.wait(START_SECONDS)

    def _serve(self) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._serve_here())

    async def _serve_here(self) -> None:
        self.loop = asyncio.get_running_loop()
        serving = asyncio.create_task(self.server.serve(sockets=[self.socket]))
        while not self.server.started:  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(0.01)
        self.started.set()
        await serving

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """What the coroutine returns, run beside the server."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(READ_SECONDS)

    def rest(self) -> None:
        """No answer is being written any more, and nothing is remembered."""
        self.run(close_runtime())

    def stop(self) -> None:
        """The server has ended."""
        self.server.should_exit = True
        self.thread.join(START_SECONDS)
        assert not self.thread.is_alive(), asyncio.all_tasks(self.loop)


def _token_of(user: User) -> str:
    """An access token; checking a password for each would cost more than most tests."""
    family = RefreshTokenFamily.objects.create(user=user)
    return sign_access_token(
        user_id=user.id, email=user.email, name=user.display_name, family_id=family.id
    )


class Caller:
    """A client of the live server, signed in with a bearer token or not at all."""

    def __init__(self, server: LiveServer, user: User | None = None) -> None:
        self.server = server
        self.http = httpx.Client(base_url=server.url, timeout=READ_SECONDS)
        self.headers: dict[str, str] = {}
        if user is not None:
            self.headers = {"Authorization": f"Bearer {_token_of(user)}"}

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """The answer to a JSON body."""
        return self.http.post(path, json=body, headers={**self.headers, **headers})

    def get(self, path: str, **headers: str) -> httpx.Response:
        """The answer to a read."""
        return self.http.get(path, headers={**self.headers, **headers})

    def send(self, message: str = "hello", **fields: Any) -> httpx.Response:
        """The answer to a question."""
        body = {"message": message, "client_message_id": str(uuid.uuid4()), **fields}
        return self.post("/api/chat/message", body)

    def ask(self, message: str = "hello", **fields: Any) -> str:
        """The stream of a new question."""
        stream_id: str = self.send(message, **fields).raise_for_status().json()["stream_id"]
        return stream_id

    @contextmanager
    def stream(self, stream_id: str, **headers: str) -> Iterator[Iterator[Event]]:
        """The stream's events as they come."""
        path = f"/api/chat/stream/{stream_id}"
        with self.http.stream("GET", path, headers={**self.headers, **headers}) as answer:
            answer.raise_for_status()
            yield parse(answer.iter_lines())

    def read(self, stream_id: str, **headers: str) -> list[Event]:
        """The stream's events to its end."""
        with self.stream(stream_id, **headers) as events:
            return list(events)

    def journal(self) -> list[dict[str, Any]]:
        """Today's messages, oldest first."""
        messages: list[dict[str, Any]] = self.get("/api/journal/today/messages").json()
        return messages[::-1]

    @contextmanager
    def socket(self, **headers: str) -> Iterator["Socket"]:
        """A WebSocket of the chat."""
        address = f"{self.server.url.replace('http', 'ws')}/ws/chat/"
        with connect(address, additional_headers={**self.headers, **headers}) as connection_:
            yield Socket(connection_)

    def close(self) -> None:
        """Its connections are closed."""
        self.http.close()


class Socket:
    """A page's end of the chat's socket."""

    def __init__(self, connection_: ClientConnection) -> None:
        self.connection = connection_

    def say(self, **frame: Any) -> None:
        """A frame to the server."""
        self.connection.send(json.dumps(frame))

    def hear_any(self, seconds: float = READ_SECONDS) -> dict[str, Any]:
        """The next frame of the server."""
        frame: dict[str, Any] = json.loads(self.connection.recv(timeout=seconds))
        return frame

    def hear(self) -> dict[str, Any]:
        """The next frame that is no notice: one of an earlier turn may come at any time."""
        while (frame := self.hear_any())["type"] == "turn_started":
            pass
        return frame

    def hear_until_done(self) -> list[dict[str, Any]]:
        """The frames up to the end of a stream."""
        frames = [self.hear()]
        while frames[-1].get("event") != "done":
            frames.append(self.hear())
        return frames


def lose_access(client: Caller, user: User, how: str) -> None:
    """The user whose client this is has no right to what it opened any more."""
    match how:
        case "sign out":
            client.post("/api/auth/logout").raise_for_status()
        case "shut out":
            User.objects.filter(id=user.id).update(is_active=False)
        case "new password":
            user.set_password("staple gun orchestra")
            user.save()
        case _:
            user.delete()


def parse(lines: Iterator[str]) -> Iterator[Event]:
    """The events of an SSE body."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line and name:
            fields[name] = value
        elif fields:
            yield Event(int(fields["id"]), fields["event"], json.loads(fields["data"]))
            fields = {}


def text_of(events: Sequence[Event]) -> str:
    """The text that the events carry."""
    return "".join(event.data["text"] for event in events if event.type == "message_chunk")


def end_other_connections() -> None:
    """Nobody else is connected to the test database, so it can be dropped."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
