"""`python -m tests.jobs.process COMMAND...`: a manage.py command that knows the tests' job bodies.

SIGUSR1 makes this process's clock jump by as many seconds as CLOCK_JUMP says.
"""

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exobrain.settings")
django.setup()

import time_machine  # noqa: E402  needs nothing, but follows what does
from django.core.management import execute_from_command_line  # noqa: E402  needs the settings

from tests.jobs import bodies  # noqa: E402  registers the job types

_jumps: list[time_machine.travel] = []


def _jump(_signum: int, _frame: Any) -> None:
    while _jumps:
        _jumps.pop().stop()
    seconds = float(os.environ["CLOCK_JUMP"])
    travel = time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True)
    travel.start()
    _jumps.append(travel)


if __name__ == "__main__":
    assert bodies
    signal.signal(signal.SIGUSR1, _jump)
    execute_from_command_line(["manage.py", *sys.argv[1:]])
