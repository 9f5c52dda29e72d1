"""The JSON API's table of contents, and the one place that maps errors to HTTP."""

from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.renderers import BaseRenderer

from accounts.api import auth_router, users_router
from chat.api import router as chat_router
from exobrain.lib import errors
from journal.api import router as journal_router

STATUS_BY_ERROR: dict[type[errors.DomainError], int] = {
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.Refused: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooMany: 429,
    errors.Upstream: 502,
    errors.Unavailable: 503,
}


class OrjsonRenderer(BaseRenderer):
    """Compact UTF-8 JSON; UTC times end in Z."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """The bytes of `data` as JSON."""
        return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z)


_local = settings.EXOBRAIN.is_local
api = NinjaAPI(
    title="Exobrain Assistant Backend",
    version="0.1.0",
    urls_namespace="api",
    openapi_url=None,  # served at the root by exobrain/urls.py, in local only
    docs_url=None,
    renderer=OrjsonRenderer(),
)
api.add_router("/auth", auth_router)
api.add_router("/users", users_router)
api.add_router("/journal", journal_router)
api.add_router("/chat", chat_router)


@api.exception_handler(errors.DomainError)
def _domain_error(request: HttpRequest, error: errors.DomainError) -> HttpResponse:
    status = next(
        (code for family, code in STATUS_BY_ERROR.items() if isinstance(error, family)), 500
    )
    response = api.create_response(request, {"detail": error.message}, status=status)
    if isinstance(error, errors.TooMany):
        response["Retry-After"] = str(error.retry_after_seconds)
    return response


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, _error: Http404) -> HttpResponse:
    return api.create_response(request, {"detail": "Not Found"}, status=404)


@api.exception_handler(ValidationError)
def _validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return api.create_response(
        request, {"detail": [_problem(problem) for problem in error.errors]}, status=422
    )


def _problem(problem: dict[str, Any]) -> dict[str, Any]:
    """A validation problem as the contract words it: ["body", "field"], without a URL."""
    location = list(problem["loc"])
    if location[0] == "body" and len(location) > 1:
        del location[1]  # Ninja's name for the view's argument
    shaped = {key: problem[key] for key in ("type", "msg", "input", "ctx") if key in problem}
    if "ctx" in shaped:
        shaped["ctx"] = {key: str(value) for key, value in shaped["ctx"].items()}
    return {**shaped, "loc": location}


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 400:  # Ninja's only 400: a body that is not JSON
        return _validation_error(request, broken_json())
    return api.create_response(request, {"detail": error.message}, status=error.status_code)


def broken_json() -> ValidationError:
    """What a body that is not JSON is answered with."""
    return ValidationError(
        [{"type": "json_invalid", "loc": ("body",), "msg": "JSON decode error", "input": {}}]
    )
