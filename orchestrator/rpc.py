"""The gRPC API: the calls parsed, handed on, and their errors mapped to codes, once.

Speaks plaintext to whoever reaches its address, or TLS when it has a certificate, and asks for a
shared secret when one is set. The default address is a Unix socket that only the owner of the
data directory can reach.
"""

import asyncio
import contextlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import grpc
import structlog
from django.conf import settings
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from exobrain.lib import errors
from exobrain.lib.batching import Batcher
from exobrain.lib.database import DatabaseUnavailable, with_second_attempt
from exobrain.lib.faults import reach
from exobrain.lib.threads import ThreadPool
from orchestrator import selectors, services
from orchestrator.address import bind_address, socket_path
from orchestrator.errors import IdempotencyConflict, InvalidPayload
from orchestrator.events import TYPED_PAYLOADS, with_nulls
from orchestrator.jetstream import NatsConnector
from orchestrator.relay import OutboxRelay
from orchestrator.types import JobDraft, OutboxMessage, Step, Transition
from orchestrator.watch import JobWatcher
from protos import job_orchestrator_pb2 as pb
from protos import job_orchestrator_pb2_grpc as pb_grpc

log = structlog.get_logger(__name__)

SERVICE = pb.DESCRIPTOR.services_by_name["JobOrchestrator"].full_name
CODE_BY_ERROR: dict[type[errors.DomainError], grpc.StatusCode] = {
    errors.Invalid: grpc.StatusCode.INVALID_ARGUMENT,
    errors.Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    errors.Refused: grpc.StatusCode.PERMISSION_DENIED,
    errors.NotFound: grpc.StatusCode.NOT_FOUND,
    errors.Conflict: grpc.StatusCode.ALREADY_EXISTS,
    errors.TooMany: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.Unavailable: grpc.StatusCode.UNAVAILABLE,
}
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
MAX_WATCHES = 1000
MAX_MESSAGE_BYTES = 4_000_000  # above JOB_MAX_PAYLOAD_BYTES, so that our own refusal names it
HEALTH_SECONDS = 2.0
STOP_SECONDS = 3.0

Context = grpc.aio.ServicerContext[Any, Any]


class NamesNoUser(errors.Refused):
    """Name a user_id, or send the secret that the server has in JOB_ORCHESTRATOR_API_TOKEN."""


class WatchTooLong(errors.DomainError):
    """The watch has lasted as long as one may; watch again to go on."""


class Servicer(pb_grpc.JobOrchestratorServicer):
    """Parse, call one service, shape the answer."""

    def __init__(
        self, relay: OutboxRelay, watcher: JobWatcher, *, executor: Executor, trusts_callers: bool
    ) -> None:
        self.relay = relay
        self.watcher = watcher
        self.trusts_callers = trusts_callers
        self.watching = 0
        self.record = Batcher[JobDraft, bool | IdempotencyConflict](
            lambda drafts: with_second_attempt(lambda: services.record(drafts=drafts)),
            executor=executor,
            shared_errors=DatabaseUnavailable,
        )

    async def EnqueueJob(  # noqa: N802  gRPC's name
        self, request: pb.EnqueueJobRequest, context: Context
    ) -> pb.EnqueueJobReply:
        """The job is in the ledger, and on its way to a worker."""
        async with mapped_errors(context):
            draft = services.draft_job(
                job_type=request.job_type,
                user_id=request.user_id,
                payload=payload_of(request),
                idempotency_key=request.idempotency_key,
            )
            reach(Step.VALIDATED)
            recorded = await self.record(draft)
            if isinstance(recorded, IdempotencyConflict):
                raise recorded
            reach(Step.RECORDED)
            if recorded:
                self.relay.publish_soon(OutboxMessage(draft=draft))
        return pb.EnqueueJobReply(job_id=str(draft.id))

    async def GetJobStatus(  # noqa: N802
        self, request: pb.GetJobStatusRequest, context: Context
    ) -> pb.GetJobStatusReply:
        """Where the job stands, from the ledger."""
        async with mapped_errors(context):
            job_id = uuid_of(request.job_id)
            user_id = self._visible_user(request.user_id)
            current = await self.watcher.status(job_id=job_id, user_id=user_id)
        return pb.GetJobStatusReply(**fields_of(current), updated_at=timestamp(current.at))

    async def WatchJobStatus(  # noqa: N802
        self, request: pb.WatchJobStatusRequest, context: Context
    ) -> AsyncIterator[pb.JobStatusEvent]:
        """Changes until the last one, the deadline, or the longest time one may watch."""
        async with mapped_errors(context):
            if self.watching >= MAX_WATCHES:
                raise errors.TooMany("Too many jobs are being watched; try again later.")
            changes = self.watcher.changes(
                job_id=uuid_of(request.job_id),
                user_id=self._visible_user(request.user_id),
                include_current=request.include_current,
                after=max(0, request.after_transition),
            )
            self.watching += 1
            try:
                async with (
                    asyncio.timeout(settings.EXOBRAIN.job_watch_max_seconds),
                    contextlib.aclosing(changes),
                ):
                    async for change in changes:
                        yield event_of(change)
            except TimeoutError:
                raise WatchTooLong from None
            finally:
                self.watching -= 1

    def _visible_user(self, user_id: str) -> str | None:
        """The user whose jobs the call may see; None for everybody's, which takes trust.

        The status messages of the original know no user, so its clients send none. Its server
        answers them whoever they are; here only those who may see every job anyway are answered.
        """
        if user_id:
            return user_id
        if not self.trusts_callers:
            raise NamesNoUser
        return None


