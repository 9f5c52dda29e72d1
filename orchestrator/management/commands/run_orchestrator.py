"""`manage.py run_orchestrator`: the gRPC API of jobs, and the relay that publishes them."""

import asyncio
import os
import signal
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from exobrain.embedded.files import make_private, try_lock
from orchestrator.address import bind_address, socket_path
from orchestrator.rpc import Server


class Command(BaseCommand):
    """Serves until it is told to stop."""

    help = "Serve the job orchestrator's gRPC API and publish its jobs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGINT or SIGTERM."""
        lock = take_socket()
        try:
            uvloop.run(serve())
        finally:
            if lock is not None:
                os.close(lock)


def take_socket() -> int | None:
    """The lock on the data directory's socket, which gRPC would take from a running server."""
    path = socket_path()
    if bind_address() != f"unix:{path}":
        return None
    make_private(path.parent)
    settings.EXOBRAIN.data_dir.joinpath("run").mkdir(mode=0o700, exist_ok=True)
    lock = try_lock(settings.EXOBRAIN.data_dir / "run" / "orchestrator.lock")
    if lock is None:
        raise CommandError(f"An orchestrator already listens on {path}.")
    return lock


async def serve() -> None:
    """The orchestrator has run until a signal."""
    stopping = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stopping.set)
    await Server().serve(stopping)
