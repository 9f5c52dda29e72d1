"""The orchestrator as a Django app."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules

from exobrain.lib import faults


class OrchestratorConfig(AppConfig):
    """Finds the job bodies of the other apps."""

    name = "orchestrator"

    def ready(self) -> None:
        """Every app's `jobs.py` is imported, and the tests' faults are armed."""
        autodiscover_modules("jobs")
        faults.arm(settings.EXOBRAIN.exobrain_fault)
