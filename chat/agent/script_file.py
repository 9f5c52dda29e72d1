"""A mock that uses tools: it plays a script from a file, so that tools are seen offline.

The file is a JSON list with an item for each call of the model, played in turn and then from the
first again. An item is a list of steps: `{"text": "..."}`, `{"pause": seconds}`, or
`{"tool": "web_search", "arguments": {...}}` with an `"id"` if one is wanted. The call of the model
that is told what a tool answered gets the next item.
"""

import asyncio
import itertools
import json
import threading
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from chat.agent.mock import PART_CHARACTERS
from chat.agent.model import ModelPart, PromptMessage, ToolUse
from chat.errors import MockFileInvalid

MAX_PAUSE_SECONDS = 60.0


class TextStep(BaseModel):
    """Text of the answer."""

    model_config = {"extra": "forbid"}
    text: str


class ToolStep(BaseModel):
    """A tool is asked for."""

    model_config = {"extra": "forbid"}
    tool: str
    arguments: dict[str, Any] = {}
    id: str = ""


class PauseStep(BaseModel):
    """Nothing is said for so many seconds."""

    model_config = {"extra": "forbid"}
    pause: float = Field(ge=0, le=MAX_PAUSE_SECONDS)


Step = TextStep | ToolStep | PauseStep
_SCRIPT = TypeAdapter(list[list[Step]])

_lock = threading.Lock()


def read_script(path: Path) -> list[list[Step]]:
    """The file's calls; raises MockFileInvalid when it has none or is not understood."""
    name = "MAIN_AGENT_MOCK_SCRIPT_FILE"
    try:
        script = _SCRIPT.validate_json(path.read_bytes())
    except OSError as error:
        raise MockFileInvalid(f"{name}: {path} cannot be read ({error.strerror}).") from error
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, problem["loc"])) or "the beginning"
        raise MockFileInvalid(f"{name}: {path} is not right at {where}: {problem['msg']}") from None
    if not script:
        raise MockFileInvalid(f"{name}: {path} has no calls.")
    return script


class ScriptFileModel:
    """Plays the calls of a script in turn, whoever asks."""

    name = "mock"
    needs_prompt = True

    def __init__(self, script: Sequence[Sequence[Step]]) -> None:
        self.script = script
        self._next = itertools.count()

    async def answer(
        self, prompt: Sequence[PromptMessage], *, tools: Sequence[Mapping[str, Any]] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        """The next call's steps."""
        with _lock:
            number = next(self._next)
        for place, step in enumerate(self.script[number % len(self.script)], 1):
            match step:
                case TextStep(text=text):
                    for start in range(0, len(text), PART_CHARACTERS):
                        yield text[start : start + PART_CHARACTERS]
                case ToolStep(tool=tool, arguments=arguments, id=call_id):
                    yield ToolUse(call_id or f"mock_{number}_{place}", tool, json.dumps(arguments))
                case PauseStep(pause=seconds):
                    await asyncio.sleep(seconds)
