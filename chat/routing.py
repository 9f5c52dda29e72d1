"""Which consumer answers which stream address."""

from typing import Any

http_routes: list[Any] = []
websocket_routes: list[Any] = []
