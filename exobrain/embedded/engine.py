"""What the engines have in common: how a program from a wheel is started, logged and watched."""

import os
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from exobrain.embedded.errors import ServiceFailed
from exobrain.embedded.files import bound_log, open_log, tail
from exobrain.embedded.layout import Layout
from exobrain.embedded.supervisor import START_SECONDS, RestartPolicy, StopSteps

LAUNCHER = Path(__file__).with_name("launch.py")
# Constant, so a service behaves alike under every shell and sees no secret of ours.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def launched(
    program: Sequence[str], *, on_parent_death: signal.Signals, user: int | None = None
) -> list[str]:
    """The command that runs the program so that the signal reaches it when this process dies."""
    return [
        *(sys.executable, "-I", "-S", str(LAUNCHER)),
        *(str(os.getpid()), str(int(on_parent_death)), "-" if user is None else str(user)),
        *program,
    ]


class Engine(ABC):
    """One kind of service, a program for the supervisor; runs below the keeper."""

    name: ClassVar[str]  # of the product; its log and its data are called by it
    # What the kernel sends it when the keeper dies.
    on_keeper_death: ClassVar[signal.Signals] = signal.SIGTERM
    stop_steps: StopSteps = ((signal.SIGTERM, 10.0),)
    # After 30 seconds a death is a new trouble, not the old one again.
    restart = RestartPolicy(quick_seconds=30.0, quick_ends=None, first_delay_seconds=0.2)

    def __init__(self, layout: Layout, *, lock: int) -> None:
        self.layout = layout
        self.log_file = layout.log_of(self.name)
        self.lock = lock  # the keeper's; the program inherits it and holds it until its end

    @abstractmethod
    def prepare(self) -> None:
        """Its files are there and nothing of a crashed run is in the way, or ServiceFailed."""

    @abstractmethod
    def command(self) -> list[str]:
        """The program and its arguments."""

    @abstractmethod
    def is_ready(self, pid: int) -> bool:
        """True once that process answers."""

    def user(self) -> int | None:
        """The user it runs as, when that is not ours."""
        return None

    def start(self) -> "subprocess.Popen[bytes]":
        """The running program, which writes to its log."""
        self.prepare()
        return self._launch(self.command(), on_parent_death=self.on_keeper_death)

    def run(self, program: Sequence[str], *, text: str = "") -> None:
        """A program that was fed the text has ended well, or ServiceFailed."""
        process = self._launch(program, stdin=subprocess.PIPE)
        try:
            process.communicate(text.encode(), timeout=START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.returncode != 0:
            name = Path(program[0]).name
            raise ServiceFailed(
                f"{name} failed with code {process.returncode}{self.failure_details()}"
            )

    def failure_details(self) -> str:
        """The end of its log."""
        return f". The end of {self.log_file}:\n{tail(self.log_file)}"

    def _launch(
        self,
        program: Sequence[str],
        *,
        on_parent_death: signal.Signals = signal.SIGKILL,
        stdin: int = subprocess.DEVNULL,
    ) -> "subprocess.Popen[bytes]":
        bound_log(self.log_file)
        output = open_log(self.log_file)
        try:
            return subprocess.Popen(
                launched(program, on_parent_death=on_parent_death, user=self.user()),
                stdin=stdin,
                stdout=output,
                stderr=output,
                env=ENVIRONMENT,
                cwd="/",
                pass_fds=(self.lock,),
                start_new_session=True,  # Ctrl-C in a terminal is for the clients
            )
        finally:
            os.close(output)
