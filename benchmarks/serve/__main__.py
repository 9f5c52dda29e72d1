"""What serving costs, as multiples of a raw ASGI application measured in the same run.

Usage: python -m benchmarks.serve [--rounds 3] [--seconds 4] [--json FILE]
"""

import argparse
import asyncio
import json
import platform
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.serve.load import Chats, Rate, chats, ensure_wrk, requests, sign_in
from benchmarks.serve.servers import Server, product, raw_server

PATHS = {
    "users/me": "/api/users/me",
    "journal list": "/api/journal",
    "50 messages": "/api/journal/2025/02/18/messages?limit=50",
    "search": "/api/journal/search?q=project",
}
CONNECTIONS = (1, 32)
AIMS = {"users/me": 8, "journal list": 8, "50 messages": 12, "search": 8}  # at 32 connections
CHAT_COUNTS = (1, 50, 200)
CHAT_AIMS_MS = {50: 300, 200: 1000}  # first token, p99


@dataclass(frozen=True)
class Row:
    """One path at one number of connections; medians over the rounds."""

    measure: str
    connections: int
    raw_per_second: float
    per_second: float
    multiple: float  # of the raw application's cost
    p50_ms: float
    p99_ms: float
    p50_multiple: float
    p99_multiple: float
    failed: int
    aim: int | None


def main() -> None:
    """Run, print a table and write the same as JSON."""
    options = _options()
    ensure_wrk()
    with tempfile.TemporaryDirectory() as data, raw_server() as raw, product(Path(data)) as server:
        token = sign_in(server.url)
        rows = [
            _measure(name, path, connections, raw=raw, server=server, token=token, options=options)
            for connections in CONNECTIONS
            for name, path in PATHS.items()
        ]
        runs = [_chat_run(server, token, count, options.rounds) for count in CHAT_COUNTS]
        resident = server.resident_mb()
    _print(rows, runs, resident)
    if options.json:
        report = {
            "machine": {"python": platform.python_version(), "cpu": platform.processor()},
            "requests": [asdict(row) for row in rows],
            "chats": [asdict(run) for run in runs],
            "resident_mb": resident,
        }
        Path(options.json).write_text(json.dumps(report, indent=2) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--json", metavar="FILE")
    return parser.parse_args()


def _measure(
    name: str,
    path: str,
    connections: int,
    *,
    raw: Server,
    server: Server,
    token: str,
    options: argparse.Namespace,
) -> Row:
    """Raw and product in turn, so that a drifting machine touches both alike."""
    pairs: list[tuple[Rate, Rate]] = []
    for _ in range(options.rounds):
        load = {"token": token, "connections": connections, "seconds": options.seconds}
        pairs.append((requests(raw.url, **load), requests(server.url + path, **load)))
    return Row(
        measure=name,
        connections=connections,
        raw_per_second=median(floor.per_second for floor, _ in pairs),
        per_second=median(rate.per_second for _, rate in pairs),
        multiple=median(floor.per_second / rate.per_second for floor, rate in pairs),
        p50_ms=median(rate.p50_ms for _, rate in pairs),
        p99_ms=median(rate.p99_ms for _, rate in pairs),
        p50_multiple=median(rate.p50_ms / floor.p50_ms for floor, rate in pairs),
        p99_multiple=median(rate.p99_ms / floor.p99_ms for floor, rate in pairs),
        failed=sum(rate.failed for _, rate in pairs),
        aim=AIMS[name] if connections == 32 else None,
    )


def _chat_run(server: Server, token: str, count: int, rounds: int) -> Chats:
    """The run with the median first-token p99."""
    runs = [asyncio.run(chats(server.url, token=token, count=count)) for _ in range(rounds)]
    return sorted(runs, key=lambda run: run.first_token_p99_ms)[len(runs) // 2]


def _print(rows: list[Row], runs: list[Chats], resident: float) -> None:
    print(
        "| request | connections | req/s | raw req/s | cost, x raw | aim | p50 ms (x raw) "
        "| p99 ms (x raw) | failed |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        aim = f"<= {row.aim}" if row.aim else ""
        print(
            f"| {row.measure} | {row.connections} | {row.per_second:.0f} "
            f"| {row.raw_per_second:.0f} | {row.multiple:.1f} | {aim} "
            f"| {row.p50_ms:.2f} ({row.p50_multiple:.1f}) "
            f"| {row.p99_ms:.2f} ({row.p99_multiple:.1f}) | {row.failed} |"
        )
    print()
    print(
        "| chats at once | complete | first token p50 ms | p99 ms | aim p99 | events/s | wall s |"
    )
    print("|---|---|---|---|---|---|---|")
    for run in runs:
        aim = f"< {CHAT_AIMS_MS[run.count]}" if run.count in CHAT_AIMS_MS else ""
        print(
            f"| {run.count} | {run.complete} | {run.first_token_p50_ms:.1f} "
            f"| {run.first_token_p99_ms:.1f} | {aim} | {run.events_per_second:.0f} "
            f"| {run.wall_seconds:.2f} |"
        )
    print(f"\nResident memory of the web process: {resident:.0f} MB (aim < 250)")


if __name__ == "__main__":
    main()
