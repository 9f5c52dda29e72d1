"""A question to a model: what it is told, the messages, and the shape of its answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel

from knowledge.extraction.masking import strip_unprintable
from knowledge.types import SourceMessage

MESSAGE_CHARACTERS = 6_000  # of one message; the rest is left to the rules

_JSON_TYPES = {int: "integer", float: "number", str: "string"}


@dataclass(frozen=True)
class Prompt:
    """One question about some messages."""

    system: str
    data: str  # the messages, one a line
    name: str  # of the list in the answer
    schema: Mapping[str, Any]  # JSON schema of the answer


def messages_as_data(messages: Sequence[SourceMessage]) -> str:
    """The messages as numbered lines; their text cannot end its own quotation marks."""
    lines = []
    for number, message in enumerate(messages, 1):
        speaker = "user" if message.role == "user" else "assistant"
        text = strip_unprintable(message.content[:MESSAGE_CHARACTERS])
        text = text.replace("«", '"').replace("»", '"')
        lines.append(f"[{number}] {speaker}, {message.said_at:%Y-%m-%d (%A)}: «{text}»")
    return "\n".join(lines)


def answer_schema(
    answer: type[BaseModel], choices: Mapping[str, Sequence[str]]
) -> tuple[str, dict[str, Any]]:
    """The name of the answer's one list, and a flat JSON schema as strict providers want it.

    All fields are required and nothing else is allowed; `choices` are the values that a field of
    an item may have.
    """
    ((name, field),) = answer.model_fields.items()
    (item,) = get_args(field.annotation)
    properties: dict[str, Any] = {}
    for key, info in item.model_fields.items():
        properties[key] = {"type": _JSON_TYPES.get(info.annotation, "string")}
        if key in choices:
            properties[key]["enum"] = list(choices[key])
    listed = {"type": "array", "items": _strict_object(properties)}
    return name, _strict_object({name: listed})


def _strict_object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
