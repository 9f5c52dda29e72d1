"""What the MCP servers offer, as far as this process knows: asked in the background, and kept.

No start and no turn waits for a server: a turn waits WAIT_SECONDS once, when nothing is known of a
server yet. What was asked last counts, also when it failed: a server that is down costs its tools.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass

import structlog

from chat.tools.mcp.opening import open_session
from chat.tools.mcp.port import NotUnderstood
from chat.tools.mcp.remote import ToolList, read_tools
from exobrain.lib.config import Config
from exobrain.lib.errors import DomainError
from exobrain.lib.mcp_servers import McpServerSpec
from exobrain.lib.tasks import cancel_all

log = structlog.get_logger(__name__)

WAIT_SECONDS = 0.3
KEEP_SECONDS = 300.0  # then they are asked again, while what is known is used
KEEP_FAILURE_SECONDS = 15.0
ASK_SECONDS = 20.0  # programs take their time to start


@dataclass(frozen=True, slots=True)
class _Known:
    tools: ToolList
    until: float  # of the loop's clock


class Catalogue:
    """The lists of one event loop."""

    def __init__(self) -> None:
        self._known: dict[McpServerSpec, _Known] = {}
        self._asking: dict[McpServerSpec, asyncio.Task[None]] = {}

    async def lists_of(
        self, servers: Sequence[McpServerSpec], config: Config, *, wait_seconds: float
    ) -> Mapping[McpServerSpec, ToolList]:
        """What is known of these servers after at most so long; nothing of those not asked yet.

        Those whose list is old are asked again behind the caller's back.
        """
        now = asyncio.get_running_loop().time()
        awaited = []
        for server in servers:
            known = self._known.get(server)
            if known is None or known.until < now:
                asking = self._ask_in_background(server, config)
                if known is None:
                    awaited.append(asking)
        if awaited:
            await asyncio.wait(awaited, timeout=wait_seconds)
        return {each: self._known[each].tools for each in servers if each in self._known}

    async def known(self, server: McpServerSpec) -> Mapping[McpServerSpec, ToolList]:
        """What is known of the server; nobody is asked."""
        return {server: self._known[server].tools} if server in self._known else {}

    async def ask_again(
        self, servers: Sequence[McpServerSpec], config: Config
    ) -> Mapping[McpServerSpec, ToolList]:
        """What these servers say now."""
        for server in servers:
            self._known.pop(server, None)
        return await self.lists_of(servers, config, wait_seconds=ASK_SECONDS)

    async def close(self) -> None:
        """Nobody is being asked any more."""
        await cancel_all(self._asking.values())

    def _ask_in_background(self, server: McpServerSpec, config: Config) -> "asyncio.Task[None]":
        if server not in self._asking:
            # A row that was changed is another server; what was known of it before is not kept.
            for old in [each for each in self._known if each.name == server.name]:
                if old != server:
                    del self._known[old]
            # In a context of its own: it is nobody's question.
            task = asyncio.create_task(self._ask(server, config), context=Context())
            self._asking[server] = task
            task.add_done_callback(lambda _: self._asking.pop(server, None))
        return self._asking[server]

    async def _ask(self, server: McpServerSpec, config: Config) -> None:
        try:
            async with asyncio.timeout(ASK_SECONDS), open_session(server, config) as session:
                tools = read_tools(server, await session.list_tools())
            keep_seconds = KEEP_SECONDS
        except Exception as error:  # noqa: BLE001  it costs this server's tools and no more
            tools, keep_seconds = ToolList(problem=in_words(error)), KEEP_FAILURE_SECONDS
            log.info("mcp_server_failed", server=server.name, error=type(error).__name__)
        until = asyncio.get_running_loop().time() + keep_seconds
        self._known[server] = _Known(tools, until)


def in_words(error: Exception) -> str:
    """What went wrong, for people."""
    if isinstance(error, DomainError):
        return error.message
    if isinstance(error, TimeoutError):
        return "The server did not answer in time."
    return NotUnderstood().message
