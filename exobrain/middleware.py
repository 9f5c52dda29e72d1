"""The middleware of pages, which the API passes by.

What happens around every request is in `exobrain.front_door`.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string

from exobrain.failures import error_response
from exobrain.front_door import is_api
from exobrain.lib.errors import DomainError, Unavailable
from exobrain.lib.pages import reader_zone

AUTH_PREFIX = "/api/auth/"  # the part of the API that starts and ends sessions

GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionMiddleware(DjangoSessionMiddleware):
    """Sessions; an outage of their store at the end of a request is answered clearly too."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The session is saved, or the answer says that it could not be."""
        try:
            return super().process_response(request, response)
        except Unavailable as error:
            return error_response(request, error)


class TimeZoneMiddleware:
    """Pages show times in the zone of who is signed in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            zone = reader_zone(request)
        except Unavailable as error:  # the session's store is away
            return error_response(request, error)
        with timezone.override(zone):
            return self.get_response(request)


class PageMiddleware:
    """Runs the chain of settings.PAGE_MIDDLEWARE for pages, and only sessions where they are made.

    One middleware instead of nine that each look at the path: passing them by would cost an
    answer of the API as much as making it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.for_api = get_response
        self.for_auth = convert_exception_to_response(SessionMiddleware(get_response))
        self.for_pages: Callable[[HttpRequest], Any] = get_response
        self.view_hooks: list[Callable[..., HttpResponse | None]] = []
        for path in reversed(settings.PAGE_MIDDLEWARE):
            middleware = import_string(path)(self.for_pages)
            self.for_pages = convert_exception_to_response(middleware)
            if hasattr(middleware, "process_view"):
                self.view_hooks.insert(0, middleware.process_view)

    def __call__(self, request: HttpRequest) -> Any:
        if not is_api(request):
            return self.for_pages(request)
        if request.path.startswith(AUTH_PREFIX):
            return self.for_auth(request)
        return self.for_api(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """The answer of the first of the chain's hooks that has one: a form without its token.

        Django looks for this hook at the middleware of settings.MIDDLEWARE only.
        """
        if is_api(request):
            return None
        answers = (hook(request, view, args, kwargs) for hook in self.view_hooks)
        return next(filter(None, answers), None)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A view's DomainError as a page; None leaves any other exception to Django."""
        return error_response(request, error) if isinstance(error, DomainError) else None