@contextlib.asynccontextmanager
async def mapped_errors(context: Context) -> AsyncIterator[None]:
    """Errors of ours become codes with a message; all others say nothing of what is inside."""
    try:
        yield
    except errors.DomainError as error:
        await context.abort(code_of(error), error.message)
    except DatabaseUnavailable as error:
        log.warning("ledger_down", error=type(error).__name__)
        await context.abort(grpc.StatusCode.UNAVAILABLE, "The ledger is not available.")
    except Exception as error:
        log.exception("rpc_failed", error=type(error).__name__)
        await context.abort(grpc.StatusCode.INTERNAL, "Something went wrong.")


def code_of(error: errors.DomainError) -> grpc.StatusCode:
    """The status code of an error's family."""
    if isinstance(error, WatchTooLong):
        return grpc.StatusCode.DEADLINE_EXCEEDED
    families = (code for family, code in CODE_BY_ERROR.items() if isinstance(error, family))
    return next(families, grpc.StatusCode.INTERNAL)


def payload_of(request: pb.EnqueueJobRequest) -> dict[str, Any]:
    """The payload as JSON has it; raises InvalidPayload when it is the wrong variant."""
    wanted = TYPED_PAYLOADS.get(request.job_type, "payload_json")
    if (given := request.WhichOneof("payload")) != wanted:
        raise InvalidPayload(f"payload must be {wanted}, not {given or 'missing'}")
    if given == "knowledge_update":
        update = request.knowledge_update
        typed: dict[str, Any] = with_nulls(
            {
                "journal_reference": update.journal_reference,
                "messages": [
                    {
                        "role": message.role,
                        "content": message.content,
                        "sequence": message.sequence,
                        "created_at": message.created_at,
                    }
                    for message in update.messages
                ],
                "requested_by_user_id": update.requested_by_user_id,
            }
        )
        return typed
    try:
        payload = json.loads(request.payload_json)
    except (ValueError, RecursionError):
        raise InvalidPayload("payload_json is not JSON") from None
    if not isinstance(payload, dict):
        raise InvalidPayload("payload_json must be a JSON object")
    return payload


def uuid_of(text: str) -> UUID:
    """The job's id; raises Invalid when it is not one."""
    try:
        return UUID(text)
    except ValueError:
        raise errors.Invalid("job_id must be a UUID") from None


def event_of(change: Transition) -> pb.JobStatusEvent:
    """A change as the wire has it."""
    return pb.JobStatusEvent(**fields_of(change), emitted_at=timestamp(change.at))


