"""Which servers there are: those of the environment, and those that operators have added."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from pydantic import ValidationError as SpecInvalid

from chat.models import McpServer
from chat.selectors import known_servers
from exobrain.lib.config import load_config, mcp_token
from exobrain.lib.errors import ConfigError
from exobrain.lib.mcp_servers import McpServerSpec

HTTP = {"name": "notes", "address": "https://notes.example/mcp"}


@pytest.mark.parametrize(
    "fields",
    [
        {**HTTP, "name": "Notes"},
        {**HTTP, "name": "a__b"},
        {**HTTP, "name": "x" * 25},
        {**HTTP, "name": ""},
        {**HTTP, "address": ""},
        {**HTTP, "address": "ftp://notes.example"},
        {**HTTP, "address": "https://"},
        {**HTTP, "address": "https://me:secret@notes.example"},
        {**HTTP, "address": "https://notes.example/?q=1"},
        {**HTTP, "address": "https://notes.example:99999/"},
        {**HTTP, "address": "https://notes.example/ x"},
        {**HTTP, "command": ("sh",)},
        {**HTTP, "kind": "stdio"},
        {**HTTP, "kind": "stdio", "address": "", "command": ()},
        {**HTTP, "kind": "sse"},
        {**HTTP, "token_variable": "AUTH_JWT_SECRET"},
        {**HTTP, "token_variable": "mcp_token_x"},
        {**HTTP, "gets_user_token": True},
        {**HTTP, "kind": "rest", "gets_user_token": True, "token_variable": "MCP_TOKEN_X"},
        {**HTTP, "timeout_seconds": 0},
        {**HTTP, "unknown": 1},
    ],
)
def test_a_description_that_makes_no_server_is_refused(fields: dict[str, Any]) -> None:
    """Neither half of one, nor one with a secret in its address."""
    with pytest.raises(SpecInvalid):
        McpServerSpec(**fields)


def test_servers_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the original's under the name that its variable gives."""
    program = {"name": "files", "kind": "stdio", "command": ["/opt/files", "--ro"]}
    monkeypatch.setenv("MCP_SERVERS", json.dumps([HTTP, program]))
    monkeypatch.setenv("MCP_SERVER_URL", "http://localhost:8090")

    servers = load_config().configured_mcp_servers

    assert [(each.name, each.kind, each.where) for each in servers] == [
        ("notes", "http", "https://notes.example/mcp"),
        ("files", "stdio", "/opt/files"),
        ("mcp", "rest", "http://localhost:8090"),
    ]
    assert not servers[2].gets_user_token


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("MCP_SERVERS", "{", "JSON"),
        ("MCP_SERVERS", '{"name": "x"}', "list"),
        ("MCP_SERVERS", json.dumps([HTTP, HTTP]), "names two servers"),
        ("MCP_SERVERS", '[{"name": "x", "kind": "stdio"}]', "a stdio server has a command"),
        ("MCP_SERVER_URL", "localhost:8090", "http://"),
        ("MCP_STDIO_ALLOWED", "sh '", "quotation"),
        ("MCP_MAX_RETRIES", "-1", "greater"),
    ],
)
def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    """With what is wrong about it."""
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigError) as error:
        load_config()

    assert name in error.value.message
    assert told in error.value.message


@pytest.mark.parametrize("variable", ["AUTH_JWT_SECRET", "PATH", ""])
def test_no_other_variable_is_taken_for_a_token(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Whoever edits rows could have our secrets sent to a server of theirs."""
    monkeypatch.setenv("AUTH_JWT_SECRET", "x" * 32)

    assert mcp_token(variable) is None


def test_a_token_that_no_header_takes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without repeating it."""
    monkeypatch.setenv("MCP_TOKEN_X", "owl\r\nX: y")

    with pytest.raises(ConfigError, match="MCP_TOKEN_X must be ASCII") as error:
        mcp_token("MCP_TOKEN_X")

    assert "owl" not in error.value.message


@pytest.mark.parametrize(
    ("allowed", "command", "may"),
    [
        ([], "sh", False),
        (["/opt/notes --ro"], "/opt/notes --ro", True),
        (["/opt/notes --ro"], "/opt/notes  '--ro'", True),
        (["/opt/notes --ro"], "/opt/notes", False),
        (["/opt/notes"], "/opt/notes --rw", False),
        (["python"], "python -c 'import os'", False),
        (["notes"], "/tmp/notes", False),
    ],
)
def test_a_row_may_start_only_what_the_environment_allows(
    db: None, config: Any, allowed: list[str], command: str, may: bool
) -> None:
    """Program and arguments, when it is written and whenever it is used."""
    config(mcp_stdio_allowed=allowed)
    row = McpServer(name="notes", kind="stdio", command=command)

    def is_accepted() -> bool:
        try:
            row.full_clean()
        except ValidationError:
            return False
        return True

    accepted = is_accepted()
    row.save()
    [known] = known_servers(settings.EXOBRAIN)

    assert accepted is may
    assert (known.spec is not None) is may
    assert bool(known.problem) is not may


@pytest.mark.parametrize(
    "fields",
    [
        {"command": "sh '", "kind": "stdio", "address": ""},
        {"address": "nowhere"},
        {"token_variable": "DJANGO_SECRET_KEY"},
        {"name": "mcp"},
        {"name": "Notes"},
    ],
)
def test_a_row_that_makes_no_server_is_refused(
    db: None, config: Any, fields: dict[str, str]
) -> None:
    """With words for its operator; a name of the environment is taken."""
    config(mcp_server_url="http://localhost:8090")

    with pytest.raises(ValidationError):
        McpServer(**{**HTTP, **fields}).full_clean()


def test_rows_that_were_right_once_cost_themselves(db: None) -> None:
    """A disabled one is none; a broken one says so."""
    McpServer.objects.create(**HTTP)
    McpServer.objects.create(name="off", address="https://off.example", is_enabled=False)
    McpServer.objects.create(name="odd", address="nowhere")

    known = known_servers(settings.EXOBRAIN)

    assert [(each.name, bool(each.spec), bool(each.problem)) for each in known] == [
        ("notes", True, False),
        ("odd", False, True),
    ]
