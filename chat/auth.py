"""Who asks, over HTTP, over a stream or over a socket: a user, or a visitor where allowed."""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.auth import principal_of, refuse_broken_json
from accounts.consumers import Scope, cookies_of, header, principal_of_scope
from chat.types import Requester
from exobrain.lib.address import client_address
from exobrain.lib.errors import Unauthenticated
from exobrain.lib.http import is_own_origin

VISITOR_COOKIE = "exobrain_visitor"
VISITOR_KEY_BYTES = 16


class AskedRequest(HttpRequest):
    """A request that `asking` let through."""

    auth: Requester


def asking(request: HttpRequest) -> Requester:
    """Who sends this request; raises Unauthenticated unless visitors may chat."""
    principal = principal_of(request)
    if principal is not None:
        return Requester(principal.user_id, request.COOKIES.get(VISITOR_COOKIE, ""))
    refuse_broken_json(request)
    if not settings.EXOBRAIN.chat_allow_anonymous:
        raise Unauthenticated
    return Requester(visitor_key=request.COOKIES.get(VISITOR_COOKIE, ""))


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


async def requester_of(scope: Scope) -> Requester:
    """Who opened this connection; raises Unauthenticated unless visitors may chat."""
    visitor_key = cookies_of(scope).get(VISITOR_COOKIE, "")
    principal = await principal_of_scope(scope)
    if principal is not None:
        return Requester(principal.user_id, visitor_key)
    if not settings.EXOBRAIN.chat_allow_anonymous:
        raise Unauthenticated
    return Requester(visitor_key=visitor_key)


def address_of_scope(scope: Scope) -> str:
    """Where the connection comes from; TRUSTED_PROXIES says whom to believe."""
    return client_address(
        peer=(scope.get("client") or [""])[0],
        forwarded=header(scope, "x-forwarded-for") or "",
        proxies=settings.EXOBRAIN.trusted_proxies,
    )


def is_same_site(scope: Scope) -> bool:
    """True unless a browser says that another site opened the connection."""
    origin = header(scope, "origin")
    return origin is None or is_own_origin(origin, host=header(scope, "host") or "")
