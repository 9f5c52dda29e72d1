"""Looks at processes from outside, and waits for what they do by themselves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 60.0  # a limit for what never happens, not a measure of what does

T = TypeVar("T")


def eventually(look: Callable[[], T | None]) -> T:
    """What `look` returns once that is true; an error when it never is."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"never became true: {look}")


def is_alive(pid: int) -> bool:
    """True while the process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def processes_of(data: Path) -> list[str]:
    """The processes that have the data directory in their command, environment or place."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) != os.getpid() and is_alive(int(process.name)):
            words = _traces(process)
            if str(data) in words:
                found.append(f"{process.name} {words[:200]}")
    return found


def _traces(process: Path) -> str:
    try:
        command = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        return command.replace(b"\0", b" ").decode(errors="replace") + str(
            (process / "cwd").readlink()
        )
    except OSError:
        return ""


def kill(pid: int) -> None:
    """The process is dead, without warning."""
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not is_alive(pid))


@contextmanager
def running(code: str, *arguments: object, **options: object) -> Iterator[subprocess.Popen[str]]:
    """A Python process that runs the code; it is dead afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]  # Popen's own
    )
    with process:
        try:
            yield process
        finally:
            process.kill()
