"""The port to a chat model."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """The model uses a tool; `id` is the model's own."""

    id: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The tool has answered or failed; either is put into words for the user."""

    id: str
    message: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """What the answer has cost."""

    details: Mapping[str, Any]


# A plain string is text of the answer: a model may send one for every character.
Part = str | ToolRequest | ToolResult | Usage


class ChatModel(Protocol):
    """Answers questions; every failure is a `ModelFailed`."""

    name: str
    needs_prompt: bool  # False: it answers without one, so none is built or waited for

    def answer(self, prompt: Sequence[PromptMessage]) -> AsyncGenerator[Part, None]:
        """The parts of the answer to a prompt, as they come."""
