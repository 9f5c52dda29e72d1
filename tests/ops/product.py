"""The product as its users have it: servers in processes of their own, services of their own.

Everything can be stopped and killed here without disturbing another test.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import redis

from exobrain.embedded import Connection, Service, connect, endpoints
from tests.forks import Forks
from tests.live import Event, parse
from tests.model_server import ModelServer
from tests.ops.processes import ROOT, eventually, is_alive

EMAIL, PASSWORD = "alice@example.org", "correct horse battery"
READ_SECONDS = 60.0
MAKE_USER = f"""
from accounts.models import User
User.objects.create_user({EMAIL!r}, {PASSWORD!r}, display_name="Alice")
"""


class Server:
    """One web process."""

    def __init__(self, forks: Forks) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.forks = forks
        self.pid = forks.start("serve", "--port", str(port))
        eventually(self._answers)

    def _answers(self) -> bool:
        assert self.is_alive, "the server ended before it answered"
        try:
            urllib.request.urlopen(f"{self.url}/healthz", timeout=5).close()
        except OSError:
            return False
        return True

    @property
    def is_alive(self) -> bool:
        """True while it runs."""
        return is_alive(self.pid)

    def kill(self) -> None:
        """The process is dead, without warning."""
        os.kill(self.pid, signal.SIGKILL)
        assert self.forks.wait(self.pid) == -signal.SIGKILL

    def terminate(self) -> None:
        """The process has been asked to end."""
        os.kill(self.pid, signal.SIGTERM)

    def wait(self) -> int:
        """The exit status of the process, which has ended."""
        return self.forks.wait(self.pid)


class Product:
    """A data directory, its services, and a user who is signed in."""

    def __init__(self, data: Path, model: ModelServer) -> None:
        self.data = data
        self.model = model
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "exobrain.settings",
            "EXOBRAIN_DATA": str(data),
            "MODEL_PROVIDER_BASE_URL": model.url,
            "MAIN_AGENT_USE_MOCK": "false",
            "MAIN_AGENT_TIMEOUT_SECONDS": "60",
        }
        self.environment.pop("ASSISTANT_CACHE_REDIS_URL", None)
        self.services: Connection = connect(data, services={Service.DATABASE, Service.CACHE})
        self.servers: list[Server] = []
        self.clients: list[Client] = []
        self.headers: dict[str, str] = {}
        self._manage("migrate", "--verbosity", "0")
        self._manage("shell", "--command", MAKE_USER)
        self.forks = Forks(self.environment)

    def _manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True, capture_output=True)

    def serve(self, *, number: int = 1) -> list[Server]:
        """So many web processes; those of an earlier test go on, as starting one takes seconds."""
        alive = [server for server in self.servers if server.is_alive]
        for server in alive[number:]:
            server.kill()
        fresh = [Server(self.forks) for _ in range(number - len(alive))]
        self.servers = [*alive[:number], *fresh]
        return self.servers

    def client(self) -> "Client":
        """Alice at a server that is the only one."""
        (server,) = self.serve()
        return self.at(server)

    def at(self, server: Server) -> "Client":
        """Alice at that server."""
        client = Client(server, self.headers)
        self.clients.append(client)
        self.headers = client.headers
        return client

    def hang_up(self) -> None:
        """No client is connected any more."""
        while self.clients:
            self.clients.pop().http.close()

    def close(self) -> None:
        """Nothing of it runs any more."""
        self.hang_up()
        self.forks.close()
        self.services.leave()

    def stop_redis(self) -> None:
        """Nobody answers there."""
        self.services.ask("stop cache")

    def start_redis(self) -> None:
        """It is back, with whatever it kept."""
        self.services.ask("start cache")

    def empty_redis(self) -> None:
        """It has forgotten everything."""
        with redis.Redis.from_url(endpoints(self.data).redis_url) as client:
            client.flushall()

    def answer(self, stream_id: str) -> tuple[str, str]:
        """Text and status of an answer, as PostgreSQL has them."""
        query = (
            "SELECT content, status FROM journal_message m "
            "JOIN chat_turn t ON t.answer_id = m.id WHERE t.id = %s"
        )
        with psycopg.connect(endpoints(self.data).postgres_dsn) as connection:
            row = connection.execute(query, [uuid.UUID(stream_id)]).fetchone()
        assert row is not None
        return row[0], row[1]


class Client:
    """Alice at one server."""

    def __init__(self, server: Server, headers: dict[str, str]) -> None:
        self.server = server
        self.http = httpx.Client(base_url=server.url, timeout=READ_SECONDS)
        self.headers = headers or self._signed_in()

    def _signed_in(self) -> dict[str, str]:
        body = {"email": EMAIL, "password": PASSWORD, "session_mode": "api"}
        token = self.http.post("/api/auth/login", json=body).raise_for_status().json()
        return {"Authorization": f"Bearer {token['access_token']}"}

    def ask(self, message: str = "Who?") -> str:
        """The stream of a new question."""
        body = {"message": message, "client_message_id": str(uuid.uuid4())}
        answer = self.http.post("/api/chat/message", json=body, headers=self.headers)
        stream_id: str = answer.raise_for_status().json()["stream_id"]
        return stream_id

    @contextmanager
    def stream(self, stream_id: str, *, after: int = 0) -> Iterator[Iterator[Event]]:
        """The stream's events as they come."""
        headers = {**self.headers, "Last-Event-ID": str(after)}
        path = f"/api/chat/stream/{stream_id}"
        with self.http.stream("GET", path, headers=headers) as answer:
            answer.raise_for_status()
            yield parse(line for line in answer.iter_lines() if line[:1] != ":")

    def read(self, stream_id: str, *, after: int = 0) -> list[Event]:
        """The stream's events to its end."""
        with self.stream(stream_id, after=after) as events:
            return list(events)

    def journal(self) -> list[dict[str, Any]]:
        """Today's messages, newest first."""
        answer = self.http.get("/api/journal/today/messages", headers=self.headers)
        messages: list[dict[str, Any]] = json.loads(answer.content)
        return messages
