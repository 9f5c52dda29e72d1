"""The port to a chat model."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Prompt:
    """One message of what the model is told."""

    role: Literal["system", "user", "assistant"]
    content: str


class Conversation(Protocol):
    """What the model may ask about before it answers."""

    async def prompts(self) -> Sequence[Prompt]:
        """System prompt, what was said before that fits the budget, and the question."""


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

    def answer(self, conversation: Conversation) -> AsyncGenerator[Part, None]:
        """The parts of one answer, as they come."""
