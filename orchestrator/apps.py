"""The orchestrator as a Django app."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_delete
from django.utils.module_loading import autodiscover_modules

from exobrain.lib import faults


class OrchestratorConfig(AppConfig):
    """Finds the job bodies of the other apps."""

    name = "orchestrator"

    def ready(self) -> None:
        """Every app's `jobs.py` is imported, and users who go take their payloads with them."""
        autodiscover_modules("jobs")
        post_delete.connect(
            _forget_deleted_user, sender=settings.AUTH_USER_MODEL, dispatch_uid="orchestrator"
        )
        faults.arm(settings.EXOBRAIN.exobrain_fault)


def _forget_deleted_user(*, instance: Any, **_signal: Any) -> None:
    from orchestrator.services import forget_user  # noqa: PLC0415  needs the app registry

    forget_user(user_id=str(instance.pk))
