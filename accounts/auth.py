"""How a request says who sends it, and how a browser's session starts and ends."""

import json
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY, login, logout
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest, HttpResponse
from ninja.errors import ValidationError

from accounts import selectors, services, tokens
from accounts.errors import WrongCredentials
from accounts.models import User
from accounts.types import Principal
from exobrain.lib.address import client_address
from exobrain.lib.errors import Unauthenticated

BACKEND = "accounts.auth.EmailBackend"


class IdentifiedRequest(HttpRequest):
    """A request of which it is known who sends it: a user, or nobody who is signed in."""

    principal: Principal | None


class SignedInRequest(HttpRequest):
    """A request that `authenticated` let through."""

    principal: Principal


def authenticated(request: HttpRequest) -> Principal:
    """Who sends this request; raises Unauthenticated, or says first that the body is not JSON."""
    principal = identify(request)
    if principal is not None:
        return principal
    refuse_broken_json(request)
    raise Unauthenticated


def identify(request: HttpRequest, *, expired_too: bool = False) -> Principal | None:
    """Who sends this request to the API, or has opened this stream or socket, as of now.

    Kept as `request.principal`. Raises Unavailable when it cannot be found out.
    """
    authorization, session_key = proof_of(request)
    principal = selectors.resolve_principal(
        authorization=authorization, session_key=session_key, expired_too=expired_too
    )
    cast(IdentifiedRequest, request).principal = principal
    return principal


def proof_of(request: HttpRequest) -> tuple[str | None, str | None]:
    """By what the sender of this request is known: the Authorization header, the session's key."""
    return (
        request.META.get("HTTP_AUTHORIZATION"),
        request.COOKIES.get(settings.SESSION_COOKIE_NAME),
    )


def refuse_broken_json(request: HttpRequest) -> None:
    """Raises the 422 that comes before a 401."""
    content_type = request.content_type or "application/json"
    if not content_type.endswith("json") or not request.body:
        return
    try:
        json.loads(request.body)
    except (ValueError, RecursionError):
        raise broken_json() from None


def broken_json() -> ValidationError:
    """What a body that is not JSON is answered with."""
    return ValidationError(
        [{"type": "json_invalid", "loc": ("body",), "msg": "JSON decode error", "input": {}}]
    )


def address_of(request: HttpRequest) -> str:
    """Where the request comes from; TRUSTED_PROXIES says how far X-Forwarded-For is believed."""
    return client_address(
        peer=request.META.get("REMOTE_ADDR") or "",
        forwarded=request.META.get("HTTP_X_FORWARDED_FOR", ""),
        proxies=settings.EXOBRAIN.trusted_proxies,
    )


class EmailBackend(ModelBackend):
    """Signs in by e-mail for Django's own forms; too many failures raise TooManyAttempts."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The user these credentials belong to."""
        email = username if username is not None else kwargs.get(User.USERNAME_FIELD)
        if email is None or password is None:
            return None
        address = address_of(request) if request is not None else "localhost"
        try:
            return services.sign_in(email=email, password=password, address=address)
        except WrongCredentials:
            return None


def start_session(request: HttpRequest, *, user: User) -> None:
    """The browser is signed in as `user` with a session id that nobody knew before."""
    before = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if SESSION_KEY in request.session:
        request.session.cycle_key()  # Django keeps the id when the same user signs in again
    login(request, user, backend=BACKEND)
    after = request.session.session_key
    if before and after:
        services.move_session(user_id=user.id, before=before, after=after)


def end_session(request: HttpRequest) -> None:
    """Session, cookie and the tokens that belong to them or to the bearer are worth nothing."""
    services.sign_out(
        session_key=request.COOKIES.get(settings.SESSION_COOKIE_NAME),
        access_token=tokens.bearer_of(request.META.get("HTTP_AUTHORIZATION")),
    )
    logout(request)


def forget_cookie(response: HttpResponse) -> None:
    """The browser deletes the session cookie, also one that the server does not know."""
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        "",
        max_age=0,
        expires="Thu, 01 Jan 1970 00:00:00 GMT",
        path=settings.SESSION_COOKIE_PATH,
        domain=settings.SESSION_COOKIE_DOMAIN,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=settings.SESSION_COOKIE_HTTPONLY,
        samesite="Lax",
    )
