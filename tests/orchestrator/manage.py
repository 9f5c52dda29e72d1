"""`python -m tests.orchestrator.manage COMMAND...`: manage.py that knows the tests' job bodies.

SIGUSR1 makes this process's clock jump by as many seconds as CLOCK_JUMP says.
"""

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

_jumps: list[time_machine.travel] = []


def _jump(_signum: int, _frame: Any) -> None:
    while _jumps:
        _jumps.pop().stop()
    seconds = float(os.environ["CLOCK_JUMP"])
    travel = time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True)
    travel.start()
    _jumps.append(travel)


signal.signal(signal.SIGUSR1, _jump)  # before all that takes long: until then it would kill

import django  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exobrain.settings")
django.setup()

from django.core.management import execute_from_command_line  # noqa: E402  needs the settings

from exobrain.lib.retries import Backoff  # noqa: E402
from knowledge.services.updates import leasing, reconciler, requesting  # noqa: E402
from tests.orchestrator import job_types  # noqa: E402  registers the job types


def prepare() -> None:
    """What was left behind is found after a moment, so that a test need not wait for it."""
    leasing.ENQUEUE_GRACE_SECONDS = 0.0
    requesting.ENQUEUE_BACKOFF_SECONDS = 0.5
    requesting.FIRST_CHECK_SECONDS = 0.0
    reconciler.CHECK_BACKOFF = Backoff(base_seconds=0.5, max_seconds=600.0)
    reconciler.TAKEN_SECONDS = 5.0
    reconciler.ROUND_SECONDS = 0.3


if __name__ == "__main__":
    assert job_types
    prepare()
    execute_from_command_line(["manage.py", *sys.argv[1:]])
