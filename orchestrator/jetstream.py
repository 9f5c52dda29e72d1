"""NATS JetStream: the stream of jobs, its consumer, and a connection that is made again.

Talks to the server named by EXOBRAIN_NATS_URL, or to the embedded one. Raises `QueueDown`
whenever that cannot be done now. JetStream carries work and is not the record of it: it may
acknowledge what it then loses, and everything here may be lost without losing a job.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import nats
import nats.errors
import orjson
import structlog
from django.conf import settings
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig, RawStreamMsg, StreamConfig, StreamInfo
from nats.js.errors import APIError, NotFoundError

from exobrain.embedded import endpoints
from exobrain.lib.errors import ConfigError
from orchestrator.errors import QueueDown
from orchestrator.types import Place, StreamState

log = structlog.get_logger(__name__)

STREAM = "JOBS"
SUBJECTS = ["jobs.>"]
ANSWER_SECONDS = 5.0
CONNECT_SECONDS = 2
FIRST_PAUSE_SECONDS = 0.1
LAST_PAUSE_SECONDS = 2.0
PING_SECONDS = 20
CLOSED_POLL_SECONDS = 1.0
PULL_SECONDS = 30.0  # how long a request for messages stays open
PULL_HEARTBEAT_SECONDS = 5.0
PULL_SILENCE_SECONDS = 12.0  # two heartbeats missed: the request is forgotten over there
SECONDS_PER_DAY = 86_400
NO_SUCH_MESSAGE = frozenset({10037, 10043})  # error codes of the server

_TROUBLE = (nats.errors.Error, APIError, OSError, TimeoutError, ValueError)


def nats_url() -> str:
    """The server's address; raises QueueDown while the embedded one has none yet."""
    config = settings.EXOBRAIN
    url = config.exobrain_nats_url or endpoints(config.data_dir).nats_url
    if url is None:
        raise QueueDown
    return str(url)


def request_subject(job_type: str) -> str:
    """Where jobs of that type are asked for."""
    return f"jobs.{job_type}.requested"


def result_subject(job_type: str, status: str) -> str:
    """Where the end of a job is told."""
    return f"{settings.EXOBRAIN.job_events_subject_prefix}.{job_type}.{status}"


def status_subject(job_id: object) -> str:
    """Where the changes of one job are told."""
    return f"jobs.status.{job_id}"


