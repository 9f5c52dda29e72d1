"""NATS JetStream: the stream of jobs, its consumer, and a connection that is made again.

Talks to the server named by EXOBRAIN_NATS_URL, or to the embedded one. Raises `QueueUnavailable`
whenever that cannot be done now. JetStream carries work and is not the record of it: it may
acknowledge what it then loses, and everything here may be lost without losing a job.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import nats
import nats.errors
import orjson
import structlog
from django.conf import settings
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.api import ConsumerConfig, RawStreamMsg, StreamConfig, StreamInfo
from nats.js.errors import APIError, NotFoundError

from exobrain.embedded import endpoints
from exobrain.lib.errors import ConfigError
from exobrain.lib.retries import Backoff
from orchestrator.errors import QueueUnavailable
from orchestrator.types import StreamPosition, StreamState

log = structlog.get_logger(__name__)

STREAM = "JOBS"
SUBJECTS = ["jobs.>"]
ANSWER_SECONDS = 5.0
CONNECT_SECONDS = 2
CONNECT_BACKOFF = Backoff(base_seconds=0.1, max_seconds=2.0)
PING_SECONDS = 20
CLOSED_POLL_SECONDS = 1.0
PULL_SECONDS = 30.0  # how long a request for messages stays open
PULL_HEARTBEAT_SECONDS = 5.0
PULL_SILENCE_SECONDS = 12.0  # two heartbeats missed: the server has forgotten the request
SECONDS_PER_DAY = 86_400
NO_SUCH_MESSAGE = frozenset({10037, 10043})  # error codes of the server

CLIENT_ERRORS = (nats.errors.Error, APIError, OSError, TimeoutError, ValueError)


@contextlib.contextmanager
def queue_errors() -> Iterator[None]:
    """Whatever the NATS client raises within becomes QueueUnavailable."""
    try:
        yield
    except CLIENT_ERRORS as error:
        raise QueueUnavailable from error


def nats_url() -> str:
    """The server's address; raises QueueUnavailable while the embedded one has none yet."""
    config = settings.EXOBRAIN
    url = config.exobrain_nats_url or endpoints(config.data_dir).nats_url
    if url is None:
        raise QueueUnavailable
    return str(url)


def request_subject(job_type: str) -> str:
    """The subject that jobs of that type are published to."""
    return f"jobs.{job_type}.requested"


def result_subject(job_type: str, status: str) -> str:
    """The subject that the end of a job is published to."""
    return f"{settings.EXOBRAIN.job_events_subject_prefix}.{job_type}.{status}"


def status_subject(job_id: object) -> str:
    """The subject that the changes of one job are published to."""
    return f"jobs.status.{job_id}"


