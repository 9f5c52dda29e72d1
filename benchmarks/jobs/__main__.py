"""`python -m benchmarks.jobs`: measures jobs beside bare NATS, gRPC and PostgreSQL, in one run."""

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

import grpc
import nats
import psycopg
import uvloop

from exobrain.embedded import Endpoints, Service, hold
from exobrain.embedded.layout import Layout
from protos import job_orchestrator_pb2 as pb
from protos import job_orchestrator_pb2_grpc as pb_grpc

ROOT = Path(__file__).resolve().parents[2]
PROCESS = [sys.executable, "-m", "benchmarks.jobs.process"]
USER = "0b0f2a3e-33a6-4a52-b0a1-9a9c1d6a1a11"
PAUSE_SECONDS = 0.01
START_SECONDS = 60.0
MANY_SECONDS = 300.0
TRIES = 3

_failures: Counter[str] = Counter()  # calls that ended in an error, by what it said


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    measure: str
    p50_ms: float | None = None
    p99_ms: float | None = None
    per_second: float | None = None
    aim: str = ""


def main() -> None:
    """Print the table, and write it as JSON where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.jobs")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    parser.add_argument("--jobs", type=int, default=5000, help="how many jobs the long run has")
    parser.add_argument("--calls", type=int, default=500, help="how many single calls are timed")
    parser.add_argument("--concurrency", type=int, default=16, help="of the worker")
    options = parser.parse_args()
    try:
        figures = measure(options)
    finally:
        print_failures(_failures)
    print_table(figures)
    if options.json:
        options.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=2))


def measure(options: argparse.Namespace) -> list[Figure]:
    """All figures, on services of our own."""
    data = Path(tempfile.mkdtemp(prefix="exobrain-bench-"))
    try:
        with hold(data, services=set(Service)) as services:
            migrate = [*PROCESS, "migrate", "--verbosity", "0"]
            environment = {**os.environ, **_environment(data)}
            subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
            return uvloop.run(_measure(options, data, services))
    finally:
        time.sleep(2)  # the services end first
        shutil.rmtree(data, ignore_errors=True)


async def _measure(options: argparse.Namespace, data: Path, services: Endpoints) -> list[Figure]:
    echo = f"unix:{Layout.of(data).sockets / 'echo.sock'}"
    address = f"unix:{Layout.of(data).sockets / 'jobs.sock'}"
    stamps = Stamps(data / "stamps.sock")
    manage = {**os.environ, **_environment(data), "BENCH_STAMPS": str(stamps.path)}
    figures = await _floors(options, services, echo)
    with ExitStack() as stack:
        stack.enter_context(_running([*PROCESS, "run_orchestrator"], manage))
        worker = [*PROCESS, "run_worker", "--concurrency", str(options.concurrency)]
        stack.enter_context(_running(worker, manage))
        async with grpc.aio.insecure_channel(address) as channel:
            enqueue = _enqueue(channel)
            await _warmed_up(enqueue, services)
            figures += await _calls(options, enqueue)
            figures.append(await _starts(options, enqueue, stamps))
            figures += await _many(options, enqueue, services)
    return figures


def _environment(data: Path) -> dict[str, str]:
    return {"EXOBRAIN_DATA": str(data), "APP_ENV": "local", "LOG_LEVEL": "WARNING"}


@contextmanager
def _running(command: list[str], env: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


# -- floors


async def _floors(options: argparse.Namespace, services: Endpoints, echo: str) -> list[Figure]:
    figures = [_commits(options, services)]
    figures += await _bare_nats(options, services)
    with _running([sys.executable, "-m", "benchmarks.jobs.echo", echo], dict(os.environ)):
        async with grpc.aio.insecure_channel(echo) as channel:
            call = _enqueue(channel)
            await call("bench.empty")
            figures.append(await _one_by_one("floor: gRPC echo", options.calls, call))
            figures.append(await _in_flight("floor: gRPC echo, 32 at once", options.jobs, 32, call))
    return figures


def _commits(options: argparse.Namespace, services: Endpoints) -> Figure:
    """A row inserted and committed, by itself."""
    took = []
    with psycopg.connect(services.postgres_dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE bench_floor (id uuid PRIMARY KEY)")
        for _ in range(options.calls):
            started = time.perf_counter()
            connection.execute("INSERT INTO bench_floor VALUES (%s)", [uuid.uuid4()])
            took.append(time.perf_counter() - started)
    return _figure("floor: PostgreSQL commit", took)


async def _bare_nats(options: argparse.Namespace, services: Endpoints) -> list[Figure]:
    connection = await nats.connect(services.nats_url or "")
    stream = connection.jetstream()
    await stream.add_stream(name="FLOOR", subjects=["floor.>"])

    async def publish(_type: str = "") -> None:
        await stream.publish("floor.x", b"x" * 300, headers={"Nats-Msg-Id": uuid.uuid4().hex})

    figures = [
        await _one_by_one("floor: NATS publish", options.calls, publish),
        await _in_flight("floor: NATS publish, 32 at once", options.jobs, 32, publish),
    ]
    await stream.delete_stream("FLOOR")
    await connection.close()
    return figures


# -- the product


Call = Callable[[str], Awaitable[Any]]


def _enqueue(channel: grpc.aio.Channel) -> Call:
    stub = pb_grpc.JobOrchestratorStub(channel)

    async def enqueue(job_type: str = "bench.empty") -> str:
        request = pb.EnqueueJobRequest(
            job_type=job_type,
            user_id=USER,
            payload_json="{}",
            idempotency_key=uuid.uuid4().hex,
        )
        for left in reversed(range(TRIES)):  # its key makes it one job, however often it is sent
            try:
                reply = await stub.EnqueueJob(request, timeout=START_SECONDS, wait_for_ready=True)
                return str(reply.job_id)
            except grpc.aio.AioRpcError as error:
                _failures[f"{error.code().name}: {error.details()}"] += 1
                if not left:
                    raise
        raise AssertionError

    return enqueue


async def _warmed_up(enqueue: Call, services: Endpoints) -> None:
    for _ in range(50):
        await enqueue("bench.empty")
    await _all_done(services, 50)


async def _calls(options: argparse.Namespace, enqueue: Call) -> list[Figure]:
    return [
        await _one_by_one("EnqueueJob", options.calls, enqueue, aim="p50 < 5 ms, p99 < 25 ms"),
    ]


async def _starts(options: argparse.Namespace, enqueue: Call, stamps: "Stamps") -> Figure:
    """From the moment the commit returned to the first line of the body."""
    for _ in range(options.calls):
        await enqueue("bench.stamped")
        await asyncio.sleep(PAUSE_SECONDS)
    took = await stamps.wait_for(options.calls)
    return _figure("commit to worker start", took, aim="p50 < 20 ms")


async def _many(options: argparse.Namespace, enqueue: Call, services: Endpoints) -> list[Figure]:
    before = _done(services)
    started = time.perf_counter()
    accepted = await _in_flight("EnqueueJob, 32 at once, worker busy", options.jobs, 32, enqueue)
    await _all_done(services, before + options.jobs)
    whole = options.jobs / (time.perf_counter() - started)
    return [accepted, Figure("jobs enqueued and run", per_second=whole, aim="1,000/s")]


async def _all_done(services: Endpoints, count: int) -> None:
    deadline = time.monotonic() + MANY_SECONDS
    while _done(services) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"only {_done(services)} of {count} jobs were done")
        await asyncio.sleep(0.05)


def _done(services: Endpoints) -> int:
    with psycopg.connect(services.postgres_dsn) as connection:
        query = "SELECT count(*) FROM orchestrator_job WHERE state = 'completed'"
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


class Stamps:
    """When each job was committed and when it started."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.at: dict[str, dict[str, int]] = {"committed": {}, "started": {}}
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(str(path))
        # Read at once: the kernel holds ten of them, and then the sender waits.
        asyncio.get_running_loop().add_reader(self.socket, self._read)

    async def wait_for(self, count: int) -> list[float]:
        """Seconds between the two, for each of so many jobs."""
        deadline = time.monotonic() + MANY_SECONDS
        while time.monotonic() < deadline:
            both = self.at["committed"].keys() & self.at["started"].keys()
            if len(both) >= count:
                return [(self.at["started"][i] - self.at["committed"][i]) / 1e9 for i in both]
            await asyncio.sleep(0.05)
        raise TimeoutError("not every job said when it started")

    def _read(self) -> None:
        while True:
            try:
                what, job_id, at = self.socket.recv(200).decode().split()
            except BlockingIOError:
                return
            self.at[what][job_id] = int(at)


