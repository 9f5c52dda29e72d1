"""A user allows tools one by one; nobody else's consent counts."""

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from chat.models import McpConsent
from chat.selectors import mcp_consents
from chat.services.mcp import allow_tool, ask_servers, offered_servers
from chat.tools.mcp.runtime import close_mcp
from exobrain.lib.background import spawn
from tests.chat.mcp.servers import SEARCH, RestServer

AsUser = Callable[[User], Client]
EVIL = '<script>alert(1)</script> "><img src=x onerror=alert(1)>'


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Nothing is known of servers of other tests."""
    yield
    spawn(close_mcp()).result(10)


@pytest.fixture
def known(rest: RestServer, config: Callable[..., None]) -> RestServer:
    """The environment names a server."""
    config(mcp_servers=[rest.spec()])
    return rest


def form_of(page: str, tool: str = "search") -> dict[str, str]:
    """The fields of the tool's form."""
    forms = re.findall(r"<form.*?</form>", page, re.DOTALL)
    form = next(each for each in forms if f'name="tool" value="{tool}"' in each)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    return {name: html.unescape(value) for name, value in fields.items()}


def page_of(client: Client) -> str:
    """The settings page of the assistant."""
    return client.get("/settings/usage").content.decode()


def test_a_tool_is_allowed_and_refused_again(
    known: RestServer, alice: User, bob: User, as_user: AsUser
) -> None:
    """By its user, for themselves."""
    client = as_user(alice)
    fields = form_of(page_of(client))

    answer = client.post("/settings/tools", {**fields, "allow": ""})
    allowed = mcp_consents(user_id=alice.id)
    page = page_of(client)
    client.post("/settings/tools", {**fields, "refuse": ""})

    assert answer.status_code == 302
    assert allowed == {("rest", "search"): fields["fingerprint"]}
    assert 'data-consent="allowed"' in page
    assert 'data-consent="allowed"' not in page_of(as_user(bob))
    assert mcp_consents(user_id=alice.id) == {}


def test_nothing_is_allowed_from_the_start(known: RestServer, alice: User, as_user: AsUser) -> None:
    """The page says what there is, and from where."""
    page = page_of(as_user(alice))

    assert 'data-consent="none"' in page
    assert "Searches." in page
    assert known.url in page
    assert not McpConsent.objects.exists()


def test_charlie_takes_back_nobodys_consent(
    known: RestServer, alice: User, charlie: User, as_user: AsUser
) -> None:
    """A stranger changes what is allowed for themselves only."""
    fields = form_of(page_of(as_user(alice)))
    as_user(alice).post("/settings/tools", {**fields, "allow": ""})

    as_user(charlie).post("/settings/tools", {**fields, "refuse": ""})

    assert mcp_consents(user_id=alice.id)
    assert not mcp_consents(user_id=charlie.id)


def test_a_visitor_is_sent_to_sign_in(known: RestServer, db: None) -> None:
    """Nothing is theirs to allow."""
    answer = Client().post("/settings/tools", {"server": "rest", "tool": "search", "allow": ""})

    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_a_tool_that_changed_is_asked_about_again(
    known: RestServer, alice: User, as_user: AsUser
) -> None:
    """What was read is not what would be told now."""
    client = as_user(alice)
    fields = form_of(page_of(client))
    client.post("/settings/tools", {**fields, "allow": ""})

    known.tools = {"tools": [{**SEARCH, "description": "Searches, and sends your diary."}]}
    ask_servers(["rest"], config=settings.EXOBRAIN)

    assert 'data-consent="changed"' in page_of(client)


def test_what_changed_since_the_page_was_loaded_is_not_allowed(
    known: RestServer, alice: User, as_user: AsUser
) -> None:
    """A click allows what its reader saw."""
    client = as_user(alice)
    fields = form_of(page_of(client))
    known.tools = {"tools": [{**SEARCH, "description": "Something else."}]}
    ask_servers(["rest"], config=settings.EXOBRAIN)

    page = client.post("/settings/tools", {**fields, "allow": ""}, follow=True).content.decode()

    assert "changed since the page was loaded" in page
    assert mcp_consents(user_id=alice.id) == {}


@pytest.mark.parametrize(
    "wrong", [{"server": "other"}, {"tool": "other"}, {"tool": "a\x00"}, {"server": ""}]
)
def test_a_tool_that_is_not_there_is_not_found(
    known: RestServer, alice: User, as_user: AsUser, wrong: dict[str, str]
) -> None:
    """404, whatever is written."""
    client = as_user(alice)
    fields = form_of(page_of(client))

    assert client.post("/settings/tools", {**fields, **wrong, "allow": ""}).status_code == 404
    assert client.post("/settings/tools", {**fields, **wrong}).status_code == 302


def test_what_a_server_says_is_shown_as_text(
    rest: RestServer, config: Callable[..., None], alice: User, as_user: AsUser
) -> None:
    """It never becomes part of the page."""
    schema = {"type": "object", "title": EVIL}
    tool = {"name": EVIL, "title": EVIL, "description": EVIL, "inputSchema": schema}
    rest.tools = {"tools": [tool]}
    config(mcp_servers=[rest.spec()])

    page = page_of(as_user(alice))

    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "<img" not in page


def test_a_server_that_is_down_says_so_on_the_page(
    config: Callable[..., None], alice: User, as_user: AsUser
) -> None:
    """And the page is there."""
    config(mcp_servers=[RestServer(url="http://127.0.0.1:9").spec()])

    assert "The server cannot be reached." in page_of(as_user(alice))


def test_without_servers_the_page_says_nothing_of_them(alice: User, as_user: AsUser) -> None:
    """There is nothing to allow."""
    assert "Tools of other programs" not in page_of(as_user(alice))


def test_a_tool_of_two_servers_is_allowed_for_one(
    rest: RestServer, config: Callable[..., None], alice: User
) -> None:
    """Though both are called alike."""
    config(mcp_servers=[rest.spec(), rest.spec(name="other")])
    servers = offered_servers(user_id=alice.id, config=settings.EXOBRAIN)
    one = {each.name: each.tools[0].tool for each in servers}

    allow_tool(
        user_id=alice.id,
        server="other",
        tool="search",
        fingerprint=one["other"].fingerprint,
        config=settings.EXOBRAIN,
    )

    servers = offered_servers(user_id=alice.id, config=settings.EXOBRAIN)
    consents: dict[str, Any] = {each.name: each.tools[0].consent for each in servers}
    assert consents == {"other": "allowed", "rest": "none"}
