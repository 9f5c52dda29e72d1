"""HTTP as every way into the product understands it: requests' ids and origins, answers' form."""

import random
import re
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.http import HttpResponse
from pydantic import BaseModel

# On every answer of the API: it is somebody's, so nobody keeps it, and nothing but what it says.
PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
PRIVATE_RAW = [(name.lower().encode(), value.encode()) for name, value in PRIVATE.items()]

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Problem(BaseModel):
    """What went wrong, in a few words."""

    detail: str


def json_response(data: Any, *, status: int = 200) -> HttpResponse:
    """Compact UTF-8 JSON; UTC times end in Z."""
    body = orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z)
    return HttpResponse(body, content_type="application/json", status=status)


def request_id_of(given: str | None) -> str:
    """The id that came with the request, if it is a sound one, else a new one."""
    if given and REQUEST_ID.fullmatch(given):
        return given
    return f"{random.getrandbits(128):032x}"  # a name, not a secret: a third of uuid4's cost


def is_own_origin(origin: str, *, host: str) -> bool:
    """True when a browser's Origin header names this server, as `host` or as PUBLIC_URL."""
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()
