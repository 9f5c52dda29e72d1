"""Threads for what waits for the orchestrator, so that it does not block readers of streams."""

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from exobrain.lib.database import with_second_attempt
from exobrain.lib.threads import CALLS

Args = ParamSpec("Args")
Result = TypeVar("Result")


async def in_call_thread(
    work: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs
) -> Result:
    """What `work`, which may be done twice, returns or raises."""
    return await CALLS.run(with_second_attempt, partial(work, *args, **kwargs))
