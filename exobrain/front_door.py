"""The front door: what is decided about everything that comes in, before an app sees it.

A request for a page or the API, an event stream and a socket's handshake are all looked at here,
as Django's request: is the host ours, which id does it have, may another site cause it, who may
keep the answer. Each is logged once, as `request_finished`.
"""

import logging
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import structlog
from channels.routing import URLRouter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from structlog.contextvars import bind_contextvars, reset_contextvars

from exobrain.lib.http import PRIVATE, PRIVATE_RAW, is_own_origin, json_response, request_id_of
from exobrain.lib.scope import Receive, Scope, Send, request_of

log = structlog.get_logger(__name__)
is_logged = logging.getLogger(__name__).isEnabledFor

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
SLOW_SECONDS = 1.0
API_PREFIX = "/api/"
HEALTH_PATHS = frozenset({"/healthz", "/readyz"})
CLIENT_GONE = 499  # logged where a client left before its answer began; nginx's number

GetResponse = Callable[[HttpRequest], HttpResponse]


class FrontDoorMiddleware:
    """For pages and the API."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request_id = request_id_of(request.META.get("HTTP_X_REQUEST_ID"))
        bound = bind_contextvars(request_id=request_id)
        try:
            response = refusal_of(request) or self.get_response(request)
            if is_api(request):
                if response.status_code == 405:  # Ninja's one error that is not JSON
                    methods = response["Allow"].split(", ")  # a set's, in any order
                    response = json_response({"detail": "Method Not Allowed"}, status=405)
                    response["Allow"] = ", ".join(sorted(methods))
                for name, value in PRIVATE.items():
                    response.headers.setdefault(name, value)
            response.headers["x-request-id"] = request_id
            log_finished(request, status=response.status_code, started=started)
        finally:
            reset_contextvars(**bound)
        return response


class FrontDoor:
    """For event streams and sockets, around their consumers."""

    def __init__(self, consumers: list[Any]) -> None:
        self.consumers = URLRouter(consumers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        request = request_of(scope)
        request_id = request_id_of(request.META.get("HTTP_X_REQUEST_ID"))
        status = CLIENT_GONE

        async def send_on(event: dict[str, Any]) -> None:
            nonlocal status
            match event["type"]:
                case "http.response.start":
                    status = event["status"]
                    given = {name for name, _ in event["headers"]}
                    event["headers"] = [
                        *event["headers"],
                        *(header for header in PRIVATE_RAW if header[0] not in given),
                        (b"x-request-id", request_id.encode()),
                    ]
                case "websocket.accept":
                    status = 101
                case "websocket.close" if status == CLIENT_GONE:
                    status = 403
            await send(event)

        bound = bind_contextvars(request_id=request_id)
        try:
            refusal = refusal_of(request, is_socket=scope["type"] == "websocket")
            if refusal is None:
                await self.consumers(scope, receive, send_on)
            elif scope["type"] == "websocket":
                await receive()
                await send_on({"type": "websocket.close"})
            else:
                headers = [(b"content-type", b"application/json")]
                await send_on(
                    {
                        "type": "http.response.start",
                        "status": refusal.status_code,
                        "headers": headers,
                    }
                )
                await send_on({"type": "http.response.body", "body": refusal.content})
        finally:
            log_finished(request, status=status, started=started)
            reset_contextvars(**bound)


def refusal_of(request: HttpRequest, *, is_socket: bool = False) -> HttpResponse | None:
    """Why the request is not let in, if it is not.

    A request that means another host comes from a page whose name was rebound to this address.
    To the browser that page and this server are one site, so nothing else would stop the page from
    signing in here and reading along. Health checks are answered under any name: probes use the
    address they have.

    An unsafe request that another site caused is refused too. A socket's handshake counts as one:
    it carries the cookie, and no page of that site is kept from reading the answer.
    """
    if not is_known_host(request) and request.path not in HEALTH_PATHS:
        log.warning("unknown_host_refused", path=request.path)
        return json_response({"detail": "ALLOWED_HOSTS does not name this host."}, status=400)
    is_unsafe = is_socket or request.method not in SAFE_METHODS
    if is_unsafe and is_cross_site(request) and (is_socket or not has_only_a_bearer(request)):
        log.warning("cross_site_request_refused", path=request.path)
        return json_response({"detail": "Cross-site requests are refused."}, status=403)
    return None


def is_known_host(request: HttpRequest) -> bool:
    """True when the client means this server, by a name in ALLOWED_HOSTS."""
    host = request.META.get("HTTP_HOST", request.META["SERVER_NAME"])
    return _is_allowed(host, tuple(settings.ALLOWED_HOSTS))


@lru_cache(maxsize=64)
def _is_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)


def is_cross_site(request: HttpRequest) -> bool:
    """True when the browser's own words, which no page can change, say so.

    Clients that send none of these headers are not browsers.
    """
    site = request.META.get("HTTP_SEC_FETCH_SITE")
    origin = request.META.get("HTTP_ORIGIN")
    if site == "cross-site" or origin == "null":
        return True
    if origin is None:
        return site == "same-site"  # a neighbour that hides its name
    # "same-origin" is about the address that the browser sees; behind a proxy that rewrites
    # Host it is the only header that knows.
    return site != "same-origin" and not is_own_origin(origin, host=request.get_host())


def has_only_a_bearer(request: HttpRequest) -> bool:
    """True when a bearer token, which no browser sends on its own, is the only credential.

    With a session cookie beside it the token may be a lie, and then the cookie would decide.
    """
    has_bearer = request.META.get("HTTP_AUTHORIZATION", "")[:7].lower() == "bearer "
    return has_bearer and settings.SESSION_COOKIE_NAME not in request.COOKIES


def is_api(request: HttpRequest) -> bool:
    """True for the JSON API, which has no frame, script, form or flash message to protect."""
    return request.path.startswith(API_PREFIX)


def log_finished(request: HttpRequest, *, status: int, started: float) -> None:
    """One line a request; only its path, as a query may hold what somebody searched for."""
    seconds = time.perf_counter() - started
    is_notable = request.method not in SAFE_METHODS or status >= 400 or seconds > SLOW_SECONDS
    level = logging.INFO if is_notable else logging.DEBUG
    if not is_logged(level):  # asked first: to word an event that is dropped costs 8 µs
        return
    log.log(
        level,
        "request_finished",
        method=request.method,
        path=request.path,
        status=status,
        milliseconds=round(seconds * 1000, 1),
    )
