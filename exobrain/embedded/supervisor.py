"""Keeps processes running: the engines below the keeper, and what `up` consists of.

One thread looks at everything from time to time (`check`). The kernel ends a child when the thread
that started it ends, so a start must not be left to a thread of its own.
"""

import math
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from exobrain.embedded.errors import EmbeddedError

START_SECONDS = 120.0  # PostgreSQL may have to replay a crashed run's log first
POLL_SECONDS = 0.01

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Log = Callable[..., None]
StopSteps = Sequence[tuple[signal.Signals, float]]  # gentlest first, with the seconds to obey


class ProcessFailed(EmbeddedError):
    """A process cannot be started, or ends again and again."""


@dataclass(frozen=True)
class RestartPolicy:
    """When a process that ended is started again, and when that is given up."""

    quick_seconds: float = 10.0  # an end within that time of its start counts as quick
    quick_ends: int | None = 3  # so many in a row, and it is given up; None: never
    first_delay_seconds: float = 0.5
    last_delay_seconds: float = 10.0

    def delay_seconds(self, quick_ends: int) -> float:
        """How long to wait before the next start; longer after every quick end."""
        doublings = min(quick_ends, 30)  # beyond that it is the last delay anyway
        return float(min(self.first_delay_seconds * 2**doublings, self.last_delay_seconds))


class Process(Protocol):
    """A process that was started: what `subprocess.Popen` has of it."""

    @property
    def pid(self) -> Any: ...

    def poll(self) -> int | None:
        """Its exit code once it has ended."""

    def send_signal(self, sig: int) -> None: ...


class Program(Protocol):
    """What is to run."""

    @property
    def name(self) -> str: ...

    @property
    def restart(self) -> RestartPolicy: ...

    @property
    def stop_steps(self) -> StopSteps: ...

    def start(self) -> Process:
        """A new process; raises OSError or EmbeddedError when there cannot be one."""

    def is_ready(self, pid: int) -> bool:
        """True once that process does its work."""

    def failure_details(self) -> str:
        """Where to read why it ended, as the end of a sentence, or what it wrote."""


class Supervised:
    """A program that runs from `check` to `stop`, whatever happens to its process.

    The first start has to succeed; after that it is restarted by its policy.
    """

    def __init__(self, program: Program, *, log: Log) -> None:
        self.program = program
        self.log = log
        self.process: Process | None = None
        self.is_ready = False
        self.has_run = False
        self.started_at = 0.0
        self.due_at = 0.0
        self.quick_ends = 0

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        if self.process is None or self.process.poll() is not None:
            return None
        number: int = self.process.pid
        return number

    def check(self) -> None:
        """It runs, or its next start is planned; raises EmbeddedError when there is no hope."""
        if self.process is None:
            if time.monotonic() >= self.due_at:
                self._start()
        elif (code := self.process.poll()) is not None:
            self.log("process_ended", process=self.program.name, code=code)
            self._plan_restart(f"at once with code {code}")
        elif not self.is_ready:
            if self.program.is_ready(self.process.pid):
                self.is_ready = self.has_run = True
                self.log("process_ready", process=self.program.name, pid=self.process.pid)
            elif time.monotonic() - self.started_at > START_SECONDS:
                stop_all([self])
                self._plan_restart(f"because it did not answer in {START_SECONDS:.0f} seconds")

    def stop(self) -> None:
        """The process has ended; the next `check` is a first start again."""
        stop_all([self])
        self.process, self.is_ready, self.has_run = None, False, False
        self.due_at, self.quick_ends = 0.0, 0

    def _start(self) -> None:
        self.started_at = time.monotonic()
        # Who asks to stop waits until the process is known: else it would be nobody's.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        try:
            self.process = self.program.start()
        except (OSError, EmbeddedError) as error:
            why = (isinstance(error, OSError) and error.strerror) or str(error)
            self.log("process_not_started", process=self.program.name, error=why)
            if self.has_run:
                self._plan_restart(f"before it had started: {why}")
            elif isinstance(error, EmbeddedError):
                raise
            else:
                raise ProcessFailed(f"{self.program.name} could not be started: {why}.") from error
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if self.process is not None and self.program.is_ready(self.process.pid):
            self.is_ready = self.has_run = True

    def _plan_restart(self, how: str) -> None:
        self.process, self.is_ready = None, False
        if not self.has_run:
            raise ProcessFailed(f"{self.program.name} ended {how}{self.program.failure_details()}")
        policy, now = self.program.restart, time.monotonic()
        is_quick = now - self.started_at < policy.quick_seconds
        self.quick_ends = self.quick_ends + 1 if is_quick else 0
        if policy.quick_ends is not None and self.quick_ends >= policy.quick_ends:
            raise ProcessFailed(
                f"{self.program.name} ended {self.quick_ends} times in a row, the last time "
                f"{how}{self.program.failure_details()}"
            )
        self.due_at = now + policy.delay_seconds(self.quick_ends)


class Supervisor:
    """Some programs that all run, or none of them."""

    def __init__(self, programs: Iterable[Program], *, log: Log) -> None:
        self.all = [Supervised(program, log=log) for program in programs]

    def check(self) -> None:
        """Each runs, or waits for its restart; raises EmbeddedError when one is given up."""
        for supervised in self.all:
            supervised.check()

    def stop(self) -> None:
        """None of them runs any more."""
        stop_all(self.all)


def stop_all(group: Iterable[Supervised]) -> None:
    """None of the processes runs any more; a second Ctrl-C takes the time to finish from them."""
    steps = {
        s.process: iter([*s.program.stop_steps, (signal.SIGKILL, math.inf)])
        for s in group
        if s.process is not None
    }
    due_at = dict.fromkeys(steps, 0.0)
    try:
        while running := [process for process in steps if process.poll() is None]:
            for process in running:
                if time.monotonic() >= due_at[process]:
                    signum, seconds = next(steps[process])
                    process.send_signal(signum)
                    due_at[process] = time.monotonic() + seconds
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        for process in steps:
            process.send_signal(signal.SIGKILL)
        while any(process.poll() is None for process in steps):
            time.sleep(POLL_SECONDS)
