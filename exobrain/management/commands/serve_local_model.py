"""`manage.py serve_local_model`: a language model from a file, on this machine."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from exobrain.embedded import EmbeddedError
from exobrain.embedded.local_model import HOST, bundled_file, model_name, serve
from exobrain.management.commands.up import refuse_used_port


class Command(BaseCommand):
    """Serves a GGUF file as an OpenAI-compatible provider on loopback."""

    help = "Serve a language model from a GGUF file at http://127.0.0.1:PORT/v1."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--gguf`, `--port`, `--context` and `--threads`."""
        config = settings.EXOBRAIN
        configured = config.local_model_file
        parser.add_argument(
            "--gguf",
            type=Path,
            default=config.project_path(configured) if configured else None,
            help="the model's file; unset: the small one of the extra `local`",
        )
        parser.add_argument("--port", type=int, default=config.local_model_port)
        parser.add_argument(
            "--context",
            type=int,
            default=config.local_model_context_tokens,
            help="tokens of prompt and answer together",
        )
        parser.add_argument(
            "--threads",
            type=int,
            default=max(1, (os.cpu_count() or 1) // 2),
            help="unset: half of the machine's cores",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """It has been served until it was stopped."""
        try:
            file = options["gguf"] or bundled_file()
            if not file.is_file():
                raise CommandError(f"{file} is no file.")
            refuse_used_port(HOST, options["port"], by="--port")
            address = f"http://{HOST}:{options['port']}/v1"
            self.stdout.write(f"{model_name(file)} is served at {address}")
            serve(
                file,
                port=options["port"],
                context_tokens=options["context"],
                threads=options["threads"],
            )
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        except (EmbeddedError, RuntimeError) as error:
            raise CommandError(f"The model cannot be served: {error}") from error
