"""Which consumer answers which stream address, and what runs beside them in a server."""

from concurrent.futures import Future
from typing import Any

from django.conf import settings
from django.dispatch import receiver
from django.urls import path, re_path

from accounts.services.provider import watch_provider
from chat.agent import chat_model
from chat.consumers import SocketConsumer, StreamConsumer
from chat.services import close_runtime, reconcile_forever
from chat.tools.web import web_providers
from exobrain.lib import background
from exobrain.lib.lifecycle import server_started, server_stopping

# A model or a tool that cannot be made is a reason not to start.
chat_model()
web_providers(settings.EXOBRAIN)

http_routes: list[Any] = [
    re_path(r"^api/chat/stream/(?P<stream_id>[^/]*)$", StreamConsumer.as_asgi()),
]


async def refuse_socket(_scope: Any, receive: Any, send: Any) -> None:
    """The handshake is refused: nobody listens at this address."""
    await receive()
    await send({"type": "websocket.close"})


websocket_routes: list[Any] = [
    path("ws/chat/", SocketConsumer.as_asgi()),
    re_path(r"", refuse_socket),  # type: ignore[arg-type]  # Channels routes ASGI, Django views
]

_reconciling: list[Future[Any]] = []


@receiver(server_started, dispatch_uid="chat.start")
def start_background_work(**_: Any) -> None:
    _reconciling.append(background.spawn(reconcile_forever()))
    _reconciling.append(background.spawn(watch_provider()))


@receiver(server_stopping, dispatch_uid="chat.stop")
def stop_background_work(**_: Any) -> None:
    while _reconciling:
        _reconciling.pop().cancel()
    background.spawn(close_runtime())
