"""The load: wrk for requests, our own asynchronous clients for chats."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import time
import uuid
from dataclasses import dataclass
from statistics import quantiles
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

EMAIL, PASSWORD = "test.user@exobrain.local", "password123"
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Rate:
    """What wrk saw."""

    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int


@dataclass(frozen=True)
class Chats:
    """What a number of simultaneous chats saw."""

    count: int
    complete: int
    first_token_p50_ms: float
    first_token_p99_ms: float
    events_per_second: float
    wall_seconds: float


def sign_in(base: str) -> str:
    """An access token of the seeded user."""
    body = {"email": EMAIL, "password": PASSWORD, "session_mode": "api"}
    request = Request(
        f"{base}/api/auth/login", json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urlopen(request) as answer:
        return str(json.load(answer)["access_token"])


def ensure_wrk() -> None:
    """`wrk` is on PATH afterwards; raises when it cannot be had."""
    if shutil.which("wrk"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", "wrk"], check=False)
    if not shutil.which("wrk"):
        raise SystemExit("The benchmark needs wrk: install your system's package of that name.")


def requests(url: str, *, token: str, connections: int, seconds: int) -> Rate:
    """Ask for `url` over `connections` kept-alive connections for `seconds`."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    out = subprocess.run(
        [*command, "-H", f"Authorization: Bearer {token}", url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    if not found:
        raise RuntimeError(f"wrk said nothing of {url}: {out}")
    return Rate(
        per_second=float(found[1]),
        p50_ms=_latency(out, "50%"),
        p99_ms=_latency(out, "99%"),
        failed=int(failed[1]) if failed else 0,
    )


def _latency(out: str, percentile: str) -> float:
    found = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s|m)", out)
    return float(found[1]) * MILLISECONDS[found[2]] if found else float("nan")


async def chats(base: str, *, token: str, count: int) -> Chats:
    """`count` chats at once, each from its POST to its last event."""
    started = time.perf_counter()
    outcomes = await asyncio.gather(*(_one_chat(base, token) for _ in range(count)))
    wall = time.perf_counter() - started
    first = sorted(outcome[0] for outcome in outcomes)
    cuts = quantiles(first, n=100, method="inclusive") if count > 1 else first * 99
    return Chats(
        count=count,
        complete=sum(outcome[2] for outcome in outcomes),
        first_token_p50_ms=cuts[49] * 1000,
        first_token_p99_ms=cuts[98] * 1000,
        events_per_second=sum(outcome[1] for outcome in outcomes) / wall,
        wall_seconds=wall,
    )


async def _one_chat(base: str, token: str) -> tuple[float, int, bool]:
    """Seconds to the first token, events seen, and whether `done` came."""
    started = time.perf_counter()
    body = json.dumps({"message": "hello", "client_message_id": str(uuid.uuid4())}).encode()
    reader, writer = await ask(base, token, "POST", "/api/chat/message", body)
    answer = await reader.read()
    writer.close()
    stream = json.loads(answer.rpartition(b"\r\n\r\n")[2])["stream_id"]
    reader, writer = await ask(base, token, "GET", f"/api/chat/stream/{stream}")
    first, events, done = None, 0, False
    while not done and (line := await reader.readline()):
        events += line.startswith(b"event:")
        if line.startswith(b"event: message_chunk") and first is None:
            first = time.perf_counter() - started
        done = line.startswith(b"event: done")
    writer.close()
    return first or float("inf"), events, done


async def ask(
    base: str, token: str, method: str, path: str, body: bytes = b""
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A request over a connection of its own, and where its answer is read."""
    address = urlsplit(base)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(
        f"{method} {path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n".encode()
        + body
    )
    await writer.drain()
    return reader, writer
