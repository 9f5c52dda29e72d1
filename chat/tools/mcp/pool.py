"""Open connections to MCP servers: one for each user and server, closed when it is not used.

Opening one takes up to three requests, or the start of a program (a second), so it is kept for a
while. Users never share one: a server may keep what it was told in it. Each is opened and closed
by a task of its own, so that a call that is cancelled leaves nothing half open.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import Context
from typing import Any
from uuid import UUID

import structlog

from chat.tools.mcp.catalogue import in_words
from chat.tools.mcp.opening import open_session
from chat.tools.mcp.port import CallAnswer, McpSession, NotReached, ServerFailed
from exobrain.lib.config import Config
from exobrain.lib.mcp_servers import McpServerSpec
from exobrain.lib.retries import Backoff
from exobrain.lib.tasks import cancel_all

log = structlog.get_logger(__name__)

IDLE_SECONDS = 60.0
OPEN_SECONDS = 10.0
CLOSE_SECONDS = 3.0
MAX_OPEN = 32  # in one process; a program may take 100 MB
BACKOFF = Backoff(base_seconds=0.05, max_seconds=0.25)

Key = tuple[McpServerSpec, UUID]


class Pool:
    """The connections of one event loop."""

    def __init__(self) -> None:
        self._open: dict[Key, Connection] = {}  # for calls to come
        self._all: set[Connection] = set()  # with those that end as soon as nobody uses them

    async def call(
        self,
        server: McpServerSpec,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        user_id: UUID,
        user_token: str,
        config: Config,
    ) -> CallAnswer:
        """What the tool answers; raises ServerFailed.

        Tried again only while nothing was sent: nobody knows what a call that broke off has done.
        """
        seconds = server.timeout_seconds or config.mcp_request_timeout_seconds
        failures = 0
        while True:
            try:
                async with self._connected((server, user_id), config) as (connection, session):
                    try:
                        async with asyncio.timeout(seconds):
                            return await session.call(tool, arguments, user_token=user_token)
                    except asyncio.CancelledError:
                        connection.is_spent = True  # a program may be busy with it still
                        raise
                    except TimeoutError:
                        connection.is_spent = True
                        raise ServerFailed(f"It took longer than {seconds:g} seconds.") from None
            except NotReached:
                failures += 1
                if failures > config.mcp_max_retries:
                    raise
                await asyncio.sleep(BACKOFF.seconds(failures))

    async def close(self) -> None:
        """No connection is open and no program runs any more."""
        for connection in self._all:
            connection.end()
        if tasks := [connection.task for connection in self._all]:
            await asyncio.wait(tasks, timeout=CLOSE_SECONDS)
            await cancel_all(tasks)

    @asynccontextmanager
    async def _connected(
        self, key: Key, config: Config
    ) -> "AsyncGenerator[tuple[Connection, McpSession], None]":
        """An open connection, which is not closed meanwhile."""
        connection = self._open.get(key)
        if connection is None or not connection.is_usable:
            self._make_room()
            connection = self._open[key] = Connection(key[0], config)
            self._all.add(connection)
            connection.task.add_done_callback(lambda _: self._forget(key, connection))
        with connection.in_use():
            try:
                yield connection, await asyncio.shield(connection.session)
            except NotReached:
                connection.is_spent = True
                raise

    def _make_room(self) -> None:
        if len(self._all) < MAX_OPEN:
            return
        idle = [each for each in self._all if not each.uses]
        if not idle:
            raise ServerFailed("Too many connections to tools are in use; try again later.")
        min(idle, key=lambda each: each.used_at).end()

    def _forget(self, key: Key, connection: "Connection") -> None:
        self._all.discard(connection)
        if self._open.get(key) is connection:
            del self._open[key]


class Connection:
    """One connection, and the task that opens and closes it."""

    def __init__(self, server: McpServerSpec, config: Config) -> None:
        self._loop = asyncio.get_running_loop()
        self.session: asyncio.Future[McpSession] = self._loop.create_future()
        self.uses = 0
        self.used_at = self._loop.time()
        self.is_spent = False  # for calls to come
        self._ended = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        # In a context of its own: it outlives the question, whose id it must not log.
        self.task = asyncio.create_task(self._live(server, config), context=Context())

    @property
    def is_usable(self) -> bool:
        """True when a call to come may use it."""
        if self.is_spent or self._ended.is_set():
            return False
        return not self.session.done() or self.session.result().is_open

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """It is not closed; afterwards it is, some time later."""
        self.uses += 1
        if self._timer is not None:
            self._timer.cancel()
        try:
            yield
        finally:
            self.uses -= 1
            self.used_at = self._loop.time()
            if not self.uses:
                seconds = 0 if self.is_spent else IDLE_SECONDS
                self._timer = self._loop.call_later(seconds, self.end)

    def end(self) -> None:
        """It is being closed."""
        if self._timer is not None:
            self._timer.cancel()
        self._ended.set()

    async def _live(self, server: McpServerSpec, config: Config) -> None:
        """Opens it, waits until it is to be closed, and closes it."""
        failure: Exception = ServerFailed("The server broke off.")
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(OPEN_SECONDS):
                    session = await stack.enter_async_context(open_session(server, config))
                self.session.set_result(session)
                await self._ended.wait()
        except Exception as error:  # noqa: BLE001  of whichever library; nothing else may end
            log.info("mcp_connection_failed", server=server.name, error=type(error).__name__)
            failure = error if isinstance(error, ServerFailed) else ServerFailed(in_words(error))
        finally:
            self.is_spent = True
            if not self.session.done():
                self.session.set_exception(failure)
                self.session.exception()  # not reported if nobody waits for it any more
