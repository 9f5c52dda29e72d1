"""MCP servers that speak MCP itself, by the official SDK; importing it takes over a second."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import mcp_types
from mcp import MCPError
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from pydantic import ValidationError

from chat.tools.mcp import http as mcp_http
from chat.tools.mcp.port import CallAnswer, McpSession, NotReached, NotUnderstood, ServerFailed
from chat.tools.mcp.results import text_of_result
from chat.tools.mcp.stdio import StdioProgram, program_environment
from chat.tools.web.shaping import bounded
from exobrain.lib.mcp_servers import McpServerSpec

MAX_PAGES = 20  # of one list of tools
REFUSAL_CHARACTERS = 250
CLIENT = mcp_types.Implementation(name="exobrain", version="0.1.0")
SESSION_ENDED = "Session terminated"  # how the SDK says 404; nothing was done


@asynccontextmanager
async def open_http(
    server: McpServerSpec, *, token: str, seconds: float
) -> AsyncGenerator[McpSession, None]:
    """A connection over streamable HTTP; raises a ServerFailed."""
    async with (
        mcp_http.open_client(server.address, token=token, seconds=seconds, speaks_rpc=True) as http,
        _session(streamable_http_client(server.address, http_client=http)) as session,
    ):
        yield session


@asynccontextmanager
async def open_program(server: McpServerSpec, *, token: str) -> AsyncGenerator[McpSession, None]:
    """A program that was started for this connection; raises a ServerFailed."""
    given = {server.token_variable: token} if token else {}
    program = StdioProgram(server.command, environment=program_environment(**given))
    async with _session(program.running(), is_alive=lambda: program.is_alive) as session:
        yield session


@asynccontextmanager
async def _session(
    transport: Any, *, is_alive: Callable[[], bool] = lambda: True
) -> AsyncGenerator[McpSession, None]:
    try:
        async with Client(transport, client_info=CLIENT, cache=None) as client:
            # The schema that results are checked against is the server's: its regular expressions
            # could keep this process busy for as long as the server likes.
            client.session.validate_tool_result = _unchecked  # type: ignore[method-assign]
            yield SdkSession(client, is_alive)
    except Exception as error:  # noqa: BLE001  the SDK puts errors into groups, any of them
        _raise_in_words(error)


async def _unchecked(name: str, result: mcp_types.CallToolResult) -> None:
    """Nothing is checked."""


class SdkSession:
    """A connection of the SDK's."""

    def __init__(self, client: Client, is_alive: Callable[[], bool]) -> None:
        self.client = client
        self.is_alive = is_alive
        self.has_ended = False

    @property
    def is_open(self) -> bool:
        """False once the program or the session has ended."""
        return self.is_alive() and not self.has_ended

    async def list_tools(self) -> Sequence[Mapping[str, Any]]:
        """All pages of the list, up to MAX_PAGES."""
        tools: list[Mapping[str, Any]] = []
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            try:
                page = await self.client.list_tools(cursor=cursor)
            except (MCPError, ValidationError, RuntimeError) as error:
                self._raise(error)
            tools += [each.model_dump(by_alias=True, exclude_none=True) for each in page.tools]
            cursor = page.next_cursor
            if not cursor:
                break
        return tools

    async def call(
        self, tool: str, arguments: Mapping[str, Any], *, user_token: str = ""
    ) -> CallAnswer:
        """What the tool answers; a call that the server no longer knew the session of was not
        made, and is NotReached."""
        try:
            result = await self.client.call_tool(tool, dict(arguments))
        except (MCPError, ValidationError, RuntimeError) as error:
            self._raise(error)
        return text_of_result(result.model_dump(by_alias=True, mode="json", exclude_none=True))

    def _raise(self, error: Exception) -> NoReturn:
        if isinstance(error, MCPError):
            is_gone = error.message == SESSION_ENDED
            if is_gone or error.code == mcp_types.CONNECTION_CLOSED:
                self.has_ended = True
            if is_gone:
                raise NotReached from error
        _raise_in_words(error)


def _raise_in_words(error: Exception) -> NoReturn:
    """Raises a ServerFailed; words of the server's are marked as such."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    match error:
        case ServerFailed():
            raise error
        case MCPError(code=mcp_http.NOT_REACHED):
            raise NotReached from error
        case MCPError(code=mcp_http.FAILED):
            raise ServerFailed(error.message) from error
        case MCPError(code=mcp_types.CONNECTION_CLOSED):
            raise ServerFailed("The server broke off.") from error
        case MCPError():
            told = bounded(error.message, characters=REFUSAL_CHARACTERS)
            raise ServerFailed(f"It refused: “{told}”", is_from_outside=True) from error
        case OSError():
            raise ServerFailed("The program cannot be started.") from error
    raise NotUnderstood from error
