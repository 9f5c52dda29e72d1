"""An answer that may take several calls of the model, with tools between them.

The model writes text and asks for tools; all that it asks for at once run side by side, each with
its own deadline; their answers go back to the model, until it asks for none. The last step offers
no tools, so that every answer ends in words. A tool that fails costs what it would have given,
never the answer: the model is told why, and so is the user.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import BaseModel, ValidationError

from chat.agent.memory import without_marks, without_own_tags
from chat.agent.model import ChatModel, Ending, ModelPart, PromptMessage, ToolUse
from chat.tools.base import Tool, ToolAnswer, ToolFailed, TurnContext, schema_of
from exobrain.lib.model_errors import ModelOnlyUsedTools
from exobrain.lib.tasks import cancel_all
from exobrain.lib.text import storable

log = structlog.get_logger(__name__)

MAX_STEPS = 8  # calls of the model in one answer
MAX_CALLS = 24  # of tools in one answer
ANSWER_CHARACTERS = 40_000  # of a tool's answer that the model is given
ERROR_CHARACTERS = 300  # of a failure's reason
ID_CHARACTERS = 200  # of a call's id, which is kept with the answer


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """The model uses a tool; `id` is unique within the answer."""

    id: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The tool has answered or failed; either is put into words for the user."""

    id: str
    message: str
    failed: bool = False


Part = ModelPart | ToolRequest | ToolResult


@dataclass(frozen=True, slots=True)
class _Call:
    """A tool that was asked for."""

    id: str
    name: str
    tool: Tool | None  # None: there is none of that name
    arguments: Mapping[str, Any] | None  # None: they are no JSON object


async def answer_with_tools(
    model: ChatModel,
    prompt: Sequence[PromptMessage],
    *,
    tools: Sequence[Tool],
    turn: TurnContext,
) -> AsyncGenerator[Part, None]:
    """The parts of the whole answer; raises ModelFailed. Leaving it stops the tools that run."""
    by_name = {tool.name: tool for tool in tools}
    schemas = [schema_of(tool) for tool in tools]
    messages = list(prompt)
    used_ids: set[str] = set()
    has_text = False
    for step in range(1, MAX_STEPS + 1):
        is_last = step == MAX_STEPS or len(used_ids) >= MAX_CALLS
        texts: list[str] = []
        calls: list[_Call] = []
        ending: Ending | None = None
        was_refused_tools = False
        offered = [] if is_last else schemas
        async with contextlib.aclosing(model.answer(messages, tools=offered)) as parts:
            async for part in parts:
                if isinstance(part, ToolUse):
                    if not is_last and len(used_ids) < MAX_CALLS:
                        calls.append(_call_of(part, by_name, used_ids))
                    else:
                        was_refused_tools = True
                    continue
                if isinstance(part, Ending):
                    ending = part
                    continue
                if isinstance(part, str):
                    texts.append(part)
                yield part
        has_text = has_text or bool("".join(texts).strip())
        if not calls:
            if was_refused_tools and not has_text:
                raise ModelOnlyUsedTools
            if ending is not None:  # of the whole answer
                yield ending
            return
        messages.append(_asking("".join(texts), calls))
        answers: dict[str, str] = {}
        async with contextlib.aclosing(_run_all(calls, turn, answers)) as events:
            async for event in events:
                yield event
        messages += [
            PromptMessage("tool", answers[call.id], tool_call_id=call.id) for call in calls
        ]


def _call_of(use: ToolUse, tools: Mapping[str, Tool], used_ids: set[str]) -> _Call:
    """The call with an id of its own: some models send none, the same one again, or a book."""
    call_id = use.id
    if not call_id or len(call_id) > ID_CHARACTERS or call_id in used_ids:
        call_id = f"call_{len(used_ids) + 1}"
    while call_id in used_ids:
        call_id += "_"
    used_ids.add(call_id)
    try:
        arguments = json.loads(use.arguments or "{}")
    except (ValueError, RecursionError):
        arguments = None
    return _Call(
        id=call_id,
        name=use.name,
        tool=tools.get(use.name),
        arguments=arguments if isinstance(arguments, dict) else None,
    )


