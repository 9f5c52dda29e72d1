"""Publishing a job straight to JetStream, past the orchestrator.

Talks to NATS directly, from synchronous code, over one connection of this process. Raises
`Unavailable` unless JetStream has acknowledged. The ledger hears of the job from the worker that
receives it. The same idempotency key makes the same job as `client.enqueue_job` does, so that
one may fall back on the other.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any
from uuid import UUID

from django.conf import settings

from exobrain.lib import background
from orchestrator import services
from orchestrator.errors import QueueUnavailable
from orchestrator.events import TYPED_PAYLOADS, envelope_of, with_nulls
from orchestrator.jetstream import NatsConnection, request_subject
from orchestrator.types import JobDraft, OutboxMessage


def publish_job(
    *, job_type: str, user_id: str, payload: Mapping[str, Any], idempotency_key: str = ""
) -> UUID:
    """The id of a job that JetStream has acknowledged."""
    wire = with_nulls(dict(payload)) if job_type in TYPED_PAYLOADS else dict(payload)
    draft = services.draft_job(
        job_type=job_type, user_id=user_id, payload=wire, idempotency_key=idempotency_key
    )
    published = background.spawn(_publish(draft))
    try:
        published.result(settings.EXOBRAIN.job_orchestrator_connect_timeout_seconds)
    except FutureTimeoutError:
        published.cancel()
        raise QueueUnavailable from None
    return draft.id


class ProducerConnection:
    """This process's connection, made when it is first needed and again when it is lost."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.opening = asyncio.Lock()
        self.current: NatsConnection | None = None

    async def get(self) -> NatsConnection:
        """A connection that is not closed; raises QueueUnavailable."""
        async with self.opening:
            if self.current is None or self.current.is_closed:
                self.current = await NatsConnection.open(name="producer")
            return self.current


_connection: ProducerConnection | None = None


async def _publish(draft: JobDraft) -> None:
    global _connection
    loop = asyncio.get_running_loop()
    if _connection is None or _connection.loop is not loop:
        _connection = ProducerConnection(loop)
    connection = await _connection.get()
    await connection.publish(
        request_subject(draft.job_type),
        envelope_of(draft),
        message_id=OutboxMessage(draft=draft).message_id,
    )
