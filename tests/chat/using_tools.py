"""Calls of tools, as the loop makes them for a turn of a user's."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from accounts.models import User
from chat.agent import PromptMessage
from chat.agent.loop import ToolResult, answer_with_tools
from chat.agent.model import ToolUse
from chat.agent.scripted import ScriptedModel
from chat.tools.base import TurnContext
from chat.tools.offering import offered_tools
from exobrain.lib import clock
from exobrain.lib.threads import close_connections
from journal.models import Journal
from journal.types import reference_of
from tests.factories import JournalFactory, MessageFactory


def turn_of(user: User, question: str, **fields: Any) -> TurnContext:
    """A turn of today's that answers this question; both messages are stored."""
    reference = reference_of(clock.today())
    journal = Journal.objects.filter(user=user, reference=reference).first()
    journal = journal or JournalFactory(user=user, reference=reference)
    MessageFactory(journal=journal, content=question)
    answer = MessageFactory(journal=journal, role="assistant", content="", status="streaming")
    return TurnContext(user_id=user.id, question=question, answer_id=answer.id, **fields)


def use_tools(turn: TurnContext, *uses: tuple[str, Any]) -> tuple[list[ToolResult], list[str]]:
    """The model asks for these tools at once; what the user and what the model is told of each."""
    asked = [
        ToolUse(f"call_{n}", name, value if isinstance(value, str) else json.dumps(value))
        for n, (name, value) in enumerate(uses)
    ]
    model = ScriptedModel(*asked, then=[["Done."]])

    async def answer() -> list[ToolResult]:
        tools = await offered_tools(turn, settings.EXOBRAIN)
        prompt: Sequence[PromptMessage] = [PromptMessage("user", turn.question)]
        parts = answer_with_tools(model, prompt, tools=tools, turn=turn)
        return [part async for part in parts if isinstance(part, ToolResult)]

    try:
        results = asyncio.run(answer())
    finally:
        close_connections()  # of the threads in which tools read: the database is to be dropped
    return results, [message.content for message in model.asked[1] if message.role == "tool"]


def use_tool(turn: TurnContext, tool: str, /, **arguments: Any) -> dict[str, Any]:
    """What the model is told by one call."""
    _, [told] = use_tools(turn, (tool, arguments))
    content: dict[str, Any] = json.loads(told)
    return content
