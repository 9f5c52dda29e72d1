#!/usr/bin/env python
"""The project's commands; each finds the embedded services it needs, or starts them for itself."""

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from django.core.management import execute_from_command_line

from exobrain.embedded import EmbeddedError, Endpoints, hold, needed_services
from exobrain.lib.config import get_config
from exobrain.lib.errors import ConfigError

# Commands that only read code or write files. Every other one is given the services: to hold
# them without need costs a moment, to miss them costs the command.
SELF_SUFFICIENT = {
    "collectstatic": "copies files",
    "compilemessages": "compiles files",
    "diffsettings": "prints settings",
    "export_openapi_schema": "prints what the routes declare",
    "findstatic": "finds files",
    "help": "prints",
    "makemessages": "reads the source",
    "serve_local_model": "reads a file",
    "startapp": "writes files",
    "startproject": "writes files",
    "up": "holds the services itself, once it knows that it is the only one",
    "version": "prints",
}


def needs_services(arguments: Sequence[str]) -> bool:
    """True when the command reads or writes a database, a cache or a queue."""
    command = arguments[0] if arguments else "help"
    if command.startswith("-") or {"-h", "--help"} & set(arguments):
        return False
    if command == "check":
        return any(argument.startswith("--database") for argument in arguments)
    return command not in SELF_SUFFICIENT


def services(arguments: Sequence[str]) -> AbstractContextManager[Endpoints | None]:
    """Holds what the command needs and no URL replaces."""
    if not needs_services(arguments):
        return nullcontext()
    config = get_config()
    return hold(config.data_dir, services=needed_services(**config.service_urls))


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exobrain.settings")
    try:
        with services(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except (ConfigError, EmbeddedError) as error:
        sys.exit(f"manage.py: {error}")


if __name__ == "__main__":
    main()
