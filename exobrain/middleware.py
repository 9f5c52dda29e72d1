"""What happens around every request."""

import time
from collections.abc import Awaitable, Callable

import structlog
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils.deprecation import MiddlewareMixin
from django_htmx.middleware import HtmxMiddleware

from exobrain.lib.http import PRIVATE, is_own_origin, json_response, request_id_of

log = structlog.get_logger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
SLOW_SECONDS = 1.0
API_PREFIX = "/api/"
HEALTH_PATHS = frozenset({"/healthz", "/readyz"})

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestLogMiddleware:
    """Gives every request an id, in and out, and one log line.

    Only the path is logged: a query may hold what somebody searched for.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request_id = request_id_of(request.META.get("HTTP_X_REQUEST_ID"))
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            response = self.get_response(request)
            response["x-request-id"] = request_id
            if not is_page(request):
                _keep_private(response)
            _log_finished(request, response, seconds=time.perf_counter() - started)
        finally:
            structlog.contextvars.clear_contextvars()
        return response


def _keep_private(response: HttpResponse) -> None:
    for name, value in PRIVATE.items():
        response.headers[name] = value


def _log_finished(request: HttpRequest, response: HttpResponse, *, seconds: float) -> None:
    notable = (
        request.method not in SAFE_METHODS or response.status_code >= 400 or seconds > SLOW_SECONDS
    )
    write = log.info if notable else log.debug
    write(
        "request_finished",
        method=request.method,
        path=request.path,
        status=response.status_code,
        milliseconds=round(seconds * 1000, 1),
    )


class KnownHostMiddleware:
    """Refuses requests that mean another host: a name that was rebound to this address.

    To a browser the page behind that name and this server are one site, so that none of the other
    walls would stop the page from signing in here and reading along. Health is told under any
    name: probes use whatever address they have.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            if request.path not in HEALTH_PATHS:
                log.warning("unknown_host_refused", path=request.path)
                refusal = {"detail": "ALLOWED_HOSTS does not name this host."}
                return json_response(refusal, status=400)
        return self.get_response(request)


class SameSiteMiddleware:
    """Refuses unsafe requests that a browser says another site caused.

    A bearer token is never sent by a browser on its own, so a request whose only credential is
    one passes. With a session cookie beside it nothing passes: the token may be a lie, and then
    the cookie decides. Clients that send neither header are not browsers and pass.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            request.method in SAFE_METHODS
            or not is_cross_site(request)
            or _has_only_a_bearer(request)
        ):
            return self.get_response(request)
        log.warning("cross_site_request_refused", path=request.path)
        return json_response({"detail": "Cross-site requests are refused."}, status=403)


def _has_only_a_bearer(request: HttpRequest) -> bool:
    has_bearer = request.META.get("HTTP_AUTHORIZATION", "")[:7].lower() == "bearer "
    return has_bearer and settings.SESSION_COOKIE_NAME not in request.COOKIES


def is_cross_site(request: HttpRequest) -> bool:
    """True when the browser's own words, which no page can change, say so."""
    site = request.META.get("HTTP_SEC_FETCH_SITE")
    origin = request.META.get("HTTP_ORIGIN")
    if site == "cross-site" or origin == "null":
        return True
    if origin is None:
        return site == "same-site"  # a neighbour that hides its name
    # "same-origin" is about the address that the browser sees; behind a proxy that rewrites
    # Host it is the only header that knows.
    return site != "same-origin" and not is_own_origin(origin, host=request.get_host())


def is_page(request: HttpRequest) -> bool:
    """False for the API, whose answers are JSON.

    The middlewares below cost a page 0.15 ms, and a page can bear it; JSON has no frame, no
    script, no form and no flash message to protect.
    """
    return not request.path.startswith(API_PREFIX)


class PagesOnly(MiddlewareMixin):
    """Before a middleware of Django's, it runs for pages and is passed by for the API."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        return super().__call__(request) if is_page(request) else self.get_response(request)


class PageSecurityMiddleware(PagesOnly, SecurityMiddleware):
    """Django's, for pages."""


class PageCSPMiddleware(PagesOnly, CSPMiddleware):  # type: ignore[misc]  # it has no types
    """django-csp's, for pages."""


class PageCsrfMiddleware(PagesOnly, CsrfViewMiddleware):
    """Django's, for pages; the API is guarded by SameSiteMiddleware."""


class PageAuthenticationMiddleware(PagesOnly, AuthenticationMiddleware):
    """Django's, for pages; the API resolves a Principal."""


class PageMessageMiddleware(PagesOnly, MessageMiddleware):
    """Django's, for pages."""


class PageFrameMiddleware(PagesOnly, XFrameOptionsMiddleware):
    """Django's, for pages."""


class PageHtmxMiddleware:
    """django-htmx's, for pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.with_htmx = HtmxMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        return self.with_htmx(request) if is_page(request) else self.get_response(request)
