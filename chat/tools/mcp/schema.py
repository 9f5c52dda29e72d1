"""The schema of a remote tool's arguments, in the part of JSON Schema that every provider takes.

A provider that does not take the schema of one tool refuses the question with all of them. So a
schema is written anew from what is understood of it; the rest is left out, which lets the model
write what the server then refuses.
"""

import re
from collections.abc import Mapping
from typing import Any

MAX_PARTS = 400  # of one schema, with what it refers to
MAX_DEPTH = 10
MAX_VALUES = 100  # of one enumeration
TEXT_CHARACTERS = 1_000

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_TYPES = {"string", "number", "integer", "boolean", "object", "array", "null"}
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems")
_REFERENCE = re.compile(r"#/(\$defs|definitions)/([^/~%]+)")


class NotUnderstood(Exception):
    """The schema has names that no provider takes, or is too large."""


def plain_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object without references; raises NotUnderstood."""
    whole = _Writer(schema).write(schema, depth=0)
    return {
        "type": "object",
        "properties": whole.get("properties", {}),
        "required": whole.get("required", []),
    }


class _Writer:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.parts = 0

    def write(self, told: Any, *, depth: int) -> dict[str, Any]:
        """What is understood of one part."""
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise NotUnderstood
        told = self._referred(told)
        if not isinstance(told, Mapping) or depth > MAX_DEPTH:
            return {}
        part = _plain_values(told)
        kinds = part.get("type", [])
        if isinstance(told.get("properties"), Mapping):
            if not all(_NAME.fullmatch(name) for name in told["properties"]):
                raise NotUnderstood
            part["properties"] = {
                name: self.write(each, depth=depth + 1) for name, each in told["properties"].items()
            }
            required = told.get("required")
            named = required if isinstance(required, list) else []
            part["required"] = [name for name in part["properties"] if name in named]
        if "items" in told or "array" in ([kinds] if isinstance(kinds, str) else kinds):
            part["items"] = self.write(told.get("items"), depth=depth + 1)
        for name in ("anyOf", "oneOf"):
            if isinstance(told.get(name), list) and told[name]:
                part["anyOf"] = [self.write(each, depth=depth + 1) for each in told[name]]
        return part

    def _referred(self, told: Any) -> Any:
        """What the part refers to, within the schema; a circle ends at MAX_DEPTH."""
        match told:
            case {"allOf": [{"$ref": str(_)} as only]}:  # how some write a reference with a title
                told = only
        if not isinstance(told, Mapping) or not isinstance(told.get("$ref"), str):
            return told
        named = _REFERENCE.fullmatch(told["$ref"])
        definitions = self.root.get(named[1]) if named else None
        found = definitions.get(named[2]) if named and isinstance(definitions, Mapping) else None
        return found if isinstance(found, Mapping) and "$ref" not in found else {}


def _plain_values(told: Mapping[str, Any]) -> dict[str, Any]:
    """What says something without holding other parts."""
    part: dict[str, Any] = {}
    kinds = told.get("type")
    if isinstance(kinds, str) and kinds in _TYPES:
        part["type"] = kinds
    elif isinstance(kinds, list) and kinds and all(k in _TYPES for k in map(str, kinds)):
        part["type"] = list(dict.fromkeys(kinds))
    for name in ("title", "description", "format"):
        if isinstance(told.get(name), str):
            part[name] = told[name][:TEXT_CHARACTERS]
    values = [told["const"]] if "const" in told else told.get("enum")
    if isinstance(values, list) and all(map(_is_plain, values)) and 0 < len(values) <= MAX_VALUES:
        part["enum"] = values
    for name in _NUMBERS:
        if isinstance(told.get(name), int | float) and not isinstance(told[name], bool):
            part[name] = told[name]
    for name in _COUNTS:
        if isinstance(told.get(name), int) and not isinstance(told[name], bool):
            part[name] = told[name]
    return part


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | None)
