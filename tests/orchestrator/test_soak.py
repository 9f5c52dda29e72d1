"""The soak, in short: every kind of fault once. `make soak` is the long one."""

import os
import subprocess
import sys

import pytest

from tests.plugin import ROOT

pytestmark = [pytest.mark.xdist_group("soak"), pytest.mark.timeout(1200)]


def test_nothing_is_lost_and_nothing_is_done_twice_whatever_dies() -> None:
    """Fails also when a fault was not injected: then nothing was shown."""
    command = [sys.executable, "-m", "tests.orchestrator.soak", "--jobs", "100", "--each", "1"]
    # Services, database and queue of its own.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ASSISTANT_")}

    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-4000:]}"
