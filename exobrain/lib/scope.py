"""ASGI connections: their types, and each as Django's request.

Streams and sockets never reach Django's request stack, but who asks, from where and for what is
read from the same object as everywhere.
"""

from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

KEY = "exobrain.request"


def request_of(scope: Scope) -> ASGIRequest:
    """The request that opened this connection, without its body; the same one each time."""
    if KEY not in scope:
        scope[KEY] = ASGIRequest({"method": "GET", **scope}, BytesIO())
    request: ASGIRequest = scope[KEY]
    return request
