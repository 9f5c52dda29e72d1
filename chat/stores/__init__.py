"""Where running streams live: a log shared by all processes, and this process's view of it."""

from chat.stores.hub import Hub, Tail
from chat.stores.log import Addition, TurnLog
from chat.stores.memory import MemoryTurnLog
from chat.stores.redis import RedisTurnLog

__all__ = ["Addition", "Hub", "MemoryTurnLog", "RedisTurnLog", "Tail", "TurnLog"]