# -- timing


async def _one_by_one(measure: str, count: int, call: Call, *, aim: str = "") -> Figure:
    took = []
    for _ in range(count):
        started = time.perf_counter()
        await call("bench.empty")
        took.append(time.perf_counter() - started)
    return _figure(measure, took, aim=aim)


async def _in_flight(measure: str, count: int, width: int, call: Call) -> Figure:
    left, took = iter(range(count)), []

    async def keep_calling() -> None:
        for _ in left:
            started = time.perf_counter()
            await call("bench.empty")
            took.append(time.perf_counter() - started)

    began = time.perf_counter()
    await asyncio.gather(*(keep_calling() for _ in range(width)))
    return _figure(measure, took, per_second=count / (time.perf_counter() - began))


def _figure(
    measure: str, took: list[float], *, per_second: float | None = None, aim: str = ""
) -> Figure:
    cuts = quantiles(took, n=100, method="inclusive")
    return Figure(measure, cuts[49] * 1000, cuts[98] * 1000, per_second, aim)


def print_table(figures: list[Figure]) -> None:
    """The figures as Markdown."""
    print("| measure | p50 ms | p99 ms | per second | aim |\n|---|---|---|---|---|")
    for figure in figures:
        cells = [
            "" if value is None else f"{value:,.{digits}f}"
            for value, digits in ((figure.p50_ms, 2), (figure.p99_ms, 2), (figure.per_second, 0))
        ]
        print(f"| {figure.measure} | {' | '.join(cells)} | {figure.aim} |")


def print_failures(failures: Mapping[str, int]) -> None:
    """Which calls failed and were made again, if any: the figures contain both."""
    for reason, count in failures.items():
        print(f"{count} calls of EnqueueJob failed: {reason}", file=sys.stderr)


if __name__ == "__main__":
    main()
