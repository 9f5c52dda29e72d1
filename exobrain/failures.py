"""Answers for errors that no view of the API handles: of pages, and of the session store.

Apart from `exobrain.middleware`, because it needs the API's table of statuses.
"""

from collections.abc import Callable

from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

from exobrain.lib.errors import DomainError, TooMany, Unavailable
from exobrain.lib.http import json_response
from exobrain.lib.statuses import status_of

API_PREFIX = "/api/"

GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionMiddleware(DjangoSessionMiddleware):
    """Sessions; an outage of their store at the end of a request is answered clearly too."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The session is saved, or the answer says that it could not be."""
        try:
            return super().process_response(request, response)
        except Unavailable as error:
            return error_response(request, error)


class DomainErrorMiddleware:
    """Answers errors of the family that a page's view raised; the API answers its own.

    A wrong method is the API's one error that Ninja words itself, and not as JSON.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and request.path.startswith(API_PREFIX):
            return _not_allowed(response["Allow"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The error as a page; None leaves any other exception to Django."""
        return error_response(request, error) if isinstance(error, DomainError) else None


def _not_allowed(methods: str) -> HttpResponse:
    response = json_response({"detail": "Method Not Allowed"}, status=405)
    response["Allow"] = methods
    return response


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
