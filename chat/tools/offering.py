"""Which tools an answer is offered, and why others are not."""

from collections.abc import Sequence

from chat.tools.base import Tool, TurnContext
from chat.tools.mcp import MCP_RULES, mcp_tools
from chat.tools.mcp.tool import McpTool
from chat.tools.memory import MEMORY_TOOL_RULES, memory_tools
from chat.tools.web import WEB_RULES, web_tools
from chat.tools.web.fetch import WebFetch
from chat.tools.web.search import WebSearch
from exobrain.lib.config import Config


async def offered_tools(turn: TurnContext, config: Config) -> Sequence[Tool]:
    """The tools that the model may ask for in this turn.

    A visitor is offered none: this server would fetch pages for anybody. Nor is a small model: it
    would ask for tools at random, or write what looks like a call into its answer.
    """
    if turn.user_id is None or (config.main_agent_is_small and config.has_provider):
        return []
    return [*memory_tools(turn, config), *web_tools(config), *await mcp_tools(turn, config)]


def rules_of(tools: Sequence[Tool]) -> Sequence[str]:
    """What the system prompt says of the tools that are offered."""
    rules = []
    if any(tool.name == "memory_search" for tool in tools):
        rules.append(MEMORY_TOOL_RULES)
    if any(isinstance(tool, WebSearch | WebFetch) for tool in tools):
        rules.append(WEB_RULES)
    if any(isinstance(tool, McpTool) for tool in tools):
        rules.append(MCP_RULES)
    return rules
