"""The orchestrator's gRPC client, for the other apps; the same in the embedded default.

Talks to `orchestrator.address.target()`. Raises `Unavailable` when the orchestrator cannot be
reached or does not answer in time, `NotFound`, `Conflict` and `Refused` as it says so, and
`Upstream` for everything else. Whose job it is is an argument of every call.
"""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Mapping
from functools import cache
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import grpc
from django.conf import settings
from django.utils.dateparse import parse_datetime
from grpc_health.v1 import health_pb2, health_pb2_grpc

from exobrain.lib import errors
from orchestrator.address import target
from orchestrator.errors import IdempotencyConflict, JobNotFound, OrchestratorUnavailable
from orchestrator.events import TYPED_PAYLOADS
from orchestrator.types import Lifecycle, Transition
from protos import job_orchestrator_pb2 as pb
from protos import job_orchestrator_pb2_grpc as pb_grpc

SERVICE = pb.DESCRIPTOR.services_by_name["JobOrchestrator"].full_name
CHECK_SECONDS = 1.0
CHANNEL_OPTIONS = [
    # A restarted orchestrator is found again within a second, not within two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.max_send_message_length", 4_000_000),
]
ERROR_BY_CODE: dict[grpc.StatusCode, type[errors.DomainError]] = {
    grpc.StatusCode.UNAVAILABLE: OrchestratorUnavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: OrchestratorUnavailable,
    grpc.StatusCode.NOT_FOUND: JobNotFound,
    grpc.StatusCode.ALREADY_EXISTS: IdempotencyConflict,
    grpc.StatusCode.PERMISSION_DENIED: errors.Refused,
    grpc.StatusCode.UNAUTHENTICATED: errors.Refused,
}


def enqueue_job(
    *, job_type: str, user_id: str, payload: Mapping[str, Any], idempotency_key: str = ""
) -> UUID:
    """The id of a job that is recorded, and that runs as soon as a worker is free.

    With an idempotency key the call may be repeated after any error: it is one job.
    """
    request = pb.EnqueueJobRequest(
        job_type=job_type, user_id=user_id, idempotency_key=idempotency_key
    )
    if job_type in TYPED_PAYLOADS:
        messages = [
            pb.KnowledgeUpdateMessage(
                **{name: value for name, value in message.items() if value is not None}
            )
            for message in payload["messages"]
        ]
        request.knowledge_update.CopyFrom(
            pb.KnowledgeUpdatePayload(
                journal_reference=payload.get("journal_reference"),
                messages=messages,
                requested_by_user_id=payload.get("requested_by_user_id"),
            )
        )
    else:
        request.payload_json = json.dumps(payload)
    return UUID(_call("EnqueueJob", request).job_id)


def job_status(*, job_id: UUID, user_id: str) -> Transition:
    """Where the job stands; raises NotFound when it is not this user's."""
    reply = _call("GetJobStatus", pb.GetJobStatusRequest(job_id=str(job_id), user_id=user_id))
    return _transition(reply, at=reply.updated_at)


def check() -> None:
    """The orchestrator answers, and so does its ledger; else Unavailable, within a second."""
    request = health_pb2.HealthCheckRequest(service=SERVICE)
    try:
        answer = health_pb2_grpc.HealthStub(_channel(target())).Check(
            request, timeout=CHECK_SECONDS
        )
    except grpc.RpcError as error:
        raise _domain_error(error) from error
    if answer.status != health_pb2.HealthCheckResponse.SERVING:
        raise OrchestratorUnavailable


async def watch_job(
    *, job_id: UUID, user_id: str, after: int = 0
) -> AsyncGenerator[Transition, None]:
    """Where the job stands and then each of its changes, once and in order, until the last.

    With `after`, the changes after that number. The first answer has a deadline; how long the
    watch may last is for the orchestrator to say.
    """
    request = pb.WatchJobStatusRequest(
        job_id=str(job_id), user_id=user_id, include_current=after == 0, after_transition=after
    )
    call = _async_stub().WatchJobStatus(request, metadata=_metadata())
    try:
        async for event in call:
            yield _transition(event, at=event.emitted_at)
    except grpc.RpcError as error:
        raise _domain_error(error) from error
    finally:
        call.cancel()


def _transition(message: pb.GetJobStatusReply | pb.JobStatusEvent, *, at: str) -> Transition:
    moment = parse_datetime(at)
    if moment is None:
        raise errors.Upstream
    return Transition(
        job_id=UUID(message.job_id),
        number=message.transition,
        lifecycle=Lifecycle(pb.JobLifecycleState.Name(message.state)),
        attempt=message.attempt,
        detail=message.detail,
        terminal=message.terminal,
        at=moment,
    )


def _call(method: str, request: Any) -> Any:
    with _lock:  # lest two threads open a channel each
        stub = pb_grpc.JobOrchestratorStub(_channel(target()))
    timeout = float(settings.EXOBRAIN.job_orchestrator_connect_timeout_seconds)
    try:
        return getattr(stub, method)(
            request, timeout=timeout, metadata=_metadata(), wait_for_ready=True
        )
    except grpc.RpcError as error:
        raise _domain_error(error) from error


def _domain_error(error: grpc.RpcError) -> errors.DomainError:
    # The detail stays in the chained error: what the other side says is not for our users.
    return ERROR_BY_CODE.get(error.code(), errors.Upstream)()


def _metadata() -> list[tuple[str, str]]:
    token = settings.EXOBRAIN.job_orchestrator_api_token
    return [("authorization", f"Bearer {token.get_secret_value()}")] if token else []


_lock = threading.Lock()
# A channel of grpc.aio belongs to the loop it was made on.
_async_channels: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, grpc.aio.Channel]] = (
    WeakKeyDictionary()
)


@cache
def _channel(address: str) -> grpc.Channel:
    channel: grpc.Channel = _open_channel(grpc, address)
    return channel


def _async_stub() -> Any:
    channels = _async_channels.setdefault(asyncio.get_running_loop(), {})
    address = target()
    if address not in channels:
        channels[address] = _open_channel(grpc.aio, address)
    return pb_grpc.JobOrchestratorStub(channels[address])


def _open_channel(library: Any, address: str) -> Any:
    """A channel of `grpc` or `grpc.aio`, over TLS when a certificate authority is set."""
    config = settings.EXOBRAIN
    if config.job_orchestrator_tls_ca_file is None:
        return library.insecure_channel(address, CHANNEL_OPTIONS)
    trusted = config.project_path(config.job_orchestrator_tls_ca_file).read_bytes()
    credentials = grpc.ssl_channel_credentials(root_certificates=trusted)
    return library.secure_channel(address, credentials, CHANNEL_OPTIONS)
