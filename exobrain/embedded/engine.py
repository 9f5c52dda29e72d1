"""What the keeper asks of an engine."""

import signal
from collections.abc import Sequence
from typing import Protocol

from exobrain.embedded.layout import Layout, Service
from exobrain.embedded.processes import Starter

StopSteps = Sequence[tuple[signal.Signals, float]]


class Engine(Protocol):
    """One kind of service: how to make its files, run it, and see that it answers."""

    service: Service
    # What the kernel sends it when the keeper dies.
    on_keeper_death: signal.Signals
    # Signals that stop it, gentlest first, with the seconds it has to obey.
    stop_steps: StopSteps

    def __init__(self, layout: Layout) -> None: ...

    async def prepare(self, starter: Starter) -> None:
        """Its files are there and nothing of a crashed run is in the way, or ServiceFailed."""

    def user(self) -> int | None:
        """The user it runs as, when that is not ours."""

    def command(self) -> list[str]:
        """The program and its arguments."""

    async def is_ready(self, pid: int) -> bool:
        """True once that process answers."""
