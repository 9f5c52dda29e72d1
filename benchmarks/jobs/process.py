"""`python -m benchmarks.jobs.process COMMAND...`: a manage.py command with measured bodies.

Sends a datagram when a job's commit has returned and when its body starts, where
BENCH_STAMPS names a socket to send them to.
"""

import os
import socket
import sys
import time
from collections.abc import Sequence
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exobrain.settings")
django.setup()

from django.core.management import execute_from_command_line  # noqa: E402  needs the settings
from pydantic import BaseModel  # noqa: E402

from orchestrator import services  # noqa: E402
from orchestrator.registry import job  # noqa: E402
from orchestrator.types import Attempt, JobDraft  # noqa: E402

_stamps = os.environ.get("BENCH_STAMPS")
_socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)


class Nothing(BaseModel):
    """No payload."""


@job("bench.empty", payload=Nothing)
def empty(_attempt: Attempt, _payload: Nothing) -> None:
    """Does nothing."""


@job("bench.stamped", payload=Nothing)
def stamped(attempt: Attempt, _payload: Nothing) -> None:
    """Says that it has started."""
    _stamp("started", str(attempt.job_id))


def _stamp(what: str, job_id: str) -> None:
    if _stamps:
        _socket.sendto(f"{what} {job_id} {time.time_ns()}".encode(), _stamps)


def _stamp_commits() -> None:
    record = services.record

    def stamping(*, drafts: Sequence[JobDraft]) -> list[Any]:
        recorded = record(drafts=drafts)
        for draft in drafts:
            if draft.job_type == "bench.stamped":
                _stamp("committed", str(draft.id))
        return list(recorded)

    services.record = stamping  # measured, otherwise the same


if __name__ == "__main__":
    if _stamps:
        _stamp_commits()
    execute_from_command_line(["manage.py", *sys.argv[1:]])
