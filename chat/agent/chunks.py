"""From the objects of an OpenAI-compatible provider's answer to the parts of the answer.

The objects are what the provider sent, whatever that is: each field may be missing, null or of
another type than OpenAI's.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chat.agent.endings import Finish, finish_of, how_it_ended
from chat.agent.model import ModelPart, Reasoning, ToolUse, Usage
from chat.agent.thinking import ThinkingSplitter
from exobrain.lib.model_errors import ModelBroken, ModelNotUnderstood
from exobrain.lib.provider_failures import ProviderFailure, refusal_of, refused


class ChunkReader:
    """Reads the objects of one answer in their order."""

    def __init__(self) -> None:
        self.finish: Finish | None = None
        self.has_text = False
        self.has_reasoning = False
        self._tools = ToolUses()
        self._splitter = ThinkingSplitter()
        self._refusals: list[str] = []
        self._usage: Usage | None = None

    def read(self, chunk: Any) -> Iterator[ModelPart]:
        """The parts that the object carries; raises ProviderFailure when it is an error."""
        if not isinstance(chunk, Mapping):
            raise ProviderFailure(ModelNotUnderstood, error="no object")
        _refuse_error(chunk)
        self._usage = usage_of(chunk.get("usage")) or self._usage
        choices = chunk.get("choices")
        if not choices:
            return
        choice = choices[0] if isinstance(choices, list) else None
        if not isinstance(choice, Mapping):
            raise ProviderFailure(ModelNotUnderstood, error="no choice")
        if choice.get("error"):
            raise refused(refusal_of(0, dict(choice)))
        fields = ("delta", "message")
        delta: Any = next((choice[name] for name in fields if choice.get(name) is not None), {})
        if "text" in choice and not delta:  # of the older API
            delta = {"content": choice["text"]}
        if not isinstance(delta, Mapping):
            raise ProviderFailure(ModelNotUnderstood, error="no delta")
        for part in self._parts_of(delta):
            self.has_text = self.has_text or isinstance(part, str)
            self.has_reasoning = self.has_reasoning or isinstance(part, Reasoning)
            yield part
        if finish := choice.get("finish_reason"):
            self.finish = finish_of(str(finish))
            if self.finish is Finish.ERROR:
                raise ProviderFailure(ModelBroken, error="finish_reason")

    def end(self, *, is_proper: bool) -> Iterator[ModelPart]:
        """What only the end tells; raises ProviderFailure when the answer is none."""
        for part in self._splitter.finish():
            self.has_text = self.has_text or isinstance(part, str)
            self.has_reasoning = self.has_reasoning or isinstance(part, Reasoning)
            yield part
        if self._usage is not None:
            yield self._usage
        uses = self._tools.whole()
        ending = how_it_ended(
            self.finish,
            is_proper=is_proper,
            has_text=self.has_text,
            has_reasoning=self.has_reasoning,
            has_tools=bool(uses),
            is_refusal=bool(self._refusals),
        )
        yield from uses
        if ending is not None:
            yield ending

    def _parts_of(self, delta: Mapping[str, Any]) -> Iterator[str | Reasoning]:
        thought = next(filter(None, map(delta.get, ("reasoning_content", "reasoning"))), None)
        thought = thought or delta.get("thinking") or delta.get("reasoning_details")
        if words := text_in(thought):
            yield Reasoning(words)
        for words, is_thought in _content_of(delta.get("content")):
            if is_thought:
                yield Reasoning(words)
            else:
                yield from self._splitter.split(words)
        if refusal := delta.get("refusal"):
            self._refusals.append(str(refusal))
            yield str(refusal)
        self._tools.add(delta)


def _refuse_error(chunk: Mapping[str, Any]) -> None:
    """Errors come in many forms; an answer has none of these fields."""
    is_error = "error" in (chunk.get("object"), chunk.get("type")) or chunk.get("error")
    if is_error or ("choices" not in chunk and ("message" in chunk or "detail" in chunk)):
        raise refused(refusal_of(0, dict(chunk)))


def text_in(value: Any) -> str:
    """The text of a string, or of the parts of which it is made."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(text_in, value))
    if isinstance(value, Mapping):
        names = ("text", "thinking", "content", "summary", "reasoning")
        return text_in(next((value[name] for name in names if value.get(name)), ""))
    return ""


