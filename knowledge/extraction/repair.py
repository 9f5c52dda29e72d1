"""Makes JSON of what a model answers: fences, trailing commas, ends that never came.

A model may answer anything of any size, so nothing here recurses into what it says.
"""

import json
import re
from typing import Any

MAX_CHARACTERS = 200_000  # of one answer
MAX_DEPTH = 12  # the schemas are flat: two levels are enough

_FENCE = re.compile(r"```(?:json)?\s*(.*?)(?:```|\Z)", re.DOTALL)
_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_OBJECT = re.compile(r"\{[^{}]*\}")  # the items are flat
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


def parse_items(answer: str, field: str) -> list[dict[str, Any]] | None:
    """The objects of the list that the answer holds under a name; None when there is no list."""
    text = _THINKING.sub("", answer[:MAX_CHARACTERS])
    fenced = _FENCE.search(text)
    for candidate in (text, fenced[1] if fenced else ""):
        value = _parsed(candidate)
        if isinstance(value, dict):
            value = value.get(field)
        if isinstance(value, list):
            return [item for item in value if isinstance(item, dict)]
    # The answer breaks off: every item that is complete.
    begin = max(text.find(f'"{field}"'), 0)
    items = [_parsed(match[0]) for match in _OBJECT.finditer(text, begin)]
    return [item for item in items if isinstance(item, dict) and item] or None


def _parsed(text: str) -> Any:
    depth = deepest = 0
    for character in text:  # brackets in strings count too: too deep is not for the parser
        if character in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "}]":
            depth = max(0, depth - 1)
    start = min((text.find(bracket) for bracket in "{[" if bracket in text), default=-1)
    if start < 0 or deepest > MAX_DEPTH:
        return None
    for attempt in (text[start:], _TRAILING_COMMA.sub(r"\1", text[start:])):
        try:
            # The first value counts: models like to add a sentence behind it.
            return json.JSONDecoder(strict=False).raw_decode(attempt)[0]
        except (ValueError, RecursionError):
            continue
    return None
