"""What runs jobs for the server of the browser tests: a NATS, an orchestrator, a worker."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exobrain.embedded import connect
from tests.ops.processes import eventually
from tests.plugin import ROOT


@contextmanager
def queue(data: Path) -> Iterator[str]:
    """The address of a NATS of their own: the suite's belongs to the tests of jobs."""
    services = connect(data, services={"nats"})
    try:
        yield services.endpoints.nats_url or ""
    finally:
        services.leave()


@contextmanager
def orchestrator(environment: dict[str, str]) -> Iterator[None]:
    """An orchestrator that answers, for as long as the block runs."""
    host, _, port = environment["JOB_ORCHESTRATOR_API_BIND_ADDRESS"].partition(":")
    with process(environment, "run_orchestrator"):
        eventually(lambda: _listens(host, int(port)))
        yield


@contextmanager
def process(environment: dict[str, str], command: str) -> Iterator[None]:
    """The manage.py command, for as long as the block runs."""
    running = subprocess.Popen([sys.executable, "manage.py", command], cwd=ROOT, env=environment)
    try:
        yield
    finally:
        running.terminate()
        running.wait(timeout=30)


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
