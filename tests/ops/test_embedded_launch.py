"""What `launch.py` makes of a program before it runs."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ops.processes import ROOT, eventually, is_alive, kill, running

LAUNCH = ROOT / "exobrain" / "embedded" / "launch.py"
PARENT = """
import subprocess, sys
from signal import Signals
from exobrain.embedded.engine import launched
child = [sys.executable, "-c", "import time; time.sleep(600)"]
with subprocess.Popen(launched(child, on_parent_death=Signals(int(sys.argv[1])))) as process:
    print(process.pid, flush=True)
"""
READ_EVERYTHING = 1 << 2  # CAP_DAC_READ_SEARCH, which containers withhold from root
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def launch_as_nobody(script: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """A shell script that ran as nobody, below a parent that lives."""
    nobody = pwd.getpwnam("nobody").pw_uid
    drop = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), "9", str(nobody)]
    return subprocess.run(
        [*drop, "/bin/sh", "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGKILL])
def test_a_program_dies_with_its_parent(signum: signal.Signals) -> None:
    """When the parent is killed, the kernel ends the child with the signal that was chosen."""
    with running(PARENT, int(signum)) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_alive(child)

        kill(parent.pid)

        eventually(lambda: not is_alive(child))


def test_an_orphan_does_not_start() -> None:
    """A program whose parent has died already is not run at all."""
    nobody_s_parent = 2**22  # larger than any process number

    done = subprocess.run(
        [sys.executable, str(LAUNCH), str(nobody_s_parent), "9", "-", "/bin/echo", "ran"],
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, b"")


@needs_root
def test_closed_parents_are_no_obstacle(tmp_path: Path) -> None:
    """The other user reaches a program and a file below directories that only root may enter."""
    program = tmp_path / "closed" / "true"
    program.parent.mkdir(mode=0o700)
    shutil.copy(shutil.which("true") or "/bin/true", program)

    done = launch_as_nobody('id -u; test -x "$0" && "$0" && echo reached', program)

    assert done.stdout.split() == [str(pwd.getpwnam("nobody").pw_uid), "reached"]


def privileges() -> int:
    """The privileges that this process could hand on."""
    status = Path("/proc/self/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("CapPrm:")]
    return int(line.split()[1], 16)


@pytest.mark.skipif(not privileges() & READ_EVERYTHING, reason="root may not read everything here")
def test_the_other_user_writes_nothing_of_ours(tmp_path: Path) -> None:
    """Being able to read everything does not come with being able to change it."""
    done = launch_as_nobody('echo changed > "$0"', tmp_path / "file")

    assert done.returncode != 0
    assert not (tmp_path / "file").exists()


@needs_root
def test_a_program_left_to_root_runs_too(tmp_path: Path) -> None:
    """A program that a strict umask left to root alone runs all the same."""
    program = tmp_path / "sh"
    shutil.copy("/bin/sh", program)
    program.chmod(0o700)
    nobody = pwd.getpwnam("nobody").pw_uid
    drop = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), "9", str(nobody)]

    done = subprocess.run([*drop, str(program), "-c", "echo ran"], capture_output=True, check=False)

    assert done.stdout == b"ran\n"
