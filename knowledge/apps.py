"""The memory as a Django app."""

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    """The app of the knowledge graph."""

    name = "knowledge"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Changes of the schema's types become versions of it; deleted users leave every index."""
        from knowledge.services.indexing.outbox import watch_users  # noqa: PLC0415  needs the app registry
        from knowledge.services.schema import watch_schema  # noqa: PLC0415  needs the app registry

        watch_schema()
        watch_users()
