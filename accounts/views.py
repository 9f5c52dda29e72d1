"""Pages of the account: signing in and out, and settings."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.auth import address_of, end_session, forget_cookie, start_session
from accounts.forms import (
    LoginForm,
    NameForm,
    PageForm,
    PasswordForm,
    SignupForm,
    TimeZoneForm,
)
from accounts.models import User
from accounts.selectors import user_configs
from accounts.types import OFFERED_ZONE, ConfigItem
from exobrain.lib.errors import DomainError, TooMany
from exobrain.lib.pages import PageRequest, signed_in
from exobrain.lib.zones import zone_names

# Clients of the original service expect it; nothing here obeys it, so no page offers it.
NOT_ON_PAGES = {"daily_digest_enabled"}


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@never_cache
def log_in(request: HttpRequest) -> HttpResponse:
    """Asks who it is; afterwards the page that was asked for first."""
    target = _safe_target(request)
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect(target)
        return _login_page(request, LoginForm(), target)
    form = LoginForm(request.POST)
    if not form.is_valid():
        return _login_page(request, form, target, status=400)
    browser_zone = form.cleaned_data.pop("browser_zone")
    try:
        user = services.sign_in(**form.cleaned_data, address=address_of(request))
    except DomainError as error:
        return _refused(_login_page(request, _with_error(form, error), target), error)
    start_session(request, user=user)
    _offer_zone(request, user, browser_zone)
    return redirect(target)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """This browser is signed out."""
    end_session(request)
    return _signed_out()


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@never_cache
def sign_up(request: HttpRequest) -> HttpResponse:
    """A new account, where anybody may have one."""
    if not settings.EXOBRAIN.accounts_allow_signup:
        raise Http404
    form = SignupForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/signup.html", {"form": form})
    browser_zone = form.cleaned_data.pop("browser_zone")
    try:
        user = services.sign_up(**form.cleaned_data, address=address_of(request))
    except DomainError as error:
        page = render(request, "accounts/signup.html", {"form": _with_error(form, error)})
        return _refused(page, error)
    start_session(request, user=user)
    _offer_zone(request, user, browser_zone)
    return redirect("chat")


# -- settings


@require_safe
@signed_in
def show_settings(request: PageRequest) -> HttpResponse:
    """What the user may change about their account."""
    return _settings_page(request)


@require_POST
@signed_in
def change_choices(request: PageRequest) -> HttpResponse:
    """The settings have the values of the form."""
    changes: list[tuple[str, bool | str]] = []
    for item in _configs_on_page(request):
        if item.config_type == "boolean":
            changes.append((item.key, item.key in request.POST))  # an empty box is not sent
        elif item.key in request.POST:
            changes.append((item.key, request.POST.get(item.key, "")))
    services.change_configs(user_id=request.user.pk, changes=changes)
    return _saved(request, "Your preferences are saved.")


@require_POST
@signed_in
def change_name(request: PageRequest) -> HttpResponse:
    """The user is called by another name."""
    form = NameForm(request.POST)
    if not form.is_valid():
        return _settings_page(request, status=400, name_form=form)
    try:
        services.change_name(user_id=request.user.pk, **form.cleaned_data)
    except DomainError as error:
        return _refused(_settings_page(request, name_form=_with_error(form, error)), error)
    return _saved(request, "Your name is saved.")


@require_POST
@signed_in
def change_time_zone(request: PageRequest) -> HttpResponse:
    """The user's days begin where the zone of the form says; no zone is offered any more."""
    form = TimeZoneForm(request.POST)
    if not form.is_valid():
        return _settings_page(request, status=400, zone_form=form)
    services.change_time_zone(user_id=request.user.pk, **form.cleaned_data)
    request.session.pop(OFFERED_ZONE, None)
    return _saved(request, "Your time zone is saved.")


@require_POST
@sensitive_post_parameters("current", "new")
@signed_in
def change_password(request: PageRequest) -> HttpResponse:
    """A new password; every other browser and every token is signed out."""
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return _settings_page(request, status=400, password_form=form)
    try:
        user = services.change_password(
            user_id=request.user.pk, **form.cleaned_data, address=address_of(request)
        )
    except DomainError as error:
        return _refused(_settings_page(request, password_form=_with_error(form, error)), error)
    start_session(request, user=user)
    return _saved(request, "Your password is changed.")


@require_POST
@signed_in
def sign_out_everywhere(request: PageRequest) -> HttpResponse:
    """Every browser and every token of the user is signed out, this one too."""
    services.sign_out_everywhere(user_id=request.user.pk)
    end_session(request)
    return _signed_out()


# -- steps


def _offer_zone(request: HttpRequest, user: User, browser_zone: str) -> None:
    """Pages offer the browser's time zone to a user who has set none."""
    if not user.time_zone and browser_zone in zone_names() and browser_zone != user.zone.key:
        request.session[OFFERED_ZONE] = browser_zone


def _safe_target(request: HttpRequest) -> str:
    """Where `next` leads, if that is a page of ours; else the chat."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else reverse("chat")


def _login_page(
    request: HttpRequest, form: LoginForm, target: str, status: int = 200
) -> HttpResponse:
    context = {"form": form, "next": target}
    return render(request, "accounts/login.html", context, status=status)


def _settings_page(request: PageRequest, *, status: int = 200, **forms: PageForm) -> HttpResponse:
    context: dict[str, Any] = {
        "configs": _configs_on_page(request),
        "name_form": NameForm({"display_name": request.user.display_name}),
        "zone_form": TimeZoneForm({"time_zone": request.user.time_zone}),
        "password_form": PasswordForm(),
        **forms,
    }
    return render(request, "accounts/settings.html", context, status=status)


def _configs_on_page(request: PageRequest) -> list[ConfigItem]:
    items = user_configs(user_id=request.user.pk)
    return [item for item in items if item.key not in NOT_ON_PAGES]


def _with_error(form: Any, error: DomainError) -> Any:
    """The form, with the reason why it was refused."""
    form.add_error(None, error.message)
    return form


def _refused(page: HttpResponse, error: DomainError) -> HttpResponse:
    """The page, with the status that says why the form was refused."""
    page.status_code = 400
    if isinstance(error, TooMany):
        page.status_code = 429
        page["Retry-After"] = str(error.retry_after_seconds)
    return page


def _saved(request: HttpRequest, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("settings")


def _signed_out() -> HttpResponse:
    response = redirect("login")
    forget_cookie(response)
    return response
