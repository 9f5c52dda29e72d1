"""Addresses of the accounts pages."""

from django.urls import URLPattern, path

from accounts import views

urlpatterns: list[URLPattern] = [
    path("login", views.log_in, name="login"),
    path("logout", views.log_out, name="logout"),
    path("signup", views.sign_up, name="signup"),
    path("settings", views.show_settings, name="settings"),
    path("settings/choices", views.change_choices, name="settings-choices"),
    path("settings/name", views.change_name, name="settings-name"),
    path("settings/time-zone", views.change_time_zone, name="settings-time-zone"),
    path("settings/password", views.change_password, name="settings-password"),
    path(
        "settings/sign-out-everywhere",
        views.sign_out_everywhere,
        name="settings-sign-out-everywhere",
    ),
]
