"""What every tool of the assistant is: what a model is told of it, and what a call of it gives.

A tool's arguments come from a model, which may have been told what to write by a web page: they are
checked against the tool's own type before it runs, and `permissions` decides whether it may.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import cache
from typing import Any, ClassVar, Protocol
from uuid import UUID

from pydantic import BaseModel

from exobrain.lib.errors import DomainError

TOOL_SECONDS = 20.0  # a tool that says nothing else has so long


class ToolFailed(DomainError):
    """The tool failed."""

    def __init__(self, message: str | None = None, *, is_from_outside: bool = False) -> None:
        super().__init__(message)
        self.is_from_outside = is_from_outside  # the message may hold anybody's words


@dataclass(slots=True)
class TurnContext:
    """What is known of the turn that uses tools; changes while they answer.

    `addresses` are those that the user typed or that a tool of this turn named: no other address is
    fetched, so that none can be made of what the user keeps private. Of those that others could
    choose (`led_to`) only a few are, as each choice tells something. `outside_text` is what came
    from the web or from another program's tool: whoever wrote it may want the model to do
    something, so once there is any, less is allowed.
    """

    user_id: UUID | None  # None: a visitor, who has no memory
    question: str
    zone: tzinfo = UTC
    turn_id: UUID | None = None
    addresses: set[str] = field(default_factory=set)
    led_to: set[str] = field(default_factory=set)
    outside_text: list[str] = field(default_factory=list)
    is_tainted: bool = False  # the prompt itself holds text from outside
    uses_memory: bool = True  # False: the user wants an answer without their memory
    answer_id: UUID | None = None  # the message that is being written

    @property
    def has_outside_text(self) -> bool:
        """True when somebody other than the user may speak to the model in this turn."""
        return self.is_tainted or bool(self.outside_text)


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """What a call gave."""

    content: Any  # for the model: whatever JSON can hold, or text
    message: str  # for the user: one sentence
    addresses: frozenset[str] = frozenset()  # that may be fetched from now on


ArgumentsType = type[BaseModel] | Mapping[str, Any]  # or another program's JSON Schema


class Tool(Protocol):
    """Something that the model can ask for. Raises `ToolFailed` with words for the user."""

    name: str  # by which the model asks for it; letters, digits, `_` and `-`
    title: str  # for the user
    description: str  # for the model
    arguments: ArgumentsType
    seconds: float  # that one call may take
    is_from_outside: bool  # its answers may hold anybody's words

    def progress(self, arguments: Mapping[str, Any]) -> str:
        """What is being done, for the user; the arguments are unchecked and may be missing."""
        ...

    def failure(self, arguments: Mapping[str, Any], reason: str) -> str:
        """That it was not done and why, for the user; the arguments are unchecked."""
        ...

    async def run(self, arguments: Any, turn: TurnContext) -> ToolAnswer:
        """The answer. `arguments` is of the type `arguments`, or a dictionary for a schema."""
        ...


class ToolArguments(BaseModel):
    """Arguments of a tool of ours; a field that it does not know is ignored, as models add some."""

    model_config: ClassVar = {"extra": "ignore", "str_strip_whitespace": True}


def schema_of(tool: Tool) -> dict[str, Any]:
    """The tool as an OpenAI-compatible provider is told of it."""
    if isinstance(tool.arguments, Mapping):
        parameters = dict(tool.arguments)
    else:
        parameters = _parameters_of(tool.arguments)
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": parameters,
        },
    }


@cache  # it takes a millisecond, and every question needs it
def _parameters_of(arguments: type[BaseModel]) -> dict[str, Any]:
    parameters = arguments.model_json_schema()
    parameters.pop("title", None)
    return parameters
