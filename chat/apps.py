"""The chat app."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """Names the app."""

    name = "chat"
