"""Enqueueing the jobs of updates: through the orchestrator, or straight to JetStream."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models.functions import Now

from exobrain.lib.errors import DomainError, Unavailable
from exobrain.lib.faults import reach
from journal import selectors as journal
from knowledge.errors import NothingToLearn, UpdateRefused, UpdateWaits
from knowledge.events import UPDATE_JOB, UpdateStep, update_payload
from knowledge.models import Update
from knowledge.services.learning.learner import message_to_learn
from knowledge.services.updates.leasing import end_update, lease_messages, leased_message_ids
from orchestrator import client, producer
from orchestrator.errors import IdempotencyConflict

log = structlog.get_logger(__name__)

ENQUEUE_BACKOFF_SECONDS = 5.0  # after the orchestrator was not available
FIRST_CHECK_SECONDS = 15.0  # after a job was accepted


@dataclass(frozen=True)
class RequestedUpdates:
    """The jobs that were accepted, and what has to wait for the orchestrator."""

    job_ids: list[UUID] = field(default_factory=list)
    message_count: int = 0  # in the accepted jobs
    waiting_count: int = 0  # messages whose jobs follow when the orchestrator is back


def request_update(*, user_id: UUID, reference: str | None = None) -> RequestedUpdates:
    """Messages that are neither learned nor leased are leased, and their jobs enqueued.

    Raises NothingToLearn, UpdateWaits when no job was accepted but all will be, and UpdateRefused
    when none will be. Updates that the orchestrator could not accept the last time are enqueued
    with the new ones.
    """
    # Those without a reason are being enqueued by another process just now.
    waiting = Update.objects.filter(user_id=user_id, state=Update.State.WAITING).exclude(reason="")
    if reference is not None:
        waiting = waiting.filter(journal_reference=reference)
    updates = [
        *waiting.order_by("created_at", "journal_reference"),
        *lease_messages(user_id=user_id, reference=reference),
    ]
    reach(UpdateStep.LEASED)
    if not updates:
        raise NothingToLearn
    return enqueue_updates(updates)


def enqueue_updates(updates: Sequence[Update]) -> RequestedUpdates:
    """Jobs are accepted for as many of the updates as possible; raises when there are none.

    The first one for which the orchestrator is not available ends it: the rest waits.
    """
    accepted: list[Update] = []
    waiting: Sequence[Update] = []
    messages = leased_message_ids(updates)
    for number, update in enumerate(updates):
        try:
            _enqueue_job(update, messages.get(update.id, []))
        except Unavailable as error:
            waiting = updates[number:]
            log.warning("updates_postponed", count=len(waiting), error=type(error).__name__)
            Update.objects.filter(
                pk__in=[each.pk for each in waiting], state=Update.State.WAITING
            ).update(
                reason=error.message,
                look_at=Now() + timedelta(seconds=ENQUEUE_BACKOFF_SECONDS),
            )
            break
        except DomainError as error:
            log.error("update_refused", update_id=str(update.id), error=type(error).__name__)
            end_update(update_id=update.id, state=Update.State.FAILED, reason=error.message)
        else:
            accepted.append(update)
    if not accepted:
        raise UpdateWaits if waiting else UpdateRefused
    return RequestedUpdates(
        job_ids=[update.job_id for update in accepted],
        message_count=sum(update.message_count for update in accepted),
        waiting_count=sum(update.message_count for update in waiting),
    )


def _enqueue_job(update: Update, message_ids: Sequence[UUID]) -> None:
    """The update's job is recorded, and the update knows it; may be done again."""
    messages = journal.messages_by_ids(user_id=update.user_id, ids=message_ids)
    if not messages:
        raise UpdateRefused("Its messages were deleted.")
    user_id = str(update.user_id)
    uses_orchestrator = settings.EXOBRAIN.knowledge_update_use_orchestrator_enqueue
    enqueue = client.enqueue_job if uses_orchestrator else producer.publish_job
    try:
        update.job_id = enqueue(
            job_type=UPDATE_JOB,
            user_id=user_id,
            payload=update_payload(
                user_id=user_id, messages=[message_to_learn(each) for each in messages]
            ),
            idempotency_key=str(update.id),
        )
    except IdempotencyConflict:
        # It was accepted before, and a message was deleted since.
        log.info("update_enqueued_again", update_id=str(update.id))
    reach(UpdateStep.ENQUEUED)
    # Unless the job is over already: it may be faster than we.
    Update.objects.filter(pk=update.pk, state=Update.State.WAITING).update(
        state=Update.State.QUEUED,
        job_id=update.job_id,
        reason="",
        queued_at=Now(),
        look_at=Now() + timedelta(seconds=FIRST_CHECK_SECONDS),
        looks=0,
    )
    reach(UpdateStep.QUEUED)
