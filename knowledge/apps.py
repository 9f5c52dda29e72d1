"""The memory as a Django app."""

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    """The app of the knowledge graph."""

    name = "knowledge"
    default_auto_field = "django.db.models.BigAutoField"
