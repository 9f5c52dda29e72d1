"""Every route refuses a caller without an account, unless it is listed here with a reason."""

import re
import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from exobrain.api import api

OPEN_OPERATIONS = {
    ("post", "/api/auth/login"): "it is how one signs in",
    ("post", "/api/auth/token_refresh"): "the refresh token is the proof",
    ("post", "/api/auth/logout"): "signing out twice is no error",
    ("post", "/api/auth/signup"): "404 unless registration is allowed",
}
OPEN_PAGES = {
    "healthz": "says only that the process runs",
    "readyz": "names dependencies, for the load balancer",
    "openapi.json": "in local only",
    "docs": "in local only",
    "login": "it is how one signs in",
    "logout": "signing out twice is no error",
    "signup": "404 unless registration is allowed",
    "diagrams": "an empty frame, in which a visitor's diagrams are drawn too",
    "admin": "adds the slash",
    "admin/login/": "it is how operators sign in",
    "admin/logout/": "signing out twice is no error",
}


def _operations() -> Iterator[tuple[str, str]]:
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method in methods:
            yield method, path


def _pages(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _pages(pattern, route)
        elif isinstance(pattern, URLPattern) and not route.startswith("api/"):
            yield route


def _filled(route: str) -> str:
    """A route with something in its holes."""
    route = re.sub(r"<uuid:[^>]+>|\{[^}]*_id\}", str(uuid.uuid4()), route)
    route = re.sub(r"<path:reference>|\{(path:)?reference\}", "2025/01/14", route)
    route = re.sub(r"<[^>]+>|\{[^}]+\}", "1", route)
    return route.replace("^", "").replace("$", "").replace("\\Z", "")


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), sorted(set(_operations()) - OPEN_OPERATIONS.keys()))
def test_an_operation_refuses_the_anonymous(method: str, path: str) -> None:
    """401 without a token and a session, whatever the body."""
    answer = Client().generic(
        method.upper(), _filled(path), data=b"{}", content_type="application/json"
    )

    assert answer.status_code == 401
    assert "detail" in answer.json()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "route",
    sorted(
        route for route in _pages(get_resolver()) if route not in OPEN_PAGES and "(?P" not in route
    ),
)
def test_a_page_refuses_the_anonymous(route: str) -> None:
    """A page sends a visitor to sign in, or does not exist for them."""
    answer = Client().get(f"/{_filled(route)}")

    assert answer.status_code in (302, 401, 403, 404, 405)
    if answer.status_code == 302:
        assert "login" in answer["Location"]


def test_the_open_lists_name_real_routes() -> None:
    """A route that went away is taken off the lists."""
    assert set(OPEN_OPERATIONS) <= set(_operations())
    assert set(OPEN_PAGES) <= set(_pages(get_resolver()))
