"""Which consumer answers which stream address, and what runs beside them in a server."""

from concurrent.futures import Future
from typing import Any

from django.dispatch import receiver
from django.urls import path, re_path

from chat.agent import chat_model
from chat.consumers import SocketConsumer, StreamConsumer
from chat.services import close_runtime, reconcile_forever
from exobrain.lib import background
from exobrain.lib.lifecycle import server_started, server_stopping

chat_model()  # a model that cannot be made is a reason not to start

http_routes: list[Any] = [
    re_path(r"^api/chat/stream/(?P<stream_id>[^/]*)$", StreamConsumer.as_asgi()),
]


async def _refuse_socket(_scope: Any, receive: Any, send: Any) -> None:
    """The handshake is refused: nobody listens at this address."""
    await receive()
    await send({"type": "websocket.close"})


websocket_routes: list[Any] = [
    path("ws/chat/", SocketConsumer.as_asgi()),
    re_path(r"", _refuse_socket),  # type: ignore[arg-type]  # Channels routes ASGI, Django views
]

_reconciling: list[Future[Any]] = []


@receiver(server_started, dispatch_uid="chat.start")
def _start(**_: Any) -> None:
    _reconciling.append(background.spawn(reconcile_forever()))


@receiver(server_stopping, dispatch_uid="chat.stop")
def _stop(**_: Any) -> None:
    while _reconciling:
        _reconciling.pop().cancel()
    background.spawn(close_runtime())
