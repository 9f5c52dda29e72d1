"""/ws/chat/: ask, resume and cancel over one socket, with the events of all its streams.

Frames from the page: `send`, `resume`, `cancel` (see `chat.schemas`). Frames to the page:
`accepted`, `event`, `turn_started` for a question asked elsewhere, and `problem`.
"""

import asyncio
import contextlib
from typing import Any
from uuid import UUID

import orjson
import structlog
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.dispatch import receiver
from pydantic import ValidationError
from redis.exceptions import RedisError

from accounts.auth import address_of
from accounts.consumers import until_signed_out
from chat import services
from chat.auth import asking
from chat.events import as_frame
from chat.schemas import FRAMES, CancelFrame, ResumeFrame, SendFrame
from chat.services import Reading, open_reading
from chat.types import ChatRequest, Requester
from exobrain.lib.errors import DomainError, Unauthenticated, Unavailable
from exobrain.lib.scope import request_of
from exobrain.lib.tasks import cancel_all
from exobrain.lib.threads import in_thread

log = structlog.get_logger(__name__)

SIGNED_OUT = 4401  # close code
TRY_AGAIN_LATER = 1013  # close code
MAX_STREAMS = 32  # followed at once over one socket
NOTICE_SECONDS = 0.02  # before a new turn is told, so that others can be told with it
NOTICE_RETRY_SECONDS = 1.0
MAX_ID_CHARACTERS = 64  # of an id that is sent back with a problem


class SocketConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels ships no types
    """One page's conversation."""

    channel_layer_alias = ""  # the base would refuse the socket while Redis is away; see _listen

    async def dispatch(self, message: dict[str, Any]) -> None:
        """One event of the connection; without the base's thread hop, as no ORM is used here."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """The page has gone; its streams go on without it."""
        await cancel_all([*self.following.values(), *self.listening])
        raise StopConsumer

    async def connect(self) -> None:
        """The socket is open for a signed-in user, or for a visitor where they may chat."""
        self.following: dict[UUID, asyncio.Task[None]] = {}
        self.listening: list[asyncio.Task[None]] = []
        self.asked_here: set[UUID] = set()
        self.has_ended = False
        self.request = request_of(self.scope)
        await self.accept()
        try:
            requester = await self._requester()
        except (Unavailable, DatabaseFailure):
            await self.close(TRY_AGAIN_LATER)
            return
        if requester is not None and requester.user_id is not None:
            self.listening = [
                asyncio.create_task(self._listen(_group(requester.user_id))),
                asyncio.create_task(self._watch()),
                asyncio.create_task(self._start_warm_up(requester.user_id)),
            ]

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        """The page is told nothing more; what it still says is not heard."""
        if self.has_ended:
            return
        self.has_ended = True
        for task in {*self.following.values(), *self.listening} - {asyncio.current_task()}:
            task.cancel()
        await super().close(code, reason)

    async def _start_warm_up(self, user_id: UUID) -> None:
        """The page is open: a question will come."""
        if services.needs_warm_up():
            with contextlib.suppress(DatabaseFailure):  # the question itself will tell
                await in_thread(services.start_warm_up, user_id=user_id)

    async def _watch(self) -> None:
        """The socket ends with the right to it, though its page may say nothing any more."""
        await until_signed_out(self.request)
        await self.close(SIGNED_OUT)

    async def _requester(self) -> Requester | None:
        """Who is at the other end; asked for every frame, so that signing out counts at once."""
        try:
            return await in_thread(asking, self.request)
        except Unauthenticated:
            await self.close(SIGNED_OUT)
            return None

    # -- what the page says

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """A frame of the page has been obeyed, or its problem named."""
        if self.has_ended:
            return
        text = text_data or ""
        if problem := await self._try_to_obey(text):
            await self.send_json({"type": "problem", "detail": problem, **_ids_in(text)})

    async def _try_to_obey(self, text: str) -> str | None:
        """What the frame says is done, or why it is not is returned.

        Returned, not sent from here: should sending fail while the problem is being handled, the
        log would get both, and with the problem the frame.
        """
        try:
            frame = FRAMES.validate_json(text)
            if requester := await self._requester():
                await self._obey(frame, requester)
        except ValidationError as error:
            return _explain(error)
        except DomainError as error:
            return error.message
        except DatabaseFailure:
            return Unavailable().message
        return None

    async def _obey(
        self, frame: SendFrame | ResumeFrame | CancelFrame, requester: Requester
    ) -> None:
        match frame:
            case SendFrame():
                await self._send_message(frame, requester)
            case ResumeFrame():
                await self._follow(requester, frame.stream_id, after=max(0, frame.last_event_id))
            case CancelFrame():
                await in_thread(services.cancel, requester=requester, stream_id=frame.stream_id)

    async def _send_message(self, frame: SendFrame, requester: Requester) -> None:
        self.asked_here.add(frame.client_message_id)
        stream_id = await in_thread(self._start, frame, requester)
        await self.send_json(
            {
                "type": "accepted",
                "client_message_id": str(frame.client_message_id),
                "stream_id": str(stream_id),
            }
        )
        await self._follow(requester, str(stream_id), after=0)

    def _start(self, frame: SendFrame, requester: Requester) -> UUID:
        if requester.user_id is not None:
            return services.start_turn(
                user_id=requester.user_id,
                message=frame.message,
                client_message_id=frame.client_message_id,
                uses_memory=frame.memory != "none",
            )
        return services.start_visitor_turn(
            visitor_key=requester.visitor_key,
            address=address_of(self.request),
            message=frame.message,
            client_message_id=frame.client_message_id,
        )

    # -- what the page is told

    async def _follow(self, requester: Requester, stream_id: str, *, after: int) -> None:
        """The stream's events go to the page; following it again starts from there."""
        reading = await open_reading(requester=requester, stream_id=stream_id, after=after)
        known_id = reading.stream_id
        if before := self.following.pop(known_id, None):
            before.cancel()
        if len(self.following) >= MAX_STREAMS:
            reading.close()
            raise Unavailable("Too many streams over one connection.")
        task = asyncio.create_task(self._pass_on(reading))
        self.following[known_id] = task
        task.add_done_callback(lambda _: self._forget(known_id, task))

    def _forget(self, stream_id: UUID, task: "asyncio.Task[None]") -> None:
        if self.following.get(stream_id) is task:
            del self.following[stream_id]

    async def _pass_on(self, reading: Reading) -> None:
        stream_id = str(reading.stream_id)
        try:
            while not reading.has_ended:
                entries = await reading.next(seconds=settings.EXOBRAIN.stream_heartbeat_seconds)
                for entry in entries:
                    await self.send(text_data=as_frame(entry, stream_id=stream_id))
        finally:
            reading.close()

    # -- questions asked elsewhere

    async def _listen(self, group: str) -> None:
        """The page learns of its user's new turns, as soon as and as long as Redis is there."""
        layer = get_channel_layer()
        while True:
            with contextlib.suppress(RedisError, OSError):
                channel = await layer.new_channel()
                await layer.group_add(group, channel)
                try:
                    while True:
                        await self._tell(await layer.receive(channel))
                finally:
                    await layer.group_discard(group, channel)
            await asyncio.sleep(NOTICE_RETRY_SECONDS)

    async def _tell(self, notice: dict[str, Any]) -> None:
        for turn in notice["turns"]:
            if UUID(turn["client_message_id"]) not in self.asked_here:
                await self.send_json({"type": "turn_started", **turn})


