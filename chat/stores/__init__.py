"""Where running streams live: a log shared by all processes, and this process's view of it."""

from chat.stores.broker import StreamBroker, StreamBuffer
from chat.stores.log import AppendRequest, TurnLog
from chat.stores.memory import MemoryTurnLog
from chat.stores.redis import RedisTurnLog

__all__ = [
    "AppendRequest",
    "MemoryTurnLog",
    "RedisTurnLog",
    "StreamBroker",
    "StreamBuffer",
    "TurnLog",
]
