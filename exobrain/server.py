"""How the product is served: one ASGI application in front of Django's synchronous stack.

Django's own ASGI handler costs two thread hops for every middleware and starts an executor
for every request. Here a request crosses to a worker thread once, runs the whole synchronous
stack there, and comes back as bytes. Streams (SSE, WebSocket) never leave the event loop.
"""

import asyncio
import contextlib
import gc
import os
import socket
import sys
from functools import lru_cache, partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest
from django.urls import ResolverMatch, get_resolver

from exobrain.front_door import FrontDoor
from exobrain.lib import background
from exobrain.lib.http import PRIVATE_RAW
from exobrain.lib.lifecycle import server_started, server_stopping
from exobrain.lib.scope import Receive, Scope, Send
from exobrain.lib.threads import ThreadPool

if TYPE_CHECKING:
    import uvicorn

log = structlog.get_logger(__name__)

Headers = list[tuple[bytes, bytes]]
Answer = tuple[int, Headers, bytes]  # status, headers, body

STARTUP_FAILED = 3  # exit status, uvicorn's own
RESOLVED_PATHS = 1024  # whose views are remembered; to find one costs 20 µs
DRAIN_SECONDS = 10.0  # how long what is running may take at shutdown
# Objects made and still there before the young are looked at for garbage; rounds of those before
# the middle-aged are; rounds of those before all are. By Python's own (700, 10, 10), 2,000 open
# streams were looked at every four seconds, for a second each time in which nobody was served.
COLLECT_AFTER = (2_000, 10, 500)