def _asking(text: str, calls: Sequence[_Call]) -> PromptMessage:
    """What the model said, as it is told in the next step; broken arguments are told as none."""
    uses = [ToolUse(call.id, call.name, json.dumps(call.arguments or {})) for call in calls]
    return PromptMessage("assistant", text, tool_uses=uses)


async def _run_all(
    calls: Sequence[_Call], turn: TurnContext, answers: dict[str, str]
) -> AsyncGenerator[ToolRequest | ToolResult, None]:
    """Every call is asked for in its order and answered as it ends; `answers` has what the model
    is told, by the call's id."""
    running: dict[asyncio.Task[ToolAnswer], tuple[_Call, Tool]] = {}
    try:
        for call in calls:
            if call.tool is None:
                answers[call.id] = _as_error(f"There is no tool of the name {call.name[:80]!r}.")
                continue
            progress = call.tool.progress(call.arguments or {})
            yield ToolRequest(call.id, call.tool.title, progress)
            task = asyncio.create_task(_run(call.tool, call.arguments, turn))
            running[task] = call, call.tool
        while running:
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                call, tool = running.pop(task)
                yield _ended(call, tool, task, turn, answers)
    finally:
        await cancel_all(running)


async def _run(tool: Tool, arguments: Mapping[str, Any] | None, turn: TurnContext) -> ToolAnswer:
    """The tool's answer; every failure is a ToolFailed."""
    if arguments is None:
        raise ToolFailed("The arguments are no JSON object.")
    checked: Any = arguments
    if not isinstance(tool.arguments, Mapping):
        checked = _checked(tool.arguments, arguments)
    try:
        async with asyncio.timeout(tool.seconds):
            return await tool.run(checked, turn)
    except TimeoutError:
        raise ToolFailed(f"It took longer than {tool.seconds:g} seconds.") from None
    except ToolFailed:
        raise
    except Exception as error:
        # Its words may be a page's or the user's: only its class is logged.
        log.warning("tool_failed", tool=tool.name, error=type(error).__name__)
        raise ToolFailed("Something went wrong on the server.") from error


def _checked(kind: type[BaseModel], arguments: Mapping[str, Any]) -> BaseModel:
    try:
        return kind.model_validate(arguments)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        told = "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in problems[:3])
        raise ToolFailed(f"The arguments are not right: {told}"[:ERROR_CHARACTERS]) from None


def _ended(
    call: _Call,
    tool: Tool,
    task: "asyncio.Task[ToolAnswer]",
    turn: TurnContext,
    answers: dict[str, str],
) -> ToolResult:
    """How the call ended, for the user; the model's copy and what it changes are noted."""
    try:
        answer = task.result()
    except ToolFailed as failure:
        reason = failure.message
        if failure.is_from_outside:
            reason = _without_ours(reason[:ERROR_CHARACTERS])
            turn.outside_text.append(reason)
        answers[call.id] = _as_error(reason)
        told = tool.failure(call.arguments or {}, reason)
        return ToolResult(call.id, told, failed=True)
    text = answer.content
    if not isinstance(text, str):
        # Escaped, text would take up to six times the room, and could hide tags of ours.
        text = storable(json.dumps(text, ensure_ascii=False))
    text = _without_ours(text[:ANSWER_CHARACTERS])
    if tool.is_from_outside:
        turn.outside_text.append(text)
        turn.addresses |= answer.addresses
    answers[call.id] = text
    return ToolResult(call.id, answer.message)


def _without_ours(text: str) -> str:
    """The text so that nothing in it can pose as memory, nor bring the mark of one."""
    return without_marks(without_own_tags(text))


def _as_error(reason: str) -> str:
    return json.dumps({"error": reason[:ERROR_CHARACTERS]})
