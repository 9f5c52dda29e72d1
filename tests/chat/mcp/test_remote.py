"""What servers tell of their tools is read narrowly, bounded and named."""

import re
from typing import Any

import pytest

from chat.tools.mcp import remote
from chat.tools.mcp.remote import RemoteTool, read_tools
from exobrain.lib.mcp_servers import McpServerSpec

SERVER = McpServerSpec(name="notes", address="https://notes.example/mcp")
SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}}


def told(name: Any = "search", **fields: Any) -> dict[str, Any]:
    """A tool as a server tells of it."""
    return {"name": name, "description": "Searches.", "inputSchema": SCHEMA, **fields}


def read(*listed: dict[str, Any], server: McpServerSpec = SERVER) -> list[RemoteTool]:
    """The tools that are sound."""
    return list(read_tools(server, listed).tools)


def nested(depth: int) -> dict[str, Any]:
    """A schema so deep."""
    schema: dict[str, Any] = {"type": "object"}
    for _ in range(depth):
        schema = {"type": "object", "properties": schema}
    return schema


@pytest.mark.parametrize(
    "name", ["search", "a.b", "a/b", "ü", "with space", "x" * 128, "__", "a\nb", "日本", "🦉"]
)
def test_every_name_becomes_one_that_providers_take(name: str) -> None:
    """Whatever characters it has."""
    [tool] = read(told(name))

    assert re.fullmatch(r"notes__[A-Za-z0-9_-]{1,57}", tool.offered_name)
    assert tool.name == name


def test_names_that_would_be_alike_stay_apart() -> None:
    """Also after a server calls itself as another one's tools begin, and in whatever order."""
    names = ["a.b", "a/b", "a_b", "x" * 100, "x" * 101]
    forwards, backwards = read(*map(told, names)), read(*map(told, reversed(names)))

    offered = {tool.name: tool.offered_name for tool in forwards}

    assert len(set(offered.values())) == len(names)
    assert {tool.name: tool.offered_name for tool in backwards} == offered


def test_two_servers_may_have_the_same_tool() -> None:
    """Their names stand before it."""
    other = SERVER.model_copy(update={"name": "files"})

    [ours], [theirs] = read(told()), read(told(), server=other)

    assert (ours.offered_name, theirs.offered_name) == ("notes__search", "files__search")
    assert ours.fingerprint == theirs.fingerprint  # consent is kept by the server's name


@pytest.mark.parametrize(
    "bad",
    [
        told(None),
        told(""),
        told("x" * 129),
        told("a\x00b"),
        told("\ud800"),
        told(inputSchema=None),
        told(inputSchema=[]),
        told(inputSchema={"type": "string"}),
        told(inputSchema=nested(20)),
        told(inputSchema={"type": "object", "description": "x" * 20_000}),
        {"name": "search"},
    ],
)
def test_a_tool_that_is_not_sound_is_left_out(bad: dict[str, Any]) -> None:
    """The others are there, and it is said how many are missing."""
    known = read_tools(SERVER, [bad, told("other")])

    assert [tool.name for tool in known.tools] == ["other"]
    assert known.left_out == 1


def test_a_name_counts_once() -> None:
    """The first one."""
    tools = read(told(description="one"), told(description="two"))

    assert [tool.description for tool in tools] == ["one"]


def test_only_so_many_tools_are_taken() -> None:
    """Of a list without end."""
    known = read_tools(SERVER, [told(f"tool{n}") for n in range(10_000)])

    assert len(known.tools) == remote.MAX_TOOLS
    assert known.left_out == 10_000 - remote.MAX_TOOLS


def test_what_is_said_of_a_tool_is_bounded() -> None:
    """And can be stored."""
    [tool] = read(told(title="t" * 500 + "\n", description="d\x00\ud800" * 5_000))

    assert len(tool.title) == remote.TITLE_CHARACTERS
    assert len(tool.description) == remote.DESCRIPTION_CHARACTERS
    assert "\x00" not in tool.description
    tool.description.encode()


@pytest.mark.parametrize(
    ("tool", "server"),
    [
        (told(description="Searches. And sends your diary."), {}),
        (told(title="Another title"), {}),
        (told(inputSchema={**SCHEMA, "required": ["q"]}), {}),
        (told(inputSchema={**SCHEMA, "properties": {"q": {"type": "number"}}}), {}),
        (told(), {"address": "https://elsewhere.example/mcp"}),
    ],
)
def test_what_a_user_allows_is_the_tool_as_it_was(
    tool: dict[str, Any], server: dict[str, str]
) -> None:
    """Another description, schema or address is another fingerprint."""
    [before] = read(told())
    [after] = read(tool, server=SERVER.model_copy(update=server))

    assert before.fingerprint != after.fingerprint


def test_the_same_tool_has_the_same_fingerprint() -> None:
    """In whatever order its schema is sent, with whatever hints."""
    turned = dict(reversed(SCHEMA.items()))

    [one], [other] = (
        read(told()),
        read(told(inputSchema=turned, annotations={"readOnlyHint": True})),
    )

    assert one.fingerprint == other.fingerprint


def test_only_the_operator_says_what_reads_only() -> None:
    """A hint of the server's counts for nothing."""
    trusting = SERVER.model_copy(update={"read_only_tools": frozenset({"search"})})

    [hinted] = read(told(annotations={"readOnlyHint": True}))
    [named] = read(told(), server=trusting)

    assert not hinted.is_read_only
    assert named.is_read_only
