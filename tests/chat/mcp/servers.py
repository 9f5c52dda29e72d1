"""MCP servers of every kind, for tests: real ones, on loopback or as programs."""

import asyncio
import json
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import uvicorn
from django.conf import settings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chat.tools.mcp.port import CallAnswer
from chat.tools.mcp.runtime import close_mcp, current_catalogue, current_pool
from exobrain.lib.mcp_servers import McpServerSpec

HERE = Path(__file__).parent
START_SECONDS = 20.0
SEARCH = {
    "name": "search",
    "description": "Searches.",
    "inputSchema": {"type": "object", "properties": {"query": {"type": "string"}}},
}


def program(behaviour: str, **fields: Any) -> McpServerSpec:
    """A program that does this when its tool is called."""
    script = str(HERE / "plain_program.py")
    command = (sys.executable, "-I", "-S", script, behaviour)
    return McpServerSpec(name="plain", kind="stdio", command=command, **fields)


def sdk_program() -> McpServerSpec:
    """The server of the SDK, as a program."""
    return McpServerSpec(
        name="notes", kind="stdio", command=(sys.executable, str(HERE / "sdk_server.py"))
    )


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The address at which the ASGI app is served meanwhile."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, lifespan="auto", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        listening.close()


@dataclass
class RestServer:
    """A server of the original's kind: what it answers, and what it was asked."""

    url: str = ""
    tools: Any = field(default_factory=lambda: {"tools": [SEARCH]})
    answers: dict[str, Any] = field(default_factory=dict)  # by tool; a Response is sent as it is
    requests: list[tuple[str, Mapping[str, str], Any]] = field(default_factory=list)

    def app(self) -> Starlette:
        """It serves."""

        async def listed(request: Request) -> Response:
            self.requests.append(("GET", dict(request.headers), None))
            return _as_response(self.tools)

        async def invoked(request: Request) -> Response:
            body = json.loads(await request.body())
            self.requests.append(("POST", dict(request.headers), body))
            answer = self.answers[body["name"]]
            if isinstance(answer, float):
                await asyncio.sleep(answer)
                answer = {"ok": True, "name": body["name"], "result": "late", "metadata": {}}
            return _as_response(answer)

        routes = [
            Route("/mcp/tools", listed),
            Route("/mcp/tools/invoke", invoked, methods=["POST"]),
        ]
        return Starlette(routes=routes)

    def spec(self, **fields: Any) -> McpServerSpec:
        """How an operator describes it."""
        return McpServerSpec(**{"name": "rest", "kind": "rest", "address": self.url, **fields})


def _as_response(answer: Any) -> Response:
    return answer if isinstance(answer, Response) else JSONResponse(answer)


def in_loop(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """What the coroutine returns, in an event loop of its own that leaves nothing behind."""

    async def run() -> Any:
        try:
            return await work()
        finally:
            await close_mcp()

    return asyncio.run(run())


async def call(
    server: McpServerSpec,
    tool: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    user_id: UUID | None = None,
    **config: Any,
) -> CallAnswer:
    """A call of a tool, in this event loop."""
    return await current_pool().call(
        server,
        tool,
        arguments or {},
        user_id=user_id or uuid4(),
        user_token="",
        config=settings.EXOBRAIN.model_copy(update=config),
    )


async def listed(server: McpServerSpec, *, wait_seconds: float = 20.0) -> Any:
    """What the server is known to offer; None: nothing is known yet."""
    catalogue = current_catalogue()
    lists = await catalogue.lists_of([server], settings.EXOBRAIN, wait_seconds=wait_seconds)
    return lists.get(server)
