"""MCP servers that speak the original's REST: `GET /mcp/tools`, `POST /mcp/tools/invoke`."""

import json
import uuid
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from chat.tools.mcp.http import IN_TRANSIT, NOTHING_SENT, in_words, open_client
from chat.tools.mcp.port import CallAnswer, McpSession, NotReached, NotUnderstood, ServerFailed
from chat.tools.mcp.results import MAX_CHARACTERS
from exobrain.lib.mcp_servers import McpServerSpec
from exobrain.lib.text import storable


@asynccontextmanager
async def open_rest(
    server: McpServerSpec, *, token: str, seconds: float
) -> AsyncGenerator[McpSession, None]:
    """Nothing is asked before the first call."""
    address = server.address.rstrip("/")
    async with open_client(address, token=token, seconds=seconds, speaks_rpc=False) as client:
        yield RestSession(client, address)


class RestSession:
    """A connection to a server of the original's kind."""

    is_open = True

    def __init__(self, client: httpx2.AsyncClient, address: str) -> None:
        self.client = client
        self.address = address

    async def list_tools(self) -> Sequence[Mapping[str, Any]]:
        """What the server lists."""
        answer = await self._ask("GET", "/mcp/tools")
        tools = answer.get("tools")
        if not isinstance(tools, list):
            raise ServerFailed("The server sent no list of tools.")
        return [each for each in tools if isinstance(each, dict)]

    async def call(
        self, tool: str, arguments: Mapping[str, Any], *, user_token: str = ""
    ) -> CallAnswer:
        """The tool's result, or its error."""
        answer = await self._ask(
            "POST",
            "/mcp/tools/invoke",
            headers={"authorization": f"Bearer {user_token}"} if user_token else {},
            json={
                "name": tool,
                "arguments": dict(arguments),
                "metadata": {"correlation_id": str(uuid.uuid4())},
            },
        )
        if answer.get("ok") is True:
            result = answer.get("result")
            text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
            return CallAnswer(storable(text[:MAX_CHARACTERS]))
        error = answer.get("error")
        if answer.get("ok") is not False or not isinstance(error, dict):
            raise NotUnderstood
        told = (error.get("code"), error.get("message"))
        text = ": ".join(each for each in told if isinstance(each, str))
        return CallAnswer(storable(text[:MAX_CHARACTERS]), is_error=True)

    async def _ask(self, method: str, path: str, **options: Any) -> Mapping[str, Any]:
        try:
            response = await self.client.request(method, self.address + path, **options)
        except NOTHING_SENT as error:
            raise NotReached from error
        except IN_TRANSIT as error:
            raise ServerFailed(in_words(error)) from error
        if response.status_code in (401, 403):
            raise ServerFailed(f"The server refused the credentials ({response.status_code}).")
        if response.status_code == 422:
            raise ServerFailed("The server did not accept the arguments.")
        if response.status_code != 200:
            raise ServerFailed(f"The server answered with status {response.status_code}.")
        try:
            answer = response.json()
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise NotUnderstood
        return answer
