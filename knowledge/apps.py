"""The memory as a Django app."""

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    """The app of the knowledge graph."""

    name = "knowledge"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Every change of the schema's types becomes a version of it."""
        from knowledge.services.schema import watch_schema  # noqa: PLC0415  needs the app registry

        watch_schema()
