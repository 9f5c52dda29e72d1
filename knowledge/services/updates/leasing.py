"""Leasing messages to an update, and freeing them."""

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Max
from django.db.models.functions import Now

from exobrain.lib.retries import Backoff
from journal import selectors as journal
from knowledge.models import Update, UpdateMessage
from knowledge.services.learning.learner import message_to_learn
from knowledge.services.updates.chunks import DayMessage, chunked
from orchestrator.selectors import ledger_now
from orchestrator.services import job_id_of

LOCK = 0x6B6E6F77  # the first key of our advisory locks; the second one is the user's
# Whoever leases messages enqueues their jobs at once. If that is not done after so long beyond
# the deadline of a call, that process has died.
ENQUEUE_GRACE_SECONDS = 10.0
MAX_AUTOMATIC_ATTEMPTS = 5  # failures of a message before only its user tries again
AUTOMATIC_BACKOFF = Backoff(base_seconds=600.0, factor=4.0)  # of a message that failed


@transaction.atomic
def lease_messages(
    *, user_id: UUID, reference: str | None = None, is_automatic: bool = False
) -> list[Update]:
    """Messages that are neither learned nor leased are leased, one update per chunk.

    Automatic updates leave alone what has failed too often, or a short while ago.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, str(user_id)])
    # Before the messages are read: what is learned in between is then known as learned or leased.
    leases = UpdateMessage.objects.filter(update__user_id=user_id, is_leased=True)
    unavailable = set(leases.values_list("message_id", flat=True))
    if is_automatic:
        unavailable |= _failed_lately(user_id)
    day_messages = [
        DayMessage(
            message_to_learn(message),
            is_free=not is_committed and message.id not in unavailable,
            is_ready=message.status != "streaming",
        )
        for message, is_committed in journal.days_with_uncommitted(
            user_id=user_id, reference=reference
        )
    ]
    chunks = chunked(day_messages, max_tokens=settings.EXOBRAIN.knowledge_update_max_tokens)

    grace = settings.EXOBRAIN.job_orchestrator_connect_timeout_seconds + ENQUEUE_GRACE_SECONDS
    updates = []
    for chunk in chunks:
        id_ = uuid4()
        update = Update(
            id=id_,
            user_id=user_id,
            journal_reference=chunk[0].reference,
            is_automatic=is_automatic,
            message_count=len(chunk),
            job_id=job_id_of(user_id=str(user_id), idempotency_key=str(id_)),
        )
        update.look_at = Now() + timedelta(seconds=grace)
        updates.append(update)
    Update.objects.bulk_create(updates)
    UpdateMessage.objects.bulk_create(
        UpdateMessage(update=update, message_id=message.id)
        for update, chunk in zip(updates, chunks, strict=True)
        for message in chunk
    )
    return updates


def _failed_lately(user_id: UUID) -> set[UUID]:
    """Messages that no automatic update attempts now: given up, or within their backoff."""
    failed = (
        UpdateMessage.objects.filter(update__user_id=user_id, update__state=Update.State.FAILED)
        .order_by()
        .values_list("message_id")
        .annotate(failures=Count("pk"), last=Max("update__ended_at"))
    )
    now = ledger_now()
    return {
        id_
        for id_, failures, last in failed
        if failures >= MAX_AUTOMATIC_ATTEMPTS
        or now < last + timedelta(seconds=AUTOMATIC_BACKOFF.seconds(failures))
    }


def leased_message_ids(updates: Collection[Update]) -> dict[UUID, list[UUID]]:
    """The messages that each update leased; those deleted since are not among them."""
    leases = UpdateMessage.objects.filter(update__in=updates).order_by("pk")
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for update_id, message_id in leases.values_list("update_id", "message_id"):
        found[update_id].append(message_id)
    return found


@transaction.atomic
def end_update(*, update_id: UUID, state: Update.State, reason: str = "") -> bool:
    """The update is over and its messages are free; False when it had succeeded before."""
    ended = (
        Update.objects.filter(pk=update_id)
        .exclude(state=Update.State.SUCCEEDED)
        .update(state=state, reason=reason, ended_at=Now())
    )
    if ended:
        UpdateMessage.objects.filter(update_id=update_id).update(is_leased=False)
    return bool(ended)
