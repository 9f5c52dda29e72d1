"""A remote tool's schema is written in the part of JSON Schema that every provider takes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.tools.mcp.schema import NotUnderstood, plain_schema


def property_of(told: Any, **root: Any) -> Any:
    """What becomes of one argument."""
    return plain_schema({"type": "object", "properties": {"q": told}, **root})["properties"]["q"]


@pytest.mark.parametrize(
    ("told", "plain"),
    [
        ({"type": "string", "description": "Owl."}, {"type": "string", "description": "Owl."}),
        ({"type": ["string", "null"]}, {"type": ["string", "null"]}),
        ({"type": "strange"}, {}),
        ({"type": [7]}, {}),
        ({"type": "array"}, {"type": "array", "items": {}}),
        ({"type": "array", "items": [{"type": "string"}]}, {"type": "array", "items": {}}),
        ({"type": "integer", "minimum": 1, "maximum": "x"}, {"type": "integer", "minimum": 1}),
        ({"enum": ["a", 1, None]}, {"enum": ["a", 1, None]}),
        ({"enum": [{}]}, {}),
        ({"enum": []}, {}),
        ({"const": "a"}, {"enum": ["a"]}),
        ({"oneOf": [{"type": "string"}, True]}, {"anyOf": [{"type": "string"}, {}]}),
        ({"type": "string", "pattern": "(a+)+$", "x-mcp-header": "Q"}, {"type": "string"}),
        ({"$ref": "#/$defs/Owl"}, {"type": "string"}),
        ({"allOf": [{"$ref": "#/$defs/Owl"}], "title": "O"}, {"type": "string"}),
        ({"$ref": "#/$defs/Hen"}, {}),
        ({"$ref": "https://evil.example/schema.json"}, {}),
        ({"$ref": "#/$defs/Same"}, {}),
        (True, {}),
        (None, {}),
        (
            {"type": "object", "properties": {"a": {}}, "required": ["a", "b", 7]},
            {"type": "object", "properties": {"a": {}}, "required": ["a"]},
        ),
    ],
)
def test_what_becomes_of_an_argument(told: Any, plain: Any) -> None:
    """What is understood is kept, and nothing else."""
    definitions = {"Owl": {"type": "string"}, "Same": {"$ref": "#/$defs/Same"}}

    assert property_of(told, **{"$defs": definitions}) == plain


def test_the_whole_is_an_object() -> None:
    """Without what providers refuse at the top."""
    told = {"type": "object", "anyOf": [{}], "$schema": "x", "additionalProperties": False}

    assert plain_schema(told) == {"type": "object", "properties": {}, "required": []}


@pytest.mark.parametrize("name", ["a b", "ü", "", "x" * 65, "a\n"])
def test_a_name_that_no_provider_takes_is_not_understood(name: str) -> None:
    """Left out, the tool could not be asked rightly."""
    with pytest.raises(NotUnderstood):
        plain_schema({"type": "object", "properties": {name: {}}})


def test_what_grows_by_its_references_is_not_written() -> None:
    """Each of ten definitions names the next one ten times."""
    definitions = {
        f"d{n}": {
            "type": "object",
            "properties": {f"p{k}": {"$ref": f"#/$defs/d{n + 1}"} for k in range(10)},
        }
        for n in range(10)
    }

    with pytest.raises(NotUnderstood):
        property_of({"$ref": "#/$defs/d0"}, **{"$defs": definitions})


def test_a_circle_of_references_ends() -> None:
    """At some depth."""
    tree = {"type": "object", "properties": {"child": {"$ref": "#/$defs/Tree"}}}

    assert json.dumps(property_of({"$ref": "#/$defs/Tree"}, **{"$defs": {"Tree": tree}}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "properties", "items", "anyOf", "enum", "required", "$ref", "q", "const"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_schema_is_written_or_not_understood(told: Any) -> None:
    """Nothing else can happen."""
    try:
        plain = property_of(told)
    except NotUnderstood:
        return

    assert isinstance(plain, dict)
    json.dumps(plain)
