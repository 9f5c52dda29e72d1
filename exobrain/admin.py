"""The admin site: the same session, sign-in page and throttle as the rest of the product."""

from collections.abc import Callable
from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from unfold.sites import UnfoldAdminSite

from accounts.auth import end_session, forget_cookie

# unfold is written with Alpine, which evaluates the expressions in its attributes, and it writes
# its colours into a style element. Only staff see these pages, nothing on them is rendered from
# Markdown, and inline scripts and other origins stay forbidden here too.
ADMIN_POLICY = {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE], "img-src": [SELF]}


class Site(UnfoldAdminSite):
    """django-unfold's site, entered by the product's own sign-in page."""

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """A view for staff, with the policy that unfold needs."""
        guarded: Callable[..., Any] = csp_update(ADMIN_POLICY)(super().admin_view(view, cacheable))
        return guarded

    def login(
        self, request: HttpRequest, _extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """403 for a user without the right to it; others sign in first."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        target = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(target)

    def logout(
        self, request: HttpRequest, _extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Signed out of everything, as the page's own button does it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        end_session(request)
        response = redirect("login")
        forget_cookie(response)
        return response

    def password_change(
        self, _request: HttpRequest, _extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One's own password is changed in the settings, where tries are counted."""
        return redirect("settings")
