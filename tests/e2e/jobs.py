"""What runs jobs for the server of the browser tests: an orchestrator and a worker."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.forks import Forks
from tests.ops.processes import eventually


class Jobs:
    """Their processes, for as long as a block runs."""

    def __init__(self, forks: Forks, environment: Mapping[str, str]) -> None:
        self.forks = forks
        self.address = environment["JOB_ORCHESTRATOR_API_BIND_ADDRESS"]

    @contextmanager
    def orchestrator(self) -> Iterator[None]:
        """An orchestrator answers."""
        host, _, port = self.address.partition(":")
        with self.forks.running("run_orchestrator"):
            eventually(lambda: _listens(host, int(port)))
            yield

    @contextmanager
    def worker(self) -> Iterator[None]:
        """A worker is being started."""
        with self.forks.running("run_worker"):
            yield


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
