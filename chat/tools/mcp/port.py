"""What a connection to an MCP server is, however it is spoken to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from chat.tools.base import ToolFailed


class ServerFailed(ToolFailed):
    """The server failed."""


class NotReached(ServerFailed):
    """The server cannot be reached."""

    # Nothing of a call was sent, so it can be made again.
    retryable = True


class NotUnderstood(ServerFailed):
    """The server sent no answer that makes sense."""


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """What a tool of another program gave."""

    text: str
    is_error: bool = False


class McpSession(Protocol):
    """An open connection. What it raises is a ServerFailed with words of ours, or NotReached."""

    @property
    def is_open(self) -> bool:
        """False once nothing can be asked any more."""
        ...

    async def list_tools(self) -> Sequence[Mapping[str, Any]]:
        """The tools as the server tells of them: name, title, description, inputSchema."""
        ...

    async def call(
        self, tool: str, arguments: Mapping[str, Any], *, user_token: str = ""
    ) -> CallAnswer:
        """What the tool answers; never asked twice."""
        ...