def _explain(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if problem["type"] == "json_invalid":
        return "A frame is a JSON object."
    return ": ".join([*map(str, problem["loc"][1:]), problem["msg"]])


def _ids_in(text: str) -> dict[str, str]:
    """What the frame is about, as far as it can be read."""
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return {
        name: given[name]
        for name in ("client_message_id", "stream_id")
        if isinstance(given, dict)
        and isinstance(given.get(name), str)
        and len(given[name]) <= MAX_ID_CHARACTERS
    }


def _group(user_id: UUID) -> str:
    return f"user.{user_id.hex}"


# What is to be announced on each event loop; turns that begin together are told together.
_waiting: dict[asyncio.AbstractEventLoop, list[ChatRequest]] = {}
_announcing: set[asyncio.Task[None]] = set()  # strong references: a forgotten task may be collected


@receiver(services.answer_begins, dispatch_uid="chat.announce_turn")
def _announce(request: ChatRequest, **_: Any) -> None:
    loop = asyncio.get_running_loop()
    if loop in _waiting:
        _waiting[loop].append(request)
        return
    _waiting[loop] = [request]
    task = loop.create_task(_announce_all(loop))
    _announcing.add(task)
    task.add_done_callback(_announcing.discard)


async def _announce_all(loop: asyncio.AbstractEventLoop) -> None:
    await asyncio.sleep(NOTICE_SECONDS)
    turns: dict[UUID, list[dict[str, str]]] = {}
    for request in _waiting.pop(loop):
        if request.requester.user_id is not None:
            notice = {
                "stream_id": str(request.stream_id),
                "client_message_id": str(request.client_message_id),
            }
            turns.setdefault(request.requester.user_id, []).append(notice)
    for user_id, notices in turns.items():
        try:
            await get_channel_layer().group_send(_group(user_id), {"turns": notices})
        except (RedisError, OSError) as error:
            log.warning("turn_not_announced", error=type(error).__name__)
