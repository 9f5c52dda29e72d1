"""The way round the orchestrator: a job published to JetStream by whoever wants it done.

Talks to NATS directly, from synchronous code, over one connection of this process. Raises
`Unavailable` unless JetStream has acknowledged. The ledger hears of the job from the worker that
receives it. The same idempotency key makes the same job as `client.enqueue_job` does, so that
one may fall back on the other.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import TimeoutError as TooSlow
from typing import Any
from uuid import UUID

from django.conf import settings

from exobrain.lib import background
from orchestrator import services
from orchestrator.errors import QueueDown
from orchestrator.events import TYPED_PAYLOADS, envelope_of, with_nulls
from orchestrator.jetstream import Link, request_subject
from orchestrator.types import JobDraft, Outgoing


def publish_job(
    *, job_type: str, user_id: str, payload: Mapping[str, Any], idempotency_key: str = ""
) -> UUID:
    """The id of a job that JetStream has acknowledged."""
    wire = with_nulls(dict(payload)) if job_type in TYPED_PAYLOADS else dict(payload)
    draft = services.draft(
        job_type=job_type, user_id=user_id, payload=wire, idempotency_key=idempotency_key
    )
    published = background.spawn(_publish(draft))
    try:
        published.result(settings.EXOBRAIN.job_orchestrator_connect_timeout_seconds)
    except TooSlow:
        published.cancel()
        raise QueueDown from None
    return draft.id


async def _publish(draft: JobDraft) -> None:
    link = await _door().link()
    await link.publish(
        request_subject(draft.job_type),
        envelope_of(draft),
        message_id=Outgoing(draft=draft).message_id,
    )


class Door:
    """This process's connection, made when it is first needed and again when it is lost."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.opening = asyncio.Lock()
        self.open: Link | None = None

    async def link(self) -> Link:
        """A link that is not closed; raises QueueDown."""
        async with self.opening:
            if self.open is None or self.open.is_closed:
                self.open = await Link.open(name="producer")
            return self.open


_last_door: Door | None = None


def _door() -> Door:
    global _last_door
    loop = asyncio.get_running_loop()
    if _last_door is None or _last_door.loop is not loop:
        _last_door = Door(loop)
    return _last_door
