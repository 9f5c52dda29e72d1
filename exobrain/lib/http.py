"""Answers as the contract wants them."""

from typing import Any

import orjson
from django.http import HttpResponse


def json_response(data: Any, *, status: int = 200) -> HttpResponse:
    """Compact UTF-8 JSON; UTC times end in Z."""
    body = orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z)
    return HttpResponse(body, content_type="application/json", status=status)
