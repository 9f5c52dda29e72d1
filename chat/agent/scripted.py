"""A model that does what a script says, with delays, tools and failures: for tests."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Sequence

from chat.agent.model import Part, PromptMessage

GATE_POLL_SECONDS = 0.005


class Gate:
    """Holds a script until it is opened, from whichever thread."""

    def __init__(self) -> None:
        self._opened = threading.Event()

    def open(self) -> None:
        """The script goes on."""
        self._opened.set()

    async def passed(self) -> None:
        """The gate is open."""
        while not self._opened.is_set():  # noqa: ASYNC110  an asyncio.Event knows one loop only
            await asyncio.sleep(GATE_POLL_SECONDS)


class ScriptedModel:
    """Plays its script for every question.

    A string or another part is sent, a number is a pause in seconds, an exception is raised, and
    a gate is waited for. The prompt of each call is kept in `asked`.
    """

    name = "scripted"
    needs_prompt = True

    def __init__(self, *script: Part | float | BaseException | Gate) -> None:
        self.script = script
        self.asked: list[Sequence[PromptMessage]] = []

    async def answer(self, prompt: Sequence[PromptMessage]) -> AsyncGenerator[Part, None]:
        """The script, played."""
        self.asked.append(prompt)
        for step in self.script:
            match step:
                case BaseException():
                    raise step
                case Gate():
                    await step.passed()
                case int() | float():
                    await asyncio.sleep(step)
                case _:
                    yield step
