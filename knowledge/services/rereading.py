"""Reads messages again that a model was to read and that the rules have read in its place.

Which those are is kept in `PendingReading`. When the model is well, what the rules made of a
message is replaced by what the model reads in it: one changeset takes the first away and a second
one learns the message anew. What the user has corrected stays as it is, and what they had
forgotten is not shown to the model. The message itself, its episode, is not touched.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from accounts.services.provider import load_provider
from exobrain.lib import clock
from exobrain.lib.effective_config import effective_config
from exobrain.lib.errors import DomainError
from exobrain.lib.retries import Backoff
from journal import selectors as journal
from knowledge.events import READ_AGAIN_JOB
from knowledge.models import LEDGER, Block, Changeset, Edge, Entity, Mention, PendingReading, Source
from knowledge.selectors.history import learned_messages
from knowledge.services.learning.learner import (
    commit_prepared,
    learn_prepared,
    message_to_learn,
    prepare_learning,
)
from knowledge.services.ledger.conflicts import resolve_conflicts, topics_of
from knowledge.services.ledger.removal import remove_with_dependents
from knowledge.services.ledger.unit_of_work import UnitOfWork
from knowledge.services.locking import lock_memory
from knowledge.types import (
    BlockKind,
    Extraction,
    FallbackReason,
    PreparedLearning,
    Ruling,
    SourceMessage,
    TextSpan,
    Trust,
    Verdict,
)
from orchestrator import client, producer
from orchestrator.types import Attempt

log = structlog.get_logger(__name__)

MAX_MESSAGES = 40  # read again together
MAX_CHARACTERS = 20_000  # of them: one question to the model
MAX_USERS = 50  # whose jobs are asked for in one round
BACKOFF = Backoff(base_seconds=300.0, factor=2.0, max_seconds=86_400.0)
TAKEN_SECONDS = 900  # a job that was asked for is asked for again after so long
READ = (BlockKind.EPISODE, BlockKind.NOTE, BlockKind.SUMMARY)  # kinds that no extractor makes


@dataclass(frozen=True)
class PreparedRereading:
    """Messages that the model was asked about again, and what it said."""

    user_id: UUID
    message_ids: Sequence[UUID]
    learning: PreparedLearning

    @property
    def fell_back(self) -> bool:
        """True when the model was not well, so nothing is to be replaced."""
        return bool(self.learning.extraction.fallbacks)


def postpone(*, user_id: UUID, fallbacks: Mapping[UUID, FallbackReason]) -> None:
    """The model is to read these messages later, after a pause that grows."""
    now = clock.now()
    waiting = PendingReading.objects.filter(user_id=user_id, message_id__in=fallbacks)
    attempts = dict(waiting.values_list("message_id", "attempts"))
    PendingReading.objects.bulk_create(
        [
            PendingReading(
                message_id=message_id,
                user_id=user_id,
                reason=reason,
                attempts=(number := attempts.get(message_id, 0) + 1),
                due_at=now + timedelta(seconds=BACKOFF.seconds(number)),
            )
            for message_id, reason in fallbacks.items()
        ],
        update_conflicts=True,
        unique_fields=["message_id"],
        update_fields=["reason", "attempts", "due_at"],
    )


def request_due() -> int:
    """A job reads again what is due of each user, if there is a model; returns how many jobs.

    A job that is lost is asked for again.
    """
    if not effective_config().uses_model_extractor:
        return 0
    with transaction.atomic():
        due = PendingReading.objects.select_for_update(skip_locked=True).filter(
            due_at__lte=clock.now()
        )
        users = sorted({row.user_id for row in due.order_by("due_at")[: MAX_USERS * MAX_MESSAGES]})
        users = users[:MAX_USERS]
        until = clock.now() + timedelta(seconds=TAKEN_SECONDS)
        due.filter(user_id__in=users).update(due_at=until)
    uses_orchestrator = settings.EXOBRAIN.knowledge_update_use_orchestrator_enqueue
    enqueue = client.enqueue_job if uses_orchestrator else producer.publish_job
    requested = 0
    for user_id in users:
        try:
            enqueue(
                job_type=READ_AGAIN_JOB,
                user_id=str(user_id),
                payload={},
                idempotency_key=f"{READ_AGAIN_JOB} {until.isoformat()}",
            )
            requested += 1
        except DomainError as error:
            log.info("rereading_postponed", error=type(error).__name__)
    return requested


def prepare_job(attempt: Attempt, _payload: object) -> PreparedRereading:
    """What the model says of the job's user's messages; writes nothing."""
    load_provider()
    return prepare(user_id=UUID(attempt.user_id))


def prepare(*, user_id: UUID) -> PreparedRereading:
    """The model has been asked about the messages that have waited longest; writes nothing."""
    waiting = PendingReading.objects.filter(user_id=user_id)[:MAX_MESSAGES]
    ids = [row.message_id for row in waiting]
    found = journal.messages_by_ids(user_id=user_id, ids=ids)
    sources: list[SourceMessage] = []
    room = MAX_CHARACTERS
    for message in (message_to_learn(each) for each in found):
        room -= len(message.content)
        if sources and room < 0:
            break
        sources.append(message)
    known = learned_messages(user_id=user_id, message_ids=[message.id for message in sources])
    return PreparedRereading(
        user_id=user_id,
        message_ids=[message.id for message in sources],
        learning=prepare_learning(
            user_id=user_id, messages=[m for m in sources if m.id in known], again=True
        ),
    )


def complete(prepared: PreparedRereading, *, job_id: UUID | None = None) -> bool:
    """The memory has what the model read in place of what the rules had; False if it did not read.

    Messages that are not in the memory any more, because what they said was rolled back, stay out.
    """
    user_id = prepared.user_id
    if prepared.fell_back:
        reason = next(iter(prepared.learning.extraction.fallbacks.values()))
        postpone(user_id=user_id, fallbacks=dict.fromkeys(prepared.message_ids, reason))
        return False
    with transaction.atomic():
        lock_memory(user_id)
        waiting = PendingReading.objects.filter(
            user_id=user_id, message_id__in=prepared.message_ids
        )
        still = set(waiting.values_list("message_id", flat=True))
        still &= learned_messages(user_id=user_id, message_ids=list(still))
        waiting.delete()
        messages = [message for message in prepared.learning.messages if message.id in still]
        if messages:
            _replace(user_id, replace(prepared.learning, messages=messages), job_id)
    log.info("messages_read_again", count=len(messages))
    return True


def waiting_users() -> list[UUID]:
    """Users some of whose messages are to be read again."""
    found = PendingReading.objects.order_by("user_id").values_list("user_id", flat=True)
    return list(found.distinct())


# -- replacing


def _replace(user_id: UUID, learning: PreparedLearning, job_id: UUID | None) -> None:
    ids = [message.id for message in learning.messages]
    kept, gone = _facts_of(user_id, ids)
    mentions = _mentions_of(user_id, ids)
    taking = UnitOfWork(user_id=user_id, kind=Changeset.Kind.JOB, job_id=job_id)
    if gone or mentions:
        remove_with_dependents(taking, [*mentions, *gone])
        resolve_conflicts(taking, topics_of(gone))
        taking.commit()

    learning = replace(learning, extraction=_without(learning.extraction, kept))
    work = UnitOfWork(
        user_id=user_id,
        kind=Changeset.Kind.JOB,
        job_id=job_id,
        extractor=learning.extraction.extractor,
    )
    learn_prepared(work, learning, again=True)
    # Whom only the rules saw, nothing speaks of any more.
    left = {mention.entity_id for mention in mentions} | {
        mention.entity_id for mention in taking.removals(Mention)
    }
    left -= set(
        Mention.objects.filter(user_id=user_id, entity_id__in=left).values_list(
            "entity_id", flat=True
        )
    )
    left -= {mention.entity_id for mention in work.additions(Mention)}
    left -= {end for edge in work.additions(Edge) for end in (edge.source_id, edge.target_id)}
    orphans = Entity.objects.filter(user_id=user_id, pk__in=left, is_self=False, merged_into=None)
    remove_with_dependents(
        work,
        [
            entity
            for entity in orphans.exclude(trust=Trust.CONFIRMED)
            if not Entity.objects.filter(merged_into=entity).exists()
        ],
    )
    commit_prepared(work, learning)


def _facts_of(user_id: UUID, message_ids: Collection[UUID]) -> tuple[list[TextSpan], list[Block]]:
    """Where the user has corrected what the messages say, and the facts that only they say.

    A fact that the user has looked at, or that another message says as well, is no longer the
    rules' alone.
    """
    sources = Source.objects.filter(user_id=user_id, table="block", message_id__in=message_ids)
    cited = {source.record_id for source in sources}
    facts = Block.objects.filter(user_id=user_id, pk__in=cited).exclude(kind__in=READ)
    elsewhere = set(
        Source.objects.filter(user_id=user_id, record_id__in=cited)
        .exclude(message_id__in=message_ids)
        .values_list("record_id", flat=True)
    )
    touched = _touched_by_user(user_id, cited)
    kept = [
        TextSpan(source.message_id, source.start, source.end)
        for source in sources
        if source.record_id in touched
    ]
    return kept, [fact for fact in facts if fact.pk not in elsewhere | touched]


def _touched_by_user(user_id: UUID, block_ids: Collection[UUID]) -> set[UUID]:
    """Those of the blocks, episodes apart, that an edit by the user has made or changed."""
    found: set[UUID] = set()
    table = LEDGER["block"]
    for model, key in ((cast(Any, table.model), "id"), (table.versions, "row_id")):
        rows = model.objects.filter(
            user_id=user_id,
            changeset__kind=Changeset.Kind.EDIT,
            **{f"{key}__in": block_ids},
        ).exclude(kind__in=READ)
        found.update(rows.values_list(key, flat=True))
    return found


def _mentions_of(user_id: UUID, message_ids: Collection[UUID]) -> list[Mention]:
    """Whom the messages themselves speak of, as the rules saw it."""
    episodes = Block.objects.filter(
        user_id=user_id, kind=BlockKind.EPISODE, message_id__in=message_ids
    )
    return list(Mention.objects.filter(user_id=user_id, block__in=episodes))


def _without(extraction: Extraction, kept: Sequence[TextSpan]) -> Extraction:
    """Without facts from where the user has corrected the memory: their word stands."""
    corrected = [
        fact
        for fact in extraction.facts
        if any(
            fact.span.message_id == span.message_id
            and fact.span.start < span.end
            and span.start < fact.span.end
            for span in kept
        )
    ]
    return replace(
        extraction,
        facts=[fact for fact in extraction.facts if fact not in corrected],
        rulings=[
            *extraction.rulings,
            *(
                Ruling(fact.span.message_id, Verdict.DUPLICATE, "corrected_by_user", fact.span)
                for fact in corrected
            ),
        ],
    )
