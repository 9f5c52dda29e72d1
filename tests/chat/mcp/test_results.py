"""What tools of other programs answer becomes text."""

from typing import Any

import pytest

from chat.tools.mcp.results import MAX_CHARACTERS, text_of_result

TEXT = {"type": "text", "text": "Tea."}


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ({"content": [TEXT]}, "Tea."),
        ({"content": [TEXT, TEXT]}, "Tea.\n\nTea."),
        ({"content": []}, "(nothing)"),
        ({}, "(nothing)"),
        ({"content": [TEXT], "structuredContent": {"result": "Tea."}}, "Tea."),
        (
            {"content": [{"type": "text", "text": '{"a": 1}'}], "structuredContent": {"a": 1}},
            '{"a": 1}',
        ),
        ({"content": [TEXT], "structuredContent": {"a": "ü"}}, 'Tea.\n\n{"a": "ü"}'),
        ({"structuredContent": {"a": 1}}, '{"a": 1}'),
        (
            {"content": [{"type": "image", "data": "AAAA", "mimeType": "image/png"}]},
            "[image: image/png, not shown]",
        ),
        (
            {"content": [{"type": "resource_link", "name": "n", "uri": "http://127.0.0.1/x"}]},
            "[resource_link: n, http://127.0.0.1/x, not shown]",
        ),
        (
            {"content": [{"type": "resource", "resource": {"uri": "file:///x", "text": "Owl."}}]},
            "[resource: file:///x, not shown]\nOwl.",
        ),
        ({"content": [{"type": 7}]}, "[content: not shown]"),
        ({"content": [{"type": "text", "text": 7}]}, "[text: not shown]"),
        ({"content": ["x", None]}, "(nothing)"),
        ({"content": [{"type": "text", "text": "a\x00\ud800"}]}, "a?"),
    ],
)
def test_the_text_of_a_result(result: dict[str, Any], text: str) -> None:
    """What is no text is named, and nothing is followed."""
    assert text_of_result(result).text == text


def test_a_result_is_bounded() -> None:
    """However long it is."""
    assert len(text_of_result({"content": [{**TEXT, "text": "x" * 10**6}]}).text) == MAX_CHARACTERS


@pytest.mark.parametrize(("said", "is_error"), [(True, True), (False, False), ("yes", False)])
def test_an_error_is_marked_as_one(said: Any, is_error: bool) -> None:
    """By the server's own mark."""
    assert text_of_result({"content": [TEXT], "isError": said}).is_error is is_error
