"""The reads that clients repeat, answered without Django's request stack.

Middleware, URL resolving and Ninja cost 0.2 to 0.3 ms a request, more than these answers do. A
request of the plainest form (GET, a valid bearer token, no query but `limit` or `q`) is answered
here with the bytes that the full stack would send; tests/exobrain/test_reads.py holds the two
together. Whatever is unusual returns None and takes the full stack: errors, sessions, cursors.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

import orjson
import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.http.request import split_domain_port, validate_host

from accounts.selectors import resolve_principal
from accounts.types import Principal
from exobrain.lib.errors import DomainError
from exobrain.lib.http import PRIVATE_RAW, request_id_of
from journal.schemas import DEFAULT_JOURNALS, DEFAULT_MESSAGES, MAX_JOURNALS, MAX_MESSAGES
from journal.selectors import journals_json, messages_json, search_json

log = structlog.get_logger(__name__)

Answer = tuple[int, list[tuple[bytes, bytes]], list[bytes]]
Read = Callable[[Principal, str, bytes], bytes | None]

LIMIT = re.compile(rb"limit=(\d{1,4})")
DAY_MESSAGES = re.compile(r"/api/journal/(\d{4}/\d{2}/\d{2})/messages")
JSON = (b"content-type", b"application/json; charset=utf-8")


def answer(scope: dict[str, Any]) -> Answer | None:
    """The whole answer to a plain repeated read, or None when it is not one."""
    read = _read_of(scope["path"]) if scope["method"] == "GET" else None
    if read is None:
        return None
    headers = dict(scope["headers"])
    authorization = headers.get(b"authorization")
    if authorization is None or len(headers) < len(scope["headers"]):
        return None  # a header that came twice is one list, and Django makes it
    if not _is_known_host(headers.get(b"host", b""), tuple(settings.ALLOWED_HOSTS)):
        return None
    try:
        principal = resolve_principal(
            authorization=authorization.decode("latin-1"), session_key=None
        )
        body = principal and read(principal, scope["path"], scope["query_string"])
    except (DomainError, DatabaseError):
        return None  # the full stack meets it again, and knows how to say so
    if not body:
        return None
    request_id = request_id_of(headers.get(b"x-request-id", b"").decode("latin-1"))
    log.debug("request_finished", method="GET", path=scope["path"], request_id=request_id)
    return 200, [JSON, *PRIVATE_RAW, (b"x-request-id", request_id.encode())], [body]


@lru_cache(maxsize=64)
def _is_known_host(host: bytes, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host.decode("latin-1"))
    return bool(domain) and validate_host(domain, allowed)


def _read_of(path: str) -> Read | None:
    if path in READS:
        return READS[path]
    return _messages if path.endswith("/messages") else None


def _me(principal: Principal, _path: str, _query: bytes) -> bytes:
    return orjson.dumps({"name": principal.display_name, "email": principal.email})


def _journals(principal: Principal, _path: str, query: bytes) -> bytes | None:
    limit = _limit(query, usual=DEFAULT_JOURNALS, most=MAX_JOURNALS)
    if not limit:
        return None
    return journals_json(
        user_id=principal.user_id, revision=principal.revision, limit=limit, before_reference=None
    )


def _messages(principal: Principal, path: str, query: bytes) -> bytes | None:
    day = DAY_MESSAGES.fullmatch(path)
    limit = _limit(query, usual=DEFAULT_MESSAGES, most=MAX_MESSAGES)
    if not day or not limit:
        return None
    return messages_json(
        user_id=principal.user_id,
        revision=principal.revision,
        reference=day[1],
        limit=limit,
        before_sequence=None,
    )


def _search(principal: Principal, _path: str, query: bytes) -> bytes | None:
    asked = parse_qs(query.decode("latin-1"))
    text = asked.pop("q", [""])[0]
    if asked or not text or not text.isascii() or not text.isprintable():
        return None
    return search_json(
        user_id=principal.user_id, revision=principal.revision, query=text, limit=DEFAULT_JOURNALS
    )


def _limit(query: bytes, *, usual: int, most: int) -> int | None:
    if not query:
        return usual
    given = LIMIT.fullmatch(query)
    return int(given[1]) if given and 1 <= int(given[1]) <= most else None


READS: dict[str, Read] = {
    "/api/users/me": _me,
    "/api/journal": _journals,
    "/api/journal/search": _search,
}
