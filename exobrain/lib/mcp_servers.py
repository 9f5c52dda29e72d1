"""Which MCP servers there are, as operators describe them: in the environment or in the admin.

An MCP server is another program that offers tools. Three kinds are spoken to: `http` (streamable
HTTP), `stdio` (a program that is started and answers on its standard output) and `rest` (the
original's `GET /mcp/tools` and `POST /mcp/tools/invoke`).
"""

import json
import re
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, model_validator

TOKEN_PREFIX = "MCP_TOKEN_"  # noqa: S105  of variables' names: none of our own secrets begins so
NAME = r"^[a-z][a-z0-9-]{0,23}$"  # no underscore: two of them end it in a tool's name

Kind = Literal["http", "stdio", "rest"]


class McpServerSpec(BaseModel):
    """One server. Equal ones are the same connection."""

    model_config: ClassVar = {"frozen": True, "extra": "forbid"}

    name: Annotated[str, Field(pattern=NAME)]  # stands before the names of its tools
    kind: Kind = "http"
    address: str = ""  # of http: the endpoint; of rest: what stands before /mcp/tools
    command: tuple[str, ...] = ()  # of stdio: the program and its arguments
    # Its bearer token is in this variable; a program is given the variable itself.
    token_variable: Annotated[str, Field(pattern=rf"^({TOKEN_PREFIX}[A-Z0-9_]+)?$")] = ""
    gets_user_token: bool = False  # of rest: each call has an access token of the user who asks
    read_only_tools: frozenset[str] = frozenset()  # by the operator's word; may be called any time
    timeout_seconds: Annotated[float, Field(gt=0)] | None = None  # of a call; unset: the setting's

    @model_validator(mode="after")
    def _need_what_the_kind_needs(self) -> Self:
        if self.kind == "stdio":
            if not self.command or not all(self.command) or self.address:
                raise ValueError(f"{self.name}: a stdio server has a command and no address")
        elif self.command or not _is_address(self.address):
            raise ValueError(
                f"{self.name}: this kind of server has an address, http:// or https:// with a host "
                "and without user name, query and fragment, and no command"
            )
        if self.gets_user_token and (self.kind != "rest" or self.token_variable):
            raise ValueError(
                f"{self.name}: gets_user_token is for rest servers, in place of a token_variable"
            )
        return self

    @property
    def where(self) -> str:
        """Its address, or the program that is started, without arguments; for people."""
        return self.address or self.command[0]


def _is_address(text: str) -> bool:
    if not re.fullmatch(r"[!-~]+", text):
        return False
    try:
        parts = urlsplit(text)
        is_sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_sound and "@" not in parts.netloc and not parts.query and not parts.fragment


def read_servers(value: Any) -> Any:
    """MCP_SERVERS, a JSON list; blank is none. What the list holds is checked elsewhere."""
    if not isinstance(value, str):
        return value
    if not value.strip():
        return []
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError(f"must be a JSON list of servers: {error}") from None
