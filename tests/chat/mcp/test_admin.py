"""Operators add servers and see what they say."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from chat.models import McpConsent, McpServer
from chat.tools.mcp.runtime import close_mcp
from exobrain.lib.background import spawn
from tests.chat.mcp.servers import RestServer

AsUser = Callable[[User], Client]
SERVERS = "admin:chat_mcpserver_changelist"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Nothing is known of servers of other tests."""
    yield
    spawn(close_mcp()).result(10)


@pytest.fixture
def operator(alice: User, as_user: AsUser) -> Client:
    """Alice runs the server."""
    User.objects.filter(id=alice.id).update(is_staff=True, is_superuser=True)
    return as_user(alice)


def test_a_server_is_added(operator: Client) -> None:
    """With the tools that only read, comma-separated."""
    fields = {
        "name": "notes",
        "kind": "http",
        "address": "https://notes.example/mcp",
        "read_only_tools": "search,list",
        "is_enabled": "on",
    }

    answer = operator.post(reverse("admin:chat_mcpserver_add"), fields)

    assert answer.status_code == 302
    assert McpServer.objects.get().read_only_tools == ["search", "list"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"kind": "stdio", "command": "sh -c ls"}, "MCP_STDIO_ALLOWED"),
        ({"address": "nowhere"}, "http://"),
        ({"address": "https://x.example", "token_variable": "AUTH_JWT_SECRET"}, "token_variable"),
    ],
)
def test_what_must_not_be_a_server_is_refused(
    operator: Client, fields: dict[str, str], told: str
) -> None:
    """With words, and nothing is stored."""
    given = {"name": "notes", "kind": "http", **fields}

    page = operator.post(reverse("admin:chat_mcpserver_add"), given).content.decode()

    assert told in page
    assert not McpServer.objects.exists()


def test_the_list_says_what_each_server_offers(operator: Client, rest: RestServer) -> None:
    """As it was heard last; who asks anew is told."""
    McpServer.objects.create(name="rest", kind="rest", address=rest.url)
    down = McpServer.objects.create(name="down", kind="rest", address="http://127.0.0.1:9")

    before = operator.get(reverse(SERVERS)).content.decode()
    chosen = {"action": "ask", "_selected_action": [each.pk for each in McpServer.objects.all()]}
    after = operator.post(reverse(SERVERS), chosen, follow=True).content.decode()

    assert "not asked yet" in before
    assert "rest: 1 tools" in after
    assert f"{down.name}: The server cannot be reached." in after


def test_consents_are_only_looked_at(operator: Client, alice: User) -> None:
    """They are their users' to give."""
    consent = McpConsent.objects.create(user=alice, server="rest", tool="search", fingerprint="x")
    address = reverse("admin:chat_mcpconsent_change", args=[consent.pk])

    assert operator.get(address).status_code == 200
    assert operator.post(address, {"tool": "other"}).status_code == 403


def test_charlie_sees_no_servers(charlie: User, as_user: AsUser) -> None:
    """A stranger is sent to sign in."""
    assert as_user(charlie).get(reverse(SERVERS)).status_code == 302
