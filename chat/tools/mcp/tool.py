"""A tool of another program, as the assistant uses it."""

import json
from collections.abc import Mapping
from typing import Any

from accounts.services import sign_token_for_others
from chat.tools.base import ArgumentsType, ToolAnswer, ToolFailed, TurnContext
from chat.tools.mcp.pool import OPEN_SECONDS
from chat.tools.mcp.remote import RemoteTool
from chat.tools.mcp.runtime import current_pool
from chat.tools.permissions import why_not_asked
from chat.tools.web.shaping import bounded
from exobrain.lib.config import Config
from exobrain.lib.threads import in_thread

SHOWN_CHARACTERS = 200  # of the arguments, for the user
ERROR_CHARACTERS = 250  # of what the other program says went wrong
MAX_ARGUMENTS_CHARACTERS = 100_000


class McpTool:
    """Asks the server; what comes back is somebody else's words."""

    is_from_outside = True

    def __init__(self, remote: RemoteTool, config: Config) -> None:
        self.remote = remote
        self.config = config
        self.name = remote.offered_name
        self.title = f"{remote.server.name}: {remote.title}"
        self.description = remote.description
        self.arguments: ArgumentsType = remote.schema
        timeout = remote.server.timeout_seconds or config.mcp_request_timeout_seconds
        self.seconds = OPEN_SECONDS + timeout + 1.0  # with attempts to connect

    def progress(self, arguments: Mapping[str, Any]) -> str:
        """What is sent, as nothing else shows it."""
        if not arguments:
            return f"Asking {self.title}"
        sent = json.dumps(arguments, ensure_ascii=False)
        return f"Asking {self.title} with {bounded(sent, characters=SHOWN_CHARACTERS)}"

    def failure(self, arguments: Mapping[str, Any], reason: str) -> str:
        """Without the arguments, which the call has shown."""
        return f"{self.title} failed: {reason}"

    async def run(self, arguments: Mapping[str, Any], turn: TurnContext) -> ToolAnswer:
        """The text that the server answers; raises ToolFailed."""
        remote = self.remote
        reason = why_not_asked(
            arguments,
            turn,
            is_read_only=remote.is_read_only,
            told=f"{remote.name} {remote.title} {remote.description} {remote.schema_text}",
            names=remote.argument_names,
        )
        if reason:
            raise ToolFailed(reason)
        if len(json.dumps(arguments)) > MAX_ARGUMENTS_CHARACTERS:
            raise ToolFailed("The arguments are too long.")
        if turn.user_id is None:
            raise ToolFailed("Tools of other programs are for users.")
        token = ""
        if remote.server.gets_user_token:
            token = await in_thread(sign_token_for_others, user_id=turn.user_id)
        answer = await current_pool().call(
            remote.server,
            remote.name,
            arguments,
            user_id=turn.user_id,
            user_token=token,
            config=self.config,
        )
        if answer.is_error:
            told = bounded(answer.text, characters=ERROR_CHARACTERS)
            raise ToolFailed(f"It says: “{told}”", is_from_outside=True)
        return ToolAnswer(answer.text, f"{self.title} has answered")
