"""The chat's asynchronous doors: server-sent events and the socket."""

from chat.consumers.socket import SocketConsumer
from chat.consumers.sse import StreamConsumer

__all__ = ["SocketConsumer", "StreamConsumer"]
