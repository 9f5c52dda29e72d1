"""What workers do for the chat; found by the orchestrator's `autodiscover_modules`."""

from chat.services.compacting import compact
from orchestrator.registry import periodic_task


@periodic_task("chat.compact", every_seconds=30.0)
def compact_log() -> None:
    """What was forgotten is not in Redis's file any more."""
    compact()
