"""Finds the updates that were left behind, and what has been quiet for long enough to learn.

Runs in every web process. Updates are taken with SKIP LOCKED and for a while, so that each is
looked at by one process at a time; doing it twice would change nothing.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from exobrain.lib.errors import DomainError, Unavailable
from exobrain.lib.faults import reach
from journal import selectors as journal
from journal.services import mark_committed
from knowledge.events import UpdateStep
from knowledge.models import Update
from knowledge.services.updates.asking import ask_for
from knowledge.services.updates.leasing import LOCK, end, lease, messages_of
from knowledge.services.updates.threads import apart
from orchestrator import client
from orchestrator.errors import JobNotFound
from orchestrator.types import Lifecycle, Transition

log = structlog.get_logger(__name__)

CHECK_SECONDS = 2.0
TAKEN_SECONDS = 30.0  # what one process looks at is left alone by the others for so long
TAKEN_AT_ONCE = 50
LOOK_SECONDS = 15.0  # between two looks at a job; doubled after each
LONGEST_LOOK_SECONDS = 600.0
QUIET_CHECK_SECONDS = 30.0
QUIET_USERS_AT_ONCE = 50
QUIET_LOCK = 1  # the second key of the advisory lock; those of users are hashes
UNKNOWN_LOOKS = 3  # a job that went round the orchestrator is unknown until a worker has it


async def reconcile_forever() -> None:
    """What was left behind is found while this process lives."""
    next_quiet = 0.0
    clock = asyncio.get_running_loop().time
    while True:
        try:
            await apart(reconcile)
            if clock() >= next_quiet:
                next_quiet = clock() + min(QUIET_CHECK_SECONDS, _quiet_minutes() * 60 or 3600)
                await apart(update_quiet_users)
        except DatabaseFailure as error:
            log.warning("update_reconciler_failed", error=type(error).__name__)
        except Exception as error:  # the loop must go on: nobody else would look
            log.exception("update_reconciler_broke", error=type(error).__name__)
        await asyncio.sleep(CHECK_SECONDS)


def reconcile() -> None:
    """Every update that was due has been asked for, or looked at, as far as anybody answers."""
    due = _take_due()
    if not due:
        return
    reach(UpdateStep.RECONCILED)
    try:
        _ask_again([update for update in due if update.state == Update.State.WAITING])
        for update in due:
            if update.state == Update.State.QUEUED:
                _look_at(update)
    except Unavailable as error:
        log.info("updates_left_for_later", error=type(error).__name__)


@transaction.atomic
def _take_due() -> list[Update]:
    is_open = [Update.State.WAITING, Update.State.QUEUED]
    found = Update.objects.select_for_update(skip_locked=True).filter(
        state__in=is_open, look_at__lte=Now()
    )
    due = list(found.order_by("look_at")[:TAKEN_AT_ONCE])
    Update.objects.filter(pk__in=[update.pk for update in due]).update(
        look_at=Now() + timedelta(seconds=TAKEN_SECONDS)
    )
    return due


def _ask_again(updates: list[Update]) -> None:
    if not updates:
        return
    try:
        requested = ask_for(updates)
    except Unavailable:
        raise
    except DomainError:
        return  # each of them knows why
    log.info("updates_asked_for_by_reconciler", count=len(requested.job_ids))


def _look_at(update: Update) -> None:
    """The update is where its job is, which may have been run by somebody else."""
    try:
        now = client.job_status(job_id=update.job_id, user_id=str(update.user_id))
    except JobNotFound:
        _look_for(update)
        return
    except Unavailable:
        raise
    except DomainError as error:
        log.warning("update_not_looked_at", error=type(error).__name__)
        _look_later(update)
        return
    if now.terminal:
        _settle(update, now)
    else:
        _look_later(update)


def _settle(update: Update, now: Transition) -> None:
    if now.lifecycle is Lifecycle.SUCCEEDED:
        _learned_elsewhere(update)
        return
    end(update_id=update.id, state=Update.State.FAILED, reason=now.detail or "The job failed.")


@transaction.atomic
def _learned_elsewhere(update: Update) -> None:
    """A worker that is not ours has done the job: its messages are not learned again."""
    ids = messages_of([update]).get(update.id, [])
    mark_committed(user_id=update.user_id, message_ids=ids)
    end(update_id=update.id, state=Update.State.SUCCEEDED)


def _look_for(update: Update) -> None:
    """A job that nobody has heard of for a while was lost on its way: it is asked for again."""
    if update.looks < UNKNOWN_LOOKS:
        _look_later(update)
        return
    log.warning("update_job_lost", update_id=str(update.id), job_id=str(update.job_id))
    Update.objects.filter(pk=update.pk, state=Update.State.QUEUED).update(
        state=Update.State.WAITING, look_at=Now(), looks=0
    )


def _look_later(update: Update) -> None:
    pause = min(LONGEST_LOOK_SECONDS, LOOK_SECONDS * 2**update.looks)
    Update.objects.filter(pk=update.pk).update(
        look_at=Now() + timedelta(seconds=pause), looks=F("looks") + 1
    )


# -- what nobody asked for


def update_quiet_users() -> None:
    """Whoever has been quiet for KNOWLEDGE_AUTO_UPDATE_MINUTES has their messages learned."""
    if not _quiet_minutes():
        return
    after: UUID | None = None
    while users := _quiet_users(after):
        after = users[-1]
        for user_id in users:
            _update_automatically(user_id)


def _quiet_minutes() -> float:
    minutes: float = settings.EXOBRAIN.knowledge_auto_update_minutes
    return minutes


@transaction.atomic
def _quiet_users(after: UUID | None) -> list[UUID]:
    """The next of them, unless another process is looking for them, too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, QUIET_LOCK])
        if cursor.fetchone() != (True,):
            return []
    return journal.quiet_users(minutes=_quiet_minutes(), after=after, limit=QUIET_USERS_AT_ONCE)


def _update_automatically(user_id: UUID) -> None:
    updates = lease(user_id=user_id, is_automatic=True)
    if not updates:
        return
    try:
        ask_for(updates)
    except DomainError as error:
        log.info("automatic_update_postponed", error=type(error).__name__)
