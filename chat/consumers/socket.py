"""/ws/chat/: ask, resume and cancel over one socket, with the events of all its streams.

Frames from the page: `send`, `resume`, `cancel` (see `chat.schemas`). Frames to the page:
`accepted`, `event`, `turn_started` for a question asked elsewhere, and `problem`.
"""

import asyncio
import contextlib
from functools import partial
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
from chat.auth import requester_of
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
NOTICE_SECONDS = 0.02  # before a new turn is announced, so that others can be announced with it
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
            requester = await self._identify()
        except (Unavailable, DatabaseFailure):
            await self.close(TRY_AGAIN_LATER)
            return
        if requester is not None and requester.user_id is not None:
            self.listening = [
                asyncio.create_task(self._listen(requester.user_id)),
                asyncio.create_task(self._close_when_signed_out()),
                asyncio.create_task(self._start_warm_up(requester.user_id)),
            ]

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        """The page is sent nothing more; what it still says is ignored."""
        if self.has_ended:
            return
        self.has_ended = True
        for task in {*self.following.values(), *self.listening} - {asyncio.current_task()}:
            task.cancel()
        await super().close(code, reason)

    async def _start_warm_up(self, user_id: UUID) -> None:
        if services.needs_warm_up():
            with contextlib.suppress(DatabaseFailure):  # the question itself will tell
                await in_thread(services.start_warm_up, user_id=user_id)

    async def _close_when_signed_out(self) -> None:
        await until_signed_out(self.request)
        await self.close(SIGNED_OUT)

    async def _identify(self) -> Requester | None:
        """Who is at the other end; found out for every frame, so that signing out counts at once.

        None, and the socket is closed, when it is nobody who may chat.
        """
        try:
            return await in_thread(requester_of, self.request)
        except Unauthenticated:
            await self.close(SIGNED_OUT)
            return None

    # -- frames from the page

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """A frame of the page has been obeyed, or its problem named."""
        if self.has_ended:
            return
        text = text_data or ""
        if problem := await self._obey(text):
            await self.send_json({"type": "problem", "detail": problem, **ids_in(text)})

    async def _obey(self, text: str) -> str | None:
        """What the frame says is done, or why it is not is returned.

        Returned, not sent from here: should sending fail while the problem is being handled, the
        log would get both, and with the problem the frame.
        """
        try:
            frame = FRAMES.validate_json(text)
            requester = await self._identify()
            if requester is None:
                return None
            match frame:
                case SendFrame():
                    await self._ask(frame, requester)
                case ResumeFrame():
                    await self._follow(
                        requester, frame.stream_id, after=max(0, frame.last_event_id)
                    )
                case CancelFrame():
                    await in_thread(services.cancel, requester=requester, stream_id=frame.stream_id)
        except ValidationError as error:
            problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
            if problem["type"] == "json_invalid":
                return "A frame is a JSON object."
            return ": ".join([*map(str, problem["loc"][1:]), problem["msg"]])
        except DomainError as error:
            return error.message
        except DatabaseFailure:
            return Unavailable().message
        return None

    async def _ask(self, frame: SendFrame, requester: Requester) -> None:
        self.asked_here.add(frame.client_message_id)
        if requester.user_id is not None:
            start = partial(
                services.start_turn,
                user_id=requester.user_id,
                uses_memory=frame.memory != "none",
            )
        else:
            start = partial(
                services.start_visitor_turn,
                visitor_key=requester.visitor_key,
                address=address_of(self.request),
            )
        stream_id = await in_thread(
            start, message=frame.message, client_message_id=frame.client_message_id
        )
        await self.send_json(
            {
                "type": "accepted",
                "client_message_id": str(frame.client_message_id),
                "stream_id": str(stream_id),
            }
        )
        await self._follow(requester, str(stream_id), after=0)

    # -- frames to the page

    async def _follow(self, requester: Requester, stream_id: str, *, after: int) -> None:
        """The stream's events go to the page; following it again starts from there."""
        reading = await open_reading(requester=requester, stream_id=stream_id, after=after)
        known_id = reading.stream_id
        if before := self.following.pop(known_id, None):
            before.cancel()
        if len(self.following) >= MAX_STREAMS:
            reading.close()
            raise Unavailable("Too many streams over one connection.")

        def remove(ended: "asyncio.Task[None]") -> None:
            if self.following.get(known_id) is ended:
                del self.following[known_id]

        self.following[known_id] = asyncio.create_task(self._send_events(reading))
        self.following[known_id].add_done_callback(remove)

    async def _send_events(self, reading: Reading) -> None:
        stream_id = str(reading.stream_id)
        try:
            while not reading.has_ended:
                entries = await reading.next(seconds=settings.EXOBRAIN.stream_heartbeat_seconds)
                for entry in entries:
                    await self.send(text_data=as_frame(entry, stream_id=stream_id))
        finally:
            reading.close()

    async def _listen(self, user_id: UUID) -> None:
        """The page learns of its user's new turns, as soon as and as long as Redis is there."""
        layer = get_channel_layer()
        while True:
            with contextlib.suppress(RedisError, OSError):
                channel = await layer.new_channel()
                await layer.group_add(group_of(user_id), channel)
                try:
                    while True:
                        notice = await layer.receive(channel)
                        for turn in notice["turns"]:
                            asked = UUID(turn["client_message_id"])
                            if asked in self.asked_here:
                                self.asked_here.discard(asked)  # a turn is announced once
                            else:
                                await self.send_json({"type": "turn_started", **turn})
                finally:
                    await layer.group_discard(group_of(user_id), channel)
            await asyncio.sleep(NOTICE_RETRY_SECONDS)


def ids_in(text: str) -> dict[str, str]:
    """The ids of what a frame is about, as far as it can be read."""
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


def group_of(user_id: UUID) -> str:
    """The channel layer's group of a user's sockets."""
    return f"user.{user_id.hex}"


# -- turns that begin elsewhere

# What is to be announced on each event loop; turns that begin together are announced together.
_waiting: dict[asyncio.AbstractEventLoop, list[ChatRequest]] = {}
_announcing: set[asyncio.Task[None]] = set()  # strong references: a forgotten task may be collected


@receiver(services.answer_begins, dispatch_uid="chat.announce_turn")
def announce(request: ChatRequest, **_: Any) -> None:
    """Every socket of the user will have a `turn_started` frame soon."""
    loop = asyncio.get_running_loop()
    if loop in _waiting:
        _waiting[loop].append(request)
        return
    _waiting[loop] = [request]
    task = loop.create_task(_announce_waiting(loop))
    _announcing.add(task)
    task.add_done_callback(_announcing.discard)


async def _announce_waiting(loop: asyncio.AbstractEventLoop) -> None:
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
            await get_channel_layer().group_send(group_of(user_id), {"turns": notices})
        except (RedisError, OSError) as error:
            log.warning("turn_not_announced", error=type(error).__name__)
