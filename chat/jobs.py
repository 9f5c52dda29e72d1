"""What workers do for the chat; found by the orchestrator's `autodiscover_modules`."""

from chat.services.compacting import compact
from orchestrator.registry import periodic_task


@periodic_task("chat.compact", every_seconds=30.0)
def compact_log() -> None:
    """Rewrite Redis's append-only file after something was forgotten."""
    compact()
