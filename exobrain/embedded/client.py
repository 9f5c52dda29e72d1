"""Holds the services: finds the keeper of a data directory, or starts it."""

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from exobrain.embedded.errors import EmbeddedError, KeeperFailed, ServiceFailed
from exobrain.embedded.layout import Endpoints, Layout, Service, endpoints
from exobrain.embedded.wire import ControlSocket, KeeperGone

READY_SECONDS = 150.0  # longer than the keeper gives a service, so that its reason arrives
ASK_SECONDS = 60.0
STOP_SECONDS = 60.0
RETRY_SECONDS = 0.02
PROJECT = Path(__file__).resolve().parents[2]


class Connection:
    """A hold on the services: they run while it is open, and its process lives."""

    def __init__(self, data: Path, control: ControlSocket) -> None:
        self.data = data
        self.control = control

    @property
    def endpoints(self) -> Endpoints:
        """The addresses of the services."""
        return endpoints(self.data)

    def ask(self, request: str) -> dict[str, Any]:
        """The keeper's answer to `pids`, `status`, `stop SERVICE` or `start SERVICE`."""
        try:
            answer = self.control.ask(request, seconds=ASK_SECONDS)
        except KeeperGone:
            raise KeeperFailed("The process that keeps the services has gone.") from None
        if not answer.pop("ok"):
            raise ServiceFailed(answer["error"])
        return answer

    def is_lost(self) -> bool:
        """True when the keeper has gone, and the services with it."""
        return self.control.is_gone()

    def leave(self) -> None:
        """The hold is given up; if it was the last, the services have stopped already."""
        try:
            if self.ask("leave")["last"]:
                self.control.wait_for_end(seconds=STOP_SECONDS)
        except EmbeddedError:
            pass  # the keeper has gone: so have the services
        finally:
            self.close()

    def close(self) -> None:
        """The hold is given up; if it was the last, the services stop in a moment."""
        self.control.close()


def connect(data: Path, *, services: Iterable[str], seconds: float = READY_SECONDS) -> Connection:
    """A hold on services that answer; raises EmbeddedError with the reason when they cannot."""
    layout = Layout.of(data)
    request = " ".join(["hold", *sorted(map(Service, services))])
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        try:
            control = ControlSocket(layout.control)
        except OSError:  # no socket, a stale one, or not ours: starting a keeper finds out which
            _start_keeper(layout, seconds=left)
            continue
        try:
            answer = control.ask(request, seconds=left)
            if not answer["ok"]:
                raise ServiceFailed(answer["error"])
        except KeeperGone:
            # A keeper that was about to stop: the next one waits until it has.
            control.close()
            time.sleep(RETRY_SECONDS)
        except BaseException:
            control.close()
            raise
        else:
            return Connection(layout.data, control)
    raise KeeperFailed(f"The embedded services in {layout.data} did not start in {seconds:.0f} s.")


@contextmanager
def hold(
    data: Path, *, services: Iterable[str], seconds: float = READY_SECONDS
) -> Iterator[Endpoints]:
    """The services answer inside the block; none are touched when none are named."""
    wanted = frozenset(services)
    if not wanted:
        yield endpoints(data)
        return
    connection = connect(data, services=wanted, seconds=seconds)
    try:
        yield connection.endpoints
    finally:
        connection.close()


def _start_keeper(layout: Layout, *, seconds: float) -> None:
    """A keeper listens, whoever started it; it is a child of nobody and outlives a Ctrl-C here."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "exobrain.embedded", "--data", str(layout.data)],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        raise KeeperFailed(
            f"An earlier run still holds {layout.lock}; see {layout.log_of('keeper')}."
        ) from None
    if done.returncode != 0:
        raise KeeperFailed(done.stderr.strip() or f"The keeper ended with code {done.returncode}.")
