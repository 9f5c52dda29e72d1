"""Threads for what waits for the orchestrator, so that nobody who reads a stream waits with it."""

import asyncio
from collections.abc import Callable
from functools import cache, partial
from typing import ParamSpec, TypeVar

from django.db import connections

from exobrain.lib.database import DatabaseThreads, with_second_attempt

Args = ParamSpec("Args")
Result = TypeVar("Result")

THREADS = 2


async def apart(work: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs) -> Result:
    """What `work`, which may be done twice, returns or raises."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads(), _in_thread, partial(work, *args, **kwargs))


def _in_thread(work: Callable[[], Result]) -> Result:
    """Costs a new connection each time, some milliseconds; there is little to do here."""
    try:
        return with_second_attempt(work)
    finally:
        connections.close_all()


@cache
def _threads() -> DatabaseThreads:
    return DatabaseThreads(THREADS, name="updates")
