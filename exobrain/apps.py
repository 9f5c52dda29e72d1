"""The project as an app, and the admin with a site of our own."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ExobrainConfig(AppConfig):
    """Names the app: commands, template tags and system checks."""

    name = "exobrain"
    default = True

    def ready(self) -> None:
        """Django knows our system checks."""
        from exobrain import checks  # noqa: F401, PLC0415  apps are loaded before what it imports


class AdminConfig(admin_apps.AdminConfig):
    """Django's admin, with our site."""

    default = False
    default_site = "exobrain.admin.Site"
