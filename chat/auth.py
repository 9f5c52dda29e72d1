"""Who asks, over HTTP, over a stream or over a socket: a user, or a visitor where allowed."""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.auth import identify, refuse_broken_json
from chat.types import Requester
from exobrain.lib.errors import Unauthenticated

VISITOR_COOKIE = "exobrain_visitor"
VISITOR_KEY_BYTES = 16


class AskedRequest(HttpRequest):
    """A request that `asking` let through."""

    auth: Requester


def asking(request: HttpRequest) -> Requester:
    """Who sends this request or has opened this stream or socket, a user or a visitor.

    Raises Unauthenticated unless visitors may chat.
    """
    visitor_key = request.COOKIES.get(VISITOR_COOKIE, "")
    principal = identify(request)
    if principal is not None:
        return Requester(principal.user_id, visitor_key)
    refuse_broken_json(request)
    if not settings.EXOBRAIN.chat_allow_anonymous:
        raise Unauthenticated
    return Requester(visitor_key=visitor_key)


def remember_visitor(response: HttpResponse) -> None:
    """The visitor's next streams are theirs alone."""
    response.set_cookie(
        VISITOR_COOKIE,
        secrets.token_urlsafe(VISITOR_KEY_BYTES),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
