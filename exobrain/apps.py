"""The project as an app, and the admin with a site of our own."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ExobrainConfig(AppConfig):
    """Names the app: commands and template tags."""

    name = "exobrain"
    default = True


class AdminConfig(admin_apps.AdminConfig):
    """Django's admin, with our site."""

    default = False
    default_site = "exobrain.admin.Site"
