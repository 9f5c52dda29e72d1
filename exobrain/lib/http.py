"""Answers as the contract wants them."""

from typing import Any

import orjson
from django.http import HttpResponse
from pydantic import BaseModel

# On every answer of the API: it is somebody's, so nobody keeps it, and nothing but what it says.
PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
PRIVATE_RAW = [(name.lower().encode(), value.encode()) for name, value in PRIVATE.items()]


class Problem(BaseModel):
    """What went wrong, in a few words."""

    detail: str


def json_response(data: Any, *, status: int = 200) -> HttpResponse:
    """Compact UTF-8 JSON; UTC times end in Z."""
    body = orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z)
    return HttpResponse(body, content_type="application/json", status=status)
