"""The chat app."""

from importlib import import_module

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """Names the app."""

    name = "chat"

    def ready(self) -> None:
        """What the memory forgets, the chat forgets too."""
        import_module("chat.services.forgetting")
