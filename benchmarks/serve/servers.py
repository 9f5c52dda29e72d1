"""Starts what is measured: the raw application and the product, each in its own process."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60

MAKE_USERS = """
from uuid import uuid4
from accounts.models import User
from accounts.services import issue_tokens
for _ in range(%d):
    user = User.objects.create_user(email=f"{uuid4().hex}@exobrain.local", password=None)
    print(issue_tokens(user=user).access_token)
"""


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    pid: int

    def resident_mb(self) -> float:
        """The process's resident memory in megabytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def processor_seconds(self) -> float:
        """The processor time that the process has used so far, all its threads together."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def raw_server() -> Iterator[Server]:
    """The raw application under the same server and loop as the product."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "benchmarks.serve.raw:app"]
    options = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--lifespan", "off"]
    with _running([*command, *options, "--port", str(port)], port=port, env={}) as server:
        yield server


@contextmanager
def stub_server() -> Iterator[Server]:
    """The provider that answers as its question says."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.serve.stub", "--port", str(port)]
    with _running(command, port=port, env={}) as server:
        yield server


@contextmanager
def product(data: Path, *, settings: dict[str, str] | None = None) -> Iterator[Server]:
    """One web process on a seeded data directory of its own; the mock answers unless told."""
    port = free_port()
    env = _environment(data) | (settings or {"MAIN_AGENT_USE_MOCK": "true"})
    for command in (["migrate", "--verbosity", "0"], ["seed_mock_data"]):
        _manage(command, env)
    serve = [sys.executable, "manage.py", "serve", "--port", str(port)]
    with _running(serve, port=port, env=env) as server:
        yield server


def access_tokens(data: Path, *, users: int) -> list[str]:
    """New users of the product in that directory, each by its access token."""
    return _manage(["shell", "--verbosity", "0", "-c", MAKE_USERS % users], _environment(data))


def _environment(data: Path) -> dict[str, str]:
    return {
        "EXOBRAIN_DATA": str(data),
        "APP_ENV": "local",
        "LOG_LEVEL": "INFO",
        "AUTH_ACCESS_TOKEN_TTL_SECONDS": "86400",
    }


def _manage(command: list[str], env: dict[str, str]) -> list[str]:
    """The lines that the command prints."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**os.environ, **env},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.split()


@contextmanager
def _running(command: list[str], *, port: int, env: dict[str, str]) -> Iterator[Server]:
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # its log: a terminal would slow it down
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(url, process)
        yield Server(url=url, pid=process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait_until_it_answers(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=1)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{url} did not answer within {START_SECONDS} s")
