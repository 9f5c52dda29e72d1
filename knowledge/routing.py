"""Which consumer answers which stream of the memory, and what runs beside them in a server."""

from concurrent.futures import Future
from typing import Any

from django.dispatch import receiver
from django.urls import re_path

from exobrain.lib import background
from exobrain.lib.lifecycle import server_started, server_stopping
from knowledge.consumers import WatchConsumer, close_watches
from knowledge.services.updates import reconcile_forever

http_routes: list[Any] = [
    re_path(r"^api/knowledge/update/(?P<job_id>[^/]*)/watch$", WatchConsumer.as_asgi()),
]

_reconciling: list[Future[Any]] = []


@receiver(server_started, dispatch_uid="knowledge.start")
def _start(**_: Any) -> None:
    _reconciling.append(background.spawn(reconcile_forever()))


@receiver(server_stopping, dispatch_uid="knowledge.stop")
def _stop(**_: Any) -> None:
    close_watches()
    while _reconciling:
        _reconciling.pop().cancel()
