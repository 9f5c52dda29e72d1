"""Programs that are copies of this process, by fork.

What is imported here is imported there, which saves each its start, the longest part of it, and
most of its memory. So this process has to have one thread of Python's; those of OpenBLAS, which
numpy starts, end for a fork and come again after it.
"""

import gc
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkProcess

from exobrain.embedded.launch import die_with_parent, set_process_name
from exobrain.embedded.supervisor import STOPPING, RestartPolicy, StopSteps


class ForkedProcess(ForkProcess):
    """A copy of this process that does some work."""

    def poll(self) -> int | None:
        """Its exit code once it has ended."""
        return self.exitcode

    def send_signal(self, sig: int) -> None:
        """It has been sent the signal, unless it ended before."""
        if self.exitcode is None and self.pid is not None:
            os.kill(self.pid, sig)


@dataclass(frozen=True)
class ForkedProgram:
    """Work that a child process does, and its name in messages."""

    name: str
    work: Callable[[], None]
    restart: RestartPolicy = field(default_factory=RestartPolicy)
    # The web process gives streams and generations 15 of the seconds.
    stop_steps: StopSteps = ((signal.SIGTERM, 25.0),)

    def start(self) -> ForkedProcess:
        """A child does the work; it dies with this process."""
        gc.freeze()  # else a collection there would write to, and so copy, all memory of ours
        process = ForkedProcess(target=self._work_as_child, args=(os.getpid(),), name=self.name)
        process.start()
        return process

    def is_ready(self, pid: int) -> bool:
        """At once: what it says to others is not asked here."""
        return True

    def failure_details(self) -> str:
        """It shares our terminal."""
        return "; what it wrote is above."

    def _work_as_child(self, parent: int) -> None:
        os.setsid()  # Ctrl-C in the terminal reaches only the parent
        for signum in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        die_with_parent(parent, signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        set_process_name(f"exobrain-{self.name}")
        # multiprocessing replaces sys.stdin only, and leaves descriptor 0, perhaps the terminal.
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        self.work()
