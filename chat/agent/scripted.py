"""A model that does what a script says, with delays, tools and failures: for tests."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from chat.agent.loop import Part
from chat.agent.model import PromptMessage, ToolUse

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


# What the loop makes of tools can be scripted too, as if some had run.
Step = Part | ToolUse | float | BaseException | Gate


class ScriptedModel:
    """Plays its scripts, one a call, the last one again and again.

    A string or another part is sent, a number is a pause in seconds, an exception is raised, and
    a gate is waited for. The prompt of each call is kept in `asked`, its tools in `offered`.
    """

    name = "scripted"
    needs_prompt = True

    def __init__(self, *script: Step, then: Sequence[Sequence[Step]] = ()) -> None:
        self.scripts = [script, *then]
        self.asked: list[Sequence[PromptMessage]] = []
        self.offered: list[Sequence[Mapping[str, Any]]] = []

    async def answer(
        self, prompt: Sequence[PromptMessage], *, tools: Sequence[Mapping[str, Any]] = ()
    ) -> AsyncGenerator[Any, None]:
        """The next script, played."""
        script = self.scripts[min(len(self.asked), len(self.scripts) - 1)]
        self.asked.append([*prompt])
        self.offered.append(tools)
        for step in script:
            match step:
                case BaseException():
                    raise step
                case Gate():
                    await step.passed()
                case int() | float():
                    await asyncio.sleep(step)
                case _:
                    yield step
