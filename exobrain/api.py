"""The JSON API's table of contents, and the one place that maps errors to HTTP."""

from typing import Any

import orjson
import structlog
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError, ValidationErrorContext
from ninja.renderers import BaseRenderer

from accounts.api import auth_router, users_router
from accounts.auth import broken_json
from chat.api import profile_router
from chat.api import router as chat_router
from exobrain.lib import errors
from exobrain.lib.database import is_conflict
from exobrain.lib.statuses import status_of
from exobrain.openapi import Document
from exobrain.validation import described
from journal.api import router as journal_router
from knowledge.api.editing import router as editing_router
from knowledge.api.events import router as events_router
from knowledge.api.forgetting import router as forgetting_router
from knowledge.api.history import router as history_router
from knowledge.api.pages import router as pages_router
from knowledge.api.search import router as search_router
from knowledge.api.updates import router as updates_router

log = structlog.get_logger(__name__)

DATABASE_DOWN = "The database is not available; try again later."
DATABASE_BUSY = "Too much was changed at the same time; try again."


class OrjsonRenderer(BaseRenderer):
    """Compact UTF-8 JSON; UTC times end in Z."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """The bytes of `data` as JSON."""
        return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z)


class Api(NinjaAPI):
    """Ninja's, but a validation error says what was sent, and the document says more."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> Document:
        """What every operation takes and answers."""
        if path_prefix is None:
            path_prefix = self.get_root_path(path_params or {})
        return Document(self, path_prefix)

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> ValidationError:
        """The error as Ninja words it, with the input that Ninja takes out."""
        error = super().validation_error_from_error_contexts(error_contexts)
        found = (
            problem
            for context in error_contexts
            for problem in context.pydantic_validation_error.errors(include_url=False)
        )
        for worded, problem in zip(error.errors, found, strict=True):
            worded["input"] = problem["input"]
        return error


api = Api(
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
api.add_router("/knowledge", profile_router)
api.add_router("/knowledge", pages_router)
api.add_router("/knowledge", editing_router)
api.add_router("/knowledge", history_router)
api.add_router("/knowledge", events_router)
api.add_router("/knowledge", search_router)
api.add_router("/knowledge", forgetting_router)
api.add_router("/knowledge", updates_router)


@api.exception_handler(errors.DomainError)
def domain_error(request: HttpRequest, error: errors.DomainError) -> HttpResponse:
    response = api.create_response(request, {"detail": error.message}, status=status_of(error))
    if isinstance(error, errors.TooMany):
        response["Retry-After"] = str(error.retry_after_seconds)
    return response


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def database_down(request: HttpRequest, error: Exception) -> HttpResponse:
    # Without its words: PostgreSQL may quote what the user said.
    detail = DATABASE_BUSY if is_conflict(error) else DATABASE_DOWN
    event = "database_busy" if is_conflict(error) else "database_down"
    log.warning(event, error=type(error).__name__)
    response = api.create_response(request, {"detail": detail}, status=503)
    response["Retry-After"] = "1"
    return response


@api.exception_handler(Http404)
def not_found(request: HttpRequest, _error: Http404) -> HttpResponse:
    return api.create_response(request, {"detail": "Not Found"}, status=404)


@api.exception_handler(ValidationError)
def validation_failed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return api.create_response(
        request,
        {"detail": [described(problem, path=request.path) for problem in error.errors]},
        status=422,
    )


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 400:  # Ninja's only 400: a body that is not JSON
        return validation_failed(request, broken_json())
    return api.create_response(request, {"detail": error.message}, status=error.status_code)