class Link:
    """One connection, with the stream in place."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.jetstream = client.jetstream(timeout=ANSWER_SECONDS)
        self.stream_id = ""
        self.closed = asyncio.Event()

    @classmethod
    async def open(cls, *, name: str) -> "Link":
        """A connection to a server that has the stream; raises QueueDown."""
        client = Client()
        link = cls(client)

        async def on_closed() -> None:
            link.closed.set()

        try:
            await client.connect(
                nats_url(),
                name=name,
                allow_reconnect=False,  # ours does more: the address and the stream may be new
                connect_timeout=CONNECT_SECONDS,
                ping_interval=PING_SECONDS,
                max_outstanding_pings=2,
                closed_cb=on_closed,
                error_cb=_ignore,
            )
            await link.ensure_stream()
        except _TROUBLE as error:
            await link.close()
            raise QueueDown from error
        return link

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
        with contextlib.suppress(*_TROUBLE):
            await self.client.close()
        self.closed.set()

    async def ensure_stream(self) -> StreamInfo:
        """The stream is there, and its identity is known."""
        try:
            info = await self.jetstream.stream_info(STREAM)
        except NotFoundError:
            info = await self._add_stream()
        max_age = settings.EXOBRAIN.job_stream_max_age_days * SECONDS_PER_DAY
        if info.config.max_age != max_age:
            info = await self.jetstream.update_stream(info.config.evolve(max_age=max_age))
        self.stream_id = info.created.isoformat() if info.created else ""
        return info

    async def _add_stream(self) -> StreamInfo:
        max_age = settings.EXOBRAIN.job_stream_max_age_days * SECONDS_PER_DAY
        wanted = StreamConfig(name=STREAM, subjects=SUBJECTS, max_age=max_age)
        try:
            return await self.jetstream.add_stream(wanted)
        except APIError:  # another process was quicker, and perhaps had another opinion of it
            return await self.jetstream.stream_info(STREAM)

    async def publish(self, subject: str, data: bytes, *, message_id: str) -> int:
        """JetStream has the message, under this number; raises QueueDown."""
        headers = {"Nats-Msg-Id": message_id}
        try:
            try:
                ack = await self._publish(subject, data, headers)
            except nats.errors.NoRespondersError:  # the stream was deleted under us
                await self.ensure_stream()
                ack = await self._publish(subject, data, headers)
        except _TROUBLE as error:
            raise QueueDown from error
        return int(ack["seq"])

    async def _publish(self, subject: str, data: bytes, headers: dict[str, str]) -> dict[str, Any]:
        answer = await self.client.request(subject, data, timeout=ANSWER_SECONDS, headers=headers)
        ack: dict[str, Any] = orjson.loads(answer.data)
        if "error" in ack:
            raise APIError.from_error(ack["error"])
        return ack

    async def announce(self, subject: str, data: bytes) -> None:
        """The message is on its way, as far as that can be known without waiting."""
        with contextlib.suppress(*_TROUBLE):
            await self.client.publish(subject, data)

    async def erase(self, places: Sequence[Place]) -> None:
        """The stream has none of these messages, not even their bytes; raises QueueDown.

        A number under which it has another message by now is left alone.
        """
        for place in places:
            if await self._has(place):
                await self._delete(place.stream_sequence)

    async def _has(self, place: Place) -> bool:
        try:
            message = await self.jetstream.get_msg(STREAM, seq=place.stream_sequence)
        except NotFoundError:
            return False
        except _TROUBLE as error:
            raise QueueDown from error
        return _is_same(message, place.message_id)

    async def _delete(self, sequence: int) -> None:
        try:
            await self.jetstream.delete_msg(STREAM, sequence)
        except APIError as error:
            if error.err_code not in NO_SUCH_MESSAGE:
                raise QueueDown from error
        except _TROUBLE as error:
            raise QueueDown from error

    async def erase_dead_letters(self, *, containing: str) -> None:
        """The stream has no dead letter with that text in it; raises QueueDown."""
        subject = settings.EXOBRAIN.job_dlq_subject
        sequence = 1
        while True:
            try:
                message = await self.jetstream.get_msg(
                    STREAM, seq=sequence, subject=subject, next=True
                )
            except NotFoundError:
                return
            except _TROUBLE as error:
                raise QueueDown from error
            if message.seq is None:
                return
            sequence = message.seq + 1
            if containing.encode() in (message.data or b""):
                await self._delete(message.seq)

    async def state(self, *, looked_at: datetime) -> StreamState:
        """What JetStream holds and what is finished; raises QueueDown."""
        try:
            info = await self.ensure_stream()
            finished = await self._finished_sequence()
        except _TROUBLE as error:
            raise QueueDown from error
        return StreamState(
            stream_id=self.stream_id,
            first_sequence=info.state.first_seq,
            last_sequence=info.state.last_seq,
            finished_sequence=finished,
            looked_at=looked_at,
        )

    async def _finished_sequence(self) -> int:
        durable = settings.EXOBRAIN.job_consumer_durable
        try:
            info = await self.jetstream.consumer_info(STREAM, durable)
        except NotFoundError:  # no worker has been here yet
            return 0
        return info.ack_floor.stream_seq if info.ack_floor else 0

    async def ensure_consumer(self) -> None:
        """The consumer that all workers share is there; raises QueueDown, ConfigError."""
        config = settings.EXOBRAIN
        wanted = ConsumerConfig(
            durable_name=config.job_consumer_durable,
            filter_subject=config.job_queue_subject,
            ack_wait=config.job_consumer_ack_wait_seconds,
            max_deliver=-1,  # the ledger counts attempts
            max_ack_pending=-1,  # jobs that wait for their next attempt must not stall the others
        )
        try:
            await self._refuse_push_consumer(config.job_consumer_durable)
            await self.jetstream.add_consumer(STREAM, wanted)  # or changed to this
        except _TROUBLE as error:
            raise QueueDown from error

    async def _refuse_push_consumer(self, durable: str) -> None:
        try:
            info = await self.jetstream.consumer_info(STREAM, durable)
        except NotFoundError:
            return
        if info.config.deliver_subject:
            raise ConfigError(
                f"JOB_CONSUMER_DURABLE names {durable}, a push consumer of another program; "
                "choose another name."
            )

    # -- answers to a message that was received; on any connection, not only the one it came by

    async def acknowledge(self, reply: str) -> None:
        """JetStream has forgotten the message, and has said so; or it will deliver it again."""
        with contextlib.suppress(*_TROUBLE):
            await self.client.request(reply, b"", timeout=ANSWER_SECONDS)

    async def give_back(self, reply: str, *, seconds: float) -> None:
        """JetStream delivers the message again after that time."""
        delay = orjson.dumps({"delay": int(seconds * 1e9)})
        await self.announce(reply, b"-NAK " + delay if seconds > 0 else b"-NAK")

    async def in_progress(self, reply: str) -> None:
        """JetStream waits for another while."""
        await self.announce(reply, b"+WPI")


def _is_same(message: RawStreamMsg, message_id: str) -> bool:
    """True for the message of that id, and for any of its job that was sent without our ids."""
    sent_as = (message.headers or {}).get("Nats-Msg-Id", "")
    job_id = message_id.partition(".")[0]
    if sent_as.partition(".")[0] == job_id:
        return bool(sent_as == message_id)
    return job_id.encode() in (message.data or b"")


async def _ignore(_error: Exception) -> None:
    """Errors are raised where they matter, or end the connection; this would only repeat them."""


class Pull:
    """A stream of messages in which no more arrive than were asked for."""

    def __init__(self, link: Link, on_message: Callable[[Msg], None]) -> None:
        self.link = link
        self.on_message = on_message
        self.asked = 0  # messages that may still arrive
        self.heard_at = 0.0
        self.is_broken = False
        self.inbox = link.client.new_inbox()
        durable = settings.EXOBRAIN.job_consumer_durable
        self.subject = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{durable}"

    async def start(self) -> None:
        """Messages that are asked for will arrive; raises QueueDown, ConfigError."""
        await self.link.ensure_consumer()
        try:
            self.subscription = await self.link.client.subscribe(self.inbox, cb=self._received)
        except _TROUBLE as error:
            raise QueueDown from error

    async def ask(self, count: int) -> None:
        """So many more messages may arrive."""
        if self.asked == 0:
            self.heard_at = asyncio.get_running_loop().time()
        self.asked += count
        request = {
            "batch": count,
            "expires": int(PULL_SECONDS * 1e9),
            "idle_heartbeat": int(PULL_HEARTBEAT_SECONDS * 1e9),
        }
        with contextlib.suppress(*_TROUBLE):
            await self.link.client.publish(self.subject, orjson.dumps(request), reply=self.inbox)

    def is_silent(self) -> bool:
        """True when the server seems to have forgotten what was asked."""
        silence = asyncio.get_running_loop().time() - self.heard_at
        return self.is_broken or (self.asked > 0 and silence > PULL_SILENCE_SECONDS)

    async def renew(self) -> None:
        """What was asked is forgotten on this side too, and the consumer is there again.

        Raises QueueDown, ConfigError.
        """
        try:
            await self.link.ensure_stream()
        except _TROUBLE as error:
            raise QueueDown from error
        await self.link.ensure_consumer()
        self.asked, self.is_broken = 0, False

    async def stop(self) -> None:
        """Nothing arrives any more."""
        with contextlib.suppress(*_TROUBLE):
            await self.subscription.unsubscribe()

    async def _received(self, message: Msg) -> None:
        self.heard_at = asyncio.get_running_loop().time()
        status = (message.headers or {}).get("Status")
        if status is None:
            self.asked = max(0, self.asked - 1)
            self.on_message(message)
        elif status == "408":  # a request has expired
            unused = int((message.headers or {}).get("Nats-Pending-Messages", 0))
            self.asked = max(0, self.asked - unused)
        elif status != "100":  # a heartbeat; anything else says that the consumer has gone
            self.is_broken = True


class Queue:
    """A link that is made again whenever it breaks."""

    def __init__(
        self, *, name: str, on_up: Callable[[Link], Awaitable[None]] | None = None
    ) -> None:
        self.name = name
        self.on_up = on_up
        self._link: Link | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_up(self) -> bool:
        """True while there is a link."""
        return self._link is not None and not self._link.is_closed

    @property
    def link(self) -> Link:
        """The link of this moment; raises QueueDown while there is none."""
        if self._link is None or self._link.is_closed:
            raise QueueDown
        return self._link

    def start(self) -> None:
        """From now on there is a link whenever there can be one."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """There is no link any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._link is not None:
            await self._link.close()

    @property
    def failure(self) -> BaseException | None:
        """Why there will never be a link again."""
        if self._task is None or not self._task.done() or self._task.cancelled():
            return None
        return self._task.exception()

    async def _run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                link = await Link.open(name=self.name)
                self._link = link
                if self.on_up is not None:
                    await self.on_up(link)
            except ConfigError:
                raise
            except Exception as error:  # noqa: BLE001  whatever it was, the next try may succeed
                await self._drop_link()
                reason = type(error.__cause__ or error).__name__
                log.warning("queue_down", error=reason, pause_seconds=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LAST_PAUSE_SECONDS)
                continue
            log.info("queue_up", stream_id=link.stream_id)
            pause = FIRST_PAUSE_SECONDS
            await link.wait_closed()
            log.warning("queue_lost")

    async def _drop_link(self) -> None:
        if self._link is not None:
            await self._link.close()
            self._link = None
