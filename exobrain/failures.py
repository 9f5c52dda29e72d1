"""Answers for errors that no view of the API handles: of pages, and of the session store."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

from exobrain.lib.errors import DomainError, TooMany
from exobrain.lib.http import json_response
from exobrain.lib.statuses import status_of

API_PREFIX = "/api/"

GetResponse = Callable[[HttpRequest], HttpResponse]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is said about a request that Django finds suspicious, however early it did."""
    if request.path.startswith(API_PREFIX):
        return json_response({"detail": "Bad Request"}, status=400)
    return HttpResponse(render_to_string("400.html"), status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """What is said about an error that nobody foresaw; the log has the rest."""
    if request.path.startswith(API_PREFIX):
        return HttpResponse("Internal Server Error", content_type="text/plain", status=500)
    return HttpResponse(render_to_string("500.html"), status=500)


def error_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """What the client is told: JSON below /api, else a page that needs no session to be drawn."""
    status = status_of(error)
    if request.path.startswith(API_PREFIX):
        response = json_response({"detail": error.message}, status=status)
    else:
        response = _error_page(error, status)
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after_seconds)
    return response


def _error_page(error: DomainError, status: int) -> HttpResponse:
    try:
        content = render_to_string("error.html", {"status": status, "message": error.message})
    except TemplateDoesNotExist:
        return HttpResponse(error.message, content_type="text/plain; charset=utf-8", status=status)
    return HttpResponse(content, status=status)
