"""The prompt that a question becomes: the messages that are sent to the model."""

from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo

from chat.agent.memory import MEMORY_RULES, given_as_data, without_own_tags
from chat.agent.model import PromptMessage
from chat.types import Given
from exobrain.lib import clock
from exobrain.lib.text import CHARACTERS_PER_TOKEN
from journal.types import StoredMessage
from knowledge.types import IN_ITS_PLACE

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


def context_characters(*, tokens: int, question: str) -> int:
    """How many characters of the journal fit beside the question, which is always sent."""
    return max(0, tokens * CHARACTERS_PER_TOKEN - len(question))


WITHHELD_RULE = """\
[withheld] stands for what the user keeps private or had forgotten. Do not guess it, and do not ask
for it."""

NOTHING_GIVEN = Given()


def build_prompt(
    *,
    system: str,
    earlier: Iterable[StoredMessage],
    question: str,
    given: Given = NOTHING_GIVEN,
    tool_rules: Iterable[str] = (),
    zone: tzinfo = UTC,
    is_small: bool = False,
) -> Sequence[PromptMessage]:
    """System prompt with the rules, earlier messages, what is known of the user, the question.

    What is known goes with the question, as some models want user and assistant to take turns.
    What the question and the earlier messages say cannot pose as memory. A model that is small is
    told no rules: it follows none, and what it reads more makes it slower and worse.
    """
    known = given_as_data(given, now=clock.now(), zone=zone)
    rules = [system.strip()] if is_small else [system.strip(), FORMATTING_RULES, *tool_rules]
    earlier = list(earlier)
    if known and not is_small:
        rules.append(MEMORY_RULES)
    if not is_small and any(
        IN_ITS_PLACE in text for text in (known, *(message.content for message in earlier))
    ):
        rules.append(WITHHELD_RULE)
    asked = without_own_tags(question)
    return [
        PromptMessage(role="system", content="\n\n".join(rules)),
        *(
            PromptMessage(role=message.role, content=without_own_tags(message.content))
            for message in earlier
        ),
        PromptMessage(role="user", content=f"{known}\n\n{asked}" if known else asked),
    ]
