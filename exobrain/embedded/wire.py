"""The client's end of the keeper's socket: lines out, JSON lines in."""

import json
import select
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from exobrain.embedded.errors import KeeperFailed


class KeeperGone(Exception):
    """The keeper has closed the connection."""


class ControlSocket:
    """One connection to a keeper."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.received = b""
        try:
            self.socket.connect(str(path))
        except OSError:
            self.socket.close()
            raise

    def ask(self, request: str, *, seconds: float) -> dict[str, Any]:
        """The keeper's answer; KeeperGone when there is none, KeeperFailed when it is late."""
        try:
            self.socket.settimeout(seconds)
            self.socket.sendall(request.encode() + b"\n")
            while b"\n" not in self.received:
                if not (data := self.socket.recv(4096)):
                    raise KeeperGone
                self.received += data
        except TimeoutError:
            raise KeeperFailed(f"The keeper did not answer within {seconds:.0f} seconds.") from None
        except ConnectionError:
            raise KeeperGone from None
        line, self.received = self.received.split(b"\n", 1)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def wait_for_end(self, *, seconds: float) -> bool:
        """True when the keeper closed the connection within that time."""
        self.socket.settimeout(seconds)
        with suppress(TimeoutError):
            try:
                while self.socket.recv(4096):
                    pass
            except ConnectionError:
                pass
            return True
        return False

    def is_gone(self) -> bool:
        """True when the keeper has closed the connection."""
        readable, _, _ = select.select([self.socket], [], [], 0)
        if not readable:
            return False
        try:
            return self.socket.recv(1, socket.MSG_PEEK) == b""
        except ConnectionError:
            return True

    def close(self) -> None:
        """The keeper no longer counts us."""
        self.socket.close()


def accepts(path: Path) -> bool:
    """True when somebody listens on the socket."""
    try:
        ControlSocket(path).close()
    except OSError:
        return False
    return True
