"""The catalogue and the pool of each event loop, made on first use."""

import asyncio
import weakref
from dataclasses import dataclass, field

from chat.tools.mcp.catalogue import Catalogue
from chat.tools.mcp.pool import Pool


@dataclass(slots=True)
class _Runtime:
    catalogue: Catalogue = field(default_factory=Catalogue)
    pool: Pool = field(default_factory=Pool)


_runtimes: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Runtime] = (
    weakref.WeakKeyDictionary()
)


def current_catalogue() -> Catalogue:
    """What this event loop knows of the servers."""
    return _runtimes.setdefault(asyncio.get_running_loop(), _Runtime()).catalogue


def current_pool() -> Pool:
    """The connections of this event loop."""
    return _runtimes.setdefault(asyncio.get_running_loop(), _Runtime()).pool


async def close_mcp() -> None:
    """This event loop has no connections and asks nobody."""
    runtime = _runtimes.pop(asyncio.get_running_loop(), None)
    if runtime is not None:
        await runtime.catalogue.close()
        await runtime.pool.close()
