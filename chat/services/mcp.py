"""What users decide about other programs' tools, and what they see of them."""

from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from chat.errors import RemoteToolChanged, RemoteToolNotFound
from chat.models import McpConsent
from chat.selectors import known_servers, mcp_consents
from chat.tools.mcp.catalogue import ASK_SECONDS
from chat.tools.mcp.remote import RemoteTool, ToolList
from chat.tools.mcp.runtime import current_catalogue
from chat.types import KnownServer
from exobrain.lib.background import spawn
from exobrain.lib.config import Config
from exobrain.lib.mcp_servers import McpServerSpec

PAGE_WAIT_SECONDS = 3.0
LOOP_SECONDS = 5.0  # that a busy event loop may take besides
NOT_YET = "It has not answered yet; look again in a moment."


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """A tool as a user sees it."""

    tool: RemoteTool
    consent: Literal["allowed", "changed", "none"]  # changed: since it was allowed


@dataclass(frozen=True, slots=True)
class OfferedServer:
    """A server as a user sees it."""

    name: str
    where: str
    tools: Sequence[OfferedTool] = ()
    problem: str = ""
    left_out: int = 0


def offered_servers(*, user_id: UUID, config: Config) -> list[OfferedServer]:
    """Every server that operators have named, with its tools and what the user allows of them.

    Waits up to PAGE_WAIT_SECONDS for servers that nothing is known of.
    """
    servers = known_servers(config)
    lists = _lists([each.spec for each in servers if each.spec], config)
    consents = mcp_consents(user_id=user_id)

    def seen(tool: RemoteTool) -> OfferedTool:
        allowed = consents.get((tool.server.name, tool.name))
        if allowed is None:
            return OfferedTool(tool, "none")
        return OfferedTool(tool, "allowed" if allowed == tool.fingerprint else "changed")

    found = []
    for server in servers:
        if server.spec is None:
            found.append(OfferedServer(server.name, "", problem=server.problem))
            continue
        known = lists.get(server.spec, ToolList(problem=NOT_YET))
        found.append(
            OfferedServer(
                name=server.name,
                where=server.spec.where,
                tools=[seen(tool) for tool in known.tools],
                problem=known.problem,
                left_out=known.left_out,
            )
        )
    return found


def allow_tool(*, user_id: UUID, server: str, tool: str, fingerprint: str, config: Config) -> None:
    """The assistant may use the tool for this user, as the fingerprint says it is.

    Raises RemoteToolNotFound, and RemoteToolChanged when it is not so any more.
    """
    known = [each.spec for each in known_servers(config) if each.name == server and each.spec]
    found = [
        each
        for offered in _lists(known, config).values()
        for each in offered.tools
        if each.name == tool
    ]
    if not found:
        raise RemoteToolNotFound
    if found[0].fingerprint != fingerprint:
        raise RemoteToolChanged
    McpConsent.objects.update_or_create(
        user_id=user_id, server=server, tool=tool, defaults={"fingerprint": fingerprint}
    )


def refuse_tool(*, user_id: UUID, server: str, tool: str) -> None:
    """The assistant is not offered the tool for this user."""
    McpConsent.objects.filter(user_id=user_id, server=server, tool=tool).delete()


def ask_servers(names: Collection[str], *, config: Config) -> dict[str, str]:
    """What the servers of these names say when they are asked now, in a few words each."""
    servers = [each for each in known_servers(config) if each.name in names]
    specs = [each.spec for each in servers if each.spec]
    lists = _asked(lambda: current_catalogue().ask_again(specs, config), seconds=ASK_SECONDS)
    return {each.name: _in_words(each, lists) for each in servers}


def tools_in_words(name: str, *, config: Config) -> str:
    """How many tools the server offers, or why none, as far as this process knows."""
    servers = [each for each in known_servers(config) if each.name == name]
    if not servers:
        return "not asked"
    spec = servers[0].spec
    lists = _asked(lambda: current_catalogue().known(spec), seconds=1) if spec else {}
    return _in_words(servers[0], lists)


def _in_words(server: KnownServer, lists: Mapping[McpServerSpec, ToolList]) -> str:
    if server.spec is None:
        return server.problem
    known = lists.get(server.spec)
    if known is None:
        return "not asked yet"
    return known.problem or f"{len(known.tools)} tools"


def _lists(servers: Sequence[McpServerSpec], config: Config) -> Mapping[McpServerSpec, ToolList]:
    """What is known of the servers, after a short wait for those of which nothing is."""
    if not servers:
        return {}
    return _asked(
        lambda: current_catalogue().lists_of(servers, config, wait_seconds=PAGE_WAIT_SECONDS),
        seconds=PAGE_WAIT_SECONDS,
    )


def _asked(
    ask: Callable[[], Coroutine[Any, Any, Mapping[McpServerSpec, ToolList]]], *, seconds: float
) -> Mapping[McpServerSpec, ToolList]:
    """What the event loop's catalogue says, from a thread."""

    async def on_loop() -> Mapping[McpServerSpec, ToolList]:
        return await ask()

    found: Mapping[McpServerSpec, ToolList] = spawn(on_loop()).result(seconds + LOOP_SECONDS)
    return found
