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
from exobrain.lib.retries import Backoff
from journal import selectors as journal
from journal.services import mark_committed
from knowledge.events import UpdateStep
from knowledge.models import Update
from knowledge.services import rereading
from knowledge.services.updates.leasing import LOCK, end_update, lease_messages, leased_message_ids
from knowledge.services.updates.requesting import enqueue_updates
from knowledge.services.updates.threads import in_call_thread
from orchestrator import client
from orchestrator.errors import JobNotFound
from orchestrator.types import Lifecycle

log = structlog.get_logger(__name__)

ROUND_SECONDS = 2.0
TAKEN_SECONDS = 30.0  # what one process looks at is left alone by the others for so long
BATCH_SIZE = 50
CHECK_BACKOFF = Backoff(base_seconds=15.0, max_seconds=600.0)  # between two looks at a job
MAX_UNKNOWN_CHECKS = 3  # a job that JetStream has is unknown to the ledger until a worker has it
QUIET_ROUND_SECONDS = 30.0
QUIET_BATCH_SIZE = 50
QUIET_LOCK = 1  # the second key of the advisory lock; those of users are hashes


async def reconcile_forever() -> None:
    """What was left behind is found while this process lives."""
    next_quiet = 0.0
    clock = asyncio.get_running_loop().time
    while True:
        try:
            await in_call_thread(reconcile)
            if clock() >= next_quiet:
                minutes = settings.EXOBRAIN.knowledge_auto_update_minutes
                next_quiet = clock() + min(QUIET_ROUND_SECONDS, minutes * 60 or 3600)
                await in_call_thread(update_quiet_users)
                await in_call_thread(rereading.request_due)
        except DatabaseFailure as error:
            log.warning("update_reconciler_failed", error=type(error).__name__)
        except Exception as error:  # the loop must go on: nobody else would look
            log.exception("update_reconciler_broke", error=type(error).__name__)
        await asyncio.sleep(ROUND_SECONDS)


def reconcile() -> None:
    """Every update that was due has been enqueued or compared with its job, if anybody answers."""
    with transaction.atomic():
        found = Update.objects.select_for_update(skip_locked=True).filter(
            state__in=[Update.State.WAITING, Update.State.QUEUED], look_at__lte=Now()
        )
        due = list(found.order_by("look_at")[:BATCH_SIZE])
        Update.objects.filter(pk__in=[update.pk for update in due]).update(
            look_at=Now() + timedelta(seconds=TAKEN_SECONDS)
        )
    if not due:
        return
    reach(UpdateStep.RECONCILED)
    waiting = [update for update in due if update.state == Update.State.WAITING]
    try:
        if waiting:
            try:
                requested = enqueue_updates(waiting)
                log.info("updates_enqueued_by_reconciler", count=len(requested.job_ids))
            except Unavailable:
                raise
            except DomainError:
                pass  # each update knows why
        for update in due:
            if update.state == Update.State.QUEUED:
                _compare_with_job(update)
    except Unavailable as error:
        log.info("updates_left_for_later", error=type(error).__name__)


def _compare_with_job(update: Update) -> None:
    """The update has ended if its job has, whichever worker ran that."""
    try:
        job = client.job_status(job_id=update.job_id, user_id=str(update.user_id))
    except JobNotFound:
        if update.looks < MAX_UNKNOWN_CHECKS:
            _check_later(update)
            return
        # A job that stays unknown for a while was lost on its way: it is enqueued again.
        log.warning("update_job_lost", update_id=str(update.id), job_id=str(update.job_id))
        Update.objects.filter(pk=update.pk, state=Update.State.QUEUED).update(
            state=Update.State.WAITING, look_at=Now(), looks=0
        )
        return
    except Unavailable:
        raise
    except DomainError as error:
        log.warning("update_not_compared", error=type(error).__name__)
        _check_later(update)
        return
    if not job.terminal:
        _check_later(update)
    elif job.lifecycle is Lifecycle.SUCCEEDED:
        # Also when the worker was not ours: its messages are not learned again.
        with transaction.atomic():
            ids = leased_message_ids([update]).get(update.id, [])
            mark_committed(user_id=update.user_id, message_ids=ids)
            end_update(update_id=update.id, state=Update.State.SUCCEEDED)
    else:
        end_update(
            update_id=update.id, state=Update.State.FAILED, reason=job.detail or "The job failed."
        )


def _check_later(update: Update) -> None:
    pause = CHECK_BACKOFF.seconds(update.looks + 1)
    Update.objects.filter(pk=update.pk).update(
        look_at=Now() + timedelta(seconds=pause), looks=F("looks") + 1
    )


# -- automatic updates


def update_quiet_users() -> None:
    """Whoever has been quiet for KNOWLEDGE_AUTO_UPDATE_MINUTES has their messages learned.

    Does nothing while another process looks for them.
    """
    minutes = settings.EXOBRAIN.knowledge_auto_update_minutes
    if not minutes:
        return
    after: UUID | None = None
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, QUIET_LOCK])
            if cursor.fetchone() != (True,):
                return
            users = journal.quiet_users(minutes=minutes, after=after, limit=QUIET_BATCH_SIZE)
        if not users:
            return
        after = users[-1]
        for user_id in users:
            try:
                if updates := lease_messages(user_id=user_id, is_automatic=True):
                    enqueue_updates(updates)
            except DomainError as error:
                log.info("automatic_update_postponed", error=type(error).__name__)
