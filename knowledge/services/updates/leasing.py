"""Taking messages for an update, and letting them go."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Max
from django.db.models.functions import Now

from journal import selectors as journal
from journal.types import StoredMessage
from knowledge.models import Update, UpdateMessage
from knowledge.services.updates.chunks import DayMessage, chunked
from knowledge.types import SourceMessage
from orchestrator.selectors import ledger_now
from orchestrator.services import job_id_of

LOCK = 0x6B6E6F77  # the first key of our advisory locks; the second one is the user's
# Whoever takes messages asks for their jobs at once. If that is not done after so long beyond
# the deadline of a call, the asker has died.
ASKER_GRACE_SECONDS = 10.0
AUTOMATIC_ATTEMPTS = 5  # failures of a message before only its user tries again
FIRST_REST_MINUTES = 10.0  # after a message's first failure; fourfold after each


@transaction.atomic
def lease(
    *, user_id: UUID, reference: str | None = None, is_automatic: bool = False
) -> list[Update]:
    """What the user has said and nobody has learned or taken is taken, an update for each chunk.

    Automatic updates leave alone what has failed too often, or a short while ago.
    """
    _lock_user(user_id)
    # Before the messages are read: what is learned in between is then known as learned or taken.
    taken = _taken(user_id)
    if is_automatic:
        taken |= _resting(user_id)
    found = journal.days_with_uncommitted(user_id=user_id, reference=reference)
    days = [
        _of_day(message, is_free=not committed and message.id not in taken)
        for message, committed in found
    ]
    chunks = chunked(days, max_tokens=settings.EXOBRAIN.knowledge_update_max_tokens)
    return _store(chunks, user_id=user_id, is_automatic=is_automatic)


def _lock_user(user_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, str(user_id)])


def _taken(user_id: UUID) -> set[UUID]:
    leases = UpdateMessage.objects.filter(update__user_id=user_id, is_leased=True)
    return set(leases.values_list("message_id", flat=True))


def _resting(user_id: UUID) -> set[UUID]:
    failed = (
        UpdateMessage.objects.filter(update__user_id=user_id, update__state=Update.State.FAILED)
        .order_by()
        .values_list("message_id")
        .annotate(failures=Count("pk"), last=Max("update__ended_at"))
    )
    now = ledger_now()
    return {id_ for id_, failures, last in failed if _rests(failures, last=last, now=now)}


def _rests(failures: int, *, last: datetime, now: datetime) -> bool:
    rest = timedelta(minutes=FIRST_REST_MINUTES * 4 ** (failures - 1))
    return failures >= AUTOMATIC_ATTEMPTS or now < last + rest


def _of_day(message: StoredMessage, *, is_free: bool) -> DayMessage:
    return DayMessage(source_of(message), is_free=is_free, is_ready=message.status != "streaming")


def source_of(message: StoredMessage) -> SourceMessage:
    """A message of the journal, as memory is made from it."""
    return SourceMessage(
        id=message.id,
        reference=message.reference,
        sequence=message.sequence,
        role=message.role,
        content=message.content,
        said_at=message.created_at,
    )


def _store(
    chunks: Sequence[Sequence[SourceMessage]], *, user_id: UUID, is_automatic: bool
) -> list[Update]:
    grace = settings.EXOBRAIN.job_orchestrator_connect_timeout_seconds + ASKER_GRACE_SECONDS
    updates = [_update(chunk, user_id=user_id, is_automatic=is_automatic) for chunk in chunks]
    for update in updates:
        update.look_at = Now() + timedelta(seconds=grace)
    Update.objects.bulk_create(updates)
    UpdateMessage.objects.bulk_create(
        UpdateMessage(update=update, message_id=message.id)
        for update, chunk in zip(updates, chunks, strict=True)
        for message in chunk
    )
    return updates


def _update(chunk: Sequence[SourceMessage], *, user_id: UUID, is_automatic: bool) -> Update:
    id_ = uuid4()
    return Update(
        id=id_,
        user_id=user_id,
        journal_reference=chunk[0].reference,
        is_automatic=is_automatic,
        message_count=len(chunk),
        job_id=job_id_of(user_id=str(user_id), idempotency_key=str(id_)),
    )


def messages_of(updates: Collection[Update]) -> dict[UUID, list[UUID]]:
    """The messages that each update took; those deleted since are not among them."""
    taken = UpdateMessage.objects.filter(update__in=updates).order_by("pk")
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for update_id, message_id in taken.values_list("update_id", "message_id"):
        found[update_id].append(message_id)
    return found


@transaction.atomic
def end(*, update_id: UUID, state: Update.State, reason: str = "") -> bool:
    """The update is over and its messages are free; False when it had succeeded before."""
    ended = (
        Update.objects.filter(pk=update_id)
        .exclude(state=Update.State.SUCCEEDED)
        .update(state=state, reason=reason, ended_at=Now())
    )
    if ended:
        UpdateMessage.objects.filter(update_id=update_id).update(is_leased=False)
    return bool(ended)
