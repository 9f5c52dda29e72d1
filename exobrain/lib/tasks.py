"""Ending asynchronous work."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

REPEAT_SECONDS = 0.2


async def cancel_all(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """None of the tasks runs any more.

    Said again until it is so: a library that awaits with `asyncio.wait_for` may swallow one
    cancellation that comes together with its result.
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=REPEAT_SECONDS)


async def first_of(*works: Coroutine[Any, Any, None]) -> None:
    """One of them has ended, and the others were cancelled; raises what any of them raised."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await cancel_all(tasks)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()):
            raise error
