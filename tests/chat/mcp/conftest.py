"""Servers that are there while tests run."""

from collections.abc import Iterator

import pytest

from exobrain.lib.mcp_servers import McpServerSpec
from tests.chat.mcp.servers import RestServer, serving


@pytest.fixture(scope="session")
def _notes_url() -> Iterator[str]:
    from tests.chat.mcp.sdk_server import make_server

    with serving(make_server().streamable_http_app()) as url:
        yield url


@pytest.fixture
def notes(_notes_url: str) -> McpServerSpec:
    """The SDK's server over streamable HTTP."""
    return McpServerSpec(name="notes", address=f"{_notes_url}/mcp")


@pytest.fixture(scope="session")
def _rest() -> Iterator[RestServer]:
    server = RestServer()
    with serving(server.app()) as server.url:
        yield server


@pytest.fixture
def rest(_rest: RestServer) -> RestServer:
    """A server of the original's kind that nobody has asked yet."""
    fresh = RestServer()
    _rest.tools, _rest.answers, _rest.requests = fresh.tools, fresh.answers, fresh.requests
    return _rest
