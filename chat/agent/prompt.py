"""What every question is sent with."""

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

from chat.agent.memory import MEMORY_RULES, as_data
from chat.agent.model import Prompt
from chat.types import MarkedMemory

CHARACTERS_PER_TOKEN = 4  # a common estimate; exact counting would need each model's vocabulary

FORMATTING_RULES = """\
How to format an answer:
- Write Markdown.
- Put formulas within a line between single dollar signs: $a^2 + b^2$.
- Put a formula that stands alone between double dollar signs, on lines of its own with an \
empty line before and after:

$$
x = 1
$$

- Draw diagrams as fenced code blocks with the language mermaid."""


class Said(Protocol):
    """A message of the journal, as far as a prompt needs it."""

    @property
    def role(self) -> str:
        """`user` or `assistant`."""

    @property
    def content(self) -> str:
        """Its text."""


def context_characters(*, tokens: int, question: str) -> int:
    """How much of the journal fits beside the question; the question itself always goes."""
    return max(0, tokens * CHARACTERS_PER_TOKEN - len(question))


def build_prompts(
    *, system: str, earlier: Iterable[Said], question: str, memories: Sequence[MarkedMemory] = ()
) -> Sequence[Prompt]:
    """System prompt with the rules, earlier messages, what was recalled, the question.

    Memory goes with the question, as some models want user and assistant to take turns.
    """
    rules = [system.strip(), FORMATTING_RULES, *([MEMORY_RULES] if memories else [])]
    asked = f"{as_data(memories)}\n\n{question}" if memories else question
    return [
        Prompt(role="system", content="\n\n".join(rules)),
        *(Prompt(role=_role(said.role), content=said.content) for said in earlier),
        Prompt(role="user", content=asked),
    ]


def _role(name: str) -> Literal["user", "assistant"]:
    return "assistant" if name == "assistant" else "user"
