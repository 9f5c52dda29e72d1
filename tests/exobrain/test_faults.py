"""A process can be made to die at a named step, and otherwise never does."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from exobrain.lib import faults

REACH = "from exobrain.lib import faults; faults.arm({!r}); [faults.reach(s) for s in {!r}]"


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    faults.arm(None)


def _code(fault: str | None, steps: list[str]) -> int:
    return subprocess.run(
        [sys.executable, "-c", REACH.format(fault, steps)], check=False
    ).returncode


@pytest.mark.parametrize(
    ("fault", "steps", "dies"),
    [
        ("a", ["a"], True),
        ("a", ["b"], False),
        ("a:2", ["a"], False),
        ("a:2", ["a", "a"], True),
        ("", ["", "a"], False),
        (None, ["a"], False),
    ],
)
def test_a_process_dies_at_its_step(fault: str | None, steps: list[str], dies: bool) -> None:
    """At the one it is armed for, as often as that says, and at no other."""
    assert _code(fault, steps) == (-signal.SIGKILL if dies else 0)


def test_disarming_spares_the_process() -> None:
    """What was armed can be taken back."""
    faults.arm(f"step-{os.getpid()}")

    faults.arm(None)

    faults.reach(f"step-{os.getpid()}")