class NatsConnection:
    """One connection, with the stream in place. Every method may raise QueueUnavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.jetstream = client.jetstream(timeout=ANSWER_SECONDS)
        self.stream_id = ""  # when the stream was created
        self.closed = asyncio.Event()

    @classmethod
    async def open(cls, *, name: str) -> "NatsConnection":
        """A connection to a server that has the stream."""
        url = nats_url()
        client = Client()
        connection = cls(client)

        async def on_closed() -> None:
            connection.closed.set()

        async def on_error(_error: Exception) -> None:
            """Errors are raised where they matter, or end the connection; no need to log them."""

        try:
            with queue_errors():
                await client.connect(
                    url,
                    name=name,
                    allow_reconnect=False,  # ours does more: address and stream may be new
                    connect_timeout=CONNECT_SECONDS,
                    ping_interval=PING_SECONDS,
                    max_outstanding_pings=2,
                    closed_cb=on_closed,
                    error_cb=on_error,
                )
                await connection.ensure_stream()
        except BaseException:
            await connection.close()
            raise
        return connection

    @property
    def is_closed(self) -> bool:
        """True when nothing can be sent any more."""
        # The client does not call back when it fails to send its last bytes while it closes.
        return self.closed.is_set() or bool(self.client.is_closed)

    async def wait_closed(self) -> None:
        """The connection is closed, by whichever side."""
        while not self.is_closed:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.closed.wait(), CLOSED_POLL_SECONDS)

    async def close(self) -> None:
        """Nothing is sent or received any more."""
        with contextlib.suppress(*CLIENT_ERRORS, AssertionError):  # the latter: never connected
            await self.client.close()
        self.closed.set()

    async def ensure_stream(self) -> StreamInfo:
        """The stream is there, and `stream_id` is its identity."""
        max_age = settings.EXOBRAIN.job_stream_max_age_days * SECONDS_PER_DAY
        with queue_errors():
            try:
                info = await self.jetstream.stream_info(STREAM)
            except NotFoundError:
                wanted = StreamConfig(name=STREAM, subjects=SUBJECTS, max_age=max_age)
                try:
                    info = await self.jetstream.add_stream(wanted)
                except APIError:  # another process was quicker, perhaps with other settings
                    info = await self.jetstream.stream_info(STREAM)
            if info.config.max_age != max_age:
                info = await self.jetstream.update_stream(info.config.evolve(max_age=max_age))
        self.stream_id = info.created.isoformat() if info.created else ""
        return info

    async def publish(self, subject: str, data: bytes, *, message_id: str) -> int:
        """JetStream has the message, under this sequence number."""
        headers = {"Nats-Msg-Id": message_id}

        async def request() -> dict[str, Any]:
            answer = await self.client.request(
                subject, data, timeout=ANSWER_SECONDS, headers=headers
            )
            ack: dict[str, Any] = orjson.loads(answer.data)
            if "error" in ack:
                raise APIError.from_error(ack["error"])
            return ack

        with queue_errors():
            try:
                ack = await request()
            except nats.errors.NoRespondersError:  # the stream was deleted under us
                await self.ensure_stream()
                ack = await request()
        return int(ack["seq"])

    async def announce(self, subject: str, data: bytes) -> None:
        """The message is on its way, as far as that can be known without waiting; never raises."""
        with contextlib.suppress(*CLIENT_ERRORS):
            await self.client.publish(subject, data)

    async def subscribe(
        self, subject: str, on_message: Callable[[Msg], Awaitable[None]]
    ) -> Subscription:
        """What is published to the subject from now on is handed on."""
        with queue_errors():
            return await self.client.subscribe(subject, cb=on_message)

    async def flush(self) -> None:
        """The server has received everything that was sent so far."""
        with queue_errors():
            await self.client.flush(timeout=1)

    async def erase(self, positions: Sequence[StreamPosition]) -> None:
        """The stream has none of these messages, not even their bytes.

        A number under which it has another message by now is left alone.
        """
        for position in positions:
            with queue_errors():
                try:
                    message = await self.jetstream.get_msg(STREAM, seq=position.stream_sequence)
                except NotFoundError:
                    continue
                if _is_same(message, position.message_id):
                    await self._delete(position.stream_sequence)

    async def erase_dead_letters(self, *, containing: str) -> None:
        """The stream has no dead letter with that text in it."""
        subject = settings.EXOBRAIN.job_dlq_subject
        sequence = 1
        while True:
            with queue_errors():
                try:
                    message = await self.jetstream.get_msg(
                        STREAM, seq=sequence, subject=subject, next=True
                    )
                except NotFoundError:
                    return
                if message.seq is None:
                    return
                sequence = message.seq + 1
                if containing.encode() in (message.data or b""):
                    await self._delete(message.seq)

    async def _delete(self, sequence: int) -> None:
        try:
            await self.jetstream.delete_msg(STREAM, sequence)
        except APIError as error:
            if error.err_code not in NO_SUCH_MESSAGE:
                raise

    async def state(self, *, looked_at: datetime) -> StreamState:
        """What JetStream holds and what is finished, read after `looked_at`."""
        info = await self.ensure_stream()
        with queue_errors():
            try:
                durable = settings.EXOBRAIN.job_consumer_durable
                consumer = await self.jetstream.consumer_info(STREAM, durable)
                finished = consumer.ack_floor.stream_seq if consumer.ack_floor else 0
            except NotFoundError:  # no worker has been here yet
                finished = 0
        return StreamState(
            stream_id=self.stream_id,
            first_sequence=info.state.first_seq,
            last_sequence=info.state.last_seq,
            finished_sequence=finished,
            looked_at=looked_at,
        )

    async def ensure_consumer(self) -> None:
        """The consumer that all workers share is there; raises ConfigError for another's."""
        config = settings.EXOBRAIN
        durable = config.job_consumer_durable
        wanted = ConsumerConfig(
            durable_name=durable,
            filter_subject=config.job_queue_subject,
            ack_wait=config.job_consumer_ack_wait_seconds,
            max_deliver=-1,  # the ledger counts attempts
            max_ack_pending=-1,  # jobs that wait for their next attempt must not stall the others
        )
        with queue_errors():
            with contextlib.suppress(NotFoundError):
                info = await self.jetstream.consumer_info(STREAM, durable)
                if info.config.deliver_subject:
                    raise ConfigError(
                        f"JOB_CONSUMER_DURABLE names {durable}, a push consumer of another "
                        "program; choose another name."
                    )
            await self.jetstream.add_consumer(STREAM, wanted)  # or changed to this

    # -- answers to a message that was received; on any connection, not only the one it came by

    async def acknowledge(self, ack_subject: str) -> None:
        """JetStream is done with the message, and has said so; or it will deliver it again."""
        with contextlib.suppress(*CLIENT_ERRORS):
            await self.client.request(ack_subject, b"", timeout=ANSWER_SECONDS)

    async def redeliver(self, ack_subject: str, *, delay_seconds: float) -> None:
        """JetStream delivers the message again after that time."""
        delay = orjson.dumps({"delay": int(delay_seconds * 1e9)})
        await self.announce(ack_subject, b"-NAK " + delay if delay_seconds > 0 else b"-NAK")

    async def in_progress(self, ack_subject: str) -> None:
        """JetStream waits for the acknowledgement for another while."""
        await self.announce(ack_subject, b"+WPI")


