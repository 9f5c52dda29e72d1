"""A set of child processes that run until told to stop, and that die with this one.

Each is a copy of this process, by fork: what is imported here is imported there, which saves each
its start, the longest part of it, and most of its memory. So this process has to have one thread
of Python's; those of OpenBLAS, which numpy starts, end for a fork and come again after it.
"""

import gc
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess

from exobrain.embedded.errors import EmbeddedError
from exobrain.embedded.launch import be_called, die_with

STOP_SECONDS = 25.0  # the web process gives streams and generations 15 of them
POLL_SECONDS = 0.05
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ChildFailed(EmbeddedError):
    """A child process cannot be started, or ends again and again."""


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
    """A child to run: its name in messages, its work, and what to do when it ends."""

    name: str
    work: Callable[[], None]
    restart: RestartPolicy = field(default_factory=RestartPolicy)


class Child:
    """One child process and its history."""

    def __init__(self, spec: ChildSpec, *, log: Callable[..., None]) -> None:
        self.spec = spec
        self.log = log
        self.process: BaseProcess | None = None
        self.started_at = 0.0
        self.quick_ends = 0
        self.due_at = 0.0

    def start(self) -> None:
        """It runs."""
        gc.freeze()  # else a collection there would write to, and so copy, all memory of ours
        process = multiprocessing.get_context("fork").Process(
            target=_live, args=(self.spec, os.getpid()), name=self.spec.name
        )
        with _uninterrupted():
            process.start()
            self.process = process  # only now: one that was not started cannot be stopped
        self.started_at = time.monotonic()

    def check(self) -> None:
        """It runs, or its next start is planned; ChildFailed when there is no hope."""
        if self.process is None:
            if time.monotonic() >= self.due_at:
                self._try_to_start()
            return
        if (code := self.process.exitcode) is not None:
            self._note_end(code)

    def _try_to_start(self) -> None:
        """It runs; a start that fails counts as an end, and the very first one as the last."""
        try:
            self.start()
        except OSError as error:
            if not self.started_at:
                raise ChildFailed(
                    f"{self.spec.name} could not be started: {error.strerror}."
                ) from error
            self.log("child_not_started", child=self.spec.name, error=error.strerror)
            self._plan_restart(is_quick=True, last=f"before it had started: {error.strerror}")

    def _note_end(self, code: int) -> None:
        self.log("child_ended", child=self.spec.name, code=code)
        self.process = None
        is_quick = time.monotonic() - self.started_at < self.spec.restart.quick_seconds
        self._plan_restart(is_quick=is_quick, last=f"with code {code}; what it wrote is above")

    def _plan_restart(self, *, is_quick: bool, last: str) -> None:
        policy = self.spec.restart
        self.quick_ends = self.quick_ends + 1 if is_quick else 0
        if self.quick_ends >= policy.quick_ends:
            raise ChildFailed(
                f"{self.spec.name} ended {self.quick_ends} times at once, the last time {last}."
            )
        self.due_at = time.monotonic() + policy.delay_seconds(self.quick_ends)


class Children:
    """All children of one supervisor."""

    def __init__(self, specs: Sequence[ChildSpec], *, log: Callable[..., None]) -> None:
        self.all = [Child(spec, log=log) for spec in specs]

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
                process.join()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Who asks to stop waits for the end of the block: half-way in, a child would be nobody's."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _live(spec: ChildSpec, parent: int) -> None:
    """The work is done, in a session of its own: Ctrl-C in the terminal reaches only the parent."""
    os.setsid()
    for signum in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    die_with(parent, signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    be_called(f"exobrain-{spec.name}")
    # multiprocessing replaces sys.stdin only, and leaves descriptor 0, perhaps the terminal.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    spec.work()


def _wait(processes: Sequence[BaseProcess], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(process.exitcode is None for process in processes) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
