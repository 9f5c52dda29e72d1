"""Which tools an answer is offered, and why others are not."""

from collections.abc import Sequence

from chat.tools.base import Tool, TurnContext
from exobrain.lib.config import Config


async def offered_tools(turn: TurnContext, config: Config) -> Sequence[Tool]:
    """The tools that the model may ask for in this turn."""
    return []
