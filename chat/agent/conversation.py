"""The messages of a prompt in a form that every model accepts."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from chat.agent.model import PromptMessage

SHORT_TOOL_ANSWER = 1_000  # characters: not worth cutting


def alternating(
    messages: Iterable[PromptMessage], *, without_system: bool = False
) -> list[PromptMessage]:
    """The messages, where user and assistant take turns and the user begins.

    Strict models refuse anything else. Empty messages are left out (a failed answer is one), and
    neighbours of one role become one message. A model that refuses the system's role is told its
    message at the beginning of the user's first.
    """
    found: list[PromptMessage] = []
    system: list[str] = []
    for message in messages:
        if not message.content.strip() and not message.tool_uses and message.role != "tool":
            continue
        if message.role == "system":
            system.append(message.content)
            continue
        if not found and message.role == "assistant":
            continue  # what it answers is not among the messages
        last = found[-1] if found else None
        if last is not None and last.role == message.role != "tool" and not last.tool_uses:
            content = "\n\n".join(filter(None, [last.content, message.content]))
            found[-1] = replace(last, content=content, tool_uses=message.tool_uses)
        else:
            found.append(message)
    rules = "\n\n".join(system)
    if not rules:
        return found
    if without_system and found and found[0].role == "user":
        return [replace(found[0], content=f"{rules}\n\n{found[0].content}"), *found[1:]]
    return [PromptMessage("system", rules), *found]


def shortened(messages: Sequence[PromptMessage]) -> list[PromptMessage] | None:
    """The messages without the older half of the day; None when nothing more can be left out.

    The system's message, the question and what follows it stay; when there is no day any more,
    what tools answered is cut.
    """
    question = max((i for i, each in enumerate(messages) if each.role == "user"), default=0)
    start = 1 if messages and messages[0].role == "system" else 0
    if question > start:
        middle = start + (question - start + 1) // 2
        return [*messages[:start], *messages[middle:]]
    longest = max((len(each.content) for each in messages if each.role == "tool"), default=0)
    if longest <= SHORT_TOOL_ANSWER:
        return None
    return [
        replace(each, content=each.content[: longest // 2]) if each.role == "tool" else each
        for each in messages
    ]


def length_of(messages: Iterable[PromptMessage]) -> int:
    """Characters of all messages together."""
    return sum(len(each.content) for each in messages)
