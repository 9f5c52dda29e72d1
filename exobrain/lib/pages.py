"""What pages of every app share."""

from collections.abc import Callable
from datetime import tzinfo
from functools import wraps
from typing import Any, Protocol, cast
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from exobrain.lib.zones import effective_zone

View = Callable[..., HttpResponse]


class Reader(Protocol):
    """The signed-in user, as far as pages need to know them."""

    pk: UUID
    is_staff: bool
    display_name: str
    time_zone: str
    zone: tzinfo  # in which the reader's days begin


class PageRequest(HttpRequest):
    """A request as the pages' middleware leaves it, and `signed_in` lets through."""

    user: Reader  # type: ignore[assignment]  # never anonymous here
    htmx: HtmxDetails


def reader_zone(request: HttpRequest) -> tzinfo:
    """In which zone the days begin of who is signed in; of a visitor, the server's."""
    user: Any = request.user
    if user.is_authenticated:
        return cast(Reader, user).zone
    return effective_zone("")


def signed_in(view: View) -> View:
    """Lets signed-in users through; sends others to sign in, and afterwards back to the page.

    What was shown stays in no cache: after signing out, Back shows nothing.
    """

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        return to_sign_in(request)

    return guarded


def staff_only(view: View) -> View:
    """As `signed_in`; for whoever is not staff, there is no such page."""

    @wraps(view)
    def guarded(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return signed_in(guarded)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The way to the sign-in page, for a whole page or for a part that htmx asked for."""
    htmx = cast(PageRequest, request).htmx
    if not htmx:
        return redirect_to_login(request.get_full_path())
    try:
        parts = urlsplit(htmx.current_url or "/")
    except ValueError:  # no address; htmx would not send it
        parts = urlsplit("/")
    came_from = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return HttpResponseClientRedirect(redirect_to_login(came_from).url)
