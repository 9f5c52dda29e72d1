"""`manage.py serve`: HTTP, SSE and WebSocket on one port."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from exobrain.checks import refuse_weak_secrets
from exobrain.server import run


class Command(BaseCommand):
    """Serves the product; the services it needs are found or started by manage.py."""

    help = "Serve HTTP, SSE and WebSocket on one port."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--host` and `--port`."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGINT or SIGTERM."""
        refuse_weak_secrets(options["host"])
        run(host=options["host"], port=options["port"])