def fields_of(change: Transition) -> dict[str, Any]:
    """The fields that a status reply and a status event share."""
    return {
        "job_id": str(change.job_id),
        "state": pb.JobLifecycleState.Value(change.lifecycle.value),
        "attempt": change.attempt,
        "detail": change.detail,
        "terminal": change.terminal,
        "transition": change.number,
    }


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC, with `Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


class TokenInterceptor(grpc.aio.ServerInterceptor):
    """Lets in who sends the shared secret, and probes of health."""

    def __init__(self, token: str) -> None:
        self.expected = f"Bearer {token}".encode()

        async def refuse(_request: Any, context: Context) -> None:
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "Authentication required")

        self.refusal: Any = grpc.unary_unary_rpc_method_handler(refuse)

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """The method's handler, or one that refuses."""
        if handler_call_details.method.startswith("/grpc.health."):
            return await continuation(handler_call_details)
        sent = dict(handler_call_details.invocation_metadata).get("authorization", "")
        if hmac.compare_digest(str(sent).encode(), self.expected):
            return await continuation(handler_call_details)
        return self.refusal


class Server:
    """The gRPC API and the outbox relay, in one process."""

    def __init__(self) -> None:
        self.port = 0  # where it listens, once it does
        # One thread each: while it is at work, the next group of calls gathers. What waits for
        # the disk has its own, so that nothing else waits with it.
        self.recording = ThreadPool(1, name="record")
        self.executor = ThreadPool(1, name="ledger")
        self.nats = NatsConnector(name="orchestrator")
        self.relay = OutboxRelay(self.nats, executor=self.executor)
        self.health = health.aio.HealthServicer()
        token = settings.EXOBRAIN.job_orchestrator_api_token
        self.grpc = grpc.aio.server(
            interceptors=[TokenInterceptor(token.get_secret_value())] if token else [],
            options=[("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)],
        )
        watcher = JobWatcher(self.nats, executor=self.executor)
        servicer = Servicer(
            self.relay, watcher, executor=self.recording, trusts_callers=trusts_callers()
        )
        pb_grpc.add_JobOrchestratorServicer_to_server(servicer, self.grpc)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self.grpc)
        if settings.EXOBRAIN.is_local:
            names = (SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names, self.grpc)

    async def serve(self, stopping: asyncio.Event) -> None:
        """Calls have been answered until told to stop."""
        address = bind_address()
        self.port = _bind(self.grpc, address)
        await self._update_health()
        self.nats.start()
        await self.grpc.start()
        log.info("orchestrator_listening", address=address)
        work = [asyncio.create_task(task) for task in (self.relay.run(), self._keep_health())]
        try:
            await stopping.wait()
        finally:
            await self.health.enter_graceful_shutdown()
            await self.grpc.stop(STOP_SECONDS)
            await _cancel(work)
            if self.relay.in_flight:
                _, late = await asyncio.wait(self.relay.in_flight, timeout=STOP_SECONDS)
                await _cancel(late)  # published by the relay's next round, wherever that is
            await self.nats.stop()
            self.recording.shutdown()
            self.executor.shutdown()

    async def _keep_health(self) -> None:
        while True:
            await asyncio.sleep(HEALTH_SECONDS)
            await self._update_health()

    async def _update_health(self) -> None:
        """Serving while the ledger answers; NATS may be away, for then jobs wait."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self.executor, with_second_attempt, selectors.ledger_now)
            status = SERVING
        except DatabaseUnavailable:
            status = NOT_SERVING
        for name in ("", SERVICE):
            await self.health.set(name, status)
        await self.health.set("nats", SERVING if self.nats.is_connected else NOT_SERVING)


async def _cancel(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)


def trusts_callers() -> bool:
    """True when every caller that reaches the methods may see every user's jobs.

    That is: they have proved the shared secret, or could open the socket in the data directory,
    whose owner can read the ledger itself. On a developer's machine nothing is proved, as in the
    original.
    """
    config = settings.EXOBRAIN
    is_private = bind_address() == f"unix:{socket_path()}"
    return bool(config.job_orchestrator_api_token) or is_private or config.is_local


def _bind(server: grpc.aio.Server, address: str) -> int:
    """The port, where there is one."""
    config = settings.EXOBRAIN
    certificate = config.job_orchestrator_tls_certificate_file
    key = config.job_orchestrator_tls_key_file
    try:
        if certificate and key:
            pair = (config.project_path(key).read_bytes(),
                    config.project_path(certificate).read_bytes())  # fmt: skip
            return server.add_secure_port(address, grpc.ssl_server_credentials([pair]))
        return server.add_insecure_port(address)
    except (RuntimeError, OSError) as error:
        raise errors.ConfigError(f"The orchestrator cannot listen on {address}: {error}") from error