def _is_same(message: RawStreamMsg, message_id: str) -> bool:
    """True for the message of that id, and for any of its job that was sent without our ids."""
    sent_as = (message.headers or {}).get("Nats-Msg-Id", "")
    job_id = message_id.partition(".")[0]
    if sent_as.partition(".")[0] == job_id:
        return bool(sent_as == message_id)
    return job_id.encode() in (message.data or b"")


class PullSubscription:
    """Receives messages of the shared consumer, no more than were requested."""

    def __init__(self, connection: NatsConnection, on_message: Callable[[Msg], None]) -> None:
        self.connection = connection
        self.on_message = on_message
        self.requested = 0  # messages that may still arrive
        self.last_heard = 0.0  # by the loop's clock
        self.is_broken = False
        self.inbox = connection.client.new_inbox()
        durable = settings.EXOBRAIN.job_consumer_durable
        self.subject = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{durable}"

    async def start(self) -> None:
        """Messages that are requested will arrive; raises QueueUnavailable, ConfigError."""
        await self.connection.ensure_consumer()
        self.subscription = await self.connection.subscribe(self.inbox, self._take_in)

    async def request(self, count: int) -> None:
        """So many more messages may arrive."""
        if self.requested == 0:
            self.last_heard = asyncio.get_running_loop().time()
        self.requested += count
        request = {
            "batch": count,
            "expires": int(PULL_SECONDS * 1e9),
            "idle_heartbeat": int(PULL_HEARTBEAT_SECONDS * 1e9),
        }
        with contextlib.suppress(*CLIENT_ERRORS):
            await self.connection.client.publish(
                self.subject, orjson.dumps(request), reply=self.inbox
            )

    def is_stalled(self) -> bool:
        """True when the server seems to have forgotten the request."""
        silence = asyncio.get_running_loop().time() - self.last_heard
        return self.is_broken or (self.requested > 0 and silence > PULL_SILENCE_SECONDS)

    async def reset(self) -> None:
        """Nothing is requested, and the consumer is there again.

        Raises QueueUnavailable, ConfigError.
        """
        await self.connection.ensure_stream()
        await self.connection.ensure_consumer()
        self.requested, self.is_broken = 0, False

    async def stop(self) -> None:
        """Nothing arrives any more."""
        with contextlib.suppress(*CLIENT_ERRORS):
            await self.subscription.unsubscribe()

    async def _take_in(self, message: Msg) -> None:
        self.last_heard = asyncio.get_running_loop().time()
        status = (message.headers or {}).get("Status")
        if status is None:
            self.requested = max(0, self.requested - 1)
            self.on_message(message)
        elif status == "408":  # a request has expired
            unused = int((message.headers or {}).get("Nats-Pending-Messages", 0))
            self.requested = max(0, self.requested - unused)
        elif status != "100":  # a heartbeat; anything else says that the consumer has gone
            self.is_broken = True


class NatsConnector:
    """Holds a connection, which is made again whenever it breaks."""

    def __init__(
        self,
        *,
        name: str,
        on_connected: Callable[[NatsConnection], Awaitable[None]] | None = None,
    ) -> None:
        self.name = name
        self.on_connected = on_connected
        self._connection: NatsConnection | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        """True while there is a connection."""
        return self._connection is not None and not self._connection.is_closed

    @property
    def connection(self) -> NatsConnection:
        """The connection of this moment; raises QueueUnavailable while there is none."""
        if self._connection is None or self._connection.is_closed:
            raise QueueUnavailable
        return self._connection

    async def announce(self, subject: str, data: bytes) -> None:
        """The message is on its way, or lost while there is no connection; never raises."""
        if self.is_connected:
            await self.connection.announce(subject, data)

    def start(self) -> None:
        """From now on there is a connection whenever there can be one."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """There is no connection any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._connection is not None:
            await self._connection.close()

    @property
    def failure(self) -> BaseException | None:
        """Why there will never be a connection again: a setting is wrong."""
        if self._task is None or not self._task.done() or self._task.cancelled():
            return None
        return self._task.exception()

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                self._connection = await NatsConnection.open(name=self.name)
                if self.on_connected is not None:
                    await self.on_connected(self._connection)
            except ConfigError:
                raise
            except Exception as error:  # noqa: BLE001  whatever it was, the next try may succeed
                if self._connection is not None:
                    await self._connection.close()
                failures += 1
                backoff = CONNECT_BACKOFF.seconds(failures)
                reason = type(error.__cause__ or error).__name__
                log.warning("nats_unavailable", error=reason, backoff_seconds=backoff)
                await asyncio.sleep(backoff)
                continue
            log.info("nats_connected", stream_id=self._connection.stream_id)
            failures = 0
            await self._connection.wait_closed()
            log.warning("nats_connection_lost")