class Application:
    """Routes a connection: streams and sockets to their consumers, the rest over the bridge."""

    def __init__(self, *, http_routes: list[Any], websocket_routes: list[Any]) -> None:
        self.streams = FrontDoor(http_routes)
        self.sockets = FrontDoor(websocket_routes)
        self.stream_paths = [route.pattern.regex for route in http_routes]
        self.bridge = Bridge(threads=settings.EXOBRAIN.web_threads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["type"] == "websocket":
            await self.sockets(scope, receive, send)
        elif self.is_stream(scope):
            await self.streams(scope, receive, send)
        else:
            await self.bridge(scope, receive, send)

    def is_stream(self, scope: Scope) -> bool:
        """True for a request whose answer is sent as it comes about."""
        path = scope["path"][1:]
        return scope["method"] == "GET" and any(regex.search(path) for regex in self.stream_paths)

    async def live(self, receive: Receive, send: Send) -> None:
        """Background work runs on the server's loop, and ends before the loop does."""
        await receive()
        background.bind(asyncio.get_running_loop())
        server_started.send(sender=Application)
        # What was made until now stays: a collection that looked at all of it would hold everybody
        # up for a tenth of a second, and there are several a minute under load.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        server_stopping.send(sender=Application)
        pending = [asyncio.wrap_future(future) for future in background.running()]
        if pending:
            await asyncio.wait(pending, timeout=DRAIN_SECONDS)
        background.bind(None)
        await send({"type": "lifespan.shutdown.complete"})
        self.bridge.close()


class Bridge:
    """Runs the synchronous stack on a fixed set of threads."""

    def __init__(self, *, threads: int) -> None:
        self.handler = Handler()
        self.pool = ThreadPool(threads, name="web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(scope, receive)
        if body is None:  # the client left before its request was complete
            return
        if len(body) > settings.EXOBRAIN.max_request_bytes:
            status, headers, content = refusal(413, "Request body is too large.")
        else:
            answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            self.pool.put(partial(self.answer, answer, scope, body))
            status, headers, content = await answer
        if not any(name == b"content-length" for name, _ in headers):
            headers.append((b"content-length", str(len(content)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def close(self) -> None:
        """The threads have answered what they had and have closed their connections."""
        self.pool.shutdown(seconds=DRAIN_SECONDS)

    def answer(self, answer: "asyncio.Future[Answer]", scope: Scope, body: bytes) -> None:
        """The loop hears the answer; runs on a thread of the pool."""

        def resolve(result: Answer) -> None:
            if not answer.done():
                answer.set_result(result)

        result = self.handler.answer(scope, body)
        # The loop may be closing: then the answer is no longer awaited.
        with contextlib.suppress(RuntimeError):
            answer.get_loop().call_soon_threadsafe(resolve, result)


async def read_body(scope: Scope, receive: Receive) -> bytes | None:
    """The request's body, or its beginning where it is too large; None when the client has left."""
    if scope["method"] in ("GET", "HEAD"):
        return b""
    body = bytearray()
    while len(body) <= settings.EXOBRAIN.max_request_bytes:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        body += event.get("body", b"")
        if not event.get("more_body"):
            break
    return bytes(body)


class Handler(BaseHandler):
    """Turns an ASGI scope and a body into a finished answer, synchronously."""

    def __init__(self) -> None:
        super().__init__()
        self.load_middleware()

    def answer(self, scope: Scope, body: bytes) -> Answer:
        """Status, headers and body for one request; never raises."""
        try:
            request = ASGIRequest(scope, BytesIO(body))
        except Exception as error:  # noqa: BLE001  a malformed request must not end the thread
            log.info("request_malformed", error=type(error).__name__)
            return refusal(400, "Bad Request")
        try:
            response: Any = self.get_response(request)  # or Django's other kind, for a static file
            headers = [
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in response.items()
            ]
            headers += [
                (b"set-cookie", cookie.OutputString().encode())
                for cookie in response.cookies.values()
            ]
            # A stream is a static file, whose size is bounded by what is shipped.
            content = b"".join(response) if response.streaming else response.content
            # close() would send request_finished, whose receivers the thread pool replaces.
            for close in response._resource_closers:
                close()
        except Exception:  # nothing that a view returns may end the thread
            log.exception("response_malformed", path=scope["path"])
            return 500, [(b"content-type", b"text/plain")], b"Internal Server Error"
        return response.status_code, headers, content

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """The view of the request's path; clients ask for the same few again and again."""
        request.resolver_match = resolve_path(request.path_info, settings.ROOT_URLCONF)
        return request.resolver_match


@lru_cache(maxsize=RESOLVED_PATHS)
def resolve_path(path: str, urlconf: str) -> ResolverMatch:
    """The view of a path; raises Resolver404."""
    return get_resolver(urlconf).resolve(path)


def refusal(status: int, detail: str) -> Answer:
    """An answer that needs no view."""
    body = orjson.dumps({"detail": detail})
    return status, [(b"content-type", b"application/json"), *PRIVATE_RAW], body


def stay_on_one_core() -> None:
    """This process runs on one of the cores it was given, another for another process.

    Its threads share one interpreter lock, so more cores gain it nothing, and to hand the lock
    from core to core takes three times as long as handing it on: measured on two cores, 3,400
    requests a second instead of 1,700.
    """
    if hasattr(os, "sched_setaffinity"):  # Linux
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[os.getpid() % len(cores)]})


def uvicorn_config(application: Any, **options: Any) -> "uvicorn.Config":
    """How uvicorn serves the application, wherever it is served."""
    import uvicorn  # noqa: PLC0415  only the process that serves needs it

    from exobrain.protocol import BoundedHttpProtocol  # noqa: PLC0415

    config = settings.EXOBRAIN
    return uvicorn.Config(
        application,
        loop="uvloop",
        http=BoundedHttpProtocol,
        timeout_keep_alive=config.keep_alive_seconds,
        ws="websockets-sansio",
        ws_max_size=config.max_request_bytes,
        ws_ping_interval=config.stream_heartbeat_seconds,
        access_log=False,
        log_config=None,
        server_header=False,
        # uvicorn would believe X-Forwarded-For from anybody on this machine; TRUSTED_PROXIES
        # says how far it is believed (exobrain/lib/address.py).
        proxy_headers=False,
        timeout_graceful_shutdown=5,  # seconds that open streams may take
        lifespan="on",
        **options,
    )


def run(*, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM."""
    if settings.EXOBRAIN.web_one_core:
        stay_on_one_core()
    import uvicorn  # noqa: PLC0415  only the process that serves needs it

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Before open streams are waited for: now they can end, and say so.
            server_stopping.send(sender=Application)
            await super().shutdown(sockets)

    server = Server(uvicorn_config("exobrain.asgi:application", host=host, port=port))
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILED)
