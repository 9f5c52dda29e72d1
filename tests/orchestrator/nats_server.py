"""A NATS server of a test's own, which can be stopped in every way that a real one stops."""

import json
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.orchestrator.harness import eventually

HOST = "127.0.0.1"


class NatsServer:
    """One server with JetStream; started again it has the same address."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port: int = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"nats://{HOST}:{self.port}"

    def start(self, *, store: str = "store") -> None:
        """It answers; what it keeps is in that directory of its own."""
        settings = {
            "host": HOST,
            "port": self.port,
            "lame_duck_duration": "30s",
            "lame_duck_grace_period": "20s",
            "jetstream": {"store_dir": str(self.directory / store)},
        }
        file = self.directory / "nats.conf"
        file.write_text(json.dumps(settings))
        binary = Path(sys.executable).with_name("nats-server")
        with (self.directory / "nats.log").open("ab") as log:
            self.process = subprocess.Popen([binary, "-c", file], stderr=log)
        eventually(self._answers)

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
            return True
        return False

    def end_service(self) -> None:
        """Lame duck mode: JetStream is shut down, but connections stay for a while."""
        assert self.process is not None
        self.process.send_signal(signal.SIGUSR2)

    def stop(self, signum: signal.Signals = signal.SIGTERM) -> None:
        """It has ended."""
        if self.process is not None:
            self.process.send_signal(signum)
            self.process.wait(30)
            self.process = None
