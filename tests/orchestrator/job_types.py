"""Job types for tests. Their effects are rows without any constraint, so that two are seen."""

import time
from uuid import UUID

from django.db import connection
from pydantic import BaseModel

from orchestrator.errors import JobFailed
from orchestrator.registry import job, prepared_job
from orchestrator.types import Attempt

CREATE = """
    CREATE TABLE IF NOT EXISTS test_effect (
        job_id uuid NOT NULL, user_id text NOT NULL, job_type text NOT NULL, label text NOT NULL
    )
"""


class Effect(BaseModel):
    """What a test job is to do."""

    label: str = ""
    seconds: float = 0.0  # how long it takes
    failures: int = 0  # how many of its attempts fail first
    permanent: bool = False  # it fails, and trying again cannot help
    crash: str = ""  # it raises this text as an error of no family


@job("test.effect", payload=Effect)
def effect(attempt: Attempt, wanted: Effect) -> None:
    """Leaves one row, then fails if it is to fail: a failure must take the row back."""
    _leave_row(attempt, wanted.label)
    time.sleep(wanted.seconds)
    if wanted.crash:
        raise ValueError(wanted.crash)
    if wanted.permanent:
        raise JobFailed("This cannot work.", permanent=True)
    if attempt.number <= wanted.failures:
        raise JobFailed("This did not work yet.")


def _look_up(_attempt: Attempt, wanted: Effect) -> str:
    time.sleep(wanted.seconds)
    return f"prepared {wanted.label}"


@prepared_job("test.prepared", payload=Effect, prepare=_look_up)
def prepared(attempt: Attempt, found: str) -> None:
    """Leaves what was prepared."""
    _leave_row(attempt, found)


class Nothing(BaseModel):
    """No payload."""


@job("test.empty", payload=Nothing)
def empty(_attempt: Attempt, _payload: Nothing) -> None:
    """Does nothing."""


def _leave_row(attempt: Attempt, label: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO test_effect VALUES (%s, %s, %s, %s)",
            [attempt.job_id, attempt.user_id, attempt.job_type, label],
        )


def effects() -> list[tuple[UUID, str]]:
    """Every effect there is: whose job, and its label."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT job_id, label FROM test_effect")
        return list(cursor.fetchall())
