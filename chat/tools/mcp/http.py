"""HTTP to one MCP server: to its origin only, and bounded while it is read.

Operators name the address, so it may be a private one. Redirects to another origin are not
followed, nor is a proxy of the environment asked: the bearer token is for this server alone.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2

from chat.tools.mcp.port import NotUnderstood

MAX_BYTES = 2_000_000  # of one answer
CONNECT_SECONDS = 3.0
NOTHING_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
IN_TRANSIT = (httpx2.TransportError, OSError)  # anything else that happens on the way
# JSON-RPC's range for what an implementation defines; said by `_OneServer`, never by a server.
NOT_REACHED = -32_080
FAILED = -32_081


class AnswerTooLarge(httpx2.TransportError):
    """The server sent more than is read."""


def in_words(error: Exception) -> str:
    """What happened on the way, for people."""
    if isinstance(error, AnswerTooLarge):
        return "The server sent too much."
    if isinstance(error, httpx2.TimeoutException):
        return "The server did not answer in time."
    return "The server broke off."


def open_client(
    address: str, *, token: str = "", seconds: float, speaks_rpc: bool
) -> httpx2.AsyncClient:
    """A client that reaches the address's origin and no other.

    With `speaks_rpc`, what goes wrong on the way becomes an answer of JSON-RPC with NOT_REACHED or
    FAILED: the SDK's client ends with whatever its HTTP client raises, and with it all calls.
    """
    headers = {"accept-encoding": "identity", "user-agent": "exobrain"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    return httpx2.AsyncClient(
        transport=_OneServer(httpx2.URL(address), speaks_rpc=speaks_rpc),
        headers=headers,
        timeout=httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
        trust_env=False,
    )


class _OneServer(httpx2.AsyncHTTPTransport):
    def __init__(self, address: httpx2.URL, *, speaks_rpc: bool) -> None:
        super().__init__(trust_env=False)
        self.origin = _origin(address)
        self.speaks_rpc = speaks_rpc

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The server's answer, with a body that ends at MAX_BYTES."""
        if not self.speaks_rpc:
            return await self._ask(request)
        try:
            response = await self._ask(request)
            if response.headers.get("content-type", "").lower().startswith("text/event-stream"):
                return response  # the SDK survives what happens while it reads events
            try:
                body = await response.aread()
            finally:
                await response.aclose()
        except NOTHING_SENT:
            return _rpc_error(NOT_REACHED, "The server cannot be reached.")
        except IN_TRANSIT as error:
            return _rpc_error(FAILED, in_words(error))
        return _readable(request, response, body)

    async def _ask(self, request: httpx2.Request) -> httpx2.Response:
        if _origin(request.url) != self.origin:
            raise httpx2.UnsupportedProtocol("another origin")
        response = await super().handle_async_request(request)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            # Not asked for, and a small body could become a large one.
            await response.aclose()
            raise httpx2.RemoteProtocolError("encoded")
        response.stream = _Bounded(response.stream)
        return response


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self.stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length = 0
        async for piece in self.stream:
            length += len(piece)
            if length > MAX_BYTES:
                raise AnswerTooLarge("too large")
            yield piece

    async def aclose(self) -> None:
        """The connection is free."""
        await self.stream.aclose()


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _readable(request: httpx2.Request, response: httpx2.Response, body: bytes) -> httpx2.Response:
    """The answer as the SDK reads it without raising; a refusal without words gets ours."""
    status = response.status_code
    is_json = response.headers.get("content-type", "").lower().startswith("application/json")
    if status == 200 and is_json and not _is_json(body):
        return _rpc_error(FAILED, NotUnderstood().message)
    if status in (401, 403):
        return _rpc_error(FAILED, f"The server refused the credentials (status {status}).")
    if status >= 500:
        return _rpc_error(FAILED, f"The server answered with status {status}.")
    return httpx2.Response(status, headers=response.headers, content=body, request=request)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _rpc_error(code: int, message: str) -> httpx2.Response:
    error = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": message}}
    return httpx2.Response(503, json=error)
