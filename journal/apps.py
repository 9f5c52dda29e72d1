"""The journal app."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Names the app."""

    name = "journal"
