"""The body of the job `knowledge.update`: what a worker does with the messages.

First `prepare_update`, outside of any transaction; then `complete_update`, inside the one that
also records that the job is done. Jobs may come from elsewhere, without an update of ours, and
two jobs may hold the same messages: whoever commits a message first has learned it.
"""

import hashlib
import json
from dataclasses import dataclass
from uuid import UUID, uuid5

import structlog

from accounts.services.provider import load_provider
from journal import selectors as journal
from journal.services import mark_committed
from knowledge.errors import LearnedMeanwhile, NotInJournal
from knowledge.events import UpdatePayload
from knowledge.models import Episode, Update
from knowledge.services import rereading
from knowledge.services.learning import learner
from knowledge.services.locking import lock_memory
from knowledge.services.updates.leasing import end_update, leased_message_ids
from knowledge.types import PreparedLearning, SourceMessage
from orchestrator.types import Attempt

log = structlog.get_logger(__name__)

NOBODY = UUID(int=0)  # the user of a job that names none of ours
EPISODE_NAMESPACE = UUID("0d2b5c4e-9f64-5f0b-8a0e-6c7f4f1f2c55")


@dataclass(frozen=True)
class PreparedUpdate:
    """What is to be learned, and what was found out about it before the transaction."""

    user_id: UUID
    update_id: UUID | None  # none: the job is not of an update of ours
    reference: str
    messages: list[SourceMessage]  # in order; none of them was committed yet
    learning: PreparedLearning


def prepare_update(attempt: Attempt, payload: UpdatePayload) -> PreparedUpdate:
    """The messages that the job means and that are still to be learned; writes nothing.

    Slow work on them, such as asking a model, belongs here. Words that are in no journal of the
    user are not learned: they could not be traced to a source, or forgotten. Raises NotInJournal
    for another program's job that has no others.
    """
    load_provider()
    user_id = _user_id_of(attempt)
    update = Update.objects.filter(job_id=attempt.job_id, user_id=user_id).first()
    if update is not None:
        ids = leased_message_ids([update]).get(update.id, [])
    else:
        # The stored messages that say the same at the same sequence, and are finished.
        said = {m.sequence: (m.role, m.content or "") for m in payload.messages if m.sequence}
        stored = journal.messages_at(
            user_id=user_id, reference=payload.journal_reference, sequences=list(said)
        )
        meant = [m for m in stored if (m.role, m.content or "") == said[m.sequence]]
        if not meant:
            raise NotInJournal
        ids = [message.id for message in meant if message.status != "streaming" and message.content]
    messages = journal.uncommitted(user_id=user_id, ids=ids)
    sources = [learner.message_to_learn(message) for message in messages]
    log.info("update_prepared", job_id=str(attempt.job_id), count=len(messages), meant=len(ids))
    return PreparedUpdate(
        user_id=user_id,
        update_id=update.id if update else None,
        reference=payload.journal_reference,
        messages=sources,
        learning=learner.prepare_learning(user_id=user_id, messages=sources),
    )


def complete_update(attempt: Attempt, prepared: PreparedUpdate) -> None:
    """The messages are learned and committed, and their update has succeeded.

    Runs in the transaction that completes the job. Raises LearnedMeanwhile when another job has
    learned some of the messages since they were prepared; it helps to prepare them again.
    """
    # Before any row of a message: forgetting takes the two in this order, too.
    lock_memory(prepared.user_id)
    wanted = [message.id for message in prepared.messages]
    fresh = mark_committed(user_id=prepared.user_id, message_ids=wanted)
    if fresh and fresh != set(wanted):
        raise LearnedMeanwhile
    if fresh:
        learner.apply_learning(
            user_id=prepared.user_id, job_id=attempt.job_id, prepared=prepared.learning
        )
        rereading.postpone(
            user_id=prepared.user_id, fallbacks=prepared.learning.extraction.fallbacks
        )
        _record_episode(attempt, prepared)
    if prepared.update_id is not None:
        end_update(update_id=prepared.update_id, state=Update.State.SUCCEEDED)


def fail_update(attempt: Attempt, reason: str) -> None:
    """The update of a job that is not tried again has failed, and its messages are free."""
    found = Update.objects.filter(job_id=attempt.job_id, user_id=_user_id_of(attempt))
    for update_id in found.values_list("pk", flat=True):
        end_update(update_id=update_id, state=Update.State.FAILED, reason=reason)


def _user_id_of(attempt: Attempt) -> UUID:
    try:
        return UUID(attempt.user_id)
    except ValueError:
        return NOBODY


def _record_episode(attempt: Attempt, prepared: PreparedUpdate) -> None:
    said = [[message.role, message.content] for message in prepared.messages]
    digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    ids = [message.id for message in prepared.messages]
    Episode.objects.get_or_create(
        id=uuid5(EPISODE_NAMESPACE, f"{prepared.user_id} {' '.join(map(str, ids))} {digest}"),
        defaults={
            "user_id": prepared.user_id,
            "journal_reference": prepared.reference,
            "message_ids": ids,
            "content_hash": digest,
            "job_id": attempt.job_id,
        },
    )
