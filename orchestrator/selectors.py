"""Reads of the ledger of jobs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Min, Q
from django.utils.dateparse import parse_datetime

from orchestrator.models import DeadLetter, Job
from orchestrator.types import Lifecycle, Progress, QueueState, Transition


def ledger_now() -> datetime:
    """This moment by PostgreSQL's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def progress(*, asked: Sequence[tuple[UUID, str | None]]) -> list[Progress | None]:
    """Where each job stands; None for one that is not there or not that user's.

    Without a user it may be anybody's; nothing is the user's whose name is empty.
    """
    columns = ("user_id", "state", "is_terminal", "attempts", "last_error", "transition",
               "transitions", "created_at", "updated_at")  # fmt: skip
    rows = Job.objects.only(*columns).in_bulk({job_id for job_id, _ in asked})
    return [_visible(rows.get(job_id), user_id) for job_id, user_id in asked]


def _visible(row: Job | None, user_id: str | None) -> Progress | None:
    if row is None or user_id not in (None, row.user_id):
        return None
    first = Transition(
        job_id=row.id,
        number=1,
        lifecycle=Lifecycle.ENQUEUED_OR_PENDING,
        attempt=0,
        detail="",
        terminal=False,
        at=row.created_at,
    )
    later = [_transition(row.id, number, c) for number, c in enumerate(row.transitions, start=2)]
    changes = (first, *later)
    return Progress(current=changes[-1], changes=changes)


def _transition(job_id: UUID, number: int, change: dict[str, Any]) -> Transition:
    at = parse_datetime(change["at"])
    assert at is not None  # noqa: S101  PostgreSQL wrote it
    return Transition(
        job_id=job_id,
        number=number,
        lifecycle=Lifecycle(change["state"]),
        attempt=change["attempt"],
        detail=change["detail"],
        terminal=change["terminal"],
        at=at,
    )


def queue_state() -> QueueState:
    """What waits and what runs, of all users: for operators."""
    is_open = Q(is_terminal=False)
    waiting = is_open & Q(state=Job.State.REQUESTED)
    found = Job.objects.filter(is_open).aggregate(
        waiting=Count("pk", filter=waiting),
        running=Count("pk", filter=Q(state=Job.State.PROCESSING)),
        retrying=Count("pk", filter=Q(state=Job.State.FAILED)),
        oldest=Min("created_at", filter=waiting),
    )
    oldest = found.pop("oldest")
    return QueueState(
        **found,
        dead_letters=DeadLetter.objects.filter(replayed_at__isnull=True).count(),
        oldest_waiting_seconds=(ledger_now() - oldest).total_seconds() if oldest else None,
    )
