"""A set of child processes that run until told to stop, and that die with this one."""

import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from exobrain.embedded.errors import EmbeddedError
from exobrain.embedded.processes import launched

STOP_SECONDS = 25.0  # the web process gives streams and generations 15 of them
POLL_SECONDS = 0.05


class ChildFailed(EmbeddedError):
    """A child process ends again and again."""


@dataclass(frozen=True)
class RestartPolicy:
    """When a child that ended is started again, and when that is given up."""

    quick_seconds: float = 10.0  # an end within that time of its start counts as quick
    quick_ends: int = 3  # so many in a row, and it is given up
    first_delay_seconds: float = 0.5
    last_delay_seconds: float = 10.0

    def delay_seconds(self, quick_ends: int) -> float:
        """How long to wait before the next start; longer after every quick end."""
        return float(min(self.first_delay_seconds * 2**quick_ends, self.last_delay_seconds))


@dataclass(frozen=True)
class ChildSpec:
    """A child to run: its name in messages, its command, and what to do when it ends."""

    name: str
    command: Sequence[str]
    restart: RestartPolicy = field(default_factory=RestartPolicy)


class Child:
    """One child process and its history."""

    def __init__(self, spec: ChildSpec, *, inherit: Sequence[int], log: Callable[..., None]):
        self.spec = spec
        self.inherit = inherit
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.quick_ends = 0
        self.due_at = 0.0

    def start(self) -> None:
        """It runs, in a session of its own: Ctrl-C in the terminal reaches only its parent."""
        self.process = subprocess.Popen(
            launched(self.spec.command, on_parent_death=signal.SIGTERM),
            stdin=subprocess.DEVNULL,
            pass_fds=self.inherit,
            start_new_session=True,
        )
        self.started_at = time.monotonic()

    def check(self) -> None:
        """It runs, or its next start is planned; ChildFailed when there is no hope."""
        if self.process is None:
            if time.monotonic() >= self.due_at:
                self.start()
            return
        if (code := self.process.poll()) is not None:
            self._plan_restart(code)

    def _plan_restart(self, code: int) -> None:
        now, policy = time.monotonic(), self.spec.restart
        is_quick = now - self.started_at < policy.quick_seconds
        self.quick_ends = self.quick_ends + 1 if is_quick else 0
        self.log("child_ended", child=self.spec.name, code=code)
        self.process = None
        if self.quick_ends >= policy.quick_ends:
            raise ChildFailed(
                f"{self.spec.name} ended {self.quick_ends} times at once, the last time with "
                f"code {code}; what it wrote is above."
            )
        self.due_at = now + policy.delay_seconds(self.quick_ends)


class Children:
    """All children of one supervisor."""

    def __init__(
        self, specs: Sequence[ChildSpec], *, inherit: Sequence[int], log: Callable[..., None]
    ) -> None:
        self.all = [Child(spec, inherit=inherit, log=log) for spec in specs]

    def check(self) -> None:
        """Every child runs, or waits for its restart; ChildFailed when one is given up."""
        for child in self.all:
            child.check()

    def stop(self) -> None:
        """No child runs any more; a second Ctrl-C takes the time to finish from them."""
        running = [child.process for child in self.all if child.process is not None]
        try:
            for process in running:
                process.terminate()
            _wait(running, seconds=STOP_SECONDS)
        except KeyboardInterrupt:
            pass
        finally:
            for process in running:
                process.kill()
                process.wait()


def _wait(processes: Sequence[subprocess.Popen[bytes]], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(process.poll() is None for process in processes) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
