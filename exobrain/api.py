"""The JSON API's table of contents, and the one place that maps errors to HTTP."""

from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.renderers import BaseRenderer

from accounts.api import auth_router, users_router
from accounts.auth import broken_json
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


# Never sent back in a 422: an answer may be logged where the request is not.
SECRET_INPUTS = frozenset({"password", "current_password", "new_password", "refresh_token"})


def status_of(error: errors.DomainError) -> int:
    """The HTTP status of an error."""
    return next(
        (code for family, code in STATUS_BY_ERROR.items() if isinstance(error, family)), 500
    )


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
    response = api.create_response(request, {"detail": error.message}, status=status_of(error))
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
    names = ("type", "msg", "input", "ctx")
    shaped: dict[str, Any] = {name: problem[name] for name in names if name in problem}
    if "ctx" in shaped:
        shaped["ctx"] = {key: _plain(value) for key, value in shaped["ctx"].items()}
    if SECRET_INPUTS.intersection(location):
        shaped.pop("input", None)
    elif "input" in shaped:
        shaped["input"] = _without_secrets(shaped["input"])
    return {**shaped, "loc": location}


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | None) else str(value)


def _without_secrets(value: Any) -> Any:
    """A body as it was sent, less what must not be sent back."""
    if isinstance(value, dict):
        return {key: _without_secrets(value[key]) for key in value.keys() - SECRET_INPUTS}
    return [_without_secrets(item) for item in value] if isinstance(value, list) else value


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 400:  # Ninja's only 400: a body that is not JSON
        return _validation_error(request, broken_json())
    return api.create_response(request, {"detail": error.message}, status=error.status_code)
