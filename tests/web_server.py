"""A web server made of bytes, and what a test needs to see who is connected to.

`Internet` stands for the public one: names and public addresses lead to the server on loopback, and
whatever is connected to is written down. Nothing of the product is told that this is a test: it
resolves, checks and dials as ever, through the two functions that it is given.
"""

import json
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import httpcore

from benchmarks.in_thread import answering

PUBLIC = "93.184.215.14"
GATE_SECONDS = 30  # a gate that a failing test leaves shut

Step = bytes | float | threading.Event  # a number is a pause in seconds
Answer = Sequence[Step]


@dataclass
class Request:
    """What a client sent."""

    target: str
    headers: dict[str, str]
    body: bytes
    server_name: str | None  # in TLS

    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class WebServer(socketserver.ThreadingTCPServer):
    """Answers each target with its steps."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, certificate: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, Answer] = {}
        self.requests: list[Request] = []
        self.tls: ssl.SSLContext | None = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)
            self.tls.sni_callback = _note_name

    @property
    def port(self) -> int:
        """Where it listens, on loopback."""
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of some tests."""


def _note_name(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
    connection.server_name = name  # type: ignore[attr-defined]


class _Handler(socketserver.StreamRequestHandler):
    server: WebServer

    def setup(self) -> None:
        if self.server.tls:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()  # in TLS it is another socket than the server's

    def handle(self) -> None:
        """One request, one answer, and the connection ends."""
        line = self.rfile.readline().decode("latin-1").split()
        if len(line) < 2:
            return
        headers: dict[str, str] = {}
        while text := self.rfile.readline().decode("latin-1").strip():
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        server_name = getattr(self.request, "server_name", None)
        body = self.rfile.read(int(headers.get("content-length", "0")))
        self.server.requests.append(Request(line[1], headers, body, server_name))
        for step in self.server.pages.get(line[1], [page(b"", status=404)]):
            match step:
                case bytes():
                    self.wfile.write(step)
                case float():
                    time.sleep(step)
                case threading.Event():
                    step.wait(GATE_SECONDS)


def page(
    body: bytes,
    *,
    media_type: str | None = "text/plain",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(body)}", "connection: close"]
    if media_type is not None:
        lines.append(f"content-type: {media_type}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def redirect(location: str | bytes, *, status: int = 302) -> bytes:
    """An answer that names another address."""
    raw = location if isinstance(location, bytes) else location.encode()
    head = f"HTTP/1.1 {status} Found\r\ncontent-length: 0\r\nconnection: close\r\n".encode()
    return head + b"location: " + raw + b"\r\n\r\n"


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[WebServer]:
    """A web server that answers while the block runs."""
    server = WebServer(certificate)
    with answering(server):
        yield server


def make_certificate(folder: Path, *names: str) -> Path:
    """A certificate for the names with its key, in one file, which is its own authority."""
    file = folder / "server.pem"
    written = ",".join(f"DNS:{name}" for name in names)
    how = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test"
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    named = ["-addext", f"subjectAltName={written}"]
    subprocess.run(["openssl", *how.split(), *files, *named], check=True, capture_output=True)
    file.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return file


@dataclass
class Internet:
    """Names, and where they lead."""

    server: WebServer
    names: dict[str, list[str]] = field(default_factory=dict)
    otherwise: list[str] = field(default_factory=list)  # for every other name
    asked: list[str] = field(default_factory=list)
    dialled: list[tuple[str, int]] = field(default_factory=list)

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a name. A list of more than one group answers with each in turn."""
        self.asked.append(host)
        found = self.names.get(host, self.otherwise)
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return found

    async def dial(
        self, ip: IPv4Address | IPv6Address, port: int, seconds: float
    ) -> httpcore.AsyncNetworkStream:
        """A public address leads to the server; any other would be connected to as it is."""
        self.dialled.append((str(ip), port))
        host, to = ("127.0.0.1", self.server.port) if ip.is_global else (str(ip), port)
        return await httpcore.AnyIOBackend().connect_tcp(host, to, timeout=seconds)


# -- what this thread connects to, whoever does it

_watching: dict[int, list[tuple[str, int]]] = {}


def _note_connection(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and (seen := _watching.get(threading.get_ident())) is not None:
        connected, address = arguments
        is_internet = connected.family in (socket.AF_INET, socket.AF_INET6)
        if is_internet and connected.type & socket.SOCK_STREAM:
            seen.append((str(address[0]), int(address[1])))


sys.addaudithook(_note_connection)


@contextmanager
def connections() -> Iterator[list[tuple[str, int]]]:
    """Every TCP connection that this thread begins, seen where Python asks the system for it."""
    seen = _watching.setdefault(threading.get_ident(), [])
    try:
        yield seen
    finally:
        del _watching[threading.get_ident()]
