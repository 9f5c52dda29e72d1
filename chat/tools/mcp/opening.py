"""From a server to an open connection."""

import importlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from chat.tools.mcp.port import McpSession, ServerFailed
from exobrain.lib.config import Config, mcp_token
from exobrain.lib.mcp_servers import McpServerSpec
from exobrain.lib.threads import CALLS


@asynccontextmanager
async def open_session(server: McpServerSpec, config: Config) -> AsyncGenerator[McpSession, None]:
    """A connection to the server; raises a ServerFailed, or a ConfigError about its token."""
    secret = mcp_token(server.token_variable)
    if server.token_variable and secret is None:
        raise ServerFailed(f"{server.token_variable} is not set in the server's environment.")
    token = secret.get_secret_value() if secret else ""
    seconds = server.timeout_seconds or config.mcp_request_timeout_seconds
    # Only who connects pays for the libraries, and not on the event loop: over a second, 50 MB.
    if server.kind == "rest":
        rest = await CALLS.run(importlib.import_module, "chat.tools.mcp.rest")
        opening = rest.open_rest(server, token=token, seconds=seconds)
    else:
        sdk = await CALLS.run(importlib.import_module, "chat.tools.mcp.sdk")
        if server.kind == "http":
            opening = sdk.open_http(server, token=token, seconds=seconds)
        else:
            opening = sdk.open_program(server, token=token)
    async with opening as session:
        yield session
