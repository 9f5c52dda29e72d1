"""The port to a chat model."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class ToolUse:
    """The model asks for a tool. Its arguments are JSON as the model wrote it, right or wrong."""

    id: str  # the model's own; may be empty, or used twice
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_uses: Sequence[ToolUse] = ()  # the assistant's
    tool_call_id: str = ""  # of a tool's answer: what it answers


@dataclass(frozen=True, slots=True)
class Reasoning:
    """What the model thinks before it answers. Never part of the answer, never sent back."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What one call of the model has cost."""

    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ending:
    """The model has ended otherwise than it should: its text was cut, or there is none.

    `reason` is a word for programs, `message` a sentence for the user.
    """

    reason: Literal["length", "filter", "refusal"]
    message: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the user should know while they wait, in words for them."""

    message: str


@dataclass(frozen=True, slots=True)
class AnsweredBy:
    """Another model answers than the one that was asked."""

    name: str


# A plain string is text of the answer: a model may send one for every character.
ModelPart = str | Reasoning | ToolUse | Usage | Ending | Notice | AnsweredBy


class ChatModel(Protocol):
    """Answers questions; every failure is a `ModelFailed`."""

    name: str
    needs_prompt: bool  # False: it answers without one, so none is built or waited for

    def answer(
        self, prompt: Sequence[PromptMessage], *, tools: Sequence[Mapping[str, Any]] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        """The parts of the answer to a prompt, as they come.

        `tools` are those that it may ask for, as an OpenAI-compatible provider is told of them.
        """