def _content_of(content: Any) -> Iterator[tuple[str, bool]]:
    """The texts of a message's content, each with whether it is a thought."""
    parts = content if isinstance(content, list) else [content]
    for part in parts:
        kind = str(part.get("type", "")) if isinstance(part, Mapping) else ""
        if words := text_in(part):
            yield words, "think" in kind or "reason" in kind


# -- tools


@dataclass(slots=True)
class _Pieces:
    """A tool that is being asked for."""

    id: str = ""
    name: str = ""
    arguments: str = ""


class ToolUses:
    """Puts together what the stream sends of tools in pieces."""

    def __init__(self) -> None:
        self._all: list[_Pieces] = []
        self._by_index: dict[Any, _Pieces] = {}

    def add(self, delta: Mapping[str, Any]) -> None:
        """The pieces of a message, in today's form or the older one."""
        calls = delta.get("tool_calls") or []
        for call in calls if isinstance(calls, list) else [calls]:
            if isinstance(call, Mapping):
                self._add(call, call.get("function") or call)
        if isinstance(legacy := delta.get("function_call"), Mapping):
            self._add({"index": "legacy"}, legacy)

    def _add(self, call: Mapping[str, Any], function: Any) -> None:
        if not isinstance(function, Mapping):
            return
        call_id, name = str(call.get("id") or ""), str(function.get("name") or "")
        pieces = self._begun(call.get("index"), call_id, name)
        pieces.id = pieces.id or call_id
        pieces.name = pieces.name or name
        arguments = function.get("arguments", function.get("parameters"))
        if isinstance(arguments, str):
            pieces.arguments += arguments
        elif arguments is not None:  # sent as an object, and so whole
            pieces.arguments = json.dumps(arguments)

    def _begun(self, index: Any, call_id: str, name: str) -> _Pieces:
        """The tool that this is a piece of: by its index, its id, or because it is the latest."""
        latest = self._by_index.get(index) if index is not None else None
        if latest is None and index is None and self._all:
            latest = self._all[-1]
        is_other = latest is not None and bool(
            (call_id and latest.id and call_id != latest.id)  # one index for all of them
            or (name and index is None and not call_id and is_whole(latest.arguments))
        )
        if latest is None or is_other:
            known = next((each for each in self._all if call_id and each.id == call_id), None)
            latest = known if known is not None and index is None else _Pieces()
            if latest is not known:
                self._all.append(latest)
        if index is not None:
            self._by_index[index] = latest
        return latest

    def whole(self) -> list[ToolUse]:
        """Every tool that was asked for, in its order."""
        return [ToolUse(each.id, each.name, each.arguments) for each in self._all if each.name]


def is_whole(arguments: str) -> bool:
    """Are these the arguments of a tool from their beginning to their end?"""
    try:
        return isinstance(json.loads(arguments), dict)
    except (ValueError, RecursionError):
        return False


# -- what it cost

_COUNTS = {
    "input_tokens": ("prompt_tokens", "input_tokens"),
    "output_tokens": ("completion_tokens", "output_tokens"),
    "total_tokens": ("total_tokens",),
}
_DETAILS = {
    ("input_token_details", "cache_read"): ("prompt_tokens_details", "cached_tokens"),
    ("output_token_details", "reasoning"): ("completion_tokens_details", "reasoning_tokens"),
}


def usage_of(told: Any) -> Usage | None:
    """What the provider counted; None when it tells nothing."""
    if not isinstance(told, Mapping):
        return None
    counts: dict[str, Any] = {}
    for name, theirs in _COUNTS.items():
        for their in theirs:
            if (count := _count(told.get(their))) is not None:
                counts.setdefault(name, count)
    if not counts:
        return None
    known = counts.get("input_tokens", 0) + counts.get("output_tokens", 0)
    counts.setdefault("total_tokens", known)
    for (name, detail), (their, field) in _DETAILS.items():
        details = told.get(their)
        if isinstance(details, Mapping) and (count := _count(details.get(field))):
            counts[name] = {detail: count}
    return Usage(counts)


def _count(value: Any) -> int | None:
    """A number of tokens, if it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        return None
    return int(value)
