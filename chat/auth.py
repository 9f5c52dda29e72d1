"""Who asks, over HTTP, over a stream or over a socket: a user, or a visitor where allowed."""

import secrets
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.auth import identify, refuse_broken_json
from accounts.types import Principal
from chat.types import Requester
from exobrain.lib.errors import Unauthenticated

VISITOR_COOKIE = "exobrain_visitor"
VISITOR_KEY_BYTES = 16


class ChatHttpRequest(HttpRequest):
    """A request that `requester_of` let through."""

    principal: Principal | None
    requester: Requester


def requester_of(request: HttpRequest) -> Requester:
    """Who sends this request or has opened this stream or socket, a user or a visitor.

    Kept as `request.requester`. Raises Unauthenticated unless visitors may chat.
    """
    principal = identify(request)
    if principal is None:
        refuse_broken_json(request)
        if not settings.EXOBRAIN.chat_allow_anonymous:
            raise Unauthenticated
    user_id = principal.user_id if principal else None
    requester = Requester(user_id, visitor_key=request.COOKIES.get(VISITOR_COOKIE, ""))
    cast(ChatHttpRequest, request).requester = requester
    return requester


def remember_visitor(response: HttpResponse) -> None:
    """The visitor's next streams are theirs alone."""
    response.set_cookie(
        VISITOR_COOKIE,
        secrets.token_urlsafe(VISITOR_KEY_BYTES),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
