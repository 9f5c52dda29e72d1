"""Starts programs that die with the process that started them."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from exobrain.embedded.files import bound_log, open_log

LAUNCHER = Path(__file__).with_name("launch.py")
# Constant, so a service behaves alike under every shell and sees no secret of ours.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
POLL_SECONDS = 0.01


def launched(
    program: Sequence[str], *, on_parent_death: signal.Signals, user: int | None = None
) -> list[str]:
    """The command that runs the program so that the signal reaches it when this process dies."""
    return [
        *(sys.executable, "-I", "-S", str(LAUNCHER)),
        *(str(os.getpid()), str(int(on_parent_death)), "-" if user is None else str(user)),
        *program,
    ]


@dataclass(frozen=True)
class Starter:
    """Starts the services' programs; each inherits the keeper's lock and holds it until its end."""

    lock: int

    async def start(
        self,
        program: Sequence[str],
        *,
        log: Path,
        user: int | None = None,
        on_parent_death: signal.Signals = signal.SIGKILL,
        stdin: int = asyncio.subprocess.DEVNULL,
    ) -> asyncio.subprocess.Process:
        """A running program that writes to the log."""
        bound_log(log)
        output = open_log(log)
        try:
            return await asyncio.create_subprocess_exec(
                *launched(program, on_parent_death=on_parent_death, user=user),
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

    async def run(
        self, program: Sequence[str], *, log: Path, user: int | None, text: str = ""
    ) -> int:
        """The exit code of a program that was fed the text and ended."""
        process = await self.start(program, log=log, user=user, stdin=asyncio.subprocess.PIPE)
        try:
            await process.communicate(text.encode())
        except asyncio.CancelledError:
            process.kill()
            raise
        assert process.returncode is not None  # noqa: S101  communicate() waited for it
        return process.returncode


async def end(
    process: asyncio.subprocess.Process, *, steps: Sequence[tuple[signal.Signals, float]]
) -> None:
    """The process has ended: each signal in turn, with so many seconds to obey it."""
    for signum, seconds in (*steps, (signal.SIGKILL, 5.0)):
        if process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(signum)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), seconds)
