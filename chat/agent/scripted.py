"""A model that does what a script says: the twin with delays, tools and failures."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from chat.agent.model import Conversation, Part, Prompt


class ScriptedModel:
    """Plays its script for every question.

    A string or another part is sent, a number is a pause in seconds, an exception is raised, and
    an event is waited for. What the model was told is kept in `asked`.
    """

    name = "scripted"

    def __init__(
        self, *script: Part | float | BaseException | asyncio.Event, listens: bool = True
    ) -> None:
        self.script = script
        self.listens = listens
        self.asked: list[Sequence[Prompt]] = []

    async def answer(self, conversation: Conversation) -> AsyncGenerator[Part, None]:
        """The script, played."""
        if self.listens:
            self.asked.append(await conversation.prompts())
        for step in self.script:
            match step:
                case BaseException():
                    raise step
                case asyncio.Event():
                    await step.wait()
                case int() | float():
                    await asyncio.sleep(step)
                case _:
                    yield step
