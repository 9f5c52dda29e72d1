"""The log in Redis: one Redis Stream for each turn.

Talks to Redis or Valkey over a few shared connections, and raises LogUnavailable for every
error there. Appends are notified over pub/sub, so that waiting readers neither poll nor hold
a connection each.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from chat.errors import LogUnavailable
from chat.events import StreamEntry, from_json
from chat.stores.log import GONE_SECONDS, AppendRequest, end_alone

CONNECTIONS = 4  # of one process; commands are short and pipelined
TIMEOUT_SECONDS = 2.0
LISTEN_SECONDS = 30.0  # then the connection is checked
CANCEL_CHANNEL = "exobrain:turn-cancel"

# An entry is added only where the log ends, so repeating an append changes nothing, and what
# came after something lost waits until that is there again.
APPEND = """
local last = 0
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if newest then
  last = tonumber(string.match(newest[1], '^%d+'))
  if newest[2][2] == 'done' then return last end
end
for i = 3, #ARGV, 4 do
  if tonumber(ARGV[i]) == last then
    redis.call('XADD', KEYS[1], ARGV[i + 1] .. '-0', 'type', ARGV[i + 2], 'data', ARGV[i + 3])
    last = tonumber(ARGV[i + 1])
  end
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('PUBLISH', ARGV[2], '')
return last
"""

# As `end_alone` says it, and at once: between two steps a writer could add what was said.
FORGET = """
local last = 0
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if newest then
  last = tonumber(string.match(newest[1], '^%d+'))
  if newest[2][2] == 'done' then last = last - 1 end
end
redis.call('DEL', KEYS[1])
redis.call('XADD', KEYS[1], string.format('%d-0', last + 1), 'type', 'done', 'data', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('PUBLISH', ARGV[2], '')
"""
GONE = end_alone(()).data


class RedisTurnLog:
    """Streams by id `position-0`, and channels that say when there is more."""

    def __init__(self, url: str) -> None:
        self.redis: Redis = Redis(
            connection_pool=BlockingConnectionPool.from_url(
                url,
                max_connections=CONNECTIONS,
                timeout=TIMEOUT_SECONDS,
                socket_timeout=TIMEOUT_SECONDS,
                socket_connect_timeout=TIMEOUT_SECONDS,
                # Once, at once: a pooled connection may have died with the last Redis.
                retry=Retry(NoBackoff(), 1),
            )
        )
        self.listener: PubSub | None = None
        self.watched: set[UUID] = set()

    async def append(self, requests: Sequence[AppendRequest]) -> list[int]:
        """What continues each log is in it; answers with the last id of each."""
        async with _translated(), self.redis.pipeline(transaction=False) as pipeline:
            for request in requests:
                arguments: list[str | int] = [request.keep_seconds, _channel(request.stream_id)]
                for entry in request.entries:
                    arguments += [entry.start, entry.id, entry.event.type, entry.data]
                pipeline.eval(APPEND, 1, _key(request.stream_id), *arguments)
            lasts: list[int] = await pipeline.execute()
        return lasts

    async def read(self, stream_id: UUID, *, after: int) -> list[StreamEntry]:
        """The entries that end after that position, in order."""
        async with _translated():
            rows: Any = await self.redis.xrange(_key(stream_id), min=f"({after}-0")
        entries: list[StreamEntry] = []
        for row_id, fields in rows:
            data = fields[b"data"].decode()
            event = from_json(fields[b"type"].decode(), data)
            entries.append(StreamEntry(int(row_id.partition(b"-")[0]), event, data))
        return entries

    async def forget(self, stream_ids: Sequence[UUID]) -> None:
        """Of these streams only an end is left; a writer that is late cannot write them again."""
        async with _translated(), self.redis.pipeline(transaction=False) as pipeline:
            for stream_id in stream_ids:
                pipeline.eval(FORGET, 1, _key(stream_id), GONE_SECONDS, _channel(stream_id), GONE)
            await pipeline.execute()

    async def watch(self, stream_id: UUID) -> None:
        """From now on `listen` reports what is appended to this stream."""
        self.watched.add(stream_id)
        if self.listener is not None:
            async with _translated():
                await self.listener.subscribe(_channel(stream_id))

    async def unwatch(self, stream_id: UUID) -> None:
        """What is appended to this stream is not reported any more."""
        self.watched.discard(stream_id)
        if self.listener is not None:
            async with _translated():
                await self.listener.unsubscribe(_channel(stream_id))

    async def request_cancel(self, stream_id: UUID) -> None:
        """Every process that listens is told to stop writing this stream."""
        async with _translated():
            await self.redis.publish(CANCEL_CHANNEL, stream_id.hex)

    async def listen(
        self, *, on_append: Callable[[UUID], object], on_cancel: Callable[[UUID], object]
    ) -> None:
        """Reports until it is cancelled or Redis goes away. A report may be lost."""
        async with (
            _translated(),
            self.redis.pubsub(ignore_subscribe_messages=True) as listener,
        ):
            await listener.subscribe(CANCEL_CHANNEL, *map(_channel, self.watched))
            self.listener = listener
            try:
                while True:
                    message = await listener.get_message(timeout=LISTEN_SECONDS)
                    if message is None:
                        continue
                    channel = message["channel"].decode()
                    if channel == CANCEL_CHANNEL:
                        on_cancel(UUID(message["data"].decode()))
                    else:
                        on_append(UUID(channel.rpartition(":")[2]))
            finally:
                self.listener = None

    async def close(self) -> None:
        """Its connections are closed."""
        await self.redis.aclose(close_connection_pool=True)


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    try:
        yield
    except (TimeoutError, RedisError, OSError) as error:
        raise LogUnavailable from error


def _key(stream_id: UUID) -> str:
    return f"exobrain:turn:{stream_id.hex}"


def _channel(stream_id: UUID) -> str:
    return f"exobrain:turn-news:{stream_id.hex}"
