"""Is the process alive, and can it do its work?"""

from collections.abc import Callable

import structlog
from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest, HttpResponse

from exobrain.lib.http import json_response
from knowledge.services.indexing import outbox
from orchestrator import client as orchestrator

log = structlog.get_logger(__name__)


def healthz(_request: HttpRequest) -> HttpResponse:
    """Answers while the process runs; checks nothing."""
    return json_response({"status": "ok"})


def readyz(_request: HttpRequest) -> HttpResponse:
    """200 when everything that every page needs answers, else 503; names each dependency.

    The orchestrator and the memory's indexes are named, too, and are not needed: while they are
    away people sign in, chat and read, and taking them off the server would help nobody.
    """
    needed = {name: _state(name, check) for name, check in CHECKS.items()}
    wanted = {name: _state(name, check) for name, check in WANTED.items()}
    ready = all(state == "ok" for state in needed.values())
    return json_response(
        {"status": "ok" if ready else "unavailable", "checks": needed | wanted},
        status=200 if ready else 503,
    )


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _redis() -> None:
    caches["default"].get("readyz")


CHECKS: dict[str, Callable[[], None]] = {"postgresql": _database, "redis": _redis}
WANTED: dict[str, Callable[[], None]] = {
    "orchestrator": orchestrator.check,
    "memory_indexes": outbox.check,  # down: what is outside PostgreSQL is far behind
}


def _state(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:  # noqa: BLE001  whatever it is, the dependency is down
        log.warning("dependency_down", dependency=name, error=type(error).__name__)
        return "down"
    return "ok"
