"""The process that runs the services for as long as somebody holds them.

Listens on a Unix socket. Every connection is a client, and a client that dies is gone at once,
because the kernel closes its socket. When the last one has gone, the services stop.

One request or reply is one line. Requests: `hold SERVICE...` (start these and answer when they
are ready), `status`, `pids`, `stop SERVICE`, `start SERVICE`, and `leave` (the client goes now:
do not wait for another). Replies are JSON objects with `ok`, and `error` when that is false.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from exobrain.embedded.engine import Engine
from exobrain.embedded.errors import EmbeddedError, KeeperFailed, ServiceFailed
from exobrain.embedded.files import bound_log, lock_holders, try_lock
from exobrain.embedded.layout import Layout, Service
from exobrain.embedded.nats import Nats
from exobrain.embedded.postgres import Postgres
from exobrain.embedded.supervisor import POLL_SECONDS, STOPPING, Supervised, stop_all
from exobrain.embedded.valkey import Valkey
from exobrain.embedded.wire import accepts

ENGINES: dict[Service, type[Engine]] = {
    Service.DATABASE: Postgres,
    Service.CACHE: Valkey,
    Service.QUEUE: Nats,
}
GRACE_SECONDS = 1.0  # the next command of a script finds everything running
FIRST_CLIENT_SECONDS = 10.0
LEFTOVER_SECONDS = 15.0  # services of a killed keeper have that long to end by themselves
LOG_CHECK_SECONDS = 10.0
CHECK_SECONDS = 0.1  # how soon a death is noticed
LOCK_POLL_SECONDS = 0.05


def log(event: str, **fields: Any) -> None:
    """One line in the keeper's log."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    words = [f"{name}={value}" for name, value in fields.items()]
    sys.stderr.write(" ".join([now, event, *words]) + "\n")
    sys.stderr.flush()


def take_lock(layout: Layout) -> int | None:
    """The lock's descriptor, or None when another keeper serves this directory already.

    Services that outlived a killed keeper hold the lock, as they inherited it; they end by
    themselves, or are killed. A waiting keeper that is killed with them, as it has the file open
    too, is started again by its client.
    """
    killing_at = time.monotonic() + LEFTOVER_SECONDS
    while (lock := try_lock(layout.lock)) is None:
        if accepts(layout.control):
            return None
        if time.monotonic() > killing_at:
            holders = lock_holders(layout.lock)
            if not holders:
                raise KeeperFailed(
                    f"{layout.lock} is held by a process that cannot be seen from here."
                )
            for pid in holders:
                log("leftover_killed", pid=pid)
                os.kill(pid, signal.SIGKILL)
            killing_at = time.monotonic() + LEFTOVER_SECONDS
        time.sleep(LOCK_POLL_SECONDS)
    return lock


class Keeper:
    """The services of one data directory and the clients that hold them."""

    def __init__(self, layout: Layout, *, lock: int) -> None:
        self.layout = layout
        self.services = {
            service: Supervised(engine(layout, lock=lock), log=log)
            for service, engine in ENGINES.items()
        }
        self.wanted: set[Service] = set()
        self.failures: dict[Service, str] = {}
        self.clients = 0
        self.stopping = asyncio.Event()
        self.deadline: asyncio.TimerHandle | None = None

    async def serve(self, *, listening: Callable[[], None]) -> None:
        """Everything has run until the last client went, and has been stopped."""
        self.layout.control.unlink(missing_ok=True)  # ours is the lock: what is there is stale
        server = await asyncio.start_unix_server(self._serve_client, str(self.layout.control))
        self._expect_client(FIRST_CLIENT_SECONDS)
        for signum in STOPPING:
            asyncio.get_running_loop().add_signal_handler(signum, self.stopping.set)
        log("keeper_listening", pid=os.getpid())
        listening()
        tasks = [asyncio.create_task(work()) for work in (self._bound_logs, self._keep_checking)]
        await self.stopping.wait()
        for task in tasks:
            task.cancel()
        server.close()
        self.layout.control.unlink(missing_ok=True)
        stop_all(self.services.values())
        if self.layout.sockets != self.layout.run:
            shutil.rmtree(self.layout.sockets, ignore_errors=True)
        log("keeper_stopped", pid=os.getpid())

    def _expect_client(self, seconds: float) -> None:
        self.deadline = asyncio.get_running_loop().call_later(seconds, self.stopping.set)

    async def _serve_client(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.clients += 1
        if self.deadline is not None:
            self.deadline.cancel()
        try:
            # Who comes while the services stop is cut off, and its next try starts a new keeper.
            while (line := await reader.readline()) and not self.stopping.is_set():
                try:
                    reply = {"ok": True, **await self._obey(line.decode().split())}
                except (EmbeddedError, ValueError) as error:
                    reply = {"ok": False, "error": str(error)}
                writer.write(json.dumps(reply).encode() + b"\n")
        except ConnectionError:
            pass  # it has gone in the middle of a sentence
        finally:
            writer.close()
            self.clients -= 1
            if self.clients == 0:
                self._expect_client(GRACE_SECONDS)

    async def _obey(self, words: list[str]) -> dict[str, Any]:
        match words:
            case ["hold", *names]:
                await self._ensure([Service(name) for name in names])
            case ["start", name]:
                await self._ensure([Service(name)])
            case ["stop", name]:
                self.wanted.discard(Service(name))
                self.services[Service(name)].stop()
            case ["pids"]:
                return {"pids": self._pids()}
            case ["status"]:
                return {
                    "keeper": os.getpid(),
                    "clients": self.clients,
                    "wanted": sorted(self.wanted),
                    "pids": self._pids(),
                }
            case ["leave"]:
                if self.clients == 1:  # nobody else is left: everything stops now
                    self.stopping.set()
                return {"last": self.clients == 1}
            case _:
                raise ValueError("The keeper knows hold, leave, pids, start, status and stop.")
        return {}

    async def _ensure(self, services: Sequence[Service]) -> None:
        """They answer; raises EmbeddedError when one failed to start or was stopped meanwhile."""
        for service in services:
            if service not in self.wanted:
                self.wanted.add(service)
                self.failures.pop(service, None)
        while waiting := [s for s in services if not self.services[s].is_ready]:
            self._check()
            for service in waiting:
                if service in self.failures:
                    raise ServiceFailed(self.failures[service])
                if service not in self.wanted:
                    raise ServiceFailed(f"The {service} was stopped.")
            await asyncio.sleep(POLL_SECONDS)

    def _check(self) -> None:
        """What is wanted runs, or will; what cannot be had is not wanted any more."""
        for service in [*self.wanted]:
            try:
                self.services[service].check()
            except (EmbeddedError, OSError) as failure:
                log("service_failed", service=service)
                self.services[service].stop()
                self.wanted.discard(service)
                self.failures[service] = str(failure)

    async def _keep_checking(self) -> None:
        while True:
            self._check()
            await asyncio.sleep(CHECK_SECONDS)

    def _pids(self) -> dict[str, int]:
        pids = {str(name): service.pid for name, service in self.services.items()}
        return {name: pid for name, pid in pids.items() if pid is not None}

    async def _bound_logs(self) -> None:
        while True:
            for path in self.layout.logs.glob("*.log"):
                bound_log(path)
            await asyncio.sleep(LOG_CHECK_SECONDS)
