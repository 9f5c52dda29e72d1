"""Who asks, over HTTP, over a stream or over a socket: a user, or a visitor where allowed."""

import secrets
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.http.request import split_domain_port, validate_host

from accounts.auth import principal_of, refuse_broken_json
from accounts.selectors import resolve_principal
from chat.types import Asker
from exobrain.lib.address import client_address
from exobrain.lib.errors import Unauthenticated
from exobrain.lib.threads import in_thread
from exobrain.middleware import is_own_origin

VISITOR_COOKIE = "exobrain_visitor"
VISITOR_KEY_BYTES = 16

Scope = dict[str, Any]


class AskedRequest(HttpRequest):
    """A request that `asking` let through."""

    auth: Asker


def asking(request: HttpRequest) -> Asker:
    """Who sends this request; raises Unauthenticated unless visitors may chat."""
    principal = principal_of(request)
    if principal is not None:
        return Asker(principal.user_id, request.COOKIES.get(VISITOR_COOKIE, ""))
    refuse_broken_json(request)
    if not settings.EXOBRAIN.chat_allow_anonymous:
        raise Unauthenticated
    return Asker(visitor_key=request.COOKIES.get(VISITOR_COOKIE, ""))


def remember_visitor(response: HttpResponse) -> None:
    """The visitor's next streams are theirs alone."""
    response.set_cookie(
        VISITOR_COOKIE,
        secrets.token_urlsafe(VISITOR_KEY_BYTES),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


# -- connections that Django does not see


async def asker_of(scope: Scope) -> Asker:
    """Who opened this connection; raises Unauthenticated unless visitors may chat."""
    cookies = _cookies(scope)
    principal = await in_thread(
        resolve_principal,
        authorization=header(scope, "authorization"),
        session_key=cookies.get(settings.SESSION_COOKIE_NAME),
    )
    if principal is not None:
        return Asker(principal.user_id, cookies.get(VISITOR_COOKIE, ""))
    if not settings.EXOBRAIN.chat_allow_anonymous:
        raise Unauthenticated
    return Asker(visitor_key=cookies.get(VISITOR_COOKIE, ""))


def address_of_scope(scope: Scope) -> str:
    """Where the connection comes from; TRUSTED_PROXIES says whom to believe."""
    return client_address(
        peer=(scope.get("client") or [""])[0],
        forwarded=header(scope, "x-forwarded-for") or "",
        proxies=settings.EXOBRAIN.trusted_proxies,
    )


def is_known_host(scope: Scope) -> bool:
    """True when the client means this server: a rebound name is not ours."""
    domain, _ = split_domain_port(header(scope, "host") or "")
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def is_same_site(scope: Scope) -> bool:
    """True unless a browser says that another site opened the connection."""
    origin = header(scope, "origin")
    return origin is None or is_own_origin(origin, host=header(scope, "host") or "")


def header(scope: Scope, name: str, *, joint: str = ", ") -> str | None:
    """The header's value; several of one name are one list, as HTTP has it."""
    wanted = name.encode()
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == wanted]
    return joint.join(values) if values else None


def _cookies(scope: Scope) -> dict[str, str]:
    return parse_cookie(header(scope, "cookie", joint="; ") or "")
