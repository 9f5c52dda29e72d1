"""What tools of other programs answer, as a model is given it: text, bounded, nothing followed."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from chat.tools.mcp.port import CallAnswer
from exobrain.lib.text import storable

MAX_CHARACTERS = 40_000  # of one answer
NAME_CHARACTERS = 200  # of what is only named


def text_of_result(result: Mapping[str, Any]) -> CallAnswer:
    """The text of a result of MCP; what is no text is named.

    Structured content that a text block holds already is left out.
    """
    blocks = [each for each in result.get("content") or () if isinstance(each, Mapping)]
    texts = list(_texts(blocks))
    structured = result.get("structuredContent")
    if structured is not None and not any(_holds(text, structured) for text in texts):
        texts.append(json.dumps(structured, ensure_ascii=False))
    text = storable("\n\n".join(texts)[:MAX_CHARACTERS])
    return CallAnswer(text or "(nothing)", is_error=result.get("isError") is True)


def _texts(blocks: list[Mapping[str, Any]]) -> Iterator[str]:
    for block in blocks:
        kind = block.get("type")
        resource = block.get("resource")
        if kind == "text" and isinstance(block.get("text"), str):
            yield block["text"]
        elif kind == "resource" and isinstance(resource, Mapping):
            text = resource.get("text")
            yield _named("resource", resource) + (f"\n{text}" if isinstance(text, str) else "")
        else:
            yield _named(kind if isinstance(kind, str) else "content", block)


def _named(kind: str, what: Mapping[str, Any]) -> str:
    """That there was something, without it: `[image: image/png, not shown]`."""
    told = [what[name] for name in ("name", "uri", "mimeType") if isinstance(what.get(name), str)]
    return f"[{kind}: {', '.join([*told, 'not shown'])[:NAME_CHARACTERS]}]"


def _holds(text: str, structured: Any) -> bool:
    if structured == {"result": text}:  # how the SDK's servers wrap a text
        return True
    try:
        return bool(json.loads(text) == structured)
    except (ValueError, RecursionError):
        return False
