"""Reads of the ledger of jobs."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Min, Q
from django.utils.dateparse import parse_datetime

from orchestrator.models import DeadLetter, Job
from orchestrator.types import JobHistory, Lifecycle, QueueState, Transition


def ledger_now() -> datetime:
    """This moment by PostgreSQL's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def job_histories(*, asked: Sequence[tuple[UUID, str | None]]) -> list[JobHistory | None]:
    """The changes of each job; None for one that is not there or not that user's.

    Without a user it may be anybody's; nothing is the user's whose name is empty.
    """
    columns = ("user_id", "state", "is_terminal", "attempts", "last_error", "transition",
               "transitions", "created_at", "updated_at")  # fmt: skip
    rows = Job.objects.only(*columns).in_bulk({job_id for job_id, _ in asked})
    found: list[JobHistory | None] = []
    for job_id, user_id in asked:
        row = rows.get(job_id)
        is_visible = row is not None and user_id in (None, row.user_id)
        found.append(_history_of(row) if row is not None and is_visible else None)
    return found


def _history_of(row: Job) -> JobHistory:
    transitions = [
        Transition(
            job_id=row.id,
            number=1,
            lifecycle=Lifecycle.ENQUEUED_OR_PENDING,
            attempt=0,
            detail="",
            terminal=False,
            at=row.created_at,
        )
    ]
    for number, change in enumerate(row.transitions, start=2):
        at = parse_datetime(change["at"])
        assert at is not None  # noqa: S101  PostgreSQL wrote it
        transitions.append(
            Transition(
                job_id=row.id,
                number=number,
                lifecycle=Lifecycle(change["state"]),
                attempt=change["attempt"],
                detail=change["detail"],
                terminal=change["terminal"],
                at=at,
            )
        )
    return JobHistory(current=transitions[-1], transitions=tuple(transitions))


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
