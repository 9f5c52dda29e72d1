"""What the browser is told about our pages, and how errors look."""

import re
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.staticfiles import finders
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from exobrain.failures import server_error
from exobrain.lib.config import ROOT
from exobrain.lib.errors import Unavailable
from tests.factories import UserFactory

INLINE = ("'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "http:", "https:", "*")


def policy(answer: Any) -> dict[str, list[str]]:
    """The answer's Content-Security-Policy."""
    directives = [part.split() for part in answer["Content-Security-Policy"].split(";")]
    return {name: sources for name, *sources in directives}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/login", "/no-such-page"])
def test_pages_run_only_our_own(client: Client, path: str) -> None:
    """No page allows inline code, inline style or another origin; errors do not either."""
    directives = policy(client.get(path))

    assert directives["default-src"] == ["'none'"]
    assert directives["script-src"] == ["'self'"]
    assert directives["style-src"] == ["'self'"]
    assert directives["frame-ancestors"] == ["'none'"]
    assert not [source for sources in directives.values() for source in sources if source in INLINE]


def test_the_diagrams_frame_is_nobody(client: Client) -> None:
    """The frame may set styles, and in return has no origin, no network and only our frame."""
    answer = client.get("/diagrams")
    directives = policy(answer)

    assert directives["sandbox"] == ["allow-scripts"]
    assert directives["default-src"] == ["'none'"]
    assert directives["script-src"] == ["'self'"]
    assert directives["frame-ancestors"] == ["'self'"]
    assert "X-Frame-Options" not in answer


@pytest.mark.django_db
def test_only_the_admin_may_evaluate(client: Client) -> None:
    """django-unfold needs it; the pages beside it do not get it."""
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    assert "'unsafe-eval'" in policy(client.get("/admin/"))["script-src"]
    assert "'unsafe-inline'" not in policy(client.get("/admin/"))["script-src"]
    assert "'unsafe-eval'" not in policy(client.get("/"))["script-src"]


@pytest.mark.django_db
def test_no_page_has_inline_code(client: Client, alice: User) -> None:
    """Every script has an address, and no element has a handler or a style of its own."""
    client.force_login(alice)
    for path in ("/", "/settings", "/search?q=a", "/no-such-page"):
        page = client.get(path).content.decode()

        assert page.count("<script") == page.count("<script src=") + page.count(
            '<script type="module" src='
        )
        assert not re.search(r"<[^>]*\s(style|on\w+)=", page)


NOTICES = ("sample answers from a file", "No language model is configured")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"main_agent_use_mock": True}, NOTICES[:1]),
        ({"main_agent_use_mock": False}, NOTICES[1:]),
        ({"main_agent_use_mock": False, "model_provider_base_url": "http://localhost/v1"}, ()),
    ],
    ids=["mock", "memory", "provider"],
)
def test_the_chat_says_when_no_model_answers(
    client: Client,
    alice: User,
    config: Callable[..., Any],
    values: dict[str, Any],
    told: tuple[str, ...],
) -> None:
    """A file does, or the memory; and only then."""
    config(**values)
    client.force_login(alice)

    page = client.get("/").content.decode()

    assert tuple(notice for notice in NOTICES if notice in page) == told


@pytest.mark.parametrize("is_vendored", [True, False])
def test_pages_ask_for_libraries_only_where_there_are_any(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch, is_vendored: bool
) -> None:
    """Without KaTeX and mermaid the page does not try to load them."""
    present = ROOT / "manage.py"
    monkeypatch.setattr("exobrain.context.STAMP", present if is_vendored else ROOT / "nowhere")
    client.force_login(alice)

    page = client.get("/").content.decode()

    assert ("data-vendor" in page) is is_vendored


@pytest.mark.django_db
def test_an_unknown_page_is_a_page(client: Client) -> None:
    """404 has the pages' own look; the API's is JSON."""
    page = client.get("/no-such-page")

    assert page.status_code == 404
    assert "There is nothing here" in page.content.decode()
    assert client.get("/api/no-such").json() == {"detail": "Not Found"}


def test_an_outage_is_a_page(client: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the session store nobody is signed out: a page asks for patience, with 503."""
    client.force_login(alice)
    session = "accounts.sessions.SessionStore.load"
    with monkeypatch.context() as patched:
        patched.setattr(session, Mock(side_effect=Unavailable("The store is away.")))
        answer = client.get("/")
    assert answer.status_code == 503
    assert "The store is away." in answer.content.decode()

    assert client.get("/").status_code == 200


def test_an_unforeseen_error_is_said_plainly() -> None:
    """500 is a page for pages and plain text for the API."""
    page = server_error(RequestFactory().get("/settings"))
    api = server_error(RequestFactory().get("/api/journal"))

    assert page.status_code == api.status_code == 500
    assert b"Something went wrong" in page.content
    assert api.content == b"Internal Server Error"
    assert api["Content-Type"] == "text/plain"


@pytest.mark.parametrize("name", ["css/app.css", "js/chat.js", "js/page.js", "icons/sprite.svg"])
def test_static_files_are_served(client: Client, name: str) -> None:
    """What the pages ask for is there."""
    assert finders.find(name)
    answer = client.get(f"/static/{name}")
    assert answer.status_code == 200
    assert b"".join(answer)  # a file: reading it closes it


def test_addresses_have_their_names() -> None:
    """The names that redirects and templates of every app use."""
    assert [
        reverse(name) for name in ("chat", "login", "logout", "signup", "search", "settings")
    ] == [
        "/",
        "/login",
        "/logout",
        "/signup",
        "/search",
        "/settings",
    ]
    assert reverse("journal", args=["2025/02/18"]) == "/journal/2025/02/18"
