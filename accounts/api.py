"""The JSON API of accounts: signing in and out, the current user, and their settings."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from ninja.decorators import decorate_view

from accounts import selectors, services
from accounts.auth import (
    SignedInRequest,
    address_of,
    authenticated,
    end_session,
    forget_cookie,
    start_session,
)
from accounts.models import User
from accounts.schemas import (
    ConfigsIn,
    ConfigsOut,
    HowToSignIn,
    LoginIn,
    MeIn,
    MeOut,
    PasswordIn,
    RefreshIn,
    SessionOut,
    SignupIn,
    TokensOut,
)
from accounts.types import ConfigItem, Principal, TokenPair
from exobrain.lib.http import Problem

auth_router = Router(tags=["auth"])
users_router = Router(tags=["users"])

SignInOut = SessionOut | TokensOut


@auth_router.post("/login", response={200: SignInOut, 401: Problem, 429: Problem})
def log_in(request: HttpRequest, body: LoginIn) -> Any:
    """A session cookie, or tokens, for an e-mail and its password."""
    user = services.sign_in(email=body.email, password=body.password, address=address_of(request))
    return _signed_in(request, user, body)


@auth_router.post("/token_refresh", response={200: TokensOut, 401: Problem})
def token_refresh(request: HttpRequest, body: RefreshIn) -> TokenPair:
    """The next pair of tokens; the one presented is used up."""
    return services.refresh_tokens(refresh_token=body.refresh_token)


@auth_router.post("/logout", response={204: None})
def log_out(request: HttpRequest) -> HttpResponse:
    """The session of this cookie has ended, with its tokens and those of this bearer."""
    end_session(request)
    return _signed_out()


@auth_router.post("/logout_all", auth=authenticated, response={204: None})
def log_out_everywhere(request: SignedInRequest) -> HttpResponse:
    """Every session and every token of the user has ended, this one too."""
    services.sign_out_everywhere(user_id=request.principal.user_id)
    return _signed_out()


@auth_router.post(
    "/password", auth=authenticated, response={200: SignInOut, 400: Problem, 429: Problem}
)
def change_password(request: SignedInRequest, body: PasswordIn) -> Any:
    """A new password; everything issued under the old one has ended, and this client goes on."""
    user = services.change_password(
        user_id=request.principal.user_id,
        current=body.current_password,
        new=body.new_password,
        address=address_of(request),
    )
    how = HowToSignIn(session_mode="web" if request.principal.via == "session" else "api")
    return _signed_in(request, user, how)


def _only_while_open(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """404 while ACCOUNTS_ALLOW_SIGNUP is false, before the body is looked at."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.EXOBRAIN.accounts_allow_signup:
            return HttpResponse(b'{"detail":"Not Found"}', "application/json", 404)
        return view(request, *args, **kwargs)

    return guarded


@auth_router.post(
    "/signup",
    response={201: SignInOut, 400: Problem, 404: Problem, 409: Problem, 429: Problem},
)
@decorate_view(_only_while_open)
def sign_up(request: HttpRequest, body: SignupIn) -> Any:
    """A new user, signed in the way `login` would; 404 unless ACCOUNTS_ALLOW_SIGNUP."""
    user = services.sign_up(
        email=body.email,
        password=body.password,
        display_name=body.display_name,
        address=address_of(request),
    )
    return Status(201, _signed_in(request, user, body))


def _signed_in(request: HttpRequest, user: User, how: HowToSignIn) -> SessionOut | TokenPair:
    """The user is signed in as the client wants: by a session cookie or by tokens."""
    if how.wants_session:
        start_session(request, user=user)
        return SessionOut(user_name=user.display_name)
    return services.issue_tokens(
        user=user, session_key=request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    )


def _signed_out() -> HttpResponse:
    response = HttpResponse(status=204)
    forget_cookie(response)
    return response


@users_router.get("/me", auth=authenticated, response=MeOut)
def me(request: SignedInRequest) -> MeOut:
    """Who is signed in."""
    return _me(request.principal, time_zone=request.principal.time_zone)


@users_router.patch("/me", auth=authenticated, response={200: MeOut, 400: Problem})
def change_me(request: SignedInRequest, body: MeIn) -> MeOut:
    """Days begin where this time zone says; those that were written keep their names."""
    principal = request.principal
    services.change_time_zone(user_id=principal.user_id, time_zone=body.time_zone)
    return _me(principal, time_zone=body.time_zone)


def _me(principal: Principal, *, time_zone: str) -> MeOut:
    return MeOut(name=principal.display_name, email=principal.email, time_zone=time_zone)


@users_router.get("/me/configs", auth=authenticated, response=ConfigsOut)
def my_configs(request: SignedInRequest) -> dict[str, list[ConfigItem]]:
    """Every setting with its present value."""
    return {"configs": selectors.user_configs(user_id=request.principal.user_id)}


@users_router.patch("/me/configs", auth=authenticated, response={200: ConfigsOut, 400: Problem})
def change_my_configs(request: SignedInRequest, body: ConfigsIn) -> dict[str, list[ConfigItem]]:
    """The given settings have changed, all or none; the answer has every setting."""
    return {
        "configs": services.change_configs(user_id=request.principal.user_id, changes=body.changes)
    }
