"""Every address the server answers to."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, include, path, re_path, reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger

from exobrain.api import api
from exobrain.health import healthz, readyz
from exobrain.lib.http import json_response


class Docs(Swagger):
    """Swagger's page, for the document at the root."""

    def get_openapi_url(self, _api: NinjaAPI, _path_params: dict[str, Any]) -> str:
        """Where the document is."""
        return reverse("openapi")


@csrf_exempt  # like the API: the check would want a page's form, and answer with a page
def api_not_found(_request: HttpRequest) -> HttpResponse:
    """An address below /api that is none of the API's."""
    return json_response({"detail": "Not Found"}, status=404)


def openapi_document(_request: HttpRequest) -> HttpResponse:
    """The API's document, in local only."""
    if not settings.EXOBRAIN.is_local:
        raise Http404
    document = api.get_openapi_schema()
    if not settings.EXOBRAIN.accounts_allow_signup:
        del document["paths"][reverse("api:sign_up")]  # closed, it is as good as not there
    return JsonResponse(document)  # its keys are numbers too: not for orjson


def docs(request: HttpRequest) -> HttpResponse:
    """A page to try the API on, in local only."""
    if not settings.EXOBRAIN.is_local:
        raise Http404
    return Docs().render_page(request, api)


handler400 = "exobrain.failures.bad_request"
handler500 = "exobrain.failures.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^api/?$", api_not_found),  # Ninja's own page there leads to its docs, which are off
    path("api/", api.urls),  # early: patterns are tried in order, and these are asked for most
    re_path(r"^api/", api_not_found),
    path("healthz", healthz),
    path("readyz", readyz),
    path("openapi.json", openapi_document, name="openapi"),
    path("docs", docs, name="docs"),
    path("admin", RedirectView.as_view(url="/admin/")),  # APPEND_SLASH is off
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("journal.urls")),
    path("", include("knowledge.urls")),
    path("", include("chat.urls")),
]
