"""Taking jobs into the ledger."""

import uuid
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from exobrain.lib import clock
from exobrain.lib.errors import Invalid
from orchestrator import registry, sql
from orchestrator.errors import IdempotencyConflict, InvalidPayload
from orchestrator.events import storable_json
from orchestrator.models import Job
from orchestrator.types import JobDraft

# The same key of the same user is the same job, whichever process publishes it.
KEY_NAMESPACE = uuid.UUID("6f1d3c1e-6b0f-5d0a-9a55-1f8f3d2f7c11")
PUBLISH_GRACE_SECONDS = (
    3.0  # the process that recorded a job publishes it within this; after it the relay does
)
MAX_NAME_CHARS = 100
MAX_KEY_CHARS = 200


def draft_job(
    *, job_type: str, user_id: str, payload: dict[str, Any], idempotency_key: str = ""
) -> JobDraft:
    """A job that may be recorded; raises Invalid with the name of the field that is wrong."""
    for name, value in (("job_type", job_type), ("user_id", user_id)):
        if not value.strip():
            raise Invalid(f"{name} is required")
        if len(value) > MAX_NAME_CHARS or "\x00" in value:
            raise Invalid(f"{name} must be text of at most {MAX_NAME_CHARS} characters")
    if len(idempotency_key) > MAX_KEY_CHARS or "\x00" in idempotency_key:
        raise Invalid(f"idempotency_key must be text of at most {MAX_KEY_CHARS} characters")
    kind = registry.job_type(job_type)
    limit = settings.EXOBRAIN.job_max_payload_bytes
    try:
        size = len(storable_json(payload).encode())
    except ValueError as error:
        # A UnicodeError's text would repeat the payload.
        reason = "is not valid text" if isinstance(error, UnicodeError) else str(error)
        raise InvalidPayload(f"payload {reason}") from None
    if size > limit:
        raise InvalidPayload(f"payload is larger than {limit} bytes")
    kind.validated(payload)
    return JobDraft(
        id=job_id_of(user_id=user_id, idempotency_key=idempotency_key),
        job_type=job_type,
        user_id=user_id,
        payload=payload,
        created_at=clock.now(),
        idempotency_key=idempotency_key,
    )


def job_id_of(*, user_id: str, idempotency_key: str) -> UUID:
    """The id that this key of this user has always had, or a new one without a key."""
    if not idempotency_key:
        return uuid.uuid4()
    return uuid.uuid5(KEY_NAMESPACE, f"{user_id}\x00{idempotency_key}")


def record(*, drafts: Sequence[JobDraft]) -> list[bool | IdempotencyConflict]:
    """The jobs are in the ledger, on disk; for each True when it was not there before.

    May be called again with the same drafts after a failure that leaves the outcome unknown.
    """
    first = {draft.id: draft for draft in reversed(drafts)}
    columns = zip(
        *(
            (d.id, d.job_type, d.user_id, storable_json(d.payload), d.idempotency_key, d.created_at)
            for d in first.values()
        ),
        strict=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.RECORD, [PUBLISH_GRACE_SECONDS, *map(list, columns)])
        new = {row[0] for row in cursor.fetchall()}
    if len(new) == len(drafts):
        return [True] * len(drafts)

    repeated = [d for d in drafts if d.id not in new or first[d.id] is not d]
    known = Job.objects.only("job_type", "payload").in_bulk([d.id for d in repeated])
    answers: dict[int, bool | IdempotencyConflict] = {}
    for draft in repeated:
        job = known[draft.id]
        is_same = (job.job_type, job.payload) == (draft.job_type, draft.payload)
        answers[id(draft)] = False if is_same else IdempotencyConflict()
    return [answers.get(id(d), True) for d in drafts]
