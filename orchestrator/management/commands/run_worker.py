"""`manage.py run_worker`: runs jobs; as many of these processes as you like."""

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from orchestrator.worker import Worker


class Command(BaseCommand):
    """Works until it is told to stop."""

    help = "Run jobs from the queue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--concurrency`."""
        parser.add_argument(
            "--concurrency",
            type=int,
            default=settings.EXOBRAIN.worker_replica_count,
            help="jobs that run side by side (WORKER_REPLICA_COUNT)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until SIGINT or SIGTERM."""
        if not uvloop.run(work(concurrency=max(1, options["concurrency"]))):
            raise CommandError("A job did not end; this process was of no more use.")


async def work(*, concurrency: int) -> bool:
    """Jobs have been run until a signal; False when one of them would not end."""
    worker = Worker(concurrency=concurrency)
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, worker.stopping.set)
    return await worker.work()
