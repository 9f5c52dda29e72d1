"""Every address the server answers to."""

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from ninja.openapi.docs import Swagger

from exobrain.api import api
from exobrain.health import healthz, readyz


def _api_not_found(_request: HttpRequest, **_kwargs: str) -> JsonResponse:
    return JsonResponse({"detail": "Not Found"}, status=404)


def _openapi(request: HttpRequest) -> HttpResponse:
    if not settings.EXOBRAIN.is_local:
        raise Http404
    return api.create_response(request, api.get_openapi_schema(), status=200)


def _docs(request: HttpRequest) -> HttpResponse:
    if not settings.EXOBRAIN.is_local:
        raise Http404
    return Swagger(settings={"url": "/openapi.json"}).render_page(request, api)


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("openapi.json", _openapi, name="openapi"),
    path("docs", _docs, name="docs"),
    path("api/", api.urls),
    path("api/<path:anything>", _api_not_found),
    path("admin", RedirectView.as_view(url="/admin/")),  # APPEND_SLASH is off
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("journal.urls")),
    path("", include("chat.urls")),
]
