"""Tools as MCP servers tell of them: read, bounded, and named so that a model can ask for them.

All that a server says of its tools is written by somebody else. A user reads it before they allow
the tool, and a model is told the same: a fingerprint of it all is what is allowed.
"""

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chat.tools.mcp.schema import NotUnderstood, plain_schema
from chat.tools.web.shaping import bounded
from exobrain.lib.mcp_servers import McpServerSpec
from exobrain.lib.text import storable

MAX_TOOLS = 128  # of one server
MAX_NAME_CHARACTERS = 64  # that providers take
NAME_OF_SERVER_CHARACTERS = 128  # of a tool, as its server calls it
TITLE_CHARACTERS = 80
DESCRIPTION_CHARACTERS = 2_000
SCHEMA_CHARACTERS = 16_000
SCHEMA_DEPTH = 16

_OTHER = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class RemoteTool:
    """A tool of another program."""

    server: McpServerSpec
    name: str  # as the server calls it
    offered_name: str  # as a model asks for it: `server__tool`
    title: str
    description: str
    schema: Mapping[str, Any]  # as a model is told it
    fingerprint: str  # of all that the server says

    @property
    def is_read_only(self) -> bool:
        """True when the operator says so; what the server says of itself counts for nothing."""
        return self.name in self.server.read_only_tools

    @property
    def argument_names(self) -> Collection[str]:
        """Of the arguments that the schema declares."""
        declared = self.schema.get("properties")
        return list(declared) if isinstance(declared, Mapping) else []

    @property
    def schema_text(self) -> str:
        """The arguments that it takes, for people."""
        return json.dumps(self.schema, indent=2, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class ToolList:
    """What a server offers, or why it offers nothing."""

    tools: Sequence[RemoteTool] = ()
    problem: str = ""
    left_out: int = 0  # tools that could not be read, or were too many


def read_tools(server: McpServerSpec, listed: Sequence[Mapping[str, Any]]) -> ToolList:
    """The tools that are sound, in the server's order; each name once."""
    tools: dict[str, RemoteTool] = {}
    taken: set[str] = set()
    for each in listed:
        if len(tools) == MAX_TOOLS:
            break
        tool = _read_tool(server, each, taken)
        if tool is not None and tool.name not in tools:
            tools[tool.name] = tool
            taken.add(tool.offered_name)
    return ToolList(tuple(tools.values()), left_out=len(listed) - len(tools))


def _read_tool(
    server: McpServerSpec, told: Mapping[str, Any], taken: set[str]
) -> RemoteTool | None:
    name, schema = told.get("name"), told.get("inputSchema")
    if not isinstance(name, str) or not 0 < len(name) <= NAME_OF_SERVER_CHARACTERS:
        return None
    if name != storable(name) or not isinstance(schema, dict) or schema.get("type") != "object":
        return None
    if _depth(schema) > SCHEMA_DEPTH:
        return None
    schema_text = json.dumps(schema, sort_keys=True)
    if len(schema_text) > SCHEMA_CHARACTERS:
        return None
    try:
        plain = plain_schema(json.loads(storable(json.dumps(schema, ensure_ascii=False))))
    except NotUnderstood:
        return None
    title = bounded(told.get("title"), characters=TITLE_CHARACTERS)
    description = told.get("description")
    description = storable(description) if isinstance(description, str) else ""
    if len(description) > DESCRIPTION_CHARACTERS:
        description = description[: DESCRIPTION_CHARACTERS - 1] + "…"
    told_of_it = [
        server.kind,
        server.address,
        server.command,
        name,
        title,
        description,
        schema_text,
    ]
    return RemoteTool(
        server=server,
        name=name,
        offered_name=_offered_name(server.name, name, taken),
        title=title or bounded(name, characters=TITLE_CHARACTERS),
        description=description,
        schema=plain,
        fingerprint=hashlib.sha256(json.dumps(told_of_it).encode()).hexdigest(),
    )


def _offered_name(server: str, tool: str, taken: set[str]) -> str:
    """`server__tool` in letters, digits, `_` and `-`.

    A name that had to be changed gets a digest of itself, so that it does not depend on which
    others there are.
    """
    plain = f"{server}__{_OTHER.sub('_', tool)}"
    if plain == f"{server}__{tool}" and len(plain) <= MAX_NAME_CHARACTERS and plain not in taken:
        return plain
    digest = hashlib.sha256(tool.encode()).hexdigest()[:8]
    return f"{plain[: MAX_NAME_CHARACTERS - 9]}_{digest}"


def _depth(value: Any) -> int:
    """How deep lists and objects stand in each other; more than SCHEMA_DEPTH is not counted on."""
    depth = 0
    level = [value]
    while level and depth <= SCHEMA_DEPTH:
        depth += 1
        below = [each for each in level if isinstance(each, dict | list)]
        level = [
            inner for each in below for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return depth
